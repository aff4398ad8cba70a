/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* resolve.c: see resolve.h. Keeps no state. */
#include "kernel/resolve.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/fd.h"

#define LINKS_MAX      40 /* the kernel's own limit, MAXSYMLINKS */
#define TRIES_MAX      128
#define PROC_ROOT_INO  1      /* include/linux/proc_ns.h */
#define ST_NOSYMFOLLOW 0x2000 /* 5.10 */
#define CONFINED       (RESOLVE_IN_ROOT | RESOLVE_BENEATH)

struct place {
	dev_t dev;
	uint64_t mount; /* 0: not known */
};

struct walk {
	int base_fd; /* where confined walks begin and end; owned */
	int cur_fd;  /* directory reached so far; owned */
	uint64_t flags, resolve;
	struct place begin;  /* for RESOLVE_NO_XDEV */
	char done[PATH_MAX]; /* confined: the way to cur_fd, "/a/b"; "" is the base */
	char rest[PATH_MAX]; /* what is still to go, with its slashes */
	unsigned links;
};

/* Kernels that do not tell mounts apart (before 5.8) tell at least file systems apart. */
static int look(int fd, struct place *ret)
{
	struct statx sx = {0};
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	bool known = statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_MNT_ID, &sx) == 0 &&
		     sx.stx_mask & STATX_MNT_ID;
	*ret = (struct place){.dev = st.st_dev, .mount = known ? sx.stx_mnt_id : 0};
	return 0;
}

static int check_mount(const struct walk *w, int fd)
{
	struct place now;

	if (!(w->resolve & RESOLVE_NO_XDEV))
		return 0;
	int r = look(fd, &now);
	if (r < 0)
		return r;
	return now.dev == w->begin.dev && now.mount == w->begin.mount ? 0 : -EXDEV;
}

static int stand_on(struct walk *w, int fd)
{
	if (fd < 0)
		return -errno;
	fd_closep(&w->cur_fd);
	w->cur_fd = fd;
	return 0;
}

