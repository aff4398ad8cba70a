/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mounts.c: see mounts.h. Owns the order of the work. */
#include "apply/mounts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "apply/devices.h"
#include "apply/fsids.h"
#include "apply/in_root.h"
#include "apply/masks.h"
#include "apply/mounts_priv.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "kernel/sys.h"

struct apply {
	const struct mounts_plan *plan;
	const struct mounts_env *env;
	struct mounts *mounts;
	int *contexts; /* of mounts_contexts_open() */
	int *fds;      /* root of each mount that is needed again, or -1 */
	struct err *e;
};

/* Engines and their users look for runc's words. A message with a JSON pointer keeps its start. */
static int explain(const struct mount_plan *p, struct err *e, int r)
{
	if (e && e->kind == ERR_SYSTEM && e->msg[0] != '/')
		err_wrap(e, "/mounts/%zu: error mounting \"%s\" to rootfs at \"%s\"", p->index,
			 p->source, p->destination);
	return r;
}

static int sources_begin(const struct mounts_plan *p, struct mounts *m, struct err *e)
{
	if (m->source_fds)
		return 0;
	m->source_fds = malloc((p->n_mounts + 1) * sizeof(*m->source_fds));
	m->unmapped = calloc(p->n_mounts + 1, sizeof(*m->unmapped));
	if (!m->source_fds || !m->unmapped)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	m->n_sources = p->n_mounts;
	for (size_t i = 0; i < p->n_mounts; i++)
		m->source_fds[i] = -1;
	return 0;
}

static int open_sources(const struct mounts_plan *p, bool shared, struct mounts *m, struct err *e)
{
	int r = sources_begin(p, m, e);

	if (r < 0)
		return r;
	for (size_t i = 0; i < p->n_mounts; i++) {
		const struct mount_plan *one = &p->mounts[i];
		bool unmapped;
		if (one->kind != MOUNT_BIND || one->remount || one->stays_shared != shared)
			continue;
		int fd = mounts_source_open(one, &unmapped, e);
		if (fd < 0)
			return explain(one, e, fd);
		m->source_fds[i] = fd;
		if (unmapped)
			m->unmapped[m->n_unmapped++] = one->index;
	}
	return 0;
}

int mounts_open_shared(const struct mounts_plan *p, struct mounts *m, struct err *e)
{
	for (size_t i = 0; i < p->n_mounts; i++)
		if (p->mounts[i].stays_shared)
			return open_sources(p, true, m, e);
	return 0;
}

int mounts_open_sources(const struct mounts_plan *p, struct mounts *m, struct err *e)
{
	return open_sources(p, false, m, e);
}

int mounts_propagate(const struct mount_plan *p, bool carried, int fd)
{
	for (size_t i = 0; i < p->n_propagation; i++) {
		struct mount_attr attr = {.propagation = p->propagation[i].type};
		if (carried && attr.propagation == MS_UNBINDABLE)
			continue;
		unsigned rec = p->propagation[i].recursive ? AT_RECURSIVE : 0;
		if (sys_mount_setattr(fd, "", AT_EMPTY_PATH | rec, &attr) < 0)
			return -errno;
	}
	return 0;
}

static int make_bind(const struct apply *a, const struct mount_plan *p, int source_fd)
{
	int r = mounts_source_prepare(p, a->env, source_fd, a->e);

	if (r < 0)
		return r;
	if (r == 1)
		a->mounts->unmapped[a->mounts->n_unmapped++] = p->index;
	return source_fd;
}

static int make_fs(const struct apply *a, const struct mount_plan *p, int context_fd, int target_fd,
		   bool target_made)
{
	mode_t mode = (mode_t)-1;
	struct stat st;

	/* A tmpfs takes the mode of the directory it covers, if the image had one (runc#4971). */
	if (p->kind == MOUNT_TMPFS && !p->mode_given && !target_made) {
		if (fstat(target_fd, &st) < 0)
			return err_sys(a->e, errno, "look at the mount point");
		mode = st.st_mode & 07777;
	}
	AUTO_FD fd = mounts_fs_make(p, a->env, context_fd, mode, a->e);
	if (fd < 0 || !p->copy_up)
		return TAKE_FD(fd);
	int r = mounts_copy_up(target_fd, fd, p, a->e);
	return r < 0 ? r : TAKE_FD(fd);
}

