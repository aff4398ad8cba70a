/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kill.c: the kill operation. */
#include <errno.h>
#include <signal.h>

#include "apply/cgroup.h"
#include "base/err.h"
#include "base/fd.h"
#include "kernel/sys.h"
#include "lifecycle/audit.h"
#include "lifecycle/container.h"
#include "lifecycle/opened.h"

static int kill_all(const struct record *r, int sig, struct err *e)
{
	struct cgroup c;
	int rc = cgroup_open((const char *const *)r->cgroup_paths, r->n_cgroup_paths, &c, e);

	if (rc < 0)
		return rc;
	rc = cgroup_kill(&c, sig, e);
	cgroup_close(&c);
	return rc;
}

static int kill_init(const struct opened *o, int sig, struct err *e)
{
	AUTO_FD fd = initproc_pidfd(&o->init);

	if (fd < 0 || sys_pidfd_send_signal(fd, sig) < 0)
		return err_set(e, ERR_STATE, ESRCH, "container not running");
	/* A frozen v1 process acts on SIGKILL only when it is thawed. */
	if (sig == SIGKILL && o->status == CONTAINER_PAUSED)
		return kill_all(&o->record, SIGKILL, e);
	return 0;
}

static int kill_container(const struct opened *o, int sig, bool all, struct err *e)
{
	bool shared = sig == SIGKILL && o->record.shared_pid_namespace;
	int r = 0;

	if (o->status == CONTAINER_STOPPED || o->status == CONTAINER_CREATING) {
		/* --all: what is left of a container without a pid namespace of its own. */
		if (all || (shared && o->status == CONTAINER_STOPPED))
			r = o->has_record ? kill_all(&o->record, sig, e) : 0;
		if (!all)
			r = err_set(e, ERR_STATE, ESRCH, "container not running");
		return r;
	}
	return all || shared ? kill_all(&o->record, sig, e) : kill_init(o, sig, e);
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
