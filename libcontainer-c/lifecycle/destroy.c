/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* destroy.c: see destroy.h. Works on a container in any state of completion, because a creator can
 * be killed at any moment. */
#include "lifecycle/destroy.h"

#include <errno.h>
#include <signal.h>

#include "apply/cgroup.h"
#include "apply/intel_rdt.h"
#include "apply/rootfs.h"
#include "base/err.h"
#include "base/fd.h"
#include "kernel/sys.h"
#include "lifecycle/ids.h"
#include "lifecycle/late_hooks.h"
#include "lifecycle/opened.h"
#include "lifecycle/remains.h"
#include "lifecycle/scope.h"

#define STRAYED_MS 500 /* alive so long after SIGKILL: somebody may have frozen it elsewhere */

/*
 * A first process that was stopped, by a neighbour in a joined pid namespace, before it could ask
 * for the death signal of its parent: it still has the runtime's name.
 */
static void kill_unborn(const struct cgroup *c)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	pid_t *pids;
	size_t n;

	if (cgroup_pids(c, &a, &pids, &n, NULL) < 0)
		return;
	for (size_t i = 0; i < n; i++) {
		AUTO_FD fd = sys_pidfd_open(pids[i]);
		if (fd >= 0 && initproc_is_unborn(pids[i]))
			(void)sys_pidfd_send_signal(fd, SIGKILL);
	}
}

/*
 * A creator that died wrote down cgroups that it may not have come to make: another container's
 * processes can be in there. Those with our mark are ours, and whoever is in them. Without one, as
 * of a user who can set none, its own first process dies of its parent's death, without our help.
 */
static int end_orphans(const struct opened *o, bool *ret_ours, struct err *e)
{
	const struct record *r = &o->record;
	struct cgroup c;
	int rc = cgroup_open((const char *const *)r->cgroup_paths, r->n_cgroup_paths, &c, e);

	if (rc < 0)
		return rc;
	if (remains_marked(&o->dir, r->id, &c)) {
		rc = cgroup_kill(&c, SIGKILL, e);
		if (rc == 0)
			rc = cgroup_wait_empty(&c, INITPROC_GONE_MS, e);
	} else {
		kill_unborn(&c);
		*ret_ours = cgroup_wait_empty(&c, INITPROC_GONE_MS, NULL) == 0;
	}
	cgroup_close(&c);
	return rc;
}

/* SIGKILL to init and to whatever else is in the cgroups, then wait for all of it. */
static int end_processes(const struct opened *o, struct err *e)
{
	struct cgroup c;

	AUTO_FD fd = initproc_pidfd(&o->init);
	if (fd >= 0)
		(void)sys_pidfd_send_signal(fd, SIGKILL);
	int rc = opened_cgroups(o, &c, e);
	if (rc < 0)
		return rc;
	rc = cgroup_kill(&c, SIGKILL, e);
	if (rc == 0 && fd >= 0 && initproc_wait_gone(fd, STRAYED_MS) < 0)
		cgroup_take_back(&c, o->init.pid);
	if (rc == 0)
		rc = cgroup_wait_empty(&c, INITPROC_GONE_MS, e);
	cgroup_close(&c);
	if (rc == 0 && fd >= 0 && initproc_wait_gone(fd, INITPROC_GONE_MS) < 0)
		rc = err_set(e, ERR_SYSTEM, EBUSY, "container init still running");
	return rc;
}

/* A creator that died before it could note its overlay work directory. */
static int release_rootfs(const struct record *r, struct err *e)
{
	if (r->complete)
		return r->overlay_workdir ? rootfs_release(r->overlay_workdir, e) : 0;
	return rootfs_release_at(r->rootfs, r->root_uid, e);
}

/* Unmounted since then, it has no groups any more. */
static int remove_rdt(const struct record *r, struct err *e)
{
	struct err gone = {0};

	if (r->n_rdt_own == 0)
		return 0;
	AUTO_FD fd = intel_rdt_open(r->rdt_root, &gone);
	return fd < 0 ? 0 : intel_rdt_remove(fd, (const char *const *)r->rdt_own, r->n_rdt_own, e);
}

int container_destroy(struct opened *o, struct err *e)
{
	const struct record *r = &o->record;
	int rc = 0;

	if (o->has_record) {
		bool ours = !scope_replaced(r);
		if (ours)
			rc = r->complete ? end_processes(o, e) : end_orphans(o, &ours, e);
		if (rc == 0 && ours)
			rc = scope_stop(r, e);
		if (rc == 0 && ours)
			rc = cgroup_destroy((const char *const *)r->cgroup_paths, r->n_cgroup_paths,
					    e);
		if (rc == 0)
			rc = remove_rdt(r, e);
	} else {
		rc = cgroup_destroy((const char *const *)r->cgroup_paths, r->n_cgroup_paths, e);
	}
	if (rc == 0)
		rc = rootfs_take_down(o->dir.fd, ROOT_DIR, e);
	if (rc == 0 && o->has_record)
		rc = release_rootfs(r, e);
	if (rc < 0)
		return rc;
	/* Of a creator that died before its first hook there is no config.json: nothing to undo. */
	if (o->has_record && r->has_poststop)
		late_hooks_poststop(o);
	rc = ids_release(o->dir.path, r->id_range, e);
	return rc < 0 ? rc : statedir_remove(&o->dir, e);
}
