/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * trust.c: see trust.h. The path is walked name by name, and a directory is judged before the next
 * name is looked up in it: in a directory that passed, only root can change what a name stands for,
 * so nothing that was judged can be exchanged afterwards.
 */
#include "host/trust.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"

#define LINKS_MAX 40 /* path_resolution(7) */

struct walk {
	const char *path;    /* as named, for errors */
	const char *what;    /* whose path that is, likewise */
	bool directory;	     /* at the end, instead of a regular file */
	char rest[PATH_MAX]; /* what is still to be walked */
	int dir_fd;
	unsigned links;
	uid_t overflow; /* whose files count as root's in a user namespace, else 0 */
	struct err *e;
};

/* Without strerror(3): engines turn some of its texts into exit codes. */
static int refuse(const struct walk *w, int code, const char *what)
{
	const char *why = what					  ? what
			  : code == ENOENT			  ? "does not exist"
			  : code == EACCES || code == EPERM	  ? "cannot be read by this user"
			  : code == ENOTDIR			  ? "leads through a file"
			  : code == ELOOP || code == ENAMETOOLONG ? "is too long a way"
								  : NULL;

	if (why)
		return err_set(w->e, ERR_POLICY, code, "%s: %s: %s", w->what, w->path, why);
	return err_set(w->e, ERR_POLICY, code, "%s: %s: %s", w->what, w->path, strerror(code));
}

/* The ids of this process may be a part of the host's only. */
static uid_t overflow_uid(void)
{
	char map[64], text[16];
	unsigned inside, outside, size;
	uint64_t id;

	if (file_read_at(AT_FDCWD, "/proc/self/uid_map", map, sizeof(map)) <= 0 ||
	    sscanf(map, "%u %u %u", &inside, &outside, &size) != 3 ||
	    (inside == 0 && outside == 0 && size == UINT32_MAX))
		return 0;
	ssize_t n = file_read_at(AT_FDCWD, "/proc/sys/kernel/overflowuid", text, sizeof(text));
	if (n > 0 && text[n - 1] == '\n')
		text[n - 1] = '\0';
	return n > 0 && str_u64(text, UINT32_MAX, &id) == 0 ? (uid_t)id : 0;
}

static int judge(const struct walk *w, const struct stat *st, const char *what)
{
	char why[128];

	if (st->st_uid != 0 && st->st_uid != geteuid() && st->st_uid != w->overflow) {
		snprintf(why, sizeof(why), "%s belongs to uid %u, not to root", what, st->st_uid);
		return refuse(w, EPERM, why);
	}
	if (S_ISLNK(st->st_mode) || !(st->st_mode & (S_IWGRP | S_IWOTH)) ||
	    (S_ISDIR(st->st_mode) && (st->st_mode & S_ISVTX)))
		return 0;
	snprintf(why, sizeof(why), "%s can be written by others (mode %04o)", what,
		 st->st_mode & 07777);
	return refuse(w, EPERM, why);
}

static int enter(struct walk *w, int fd)
{
	close(w->dir_fd);
	w->dir_fd = fd;
	return 0;
}

/* The first name of the rest, which is cut off; false at the end. */
static bool next_name(struct walk *w, char name[NAME_MAX + 1], bool *ret_last)
{
	char *from = w->rest + strspn(w->rest, "/");
	size_t n = strcspn(from, "/"), slashes = strspn(from + n, "/");

	if (n == 0 || n > NAME_MAX)
		return false;
	memcpy(name, from, n);
	name[n] = '\0';
	*ret_last = !from[n + slashes];
	memmove(w->rest, from + n + slashes, strlen(from + n + slashes) + 1);
	return true;
}

/* The link's text takes its place in front of the rest. */
static int follow(struct walk *w, const char *name)
{
	char text[PATH_MAX], joined[PATH_MAX];
	ssize_t n = readlinkat(w->dir_fd, name, text, sizeof(text) - 1);

	if (n < 0)
		return refuse(w, errno, NULL);
	text[n] = '\0';
	n = snprintf(joined, sizeof(joined), "%s%s%s", text, *w->rest ? "/" : "", w->rest);
	if (++w->links > LINKS_MAX || n < 0 || (size_t)n >= sizeof(joined))
		return refuse(w, ELOOP, NULL);
	memcpy(w->rest, joined, (size_t)n + 1);
	if (text[0] != '/')
		return 0;
	int root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return root_fd < 0 ? refuse(w, errno, NULL) : enter(w, root_fd);
}

/* O_NONBLOCK: a FIFO would wait for a writer. */
static int open_file(struct walk *w, const char *name)
{
	AUTO_FD fd =
		openat(w->dir_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return refuse(w, errno, NULL);
	if (!S_ISREG(st.st_mode))
		return refuse(w, EINVAL, "is not a regular file");
	int r = judge(w, &st, "it");
	return r < 0 ? r : TAKE_FD(fd);
}

/* Names in a directory with the sticky bit are safe, but others can add some. */
static int open_directory(struct walk *w, const char *name)
{
	AUTO_FD fd = openat(w->dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0 && errno == ENOTDIR)
		return refuse(w, ENOTDIR, "is not a directory");
	if (fd < 0 || fstat(fd, &st) < 0)
		return refuse(w, errno, NULL);
	st.st_mode &= ~(mode_t)S_ISVTX;
	int r = judge(w, &st, "it");
	return r < 0 ? r : TAKE_FD(fd);
}

/* One name. Returns the file at the end, -EAGAIN for more to walk, or the error. */
static int step(struct walk *w)
{
	char name[NAME_MAX + 1];
	struct stat st;
	bool last;
	int r;

	if (!next_name(w, name, &last))
		return refuse(w, EINVAL,
			      w->directory ? "is no directory below /" : "is not a regular file");
	if (fstatat(w->dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return refuse(w, errno, NULL);
	if (last && !S_ISLNK(st.st_mode))
		return w->directory ? open_directory(w, name) : open_file(w, name);
	r = judge(w, &st, name);
	if (r < 0)
		return r;
	if (S_ISLNK(st.st_mode)) {
		r = follow(w, name);
		return r < 0 ? r : -EAGAIN;
	}
	int fd = openat(w->dir_fd, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return refuse(w, errno, NULL);
	enter(w, fd);
	return -EAGAIN;
}

static int walk(const char *what, const char *path, bool directory, struct err *e)
{
	struct walk w = {.path = path,
			 .what = what,
			 .directory = directory,
			 .overflow = overflow_uid(),
			 .e = e};
	struct stat st;
	int r = -EAGAIN;

	if (*path != '/' || strlen(path) >= sizeof(w.rest))
		return refuse(&w, EINVAL, "is no absolute path");
	memcpy(w.rest, path, strlen(path) + 1);
	w.dir_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (w.dir_fd < 0 || fstat(w.dir_fd, &st) < 0)
		r = refuse(&w, errno, NULL);
	else if (judge(&w, &st, "/") < 0)
		r = -EPERM;
	while (r == -EAGAIN)
		r = step(&w);
	if (w.dir_fd >= 0)
		close(w.dir_fd);
	return r;
}

int trust_open(const char *path, struct err *e)
{
	return walk("policy: file", path, false, e);
}

int trust_open_for(const char *what, const char *path, struct err *e)
{
	return walk(what, path, false, e);
}

int trust_open_dir(const char *what, const char *path, struct err *e)
{
	return walk(what, path, true, e);
}
