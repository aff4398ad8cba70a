/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rootfs_pivot.c: the root mount takes the place of the host's. See rootfs.h. */
#include "apply/rootfs.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "base/err.h"
#include "kernel/sys.h"

int rootfs_attach(const struct rootfs *r, struct err *e)
{
	int to = r->at_fd < 0 ? AT_FDCWD : r->at_fd;
	unsigned flags = MOVE_MOUNT_F_EMPTY_PATH | (to >= 0 ? MOVE_MOUNT_T_EMPTY_PATH : 0u);

	if (sys_move_mount(r->fd, "", to, to >= 0 ? "" : "/", flags) != 0)
		return err_sys(e, errno, "rootfs: attach");
	/* "/" still is the host's root: only the cwd tells the two apart. */
	if (fchdir(r->fd) != 0)
		return err_sys(e, errno, "rootfs: enter");
	return 0;
}

static int is_root(const struct rootfs *r, const char *path, struct err *e)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return err_sys(e, errno, "rootfs: stat %s", path);
	if (st.st_dev != r->dev || st.st_ino != r->ino)
		return err_set(e, ERR_BUG, EINVAL, "rootfs: %s is not the container's root", path);
	return 0;
}

static int pivot_failed(int code, struct err *e)
{
	struct statfs fs;

	if (code == EINVAL && statfs("/", &fs) == 0 &&
	    (fs.f_type == RAMFS_MAGIC || fs.f_type == TMPFS_MAGIC))
		return err_set(e, ERR_HOST, code,
			       "rootfs: the host's root is an initramfs, which pivot_root can't "
			       "leave: switch to a real root filesystem first, or use --no-pivot, "
			       "if the policy allows it");
	return err_sys(e, code, "pivot_root");
}

int rootfs_pivot(const struct rootfs *r, struct err *e)
{
	/* A wrong cwd would make some other directory the container's root. */
	int ret = fchdir(r->fd) == 0 ? is_root(r, ".", e) : err_sys(e, errno, "rootfs: enter");

	if (ret < 0)
		return ret;
	if (sys_pivot_root(".", ".") != 0)
		return pivot_failed(errno, e);
	/* The old root is now stacked on the new one, and "." is it (pivot_root(2), NOTES). */
	if (umount2(".", MNT_DETACH) != 0)
		return err_sys(e, errno, "unmount the old root");
	if (chdir("/") != 0)
		return err_sys(e, errno, "chdir /");
	/* "/.." is what lies on top of "/": nothing may. */
	ret = is_root(r, "/", e);
	return ret < 0 ? ret : is_root(r, "/..", e);
}

int rootfs_finish(const struct rootfs_plan *p, struct err *e)
{
	if (p->own && mount(NULL, "/", NULL, p->own, NULL) != 0)
		return err_sys(e, errno, "set the propagation of /");
	return 0;
}
