/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* create_plan.c: steps of create.c from the bundle to a plan and the first record. */
#include <errno.h>

#include "apply/intel_rdt.h"
#include "base/err.h"
#include "base/str.h"
#include "host/probe.h"
#include "lifecycle/bundle.h"
#include "lifecycle/create_steps.h"
#include "lifecycle/creation.h"
#include "lifecycle/creation_parts.h"
#include "lifecycle/groups.h"
#include "lifecycle/ids.h"
#include "lifecycle/notify.h"
#include "lifecycle/restarts.h"
#include "lifecycle/trace.h"
#include "lifecycle/warnings.h"
#include "oci-spec/spec.h"
#include "policy/policy.h"

int step_load(struct creation *c, struct err *e)
{
	int r = container_id_check(c->req->id, e);

	if (r == 0)
		r = bundle_load(c->req->bundle, &c->arena, &c->asked, e);
	if (r == 0)
		r = spec_check_create(c->asked, e);
	if (r == 0)
		r = creation_check_terminal(c, e);
	return r;
}

int step_statedir(struct creation *c, struct err *e)
{
	int r = statedir_create(c->req->root, c->req->id, &c->dir, e);

	c->dir.seal = &c->seal;
	return r < 0 ? r : notify_prepare(&c->dir, c->asked, &c->arena, e);
}

static int count_restarts(struct creation *c, struct err *e)
{
	const struct policy_restart *p = &c->req->policy->restart;

	if (str_eq(p->level, POLICY_OFF))
		return 0;
	return restarts_count(p, c->req->root, c->req->id, &c->facts.recent_creations,
			      &c->facts.restart_pause, e);
}

int step_facts(struct creation *c, struct err *e)
{
	int r = host_probe(c->asked, c->req->policy, &c->arena, &c->facts, e);

	c->facts.no_pivot = c->req->no_pivot;
	if (r == 0)
		r = host_probe_place(c->asked->linux_ ? c->asked->linux_->cgroups_path : NULL,
				     c->req->systemd_cgroup, &c->arena, &c->facts, e);
	if (r == 0 && c->req->need_cgroup && !c->facts.n_cgroup_v1 &&
	    !c->facts.cgroup_v2_mountpoint)
		r = err_set(e, ERR_HOST, EPERM,
			    "--rootless false: no cgroup is delegated to this user in which the "
			    "container's could be made");
	if (r == 0)
		r = count_restarts(c, e);
	if (r == 0 && harden_needs_id_range(c->asked, &c->facts)) {
		r = ids_reserve(c->dir.path, c->req->policy->userns.pool, &c->facts.range,
				&c->facts.range_source, e);
		if (r == 0)
			c->record.id_range = c->facts.range.outside;
	}
	return r;
}

int step_harden(struct creation *c, struct err *e)
{
	int r = harden(c->asked, c->req->policy, &c->facts, &c->arena, &c->hardened, &c->measures,
		       &c->decisions, e);

	if (r == 0)
		trace("%s: %zu decisions, which `explain` shows", c->req->id, c->decisions.n);
	/* Those that no rule has taken away, and said so. */
	if (r == 0)
		caps_ignored(c->hardened->process->capabilities, warnings_capability);
	return r;
}

/*
 * A container that joins another one's user namespace holds that one's range too. A range that a
 * rule which is off, or in audit only, has no use for is given back.
 */
static int settle_range(struct creation *c, struct err *e)
{
	const struct namespaces_plan *ns = &c->plan.ns;
	int r = 0;

	if (c->record.id_range && ns->root_uid != c->record.id_range) {
		r = ids_release(c->dir.path, c->record.id_range, e);
		c->record.id_range = 0;
	}
	if (r < 0 || ns->ns[NS_USER].mode != NS_JOIN_FOREIGN_OWNED)
		return r;
	r = ids_share(c->dir.path, ns->root_uid, e);
	if (r == 0)
		c->record.id_range = ns->root_uid;
	return r;
}

int step_plan(struct creation *c, struct err *e)
{
	int r = groups_keep(c->hardened, &c->arena, e);

	if (r == 0)
		r = plan_make(c->hardened, &c->measures, &c->facts, c->req->id, c->req->bundle,
			      &c->arena, &c->plan, e);

	if (r == 0 && c->check)
		r = c->check(&c->plan, c->criu, e);
	for (size_t i = 0; r == 0 && i < c->plan.seccomp.n; i++)
		trace("%s: seccomp filter flags: %u, %u instructions, %s", c->req->id,
		      c->plan.seccomp.filters[i].flags, c->plan.seccomp.filters[i].n,
		      c->plan.seccomp.filters[i].source);
	return r < 0 ? r : settle_range(c, e);
}

/* From here on `delete --force` finds everything, whenever the runtime is killed. */
int step_record(struct creation *c, struct err *e)
{
	int r = creation_fill_record(c, e);

	/* What is there already must not be written down as ours. */
	if (r == 0 && c->plan.intel_rdt.set)
		r = c->rdt_fd = intel_rdt_open(c->plan.intel_rdt.mountpoint, e);
	if (r >= 0 && c->plan.intel_rdt.set)
		r = intel_rdt_check_free(&c->plan.intel_rdt, c->rdt_fd, e);
	return r < 0 ? r : record_write(&c->dir, &c->record, e);
}
