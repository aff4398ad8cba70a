/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mounts_cgroup.c: owns the container's view of its cgroups: bind mounts of its own directories of
 * the host's hierarchies.
 *
 * Why not mounts of type cgroup from inside its cgroup namespace, as runc makes them: both are
 * mounts of the same superblock with the same root, and /proc/self/mountinfo inside shows "/" for
 * both, but a clone costs half (measured: 70 against 150 us for nine hierarchies), is the same with
 * and without a cgroup namespace, and cannot change the options of the host's cgroup2 mount.
 */
#include "apply/mounts_priv.h"

#include <errno.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "kernel/sys.h"

/* The container's own directory, strictly below the mount point: never the whole hierarchy. */
static const char *own_dir(const struct cgroup_view *v, const struct mounts_env *env)
{
	for (size_t i = 0; i < env->n_cgroup_paths; i++) {
		const char *path = env->cgroup_paths[i];
		if (path && path_below(path, v->mountpoint) && strcmp(path, v->mountpoint) != 0)
			return path;
	}
	return NULL;
}

static int clone_dir(const char *path, struct err *e)
{
	AUTO_FD fd = sys_open_tree(AT_FDCWD, path, OPEN_TREE_CLONE | AT_SYMLINK_NOFOLLOW);
	struct statfs fs;

	if (fd < 0 || fstatfs(fd, &fs) < 0)
		return err_sys(e, errno, "open the cgroup %s", path);
	if (fs.f_type != CGROUP_SUPER_MAGIC && fs.f_type != CGROUP2_SUPER_MAGIC)
		return err_set(e, ERR_SYSTEM, EINVAL, "%s is not a cgroup", path);
	return TAKE_FD(fd);
}

static int show_hierarchy(const struct cgroup_view *v, const char *path, int tmpfs_fd,
			  struct err *e)
{
	AUTO_FD fd = clone_dir(path, e);

	if (fd < 0)
		return fd;
	if (mkdirat(tmpfs_fd, v->name, 0755) < 0)
		return err_sys(e, errno, "make the cgroup directory %s", v->name);
	if (sys_move_mount(fd, "", tmpfs_fd, v->name, MOVE_MOUNT_F_EMPTY_PATH) < 0)
		return err_sys(e, errno, "mount the cgroup %s", path);
	for (size_t i = 0; i < v->n_links; i++)
		if (symlinkat(v->name, tmpfs_fd, v->links[i]) < 0 && errno != EEXIST)
			return err_sys(e, errno, "link the cgroup directory %s", v->links[i]);
	return 0;
}

/* A cgroup2-only host: the container's cgroup itself. */
static int show_unified(const char *path, const struct mount_plan *m, int target_fd, struct err *e)
{
	AUTO_FD fd = clone_dir(path, e);

	if (fd < 0)
		return fd;
	int r = mounts_set_attr(fd, m->attr_set, m->attr_clr, false);
	if (r >= 0)
		r = mounts_attach(fd, target_fd);
	return r < 0 ? err_sys(e, -r, "mount the cgroup %s", path) : TAKE_FD(fd);
}

/*
 * The mounts go onto an attached tmpfs (mounting below a detached one takes 6.15), and one
 * recursive call gives all of them the attributes: nobody of the container runs yet.
 */
int mounts_cgroup_apply(const struct mounts_plan *p, const struct mount_plan *m,
			const struct mounts_env *env, int target_fd, struct err *e)
{
	static const char *const params[] = {"source", "cgroup", "mode", "0755",
					     "size",   "64k",	 NULL};

	/* The v2 tree is the last one. */
	const struct cgroup_view *last = p->n_cgroups ? &p->cgroups[p->n_cgroups - 1] : NULL;
	if (last && (!last->name || m->cgroup2) && own_dir(last, env))
		return show_unified(own_dir(last, env), m, target_fd, e);
	AUTO_FD fd = mounts_tmpfs_make(params,
				       MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC, e);
	if (fd < 0)
		return fd;
	int r = mounts_attach(fd, target_fd);
	if (r < 0)
		return err_sys(e, -r, "mount a tmpfs for the cgroups");
	for (size_t i = 0; i < p->n_cgroups; i++) {
		const char *path = own_dir(&p->cgroups[i], env);
		if (!p->cgroups[i].name || !path)
			continue;
		r = show_hierarchy(&p->cgroups[i], path, fd, e);
		if (r < 0)
			return r;
	}
	r = mounts_set_attr(fd, m->attr_set, m->attr_clr, true);
	return r < 0 ? err_sys(e, -r, "set the options of the cgroup mounts") : TAKE_FD(fd);
}
