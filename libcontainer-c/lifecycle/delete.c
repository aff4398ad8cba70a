/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * delete.c: the delete operation.
 */
#include <errno.h>
#include <signal.h>

#include "base/err.h"
#include "base/fd.h"
#include "kernel/sys.h"
#include "lifecycle/audit.h"
#include "lifecycle/container.h"
#include "lifecycle/destroy.h"
#include "lifecycle/opened.h"
#include "lifecycle/remains.h"

/*
 * The lock is held by a `start` until the program runs, and by a `restore`: a hook that hangs must
 * not stop us, nor CRIU, which is in the container's cgroups.
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
	bool made = o.has_record && o.record.complete;
	AUTO_FD fd = made ? initproc_pidfd(&o.init) : -1;
	if (fd >= 0)
		(void)sys_pidfd_send_signal(fd, SIGKILL);
	if (made && o.record.restoring)
		(void)opened_kill(&o, SIGKILL, NULL);
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
	if (r == -ENODATA && force)
		r = remains_load(root, id, &o, &missing);
	else if (r == 0 && !o.has_record && (r = remains_check(&o, id, &missing)) < 0)
		opened_close(&o);
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
		r = container_destroy(&o, &why);
	record_delete(&o, id, policy, &why, e);
	opened_close(&o);
	return r;
}
