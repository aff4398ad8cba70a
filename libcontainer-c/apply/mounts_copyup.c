/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mounts_copyup.c: owns "tmpcopyup" (podman run --tmpfs): a tmpfs that starts with what the image
 * has at its mount point.
 *
 * The image is hostile, so the copy is bounded in depth, number and bytes (the pages are charged to
 * the runtime, not to the container), opens nothing but what it has looked at, follows no symlink
 * and crosses no mount.
 */
#include "apply/mounts_priv.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/err.h"
#include "base/fd.h"
#include "kernel/sys.h"

#define COPY_DEPTH_MAX	 64u
#define COPY_ENTRIES_MAX 65536u
#define COPY_BYTES_MAX	 (256ull << 20)

struct copy {
	const struct mount_plan *plan;
	struct err *e;
	unsigned depth;
	uint64_t entries, bytes;
};

static int fail(const struct copy *c, const char *name, const char *what)
{
	return err_sys(c->e, errno, "/mounts/%zu: tmpcopyup: %s %s", c->plan->index, what, name);
}

static int too_much(const struct copy *c, const char *what)
{
	return err_set(c->e, ERR_SPEC, EFBIG, "/mounts/%zu/options: tmpcopyup: %s has too %s",
		       c->plan->index, c->plan->destination, what);
}

/* A pinned file opened for reading: through /proc/self/fd, so that it is the one that was looked
 * at. */
static int reopen(int pin_fd, int flags)
{
	char path[40];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", pin_fd);
	return open(path, flags | O_CLOEXEC | O_NOCTTY);
}

static int copy_bytes(struct copy *c, int from_fd, int to_fd, const char *name)
{
	char buf[65536];

	for (;;) {
		ssize_t n = read(from_fd, buf, sizeof(buf));
		if (n == 0)
			return 0;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail(c, name, "read");
		c->bytes += (uint64_t)n;
		if (c->bytes > COPY_BYTES_MAX)
			return too_much(c, "many bytes (limit 256 MiB)");
		int r = fd_write_all(to_fd, buf, (size_t)n);
		if (r < 0) {
			errno = -r;
			return fail(c, name, "write");
		}
	}
}

/* Owner first: chown(2) clears set-user-ID bits. Times are kept, as package managers look at them.
 */
static int copy_meta(struct copy *c, int dir_fd, const char *name, const struct stat *st)
{
	struct timespec times[2] = {st->st_atim, st->st_mtim};

	if (fchownat(dir_fd, name, st->st_uid, st->st_gid, AT_SYMLINK_NOFOLLOW) < 0)
		return fail(c, name, "chown");
	/* The tmpfs is ours alone: nobody can have put a symlink there. */
	if (!S_ISLNK(st->st_mode) && fchmodat(dir_fd, name, st->st_mode & 07777, 0) < 0)
		return fail(c, name, "chmod");
	if (utimensat(dir_fd, name, times, AT_SYMLINK_NOFOLLOW) < 0)
		return fail(c, name, "set the times of");
	return 0;
}

static int copy_file(struct copy *c, int pin_fd, int to_fd, const char *name)
{
	AUTO_FD in_fd = reopen(pin_fd, O_RDONLY);

	if (in_fd < 0)
		return fail(c, name, "open");
	AUTO_FD out_fd =
		openat(to_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (out_fd < 0)
		return fail(c, name, "create");
	return copy_bytes(c, in_fd, out_fd, name);
}

static int copy_link(struct copy *c, int pin_fd, int to_fd, const char *name)
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(pin_fd, "", target, sizeof(target) - 1);

	if (n < 0)
		return fail(c, name, "read the link");
	target[n] = '\0';
	return symlinkat(target, to_fd, name) < 0 ? fail(c, name, "link") : 0;
}

static int copy_entries(struct copy *c, int from_fd, int to_fd);

static int copy_dir(struct copy *c, int pin_fd, int to_fd, const char *name)
{
	if (c->depth >= COPY_DEPTH_MAX)
		return too_much(c, "deep directories");
	if (mkdirat(to_fd, name, 0700) < 0)
		return fail(c, name, "make");
	AUTO_FD sub_fd = openat(to_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (sub_fd < 0)
		return fail(c, name, "open");
	c->depth++;
	int r = copy_entries(c, pin_fd, sub_fd);
	c->depth--;
	return r;
}

static int copy_entry(struct copy *c, int from_fd, int to_fd, const char *name)
{
	struct stat st;
	int r = 0;

	if (++c->entries > COPY_ENTRIES_MAX)
		return too_much(c, "many entries");
	AUTO_FD pin_fd = sys_openat2(from_fd, name, O_PATH | O_NOFOLLOW, 0,
				     RESOLVE_BENEATH | RESOLVE_NO_XDEV);
	if (pin_fd < 0 && errno == EXDEV)
		return 0;
	if (pin_fd < 0 || fstat(pin_fd, &st) < 0)
		return fail(c, name, "open");
	if (S_ISDIR(st.st_mode))
		r = copy_dir(c, pin_fd, to_fd, name);
	else if (S_ISREG(st.st_mode))
		r = copy_file(c, pin_fd, to_fd, name);
	else if (S_ISLNK(st.st_mode))
		r = copy_link(c, pin_fd, to_fd, name);
	else if (S_ISFIFO(st.st_mode))
		r = mkfifoat(to_fd, name, 0600) < 0 ? fail(c, name, "make") : 0;
	else
		return 0;
	return r < 0 ? r : copy_meta(c, to_fd, name, &st);
}

static int copy_entries(struct copy *c, int from_fd, int to_fd)
{
	int dir_fd = reopen(from_fd, O_RDONLY | O_DIRECTORY);
	DIR *d = dir_fd < 0 ? NULL : fdopendir(dir_fd);
	int r = 0;

	if (!d) {
		r = fail(c, c->plan->destination, "list");
		if (dir_fd >= 0)
			close(dir_fd);
		return r;
	}
	for (;;) {
		errno = 0;
		struct dirent *entry = readdir(d);
		if (!entry) {
			r = errno ? fail(c, c->plan->destination, "list") : 0;
			break;
		}
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		r = copy_entry(c, dirfd(d), to_fd, entry->d_name);
		if (r < 0)
			break;
	}
	closedir(d);
	return r;
}

int mounts_copy_up(int from_fd, int to_fd, const struct mount_plan *p, struct err *e)
{
	struct copy c = {.plan = p, .e = e};

	return copy_entries(&c, from_fd, to_fd);
}
