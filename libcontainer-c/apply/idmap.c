/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* idmap.c: see idmap.h. */
#include "apply/idmap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "kernel/mountinfo.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "kernel/sys.h"

/* File systems that learned idmapped mounts late (FS_ALLOW_IDMAP), for the message. */
static const struct {
	const char *fstype, *since;
} learned[] = {
	{"btrfs", "5.15"},
	{"fuse", "6.12"},
	{"squashfs", "6.2"},
	{"tmpfs", "6.3"},
};

static const char *learned_in(const char *fstype)
{
	for (size_t i = 0; i < sizeof(learned) / sizeof(learned[0]); i++)
		if (strcmp(fstype, learned[i].fstype) == 0)
			return learned[i].since;
	return NULL;
}

/* Say which file system it is; only on the way to an error, so that its cost does not matter. */
static int refuse(int dirfd, const char *path, bool recursive, const char *what, int code,
		  struct err *e)
{
	AUTO_STRBUF text = STRBUF_INIT;
	struct mountinfo m = {.fstype = "of unknown type"};
	struct statx st;

	if (statx(dirfd, path, AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_MNT_ID, &st) == 0 &&
	    mountinfo_read(&text, NULL) == 0 && text.buf)
		(void)mountinfo_find(text.buf, st.stx_mnt_id, &m, NULL);
	if (code == ENOSYS)
		return err_set(
			e, ERR_HOST, code,
			"%s filesystem %s can't be idmapped: mount_setattr(2) (Linux 5.12) is "
			"missing or denied on this host",
			what, m.fstype);
	const char *below = recursive ? ", or one mounted below it," : "";
	if (code == EPERM)
		return err_set(e, ERR_HOST, code,
			       "%s filesystem %s%s can't be idmapped: it is already, or belongs to "
			       "another user namespace",
			       what, m.fstype, below);
	const char *since = learned_in(m.fstype);
	return err_set(e, ERR_HOST, code,
		       "%s filesystem %s%s can't be idmapped on this kernel%s%s%s", what, m.fstype,
		       below, since ? " (<" : "", since ? since : "", since ? ")" : "");
}

int idmap_clone(int dirfd, const char *path, int userns_fd, uint64_t attr_set, bool recursive,
		const char *what, struct err *e)
{
	unsigned deep = recursive ? AT_RECURSIVE : 0;
	AUTO_FD fd = sys_open_tree(dirfd, path, OPEN_TREE_CLONE | AT_EMPTY_PATH | deep);
	struct mount_attr attr = {.attr_set = attr_set};

	if (fd < 0)
		return err_sys(e, errno, "%s: open_tree %s", what, path);
	if (attr_set & MOUNT_ATTR__ATIME)
		attr.attr_clr = MOUNT_ATTR__ATIME;
	if (userns_fd >= 0) {
		attr.attr_set |= MOUNT_ATTR_IDMAP;
		attr.userns_fd = (uint64_t)userns_fd;
	}
	if (attr.attr_set && sys_mount_setattr(fd, "", AT_EMPTY_PATH | deep, &attr) != 0) {
		int code = errno;
		if (userns_fd >= 0 && (code == EINVAL || code == EPERM || code == ENOSYS))
			return refuse(dirfd, path, recursive, what, code, e);
		return err_sys(e, code, "%s: mount_setattr", what);
	}
	return TAKE_FD(fd);
}
