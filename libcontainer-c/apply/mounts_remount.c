/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mounts_remount.c: owns "remount": what mount(2) does for MS_REMOUNT, in the words of the mount
 * API. The flags of the mount become those of the options and no others; access times stay unless
 * an option names them (do_remount() of fs/namespace.c). Without "bind" the file system is
 * reconfigured, too, wherever else it is mounted.
 */
#include "apply/mounts_priv.h"

#include <errno.h>
#include <linux/mount.h>
#include <stddef.h>
#include <sys/stat.h>

#include "apply/in_root.h"
#include "base/err.h"
#include "base/fd.h"
#include "kernel/sys.h"

#ifndef MOUNT_ATTR_NOSYMFOLLOW
#define MOUNT_ATTR_NOSYMFOLLOW 0x00200000 /* 5.14 */
#endif

#define FLAGS                                                                                      \
	(MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC |            \
	 MOUNT_ATTR_NODIRATIME | MOUNT_ATTR_NOSYMFOLLOW)

static int open_mount(const struct mount_plan *p, const struct mounts_env *env, struct err *e)
{
	AUTO_FD fd = in_root_open(env->root_fd, p->destination, O_PATH);
	struct statx sx;

	if (fd < 0)
		return err_sys(e, -fd, "open the mount");
	if (statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &sx) < 0)
		return err_sys(e, errno, "look at the mount");
	if (!(sx.stx_attributes & STATX_ATTR_MOUNT_ROOT))
		return err_set(e, ERR_SPEC, EINVAL,
			       "/mounts/%zu/destination: \"%s\" is to be remounted, but nothing is "
			       "mounted there",
			       p->index, p->destination);
	return TAKE_FD(fd);
}

static int reconfigure(const struct mount_plan *p, int mount_fd, struct err *e)
{
	AUTO_FD fd = sys_fspick(mount_fd, "", FSPICK_EMPTY_PATH);

	if (fd < 0)
		return err_sys(e, errno, "/mounts/%zu: pick the file system to remount", p->index);
	int r = mounts_set_param(fd, p->attr_set & MOUNT_ATTR_RDONLY ? "ro" : "rw", NULL, p->type,
				 e);
	if (r >= 0)
		r = mounts_set_params(p, fd, e);
	if (r >= 0 && sys_fsconfig(fd, FSCONFIG_CMD_RECONFIGURE, NULL, NULL, 0) < 0)
		r = err_sys(e, errno, "/mounts/%zu: remount the file system", p->index);
	return r;
}

static int set_flags(const struct mount_plan *p, int fd)
{
	uint64_t clr = (FLAGS & ~p->attr_set) | (p->attr_clr & MOUNT_ATTR__ATIME);
	int r = mounts_set_attr(fd, p->rec_set, p->rec_clr, true);

	return r < 0 ? r : mounts_set_attr(fd, p->attr_set, clr, false);
}

int mounts_remount(const struct mount_plan *p, const struct mounts_env *env, struct err *e)
{
	AUTO_FD fd = open_mount(p, env, e);
	int r = fd < 0 ? fd : 0;

	if (r >= 0 && p->kind != MOUNT_BIND)
		r = reconfigure(p, fd, e);
	if (r < 0)
		return r;
	r = set_flags(p, fd);
	if (r >= 0)
		r = mounts_propagate(p, env->carried, fd);
	return r < 0 ? err_sys(e, -r, "/mounts/%zu: remount", p->index) : 0;
}
