/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pause.c: the cgroup freezer, and who is in a container. */
#include <errno.h>

#include "apply/cgroup.h"
#include "base/err.h"
#include "lifecycle/audit.h"
#include "lifecycle/container.h"
#include "lifecycle/opened.h"

static int check_status(const struct opened *o, bool pause, struct err *e)
{
	bool runs = o->status == CONTAINER_RUNNING || o->status == CONTAINER_CREATED;

	if (pause && !runs)
		return err_set(e, ERR_STATE, ESRCH, "container not running");
	if (!pause && o->status != CONTAINER_PAUSED)
		return err_set(e, ERR_STATE, EINVAL, "container not paused");
	return 0;
}

static int set_frozen(const char *root, const char *id, bool pause, const struct policy *policy,
		      struct err *e)
{
	struct opened o;
	struct cgroup c;
	int r = opened_load(root, id, true, &o, e);

	if (r < 0)
		return r;
	r = check_status(&o, pause, e);
	if (r == 0)
		r = opened_cgroups(&o, &c, e);
	if (r == 0) {
		r = pause ? cgroup_freeze(&c, e) : cgroup_thaw(&c, e);
		/* Half a container that stands still is worse than one that runs. */
		if (r < 0 && pause)
			(void)cgroup_thaw(&c, NULL);
		cgroup_close(&c);
	}
	audit_result(&(struct audit){.policy = policy,
				     .event = pause ? "pause" : "resume",
				     .id = id,
				     .bundle = o.record.bundle,
				     .pid = o.init.pid},
		     r < 0 ? e : NULL);
	opened_close(&o);
	return r;
}

int container_pause(const char *root, const char *id, const struct policy *policy, struct err *e)
{
	return set_frozen(root, id, true, policy, e);
}

int container_resume(const char *root, const char *id, const struct policy *policy, struct err *e)
{
	return set_frozen(root, id, false, policy, e);
}

int container_pids(const char *root, const char *id, struct arena *a, pid_t **ret, size_t *ret_n,
		   struct err *e)
{
	struct opened o;
	struct cgroup c;
	int r = opened_load(root, id, false, &o, e);

	if (r < 0)
		return r;
	/* A creator that died may have named cgroups that are another container's. */
	*ret_n = 0;
	bool made = o.has_record && o.record.complete && !o.record.restoring;
	if (made)
		r = opened_cgroups(&o, &c, e);
	if (r == 0 && made) {
		r = cgroup_pids(&c, a, ret, ret_n, e);
		cgroup_close(&c);
	}
	opened_close(&o);
	return r;
}