/* Attach, and see that it is where it was asked for. */
static int place(const struct apply *a, const struct mount_plan *p, int fd, int target_fd)
{
	int r = p->kind == MOUNT_CGROUP ? 0 : mounts_attach(fd, target_fd);

	if (r >= 0)
		r = mounts_propagate(p, a->env->carried, fd);
	if (r < 0)
		return err_sys(a->e, -r, "attach the mount");
	r = mounts_is_symlink(fd) ? in_root_same_mount_nofollow(a->env->root_fd, p->destination, fd)
				  : in_root_same_mount(a->env->root_fd, p->destination, fd);
	if (r < 0)
		return err_sys(a->e, -r, "look at the mount point again");
	if (r == 0)
		return err_set(a->e, ERR_SYSTEM, EAGAIN,
			       "the mount point was replaced while it was being mounted on");
	return 0;
}

static int mount_one(const struct apply *a, size_t i)
{
	const struct mount_plan *p = &a->plan->mounts[i];
	int source_fd = a->mounts->source_fds[i];
	bool made;

	if (p->remount)
		return mounts_remount(p, a->env, a->e);
	if (p->copy_symlink && mounts_is_symlink(source_fd))
		return mounts_copy_symlink(p, a->env, source_fd, a->e);
	AUTO_FD target_fd = mounts_target_open(p, a->env, source_fd, &made, a->e);
	AUTO_FD fd = -1;

	if (target_fd < 0)
		return target_fd;
	if (p->kind == MOUNT_BIND) {
		a->mounts->source_fds[i] = -1;
		fd = source_fd;
		int r = make_bind(a, p, fd);
		if (r < 0)
			return r;
	} else if (p->kind == MOUNT_CGROUP) {
		fd = mounts_cgroup_apply(a->plan, p, a->env, target_fd, a->e);
	} else {
		fd = make_fs(a, p, a->contexts[i], target_fd, made);
	}
	if (fd < 0)
		return fd;
	int r = place(a, p, fd, target_fd);
	if (r < 0)
		return r;
	if (p->readonly_last || p->kind == MOUNT_DEVPTS || (ssize_t)i == a->plan->dev_mount)
		a->fds[i] = TAKE_FD(fd);
	return 0;
}

static int mount_all(struct apply *a)
{
	int r = mounts_contexts_open(a->plan, a->env, a->contexts, a->e);

	for (size_t i = 0; r >= 0 && i < a->plan->n_mounts; i++)
		r = explain(&a->plan->mounts[i], a->e, mount_one(a, i));
	return r;
}

/* Now: a /dev that is to be read-only is so by the time that there is a terminal. */
static int make_console(const struct apply *a, int dev_fd)
{
	if (!a->plan->console || dev_fd < 0)
		return 0;
	if (mknodat(dev_fd, "console", S_IFREG | 0620, 0) < 0 && errno != EEXIST)
		return err_sys(a->e, errno, "/process/terminal: make /dev/console");
	return 0;
}

static int close_tmpfs(const struct apply *a)
{
	for (size_t i = 0; i < a->plan->n_mounts; i++) {
		if (!a->plan->mounts[i].readonly_last)
			continue;
		int r = mounts_set_attr(a->fds[i], MOUNT_ATTR_RDONLY, 0, false);
		if (r < 0)
			return err_sys(a->e, -r, "make %s read-only",
				       a->plan->mounts[i].destination);
	}
	return 0;
}

