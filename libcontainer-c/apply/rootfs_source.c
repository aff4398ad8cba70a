/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rootfs_source.c: see rootfs_source.h. */
#include "apply/rootfs_source.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fd.h"
#include "kernel/mount_id.h"
#include "kernel/sys.h"

/* The real path. Mostly the given one has no symlink in it and no question to /proc is needed. */
static int open_and_name(struct rootfs_source *s, const char *path, struct err *e)
{
	char link[64];

	s->fd = sys_openat2(AT_FDCWD, path, O_PATH | O_DIRECTORY, 0, RESOLVE_NO_SYMLINKS);
	if (s->fd >= 0 && path[0] == '/' && path_clean(path, s->path, sizeof(s->path)) == 0)
		return 0;
	if (s->fd < 0)
		s->fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (s->fd < 0)
		return err_sys(e, errno, "rootfs %s", path);
	snprintf(link, sizeof(link), "/proc/self/fd/%d", s->fd);
	ssize_t n = readlink(link, s->path, sizeof(s->path));
	if (n <= 0 || (size_t)n >= sizeof(s->path) || s->path[0] != '/')
		return err_set(e, ERR_HOST, ENAMETOOLONG, "rootfs %s: real path", path);
	s->path[n] = '\0';
	return 0;
}

/* Directories of every host's system (FHS 3.0, chapter 3): not below these either, ... */
static const char *const system_trees[] = {"/bin",   "/boot", "/dev",  "/etc", "/lib", "/lib32",
					   "/lib64", "/proc", "/sbin", "/sys", "/usr", NULL};
/* ... and these themselves. Images are kept below some of them. */
static const char *const system_dirs[] = {"/home", "/media", "/mnt", "/opt",	 "/root",    "/run",
					  "/srv",  "/tmp",   "/var", "/var/lib", "/var/log", NULL};

static bool is_host_system(const char *path)
{
	bool below = false;

	for (const char *const *d = system_trees; *d && !below; d++)
		below = path_below(path, *d);
	return below || str_in(path, system_dirs);
}

/* Compared by inode too: a bind mount of "/" has another path. */
static bool is_host_root(const struct rootfs_source *s, const struct stat *st)
{
	struct stat host;

	return strcmp(s->path, "/") == 0 || stat("/", &host) != 0 ||
	       (host.st_dev == st->st_dev && host.st_ino == st->st_ino);
}

/* One pass over mountinfo: our mount, and what would spoil a clone of it. */
static int scan_mounts(struct rootfs_source *s, uint64_t id, struct err *e)
{
	struct mountinfo m;
	char *text = s->text.buf;
	bool found = false;
	int r;

	while ((r = mountinfo_next(&text, &m)) > 0) {
		if (strcmp(m.mountpoint, "/") == 0 && mountinfo_is_shared(&m))
			s->shared_root = true;
		if (m.parent == id && path_below(m.mountpoint, s->path))
			s->inside = m.mountpoint;
		if (m.id == id) {
			s->mount = m;
			found = true;
		}
	}
	if (r < 0)
		return err_set(e, ERR_SYSTEM, EINVAL, "/proc/self/mountinfo: malformed line");
	if (!found)
		return err_set(e, ERR_SYSTEM, ENOENT, "rootfs %s: its mount is not in mountinfo",
			       s->path);
	return 0;
}

static int look(struct rootfs_source *s, const char *path, struct err *e)
{
	struct stat st;
	struct statfs fs;
	uint64_t id;

	int r = open_and_name(s, path, e);
	if (r < 0)
		return r;
	if (fstat(s->fd, &st) != 0 || fstatfs(s->fd, &fs) != 0)
		return err_sys(e, errno, "rootfs %s: stat", path);
	r = mount_id(s->fd, &id);
	if (r < 0)
		return err_sys(e, -r, "rootfs %s: which mount it is in", path);
	s->uid = st.st_uid;
	s->overlay = fs.f_type == OVERLAYFS_SUPER_MAGIC;
	s->is_host_root = is_host_root(s, &st);
	r = mountinfo_read(&s->text, e);
	if (r == 0)
		r = scan_mounts(s, id, e);
	if (r == 0)
		s->is_mount_root = strcmp(s->mount.mountpoint, s->path) == 0;
	return r;
}

int rootfs_source_check(const struct rootfs_source *s, struct err *e)
{
	/* Mapped to the container's root, the host's own tree would be the host. */
	if (s->is_host_root)
		return err_set(e, ERR_HOST, EINVAL, "rootfs %s is the host's own /", s->path);
	if (is_host_system(s->path))
		return err_set(e, ERR_HOST, EINVAL,
			       "rootfs %s belongs to the host's own system: the container's root "
			       "would own the files of the host's",
			       s->path);
	if (s->inside)
		return err_set(e, ERR_HOST, EBUSY,
			       "rootfs %s has a mount inside it at %s: list it in mounts instead",
			       s->path, s->inside);
	if (s->shared_root)
		return err_set(e, ERR_BUG, EINVAL, "rootfs: the mount namespace is not private");
	return 0;
}

int rootfs_source_open(const char *path, struct rootfs_source *ret, struct err *e)
{
	AUTO_ROOTFS_SOURCE s = ROOTFS_SOURCE_INIT;
	int r = look(&s, path, e);

	if (r < 0)
		return r;
	*ret = s;
	s = ROOTFS_SOURCE_INIT;
	return 0;
}

void rootfs_source_close(struct rootfs_source *s)
{
	fd_closep(&s->fd);
	strbuf_free(&s->text);
}
