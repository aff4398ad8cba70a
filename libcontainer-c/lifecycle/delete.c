/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * delete.c: the delete operation: end what still runs, then give back everything, in the reverse
 * order of its making. Works on a container in any state of completion, because a creator can be
 * killed at any moment; each step is idempotent, so that a second delete goes on where one failed.
 */
#include <errno.h>
#include <signal.h>

#include "apply/cgroup.h"
#include "apply/rootfs.h"
#include "base/err.h"
#include "base/fd.h"
#include "kernel/sys.h"
#include "lifecycle/audit.h"
#include "lifecycle/container.h"
#include "lifecycle/ids.h"
#include "lifecycle/late_hooks.h"
#include "lifecycle/opened.h"

#define GONE_MS	       10000
#define ORPHAN_GONE_MS 2000

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
 * processes can be in there. Its own first process dies without our help, of its parent's death.
 */
static int end_orphans(const struct record *r, bool *ret_ours, struct err *e)
{
	struct cgroup c;
	int rc = cgroup_open((const char *const *)r->cgroup_paths, r->n_cgroup_paths, &c, e);

	if (rc < 0)
		return rc;
	kill_unborn(&c);
	*ret_ours = cgroup_wait_empty(&c, ORPHAN_GONE_MS, NULL) == 0;
	cgroup_close(&c);
	return 0;
}

/* SIGKILL to init and to whatever else is in the cgroups, then wait for all of it. */
static int end_processes(const struct opened *o, struct err *e)
{
	const struct record *r = &o->record;
	struct cgroup c;

	AUTO_FD fd = initproc_pidfd(&o->init);
	if (fd >= 0)
		(void)sys_pidfd_send_signal(fd, SIGKILL);
	int rc = cgroup_open((const char *const *)r->cgroup_paths, r->n_cgroup_paths, &c, e);
	if (rc < 0)
		return rc;
	rc = cgroup_kill(&c, SIGKILL, e);
	if (rc == 0)
		rc = cgroup_wait_empty(&c, GONE_MS, e);
	cgroup_close(&c);
	if (rc == 0 && fd >= 0 && initproc_wait_gone(fd, GONE_MS) < 0)
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

static int destroy(struct opened *o, struct err *e)
{
	const struct record *r = &o->record;
	int rc = 0;

	if (o->has_record) {
		bool ours = true;
		rc = r->complete ? end_processes(o, e) : end_orphans(r, &ours, e);
		if (rc == 0 && ours)
			rc = cgroup_destroy((const char *const *)r->cgroup_paths, r->n_cgroup_paths,
					    e);
		if (rc == 0)
			rc = release_rootfs(r, e);
		if (rc < 0)
			return rc;
	}
	/* Failures of poststop hooks are the hooks' own; the container goes all the same. */
	if (o->has_record && r->has_poststop && r->complete)
		(void)late_hooks_poststop(o, NULL);
	rc = ids_release(o->dir.path, r->id_range, e);
	return rc < 0 ? rc : statedir_remove(&o->dir, e);
}

/* The lock is held by a `start` until the program runs: a hook of it that hangs must not stop us.
 */
static void kill_init_if_busy(const char *root, const char *id)
{
	struct statedir d;
	struct opened o;

	if (container_id_check(id, NULL) < 0 || statedir_open(root, id, &d, NULL) < 0)
		return;
	bool busy = statedir_is_locked(&d);
	statedir_close(&d);
	if (!busy || opened_load(root, id, false, &o, NULL) < 0)
		return;
	AUTO_FD fd = o.has_record && o.record.complete ? initproc_pidfd(&o.init) : -1;
	if (fd >= 0)
		(void)sys_pidfd_send_signal(fd, SIGKILL);
	opened_close(&o);
}

/* Hands @why on to the caller, too. */
static void record_delete(const struct opened *o, const char *id, const struct policy *policy,
			  const struct err *why, struct err *e)
{
	bool failed = why->kind != ERR_NONE;

	audit_result(&(struct audit){.policy = policy,
				     .event = "delete",
				     .id = id,
				     .bundle = o->record.bundle,
				     .pid = o->init.pid},
		     failed ? why : NULL);
	if (failed && e && e->kind == ERR_NONE)
		*e = *why;
}

int container_delete(const char *root, const char *id, bool force, const struct policy *policy,
		     struct err *e)
{
	struct opened o;
	struct err missing = {0}, why = {0};

	if (force)
		kill_init_if_busy(root, id);
	int r = opened_load(root, id, true, &o, &missing);

	if (r == -ENOENT && force && missing.kind == ERR_STATE)
		return 0;
	if (r < 0) {
		if (e && e->kind == ERR_NONE)
			*e = missing;
		return r;
	}
	opened_refresh(&o);
	if (!force && o.status != CONTAINER_STOPPED && o.status != CONTAINER_CREATED)
		r = err_set(&why, ERR_STATE, EBUSY,
			    "cannot delete container %s that is not stopped: %s", id,
			    container_status_name(o.status));
	else
		r = destroy(&o, &why);
	record_delete(&o, id, policy, &why, e);
	opened_close(&o);
	return r;
}