static int keep(struct apply *a, struct devices *d)
{
	a->mounts->dev_fd = TAKE_FD(d->dev_fd);
	if (a->plan->pts_mount >= 0)
		a->mounts->pts_fd = TAKE_FD(a->fds[a->plan->pts_mount]);
	return 0;
}

static int apply_steps(void *arg)
{
	struct apply *a = arg;
	const struct mounts_plan *p = a->plan;
	struct devices d = DEVICES_INIT;
	int root_fd = a->env->root_fd;

	int r = mount_all(a);
	int dev_tmpfs_fd = p->dev_mount >= 0 ? a->fds[p->dev_mount] : -1;
	if (r >= 0)
		r = devices_make(p, a->env, dev_tmpfs_fd, &d, a->e);
	if (r >= 0)
		r = masks_readonly(p, root_fd, a->e);
	if (r >= 0)
		r = masks_hide(p, root_fd, d.null_fd, a->e);
	if (r >= 0)
		r = make_console(a, d.dev_fd);
	if (r >= 0)
		r = close_tmpfs(a);
	if (r >= 0)
		r = keep(a, &d);
	int closed = devices_close(&d, a->e);
	return r < 0 ? r : closed;
}

int mounts_apply(const struct mounts_plan *p, const struct mounts_env *env, struct mounts *m,
		 struct err *e)
{
	size_t n = p->n_mounts;
	struct apply a = {.plan = p, .env = env, .mounts = m, .e = e};
	int *fds = malloc((2 * n + 1) * sizeof(*fds));

	if (!fds)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	if (m->n_sources != n) {
		free(fds);
		return err_set(e, ERR_BUG, EINVAL, "mounts_open_sources() comes first");
	}
	for (size_t i = 0; i < 2 * n; i++)
		fds[i] = -1;
	a.contexts = fds;
	a.fds = fds + n;
	/* Or files made on an idmapped mount are EOVERFLOW. */
	int r = fsids_run(env->root_uid, env->root_gid, apply_steps, &a, e);
	for (size_t i = 0; i < 2 * n; i++)
		fd_closep(&fds[i]);
	free(fds);
	return r;
}

/* What is mounted twice at one place shows the last one only. */
static bool is_covered(const struct mounts_plan *p, size_t i)
{
	for (size_t k = i + 1; k < p->n_mounts; k++)
		if (path_below(p->mounts[i].destination, p->mounts[k].destination))
			return true;
	return false;
}

static bool loses_propagation(const struct mount_plan *p)
{
	for (size_t i = 0; i < p->n_propagation; i++)
		if (p->propagation[i].type == MS_SHARED || p->propagation[i].type == MS_UNBINDABLE)
			return true;
	return false;
}

static int finish(const struct mount_plan *p, int root_fd, struct err *e)
{
	AUTO_FD fd =
		in_root_open(root_fd, p->destination, O_PATH | (p->src_nofollow ? O_NOFOLLOW : 0));
	int r = fd < 0 ? fd : mounts_propagate(p, false, fd);

	return r < 0 ? err_sys(e, -r, "/mounts/%zu/options: set the propagation again", p->index)
		     : 0;
}

int mounts_finish(const struct mounts_plan *p, struct err *e)
{
	AUTO_FD root_fd = -1;
	int r = 0;

	for (size_t i = 0; i < p->n_mounts && r >= 0; i++) {
		if (!loses_propagation(&p->mounts[i]) || is_covered(p, i))
			continue;
		if (root_fd < 0)
			root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (root_fd < 0)
			return err_sys(e, errno, "open /");
		r = finish(&p->mounts[i], root_fd, e);
	}
	return r;
}

void mounts_close(struct mounts *m)
{
	for (size_t i = 0; i < m->n_sources; i++)
		fd_closep(&m->source_fds[i]);
	free(m->source_fds);
	free(m->unmapped);
	fd_closep(&m->dev_fd);
	fd_closep(&m->pts_fd);
	*m = MOUNTS_INIT;
}
