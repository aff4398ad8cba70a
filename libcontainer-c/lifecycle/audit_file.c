/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * audit_file.c: the audit trail in a file. It is opened for each line, so that logrotate needs no
 * word from us. Lines of processes that write at the same time don't mix: O_APPEND makes the kernel
 * choose the place and write as one step under the inode's lock.
 */
#include "lifecycle/audit_sinks.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fd.h"

static int open_file(const char *path)
{
	/* Never waits: a pipe that somebody put there has no reader. */
	int fd = open(path,
		      O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
		      0600);

	return fd < 0 ? -errno : fd;
}

/* Only the last directory: a wrong path should not grow a tree. */
static int make_directory(const char *path)
{
	char dir[PATH_MAX];
	const char *slash = strrchr(path, '/');

	if (!slash || slash == path || (size_t)(slash - path) >= sizeof(dir))
		return -ENOENT;
	memcpy(dir, path, (size_t)(slash - path));
	dir[slash - path] = '\0';
	return mkdir(dir, 0700) < 0 && errno != EEXIST ? -errno : 0;
}

/*
 * In a directory that others can write, /var/log of some systems, they may have put something in
 * our file's place. A second name (hard link) would let us append to any file of root's.
 */
static int check_ours(const char *path, const struct stat *st, struct err *e)
{
	const char *what = NULL;

	if (!S_ISREG(st->st_mode))
		what = "is not a regular file";
	else if (st->st_uid != geteuid())
		what = "belongs to somebody else";
	else if (st->st_mode & 022)
		what = "can be written by others";
	else if (st->st_nlink != 1)
		what = "has a second name";
	return what ? err_set(e, ERR_HOST, EPERM, "%s %s", path, what) : 0;
}

static bool ends_in_a_line(int fd, off_t size)
{
	char last;

	return size > 0 && pread(fd, &last, 1, size - 1) == 1 && last != '\n';
}

/*
 * Whether the last writer was cut off in the middle of its line: full disk, power. The size grows
 * page by page while another one writes, and that line is not torn. fchmod() takes the inode's
 * lock, so it returns when such a writer is through: what has the same size then was torn.
 */
static bool is_torn(int fd, struct stat *st)
{
	for (int tries = 0; tries < 16; tries++) {
		off_t size = st->st_size;

		if (!ends_in_a_line(fd, size))
			return false;
		/* chattr +a forbids it: then a moment has to do. */
		if (fchmod(fd, st->st_mode & 07777) < 0)
			usleep(2000);
		if (fstat(fd, st) < 0)
			return true;
		if (st->st_size == size)
			return true;
	}
	return false;
}

/* A caller's RLIMIT_FSIZE is an error like a full disk, not the end of the runtime. */
static ssize_t write_line(int fd, const struct iovec v[2])
{
	sighandler_t old = signal(SIGXFSZ, SIG_IGN);
	ssize_t n = writev(fd, v, 2);
	int saved = errno;

	if (old != SIG_ERR)
		signal(SIGXFSZ, old);
	errno = saved;
	return n;
}

int audit_file_write(const char *path, const char *text, size_t len, bool sync, struct err *e)
{
	struct stat st;
	AUTO_FD fd = open_file(path);

	if (fd == -ENOENT && make_directory(path) == 0)
		fd = open_file(path);
	if (fd == -ELOOP)
		return err_set(e, ERR_HOST, EPERM, "%s is a symbolic link", path);
	if (fd < 0)
		return err_set(e, ERR_HOST, -fd, "opening %s: %s", path, strerrorname_np(-fd));
	if (fstat(fd, &st) < 0)
		return err_set(e, ERR_HOST, errno, "stat %s: %s", path, strerrorname_np(errno));
	int r = check_ours(path, &st, e);
	if (r < 0)
		return r;
	size_t extra = is_torn(fd, &st) ? 1 : 0;
	struct iovec v[2] = {{(void *)(uintptr_t) "\n", extra}, {(void *)(uintptr_t)text, len}};
	ssize_t n = write_line(fd, v);
	if (n < 0 || (size_t)n != extra + len)
		/* A part that was written stays, as a torn line, and readers say so. */
		return err_set(e, ERR_HOST, n < 0 ? errno : ENOSPC, "writing to %s: %s", path,
			       strerrorname_np(n < 0 ? errno : ENOSPC));
	if (sync && fdatasync(fd) < 0)
		return err_set(e, ERR_HOST, errno, "writing %s to its disk: %s", path,
			       strerrorname_np(errno));
	return 0;
}
