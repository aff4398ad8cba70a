/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kill.c: the kill operation. */
#include <errno.h>
#include <signal.h>

#include "base/err.h"
#include "base/fd.h"
#include "kernel/sys.h"
#include "lifecycle/audit.h"
#include "lifecycle/container.h"
#include "lifecycle/opened.h"

static int kill_init(const struct opened *o, int sig, struct err *e)
{
	AUTO_FD fd = initproc_pidfd(&o->init);

	if (fd < 0 || sys_pidfd_send_signal(fd, sig) < 0)
		return err_set(e, ERR_STATE, ESRCH, "container not running");
	/* A frozen v1 process acts on SIGKILL only when it is thawed. */
	if (sig == SIGKILL && o->status == CONTAINER_PAUSED)
		return opened_kill(o, SIGKILL, e);
	return 0;
}

static int kill_container(const struct opened *o, int sig, bool all, struct err *e)
{
	const struct record *r = &o->record;
	bool restoring = r->restoring && r->complete;
	bool shared = sig == SIGKILL && (r->shared_pid_namespace || restoring);

	/* CRIU's processes are stopped, and one that goes on does what nobody has looked at. */
	if (r->restoring && sig != SIGKILL && sig != 0)
		return err_set(e, ERR_STATE, EBUSY,
			       "container is not restored yet: it takes no signal but SIGKILL");
	if (o->status == CONTAINER_CREATING && !all && !(shared && restoring))
		return err_set(e, ERR_STATE, ESRCH, "container not running");
	/*
	 * Without a pid namespace of its own a container is what is in its cgroup, whether its
	 * first process lives or not: the others do not die with it. Nor do those of a restore,
	 * among them CRIU, before the first one is on record.
	 */
	if (all || shared)
		return o->has_record ? opened_kill(o, sig, e) : 0;
	if (o->status == CONTAINER_STOPPED)
		return err_set(e, ERR_STATE, ESRCH, "container not running");
	return kill_init(o, sig, e);
}

int container_kill(const char *root, const char *id, int sig, bool all, const struct policy *policy,
		   struct err *e)
{
	struct opened o;
	/* No lock: a hook or a creator that hangs must be killable. */
	int r = opened_load(root, id, false, &o, e);

	if (r < 0)
		return r;
	opened_refresh(&o);
	r = kill_container(&o, sig, all, e);
	/* Signal 0 only asks whether there is somebody. */
	if (sig != 0)
		audit_result(&(struct audit){.policy = policy,
					     .event = "kill",
					     .id = id,
					     .bundle = o.record.bundle,
					     .signal = sig,
					     .pid = o.init.pid},
			     r < 0 ? e : NULL);
	opened_close(&o);
	return r;
}
