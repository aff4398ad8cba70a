/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* in_root.c: see in_root.h. Keeps no state. */
#include "apply/in_root.h"

#include <errno.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "base/fd.h"
#include "kernel/mount_id.h"
#include "kernel/sys.h"

#define IN_ROOT	  (RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS)
#define LINKS_MAX 40 /* as the kernel's own limit, MAXSYMLINKS */

static int open_in(int root_fd, const char *path, uint64_t flags, uint64_t more)
{
	int fd = sys_openat2(root_fd, path, flags, 0, IN_ROOT | more);

	return fd < 0 ? -errno : fd;
}

int in_root_open(int root_fd, const char *path, uint64_t flags)
{
	return open_in(root_fd, path, flags, 0);
}

int in_root_open_plain(int root_fd, const char *path, uint64_t flags)
{
	return open_in(root_fd, path, flags, RESOLVE_NO_SYMLINKS);
}

/* A walk, component by component, that makes what is missing. */
struct walk {
	int root_fd;
	int cur_fd;	     /* directory reached so far; owned */
	char done[PATH_MAX]; /* its path from the root, without symlinks; "" is the root */
	char rest[PATH_MAX]; /* what is still to go */
	unsigned links;
	bool plain; /* no symlinks */
	bool file;  /* the last component is a file */
	bool made;  /* the last component was made */
	mode_t mode;
};

static int at_root(struct walk *w)
{
	int fd = open_in(w->root_fd, "/", O_PATH | O_DIRECTORY, RESOLVE_NO_SYMLINKS);

	if (fd < 0)
		return fd;
	fd_closep(&w->cur_fd);
	w->cur_fd = fd;
	w->done[0] = '\0';
	return 0;
}

/* "..": never by asking the kernel for the parent of where we are, which may have moved. */
static int up(struct walk *w)
{
	char *slash = strrchr(w->done, '/');

	if (!slash || slash == w->done)
		return at_root(w);
	*slash = '\0';
	int fd = open_in(w->root_fd, w->done, O_PATH | O_DIRECTORY, RESOLVE_NO_SYMLINKS);
	if (fd < 0)
		return fd;
	fd_closep(&w->cur_fd);
	w->cur_fd = fd;
	return 0;
}

static int follow(struct walk *w, int link_fd)
{
	char target[PATH_MAX], rest[PATH_MAX];
	struct statfs fs;

	if (w->plain || ++w->links > LINKS_MAX)
		return -ELOOP;
	/* The text of a magic link (/proc/PID/fd/N) is a path of another root. */
	if (fstatfs(link_fd, &fs) < 0)
		return -errno;
	if (fs.f_type == PROC_SUPER_MAGIC)
		return -ELOOP;
	ssize_t n = readlinkat(link_fd, "", target, sizeof(target) - 1);
	if (n < 0)
		return -errno;
	target[n] = '\0';
	if (snprintf(rest, sizeof(rest), "%s/%s", target, w->rest) >= (int)sizeof(rest))
		return -ENAMETOOLONG;
	memcpy(w->rest, rest, sizeof(rest));
	return target[0] == '/' ? at_root(w) : 0;
}

static int make(struct walk *w, const char *name, bool file)
{
	int r = file ? mknodat(w->cur_fd, name, S_IFREG | w->mode, 0)
		     : mkdirat(w->cur_fd, name, w->file ? 0755 : w->mode);

	return r < 0 ? -errno : 0;
}

