/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rootfs_move.c: the root mount where there is no pivot_root(2). See rootfs.h. */
#include "apply/rootfs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "kernel/mount_id.h"
#include "kernel/mountinfo.h"
#include "kernel/sys.h"

#define TABLE_MAX (16u << 20)

int rootfs_detach(struct rootfs *r, struct err *e)
{
	AUTO_FD fd = sys_open_tree(r->fd, "", OPEN_TREE_CLONE | AT_EMPTY_PATH | AT_RECURSIVE);

	if (fd < 0)
		return err_sys(e, errno, "rootfs: open_tree");
	rootfs_close(r);
	r->fd = TAKE_FD(fd);
	return 0;
}

int rootfs_chroot(const struct rootfs *r, struct err *e)
{
	struct stat st;

	if (fchdir(r->fd) != 0 || chroot(".") != 0 || stat("/", &st) != 0)
		return err_sys(e, errno, "rootfs: chroot");
	if (st.st_dev != r->dev || st.st_ino != r->ino)
		return err_set(e, ERR_BUG, EINVAL, "rootfs: / is not the container's root");
	return 0;
}

struct table {
	struct mountinfo *mounts;
	size_t n;
};

static int read_table(int proc_fd, struct arena *a, struct table *ret, struct err *e)
{
	struct table t = {0};
	size_t cap = 0;
	char *text;
	int more = 1;

	AUTO_FD fd = openat(proc_fd, "self/mountinfo", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -errno : fd_read_all(fd, a, TABLE_MAX, &text);
	if (n < 0)
		return err_sys(e, (int)-n, "read the mount table");
	while (more > 0) {
		t.mounts = arena_grow(a, t.mounts, t.n, &cap, sizeof(*t.mounts));
		if (!t.mounts)
			return err_sys(e, ENOMEM, "read the mount table");
		more = mountinfo_next(&text, &t.mounts[t.n]);
		t.n += more > 0;
	}
	if (more < 0)
		return err_set(e, ERR_SYSTEM, EINVAL, "the mount table: malformed line");
	*ret = t;
	return 0;
}

static bool is_below(const struct table *t, size_t i, uint64_t root_id)
{
	uint32_t id = t->mounts[i].id;

	/* A parent stands anywhere in the table; none is further up than there are mounts. */
	for (size_t steps = 0; steps <= t->n; steps++) {
		size_t k = 0;
		if (id == root_id)
			return true;
		while (k < t->n && t->mounts[k].id != id)
			k++;
		if (k == t->n)
			return false;
		id = t->mounts[k].parent;
	}
	return false;
}

/* Of the host's proc and sysfs: unmount them, or count those that are left. */
static int host_kernel_fs(int proc_fd, uint64_t root_id, bool unmount, struct err *e)
{
	struct arena a = ARENA_INIT;
	struct table t = {0};
	int left = read_table(proc_fd, &a, &t, e);

	for (size_t i = 0; left >= 0 && i < t.n; i++) {
		const struct mountinfo *m = &t.mounts[i];
		if ((strcmp(m->fstype, "proc") != 0 && strcmp(m->fstype, "sysfs") != 0) ||
		    is_below(&t, i, root_id))
			continue;
		left++;
		/* It may have gone with one that it was mounted on. */
		if (unmount)
			(void)umount2(m->mountpoint, MNT_DETACH | UMOUNT_NOFOLLOW);
	}
	arena_free(&a);
	return left;
}

static int hide_kernel_fs(const struct rootfs *r, int proc_fd, struct err *e)
{
	uint64_t id;
	int n = mount_id(r->fd, &id);

	if (n < 0)
		return err_sys(e, -n, "rootfs: mount id");
	n = host_kernel_fs(proc_fd, id, true, e);
	if (n > 0)
		n = host_kernel_fs(proc_fd, id, false, e);
	if (n > 0)
		return err_set(e, ERR_HOST, EBUSY,
			       "rootfs: %d mounts of the host's proc and sysfs cannot be unmounted",
			       n);
	return n;
}

int rootfs_move(const struct rootfs *r, bool own, int proc_fd, struct err *e)
{
	int ret = own ? hide_kernel_fs(r, proc_fd, e) : 0;

	if (ret < 0)
		return ret;
	/* Not at a directory of the engine's: it is over "/" already. */
	if (r->at_fd >= 0 && sys_move_mount(r->fd, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH) != 0)
		return err_sys(e, errno, "rootfs: move to /");
	return rootfs_chroot(r, e);
}
