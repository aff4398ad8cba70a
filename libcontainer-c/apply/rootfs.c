/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rootfs.c: from the engine's directory to a detached mount. See rootfs.h. */
#include "apply/rootfs.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "apply/idmap.h"
#include "kernel/mountinfo.h"
#include "apply/overlay.h"
#include "apply/rootfs_source.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "kernel/sys.h"

int rootfs_namespace(const struct rootfs_plan *p, struct err *e)
{
	if (unshare(CLONE_NEWNS) != 0)
		return err_sys(e, errno, "unshare the mount namespace");
	if (mount(NULL, "/", NULL, p->propagation, NULL) != 0)
		return err_sys(e, errno, "set the propagation of /");
	if (!(p->propagation & MS_SHARED))
		sys_mounts_are_private();
	return 0;
}

/* The attributes that a second overlay must take over from the engine's mount; a clone has them. */
static uint64_t inherited_attrs(const struct mountinfo *a)
{
	static const struct {
		const char *option;
		uint64_t attr;
	} table[] = {
		{"noexec", MOUNT_ATTR_NOEXEC},
		{"noatime", MOUNT_ATTR_NOATIME},
		{"nodiratime", MOUNT_ATTR_NODIRATIME},
		{"nosymfollow", MOUNT_ATTR_NOSYMFOLLOW},
		{"ro", MOUNT_ATTR_RDONLY},
	};
	uint64_t attrs = 0;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (mountinfo_has_option(a, table[i].option))
			attrs |= table[i].attr;
	return attrs;
}

static int open_overlay(const struct rootfs_source *s, int userns_fd, uint32_t uid, uint32_t gid,
			const char *context, struct rootfs *r, struct err *e)
{
	struct overlay o = OVERLAY_INIT;
	int ret;

	if (strcmp(s->mount.root, "/") != 0 || !s->is_mount_root)
		return err_set(e, ERR_HOST, EINVAL,
			       "rootfs %s is a directory inside an overlay, not the overlay's "
			       "root: it can't be idmapped",
			       s->path);
	ret = overlay_open(&s->mount, userns_fd, uid, gid, context, &o, e);
	if (ret < 0)
		return ret;
	r->fd = o.fd;
	r->overlay = true;
	strcpy(r->workdir, o.workdir);
	return 0;
}

/*
 * Before anybody can reach the mount. Private: a clone of a mount that is a slave of the host's is
 * one too, and what the host mounts below root.path later would appear in the container.
 */
static int set_attrs(const struct rootfs_plan *p, const struct rootfs_source *s,
		     const struct rootfs *r, struct err *e)
{
	uint64_t attrs = p->attrs | (r->overlay ? inherited_attrs(&s->mount) : 0);
	struct mount_attr attr = {
		.attr_set = attrs,
		.attr_clr = attrs & MOUNT_ATTR__ATIME ? MOUNT_ATTR__ATIME : 0,
		.propagation = MS_PRIVATE,
	};

	if (sys_mount_setattr(r->fd, "", AT_EMPTY_PATH, &attr) != 0)
		return err_sys(e, errno, "rootfs: mount_setattr");
	return 0;
}

/* The flags of statvfs(3) that stand for the plan's. */
static unsigned long planned_flags(const struct rootfs_plan *p)
{
	return (p->attrs & MOUNT_ATTR_NOSUID ? ST_NOSUID : 0) |
	       (p->attrs & MOUNT_ATTR_NODEV ? ST_NODEV : 0) |
	       (p->attrs & MOUNT_ATTR_NOEXEC ? ST_NOEXEC : 0);
}

/* Take the map and the attributes at the kernel's word only after asking it. */
static int verify(const struct rootfs_plan *p, const struct rootfs_source *s, uint32_t root_uid,
		  struct rootfs *r, struct err *e)
{
	struct statvfs v;
	struct stat st;

	if (fstatvfs(r->fd, &v) != 0 || fstat(r->fd, &st) != 0)
		return err_sys(e, errno, "rootfs: stat");
	if (planned_flags(p) & ~v.f_flag)
		return err_set(e, ERR_HOST, EINVAL,
			       "rootfs: nosuid, nodev or noexec did not take effect");
	/* The owner on disk is the owner inside; from here it must look shifted. */
	if (r->idmapped && (st.st_uid == s->uid || (s->uid == 0 && st.st_uid != root_uid)))
		return err_set(e, ERR_HOST, EINVAL,
			       "rootfs: the idmapping did not take effect (owner %u is seen as %u)",
			       s->uid, st.st_uid);
	r->dev = st.st_dev;
	r->ino = st.st_ino;
	return 0;
}

static int open_mount(const struct rootfs_plan *p, const struct rootfs_source *s, int userns_fd,
		      uint32_t uid, uint32_t gid, struct rootfs *r, struct err *e)
{
	/*
	 * A directory that is the container root's own on disk was shifted by the engine; mapping
	 * it again would leave it without a valid owner. Unshifted images belong to 0, which a
	 * container's root never is.
	 */
	r->idmapped = userns_fd >= 0 && s->uid != uid;
	if (r->idmapped && s->overlay)
		return open_overlay(s, userns_fd, uid, gid, p->context, r, e);
	r->fd = idmap_clone(s->fd, "", r->idmapped ? userns_fd : -1, p->attrs, false, "rootfs", e);
	return r->fd < 0 ? r->fd : 0;
}

int rootfs_open(const struct rootfs_plan *p, int userns_fd, uint32_t root_uid, uint32_t root_gid,
		struct rootfs *ret, struct err *e)
{
	AUTO_ROOTFS_SOURCE s = ROOTFS_SOURCE_INIT;
	struct rootfs r = ROOTFS_INIT;

	/* Without a map of ours the caller's is in force, and its ids are relative to our own. */
	if (userns_fd >= 0 && (root_uid == 0 || root_gid == 0))
		return err_set(e, ERR_BUG, EINVAL,
			       "rootfs_open: the container's root must not be the host's");
	int err = rootfs_source_open(p->path, &s, e);
	if (err == 0)
		err = rootfs_source_check(&s, e);
	if (err < 0)
		return err;
	err = open_mount(p, &s, userns_fd, root_uid, root_gid, &r, e);
	if (err == 0)
		err = set_attrs(p, &s, &r, e);
	if (err == 0)
		err = verify(p, &s, root_uid, &r, e);
	if (err < 0) {
		rootfs_close(&r);
		(void)rootfs_release(r.workdir, NULL);
		return err;
	}
	strcpy(r.path, s.path);
	if (!r.idmapped)
		r.at_fd = TAKE_FD(s.fd);
	*ret = r;
	return 0;
}

void rootfs_close(struct rootfs *r)
{
	fd_closep(&r->fd);
	fd_closep(&r->at_fd);
}

int rootfs_set_readonly(const struct rootfs *r, struct err *e)
{
	struct mount_attr attr = {.attr_set = MOUNT_ATTR_RDONLY};
	struct statvfs v;

	if (sys_mount_setattr(r->fd, "", AT_EMPTY_PATH, &attr) != 0)
		return err_sys(e, errno, "rootfs: make read-only");
	if (fstatvfs(r->fd, &v) != 0)
		return err_sys(e, errno, "rootfs: fstatvfs");
	if (!(v.f_flag & ST_RDONLY))
		return err_set(e, ERR_HOST, EINVAL, "rootfs: read-only did not take effect");
	return 0;
}