/* Open @name in the current directory without following it; make it when there is none. */
static int open_or_make(struct walk *w, const char *name, bool last)
{
	for (int tries = 0;; tries++) {
		int fd = openat(w->cur_fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
		if (fd >= 0)
			return fd;
		if (errno != ENOENT)
			return -errno;
		int r = make(w, name, last && w->file);
		/* Somebody else may make or remove it at the same time; but not for ever. */
		if (r < 0 && (r != -EEXIST || tries > 8))
			return r;
		w->made = last && r == 0;
	}
}

/* One component. Returns 1 when it was a file at the end, whose descriptor is in *@ret_file. */
static int step(struct walk *w, const char *name, bool last, int *ret_file)
{
	struct stat st;

	if (strcmp(name, ".") == 0)
		return 0;
	if (strcmp(name, "..") == 0)
		return up(w);
	AUTO_FD fd = open_or_make(w, name, last);
	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (S_ISLNK(st.st_mode))
		return follow(w, fd);
	if (!S_ISDIR(st.st_mode)) {
		if (!last || !w->file)
			return -ENOTDIR;
		*ret_file = TAKE_FD(fd);
		return 1;
	}
	size_t n = strlen(w->done);
	if (snprintf(w->done + n, sizeof(w->done) - n, "/%s", name) >= (int)(sizeof(w->done) - n))
		return -ENAMETOOLONG;
	fd_closep(&w->cur_fd);
	w->cur_fd = TAKE_FD(fd);
	return 0;
}

/* Split the first component off w->rest. Returns false at the end. */
static bool next(struct walk *w, char name[NAME_MAX + 1], bool *last, int *error)
{
	char *p = w->rest + strspn(w->rest, "/");
	size_t n = strcspn(p, "/");

	if (!n)
		return false;
	if (n > NAME_MAX) {
		*error = -ENAMETOOLONG;
		return false;
	}
	memcpy(name, p, n);
	name[n] = '\0';
	p += n;
	p += strspn(p, "/");
	*last = !*p;
	memmove(w->rest, p, strlen(p) + 1);
	return true;
}

static int walk_run(struct walk *w)
{
	char name[NAME_MAX + 1];
	int file_fd = -1, error = 0;
	bool last;

	int r = at_root(w);
	while (r == 0 && next(w, name, &last, &error))
		r = step(w, name, last, &file_fd);
	if (r == 1)
		return file_fd;
	if (r < 0 || error < 0)
		return r < 0 ? r : error;
	return fd_take(&w->cur_fd);
}

static int walk_path(int root_fd, const char *path, mode_t mode, bool plain, bool file,
		     bool *ret_made)
{
	struct walk w = {
		.root_fd = root_fd, .cur_fd = -1, .plain = plain, .file = file, .mode = mode};
	size_t n = strlen(path);

	if (n >= sizeof(w.rest))
		return -ENAMETOOLONG;
	memcpy(w.rest, path, n + 1);
	int fd = walk_run(&w);
	fd_closep(&w.cur_fd);
	if (fd >= 0 && ret_made)
		*ret_made = w.made;
	return fd;
}

/* The common case, everything is there, takes one system call. */
static int open_or_walk(int root_fd, const char *path, mode_t mode, bool plain, bool file,
			bool *ret_made)
{
	int fd = open_in(root_fd, path, O_PATH | (file ? 0 : O_DIRECTORY),
			 plain ? RESOLVE_NO_SYMLINKS : 0);

	if (fd >= 0 && ret_made)
		*ret_made = false;
	return fd == -ENOENT ? walk_path(root_fd, path, mode, plain, file, ret_made) : fd;
}

int in_root_mkdir_p(int root_fd, const char *path, mode_t mode, bool *ret_made)
{
	return open_or_walk(root_fd, path, mode, false, false, ret_made);
}

int in_root_mkdir_p_plain(int root_fd, const char *path, mode_t mode, bool *ret_made)
{
	return open_or_walk(root_fd, path, mode, true, false, ret_made);
}

int in_root_create_file(int root_fd, const char *path, mode_t mode, bool *ret_made)
{
	return open_or_walk(root_fd, path, mode, false, true, ret_made);
}

/* The directory that @path lies in, made if it is missing, and the name in it. */
static int open_parent(int root_fd, const char *path, const char **ret_name)
{
	char dir[PATH_MAX];
	const char *slash = strrchr(path, '/');
	size_t n = slash ? (size_t)(slash - path) : 0;

	if (n >= sizeof(dir))
		return -ENAMETOOLONG;
	memcpy(dir, path, n);
	dir[n] = '\0';
	*ret_name = slash ? slash + 1 : path;
	return in_root_mkdir_p(root_fd, n ? dir : "/", 0755, NULL);
}

int in_root_make_nofollow(int root_fd, const char *path, bool file, mode_t mode, bool *ret_made)
{
	const char *name;
	struct walk w = {.root_fd = root_fd, .mode = mode, .file = file};

	w.cur_fd = open_parent(root_fd, path, &name);
	if (w.cur_fd < 0)
		return w.cur_fd;
	int fd = open_or_make(&w, name, true);
	fd_closep(&w.cur_fd);
	if (fd >= 0 && ret_made)
		*ret_made = w.made;
	return fd;
}

static int same_mount(int root_fd, const char *path, uint64_t flags, int mount_fd)
{
	uint64_t here, wanted;
	struct stat there, root;
	AUTO_FD fd = open_in(root_fd, path, O_PATH | flags, 0);

	if (fd < 0)
		return fd;
	int r = mount_id(fd, &here);
	if (r >= 0)
		r = mount_id(mount_fd, &wanted);
	if (r < 0)
		return r;
	if (here != wanted)
		return 0;
	/* Of a mount that was made a moment ago @mount_fd is the root. */
	if (fstat(fd, &there) < 0 || fstat(mount_fd, &root) < 0)
		return -errno;
	return there.st_dev == root.st_dev && there.st_ino == root.st_ino;
}

int in_root_same_mount(int root_fd, const char *path, int mount_fd)
{
	return same_mount(root_fd, path, 0, mount_fd);
}

int in_root_same_mount_nofollow(int root_fd, const char *path, int mount_fd)
{
	return same_mount(root_fd, path, O_NOFOLLOW, mount_fd);
}
