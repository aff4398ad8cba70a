/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* restore_mounts.c: what CRIU finds of the host, and nothing else of it. See restore_priv.h. */
#include "lifecycle/restore_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apply/in_root.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "kernel/mount_id.h"
#include "kernel/mountinfo.h"
#include "kernel/sys.h"
#include "lifecycle/checkpoint_plan.h"
#include "lifecycle/creation.h"
#include "lifecycle/criu.h"

#define TABLE_MAX (16u << 20)
#define STAGE	  "/tmp"
#define ROOTFS	  "rootfs"
#define TREE	  "tree" /* the same with all its mounts, for a while */

struct table {
	struct mountinfo *mounts;
	size_t n;
};

int restore_stage(char *ret_path, struct err *e)
{
	char link[40];

	if (mount("tmpfs", STAGE, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=1777") < 0)
		return err_sys(e, errno, "mount a tmpfs over " STAGE);
	AUTO_FD fd = open(STAGE, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(e, errno, "open " STAGE);
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	ssize_t n = readlink(link, ret_path, PATH_MAX - 1);
	if (n < 0)
		return err_sys(e, errno, "readlink %s", link);
	ret_path[n] = '\0';
	return TAKE_FD(fd);
}

/* It may be over "/", where the mount table does not tell it from the host's. */
static int move_tree(struct creation *c, int stage_fd, struct err *e)
{
	AUTO_FD old_fd = fcntl(c->rootfs.fd, F_DUPFD_CLOEXEC, 3);
	int r = old_fd < 0 ? err_sys(e, errno, "dup") : rootfs_detach(&c->rootfs, e);

	if (r < 0)
		return r;
	if (fchdir(old_fd) < 0 || umount2(".", MNT_DETACH) < 0)
		return err_sys(e, errno, "rootfs: detach");
	if (mkdirat(stage_fd, TREE, 0700) < 0)
		return err_sys(e, errno, "make " TREE);
	c->rootfs.at_fd = openat(stage_fd, TREE, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (c->rootfs.at_fd < 0)
		return err_sys(e, errno, "open " TREE);
	return rootfs_attach(&c->rootfs, e);
}

/* The mounts below the root, their places as seen in the container. */
static int read_table(struct creation *c, const char *root, struct table *ret, struct err *e)
{
	struct table t = {0};
	size_t cap = 0, len = strlen(root);
	char *text;
	int more = 1;

	AUTO_FD fd = openat(c->proc_fd, "self/mountinfo", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -errno : fd_read_all(fd, &c->arena, TABLE_MAX, &text);
	if (n < 0)
		return err_sys(e, (int)-n, "read the mount table");
	while (more > 0) {
		t.mounts = arena_grow(&c->arena, t.mounts, t.n, &cap, sizeof(*t.mounts));
		if (!t.mounts)
			return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
		struct mountinfo *m = &t.mounts[t.n];
		more = mountinfo_next(&text, m);
		if (more <= 0 || !path_below(m->mountpoint, root))
			continue;
		m->mountpoint += len;
		if (!*m->mountpoint)
			m->mountpoint = "/";
		t.n++;
	}
	if (more < 0)
		return err_set(e, ERR_SYSTEM, EINVAL, "the mount table: malformed line");
	*ret = t;
	return 0;
}

/* Inside the root, without a symlink on the way, and the very mount of the table. */
static int clone_mount(const struct creation *c, const struct mountinfo *m, struct err *e)
{
	AUTO_FD at_fd = in_root_open_plain(c->rootfs.fd, m->mountpoint, O_PATH);
	uint64_t id;

	if (at_fd < 0)
		return err_sys(e, -at_fd, "open the mount at %s", m->mountpoint);
	int r = mount_id(at_fd, &id);
	if (r == 0 && id != m->id)
		return err_set(e, ERR_SYSTEM, EAGAIN, "%s was covered meanwhile", m->mountpoint);
	int fd = r < 0 ? -1 : sys_open_tree(at_fd, "", OPEN_TREE_CLONE | AT_EMPTY_PATH);
	return fd < 0 ? err_sys(e, r < 0 ? -r : errno, "clone the mount at %s", m->mountpoint) : fd;
}

static int place_mount(int stage_fd, const char *name, int mount_fd, struct err *e)
{
	struct stat st;
	int r = fstat(mount_fd, &st);

	if (r == 0 && S_ISDIR(st.st_mode))
		r = mkdirat(stage_fd, name, 0755);
	else if (r == 0)
		r = mknodat(stage_fd, name, S_IFREG | 0644, 0);
	if (r == 0)
		r = sys_move_mount(mount_fd, "", stage_fd, name, MOVE_MOUNT_F_EMPTY_PATH);
	return r < 0 ? err_sys(e, errno, "lay out a mount for CRIU") : 0;
}

static int lay_out(struct creation *c, int stage_fd, const char *stage, const struct table *t,
		   struct criu *criu, struct err *e)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct mountinfo *m = &t->mounts[i];
		char name[24];

		if (!checkpoint_is_external(t->mounts, t->n, m))
			continue;
		AUTO_FD fd = clone_mount(c, m, e);
		if (fd < 0)
			return fd;
		snprintf(name, sizeof(name), "%zu", i);
		int r = place_mount(stage_fd, name, fd, e);
		if (r < 0)
			return r;
		criu_add(criu, "--external=mnt[%s]:%s/%s", m->mountpoint, stage, name);
	}
	return 0;
}

/*
 * Alone: in the copy of this mount namespace that the container's user namespace has, what is
 * mounted on it would be locked, and it could not be taken without that.
 */
static int place_root(struct creation *c, int stage_fd, struct err *e)
{
	AUTO_FD fd = sys_open_tree(c->rootfs.fd, "", OPEN_TREE_CLONE | AT_EMPTY_PATH);

	if (fd < 0)
		return err_sys(e, errno, "rootfs: open_tree");
	/* The working directory is in it. */
	if (fchdir(stage_fd) < 0 || umount2(TREE, MNT_DETACH) < 0)
		return err_sys(e, errno, "rootfs: detach");
	return place_mount(stage_fd, ROOTFS, fd, e);
}

int restore_mounts(struct creation *c, int stage_fd, const char *stage, struct criu *criu,
		   struct err *e)
{
	struct table t = {0};
	const char *tree = arena_printf(&c->arena, "%s/" TREE, stage);
	int r = tree ? 0 : err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");

	if (r == 0 && c->plan.rootfs.readonly)
		r = rootfs_set_readonly(&c->rootfs, e);
	if (r == 0)
		r = move_tree(c, stage_fd, e);
	if (r == 0)
		r = read_table(c, tree, &t, e);
	if (r == 0)
		r = lay_out(c, stage_fd, stage, &t, criu, e);
	if (r == 0)
		r = place_root(c, stage_fd, e);
	criu_add(criu, "--root=%s/" ROOTFS, stage);
	return r;
}
