/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* masks.c: see masks.h. */
#include "apply/masks.h"

#include <errno.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include "apply/in_root.h"
#include "apply/mounts_priv.h"
#include "base/err.h"
#include "base/fd.h"
#include "kernel/sys.h"

#define QUIET (MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC)

/* In procfs and sysfs nobody can rename anything, and the mounts themselves are ours. */
static bool is_kernel_fs(const struct statfs *fs)
{
	return fs->f_type == PROC_SUPER_MAGIC || fs->f_type == SYSFS_MAGIC;
}

/*
 * Elsewhere the path may lie in a volume that another container writes to: what counts is where it
 * leads now.
 */
static int check_place(int root_fd, const char *path, int mount_fd, struct err *e)
{
	int r = in_root_same_mount(root_fd, path, mount_fd);

	if (r < 0)
		return err_sys(e, -r, "look at %s again", path);
	if (r == 0)
		return err_set(e, ERR_SYSTEM, EAGAIN, "%s was replaced while it was being covered",
			       path);
	return 0;
}

static int cover(int root_fd, const char *path, int mount_fd, int target_fd, struct err *e)
{
	struct statfs fs;

	if (fstatfs(target_fd, &fs) < 0)
		return err_sys(e, errno, "look at %s", path);
	int r = mounts_attach(mount_fd, target_fd);
	if (r < 0)
		return err_sys(e, -r, "cover %s", path);
	return is_kernel_fs(&fs) ? 0 : check_place(root_fd, path, mount_fd, e);
}

static int make_readonly(const char *path, int root_fd, struct err *e)
{
	AUTO_FD target_fd = in_root_open(root_fd, path, O_PATH);
	struct statfs fs;

	if (target_fd == -ENOENT)
		return 0;
	if (target_fd < 0)
		return err_sys(e, -target_fd, "open the read-only path %s", path);
	AUTO_FD fd = sys_open_tree(target_fd, "", OPEN_TREE_CLONE | AT_EMPTY_PATH | AT_RECURSIVE);
	if (fd < 0 || fstatfs(fd, &fs) < 0)
		return err_sys(e, errno, "clone the read-only path %s", path);
	/* Elsewhere programs and devices may be wanted: only proc and sysfs never have any. */
	uint64_t attrs = is_kernel_fs(&fs) ? QUIET : MOUNT_ATTR_RDONLY;
	int r = mounts_set_attr(fd, attrs, 0, true);
	if (r < 0)
		return err_sys(e, -r, "make %s read-only", path);
	return cover(root_fd, path, fd, target_fd, e);
}

int masks_readonly(const struct mounts_plan *p, int root_fd, struct err *e)
{
	for (size_t i = 0; i < p->n_readonly; i++) {
		int r = make_readonly(p->readonly[i], root_fd, e);
		if (r < 0)
			return r;
	}
	return 0;
}

/*
 * The first mask of each kind is made, the others are clones of it: one superblock for all
 * directories (per-CPU masks by the hundred made superblocks dear in Kubernetes: runc#5275).
 */
struct masks {
	int root_fd, null_fd;
	int dir_fd, file_fd; /* the first ones, attached; -1: none yet */
	struct err *e;
	struct masks_count count;
};

static int first_dir(struct masks *m)
{
	/* One inode, the root, was too few on Ubuntu 20.04's kernel (runc#5348). */
	static const char *const params[] = {"source", "tmpfs", "mode", "0555", "nr_inodes", "2",
					     "size",   "4096",	"ro",	NULL,	NULL};

	return mounts_tmpfs_make(params, QUIET, m->e);
}

static int first_file(struct masks *m)
{
	struct stat st;

	if (m->null_fd < 0)
		return err_set(m->e, ERR_BUG, ENODEV, "no null device to mask files with");
	AUTO_FD fd = sys_open_tree(m->null_fd, "", OPEN_TREE_CLONE | AT_EMPTY_PATH);
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(m->e, errno, "clone the null device");
	if (!S_ISCHR(st.st_mode) || st.st_rdev != makedev(1, 3))
		return err_set(m->e, ERR_SYSTEM, ENODEV, "the null device is not 1:3");
	/* Not nodev: a masked file reads as empty, it does not fail. */
	int r = mounts_set_attr(fd, QUIET & ~MOUNT_ATTR_NODEV, MOUNT_ATTR_NODEV, false);
	if (r < 0)
		return err_sys(m->e, -r, "set the attributes of the null device");
	return TAKE_FD(fd);
}

static int mask_fd(struct masks *m, bool dir)
{
	int first = dir ? m->dir_fd : m->file_fd;

	if (first < 0)
		return dir ? first_dir(m) : first_file(m);
	int fd = sys_open_tree(first, "", OPEN_TREE_CLONE | AT_EMPTY_PATH);
	return fd < 0 ? err_sys(m->e, errno, "clone a mask") : fd;
}

static int hide_match(void *arg, const char *path);

/* A name as it stands counts before what it may mean as a pattern. */
static int hide(struct masks *m, const char *path, bool literal)
{
	AUTO_FD target_fd = in_root_open(m->root_fd, path, O_PATH);
	struct stat st;

	bool none = target_fd == -ENOENT || target_fd == -ENOTDIR || target_fd == -ELOOP;
	if (none && !literal && masks_is_pattern(path))
		return masks_glob(m->root_fd, path, &m->count, hide_match, m, m->e);
	/* What a pattern leads to is often no directory: "/proc/x/y" of all that lies in /proc. */
	if (target_fd == -ENOENT || (none && literal))
		return 0;
	if (target_fd < 0)
		return err_sys(m->e, -target_fd, "open the masked path %s", path);
	if (fstat(target_fd, &st) < 0)
		return err_sys(m->e, errno, "stat the masked path %s", path);
	bool dir = S_ISDIR(st.st_mode);
	AUTO_FD fd = mask_fd(m, dir);
	if (fd < 0)
		return fd;
	int r = cover(m->root_fd, path, fd, target_fd, m->e);
	int *first = dir ? &m->dir_fd : &m->file_fd;
	if (r >= 0 && *first < 0)
		*first = TAKE_FD(fd);
	return r;
}

static int hide_match(void *arg, const char *path)
{
	return hide(arg, path, true);
}

int masks_hide(const struct mounts_plan *p, int root_fd, int null_fd, struct err *e)
{
	struct masks m = {
		.root_fd = root_fd, .null_fd = null_fd, .dir_fd = -1, .file_fd = -1, .e = e};
	int r = 0;

	for (size_t i = 0; r >= 0 && i < p->n_masked; i++)
		r = hide(&m, p->masked[i], false);
	fd_closep(&m.dir_fd);
	fd_closep(&m.file_fd);
	return r;
}