/* An absolute path or symlink: to the base, or nowhere, or to "/". */
static int to_root(struct walk *w)
{
	if (w->resolve & RESOLVE_BENEATH)
		return -EXDEV;
	w->done[0] = '\0';
	int r = stand_on(w, w->resolve & RESOLVE_IN_ROOT
				    ? openat(w->base_fd, ".", O_PATH | O_CLOEXEC)
				    : open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
	return r < 0 ? r : check_mount(w, w->cur_fd);
}

/* One step down into the directory @fd, which is the caller's. */
static int descend(struct walk *w, const char *name, int fd)
{
	size_t n = strlen(w->done);
	int r = check_mount(w, fd);

	if (r < 0)
		return r;
	if (w->resolve & CONFINED &&
	    snprintf(w->done + n, sizeof(w->done) - n, "/%s", name) >= (int)(sizeof(w->done) - n))
		return -ENAMETOOLONG;
	return stand_on(w, fcntl(fd, F_DUPFD_CLOEXEC, 0));
}

/* The way so far without its last step. Anything else than what we met is a change: again. */
static int up(struct walk *w)
{
	char way[PATH_MAX], *next, *save = NULL;

	if (!(w->resolve & CONFINED)) {
		int r = stand_on(w, openat(w->cur_fd, "..", O_PATH | O_DIRECTORY | O_CLOEXEC));
		return r < 0 ? r : check_mount(w, w->cur_fd);
	}
	if (!w->done[0])
		return w->resolve & RESOLVE_BENEATH ? -EXDEV : 0;
	*strrchr(w->done, '/') = '\0';
	memcpy(way, w->done, sizeof(way));
	w->done[0] = '\0';
	int r = stand_on(w, openat(w->base_fd, ".", O_PATH | O_CLOEXEC));
	for (next = strtok_r(way, "/", &save); r == 0 && next; next = strtok_r(NULL, "/", &save)) {
		AUTO_FD fd = openat(w->cur_fd, next, O_PATH | O_NOFOLLOW | O_DIRECTORY | O_CLOEXEC);
		r = fd < 0 ? -EAGAIN : descend(w, next, fd);
	}
	return r;
}

/* Put the text of a symlink before what is left to go. */
static int follow(struct walk *w, int link_fd)
{
	char target[PATH_MAX], rest[2 * PATH_MAX];
	struct statfs fs;
	struct stat dir;

	if (++w->links > LINKS_MAX || w->resolve & RESOLVE_NO_SYMLINKS)
		return -ELOOP;
	if (fstatfs(link_fd, &fs) < 0 || fstat(w->cur_fd, &dir) < 0)
		return -errno;
	if (fs.f_flags & ST_NOSYMFOLLOW)
		return -ELOOP;
	if (fs.f_type == PROC_SUPER_MAGIC && dir.st_ino != PROC_ROOT_INO)
		return w->resolve & RESOLVE_NO_MAGICLINKS ? -ELOOP : -EXDEV;
	ssize_t n = readlinkat(link_fd, "", target, sizeof(target) - 1);
	if (n <= 0)
		return n < 0 ? -errno : -ENOENT;
	target[n] = '\0';
	if (snprintf(rest, sizeof(rest), "%s%s", target, w->rest) >= (int)sizeof(w->rest))
		return -ENAMETOOLONG;
	memcpy(w->rest, rest, sizeof(w->rest));
	return target[0] == '/' ? to_root(w) : 0;
}

/* The last component, which is no symlink that is to be followed. */
static int open_last(struct walk *w, const char *name)
{
	AUTO_FD fd = openat(w->cur_fd, name, (int)w->flags | O_NOFOLLOW | O_CLOEXEC);

	/* A symlink, put there just now. */
	if (fd < 0 && errno == ELOOP && !(w->flags & O_NOFOLLOW))
		return -EAGAIN;
	if (fd < 0)
		return -errno;
	if (w->flags & O_PATH && !(w->flags & O_NOFOLLOW)) {
		struct stat st;
		if (fstat(fd, &st) < 0)
			return -errno;
		if (S_ISLNK(st.st_mode))
			return -EAGAIN;
	}
	int r = check_mount(w, fd);
	return r < 0 ? r : TAKE_FD(fd);
}

/* One component. Returns 1 when it was the last, opened in *@ret; 0 to go on; or -errno. */
static int step(struct walk *w, const char *name, bool last, bool slash, int *ret)
{
	struct stat st;

	bool back = strcmp(name, "..") == 0;
	/* For ".." the kernel asks for the right to search where we are, and nothing more. */
	AUTO_FD fd = openat(w->cur_fd, back ? "." : name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (back || strcmp(name, ".") == 0)
		return back ? up(w) : 0;
	if (S_ISLNK(st.st_mode) && (!last || slash || !(w->flags & O_NOFOLLOW)))
		return follow(w, fd);
	if (!last || slash)
		return S_ISDIR(st.st_mode) ? descend(w, name, fd) : -ENOTDIR;
	int r = check_mount(w, fd);
	if (r == 0)
		r = *ret = open_last(w, name);
	return r < 0 ? r : 1;
}

/* Split the first component off w->rest. Returns false at the end. */
static bool next(struct walk *w, char name[PATH_MAX], bool *last, bool *slash)
{
	const char *p = w->rest + strspn(w->rest, "/");
	size_t n = strcspn(p, "/");

	if (!n)
		return false;
	memcpy(name, p, n);
	name[n] = '\0';
	p += n;
	*slash = *p == '/';
	*last = !p[strspn(p, "/")];
	memmove(w->rest, p, strlen(p) + 1);
	return true;
}

static int walk_on(struct walk *w)
{
	char name[PATH_MAX];
	bool last, slash;
	int fd = -1;
	int r = w->rest[0] == '/' ? to_root(w) : 0;

	while (r == 0 && next(w, name, &last, &slash))
		r = step(w, name, last, slash, &fd);
	if (r != 0)
		return r < 0 ? r : fd;
	/* "/", "a/..", "a/": the directory we stand on. */
	fd = openat(w->cur_fd, ".", (int)(w->flags & ~(uint64_t)O_NOFOLLOW) | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int walk_once(int dirfd, const char *path, uint64_t flags, uint64_t resolve)
{
	struct walk w = {.base_fd = -1, .cur_fd = -1, .flags = flags, .resolve = resolve};
	size_t n = strlen(path);

	if (n == 0)
		return -ENOENT;
	if (n >= sizeof(w.rest))
		return -ENAMETOOLONG;
	memcpy(w.rest, path, n + 1);
	w.base_fd = openat(dirfd, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	w.cur_fd = w.base_fd < 0 ? -1 : fcntl(w.base_fd, F_DUPFD_CLOEXEC, 0);
	int r = w.cur_fd < 0 ? -errno : 0;
	if (r == 0 && resolve & RESOLVE_NO_XDEV)
		r = look(w.base_fd, &w.begin);
	if (r == 0)
		r = walk_on(&w);
	fd_closep(&w.cur_fd);
	fd_closep(&w.base_fd);
	return r;
}

int resolve_open(int dirfd, const char *path, uint64_t flags, uint64_t resolve)
{
	int r = -EAGAIN;

	if (flags & (O_CREAT | (O_TMPFILE & ~O_DIRECTORY)))
		return -EINVAL;
	for (int i = 0; i < TRIES_MAX && r == -EAGAIN; i++)
		r = walk_once(dirfd, path, flags, resolve);
	return r;
}
