/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* plan.c: every subsystem's plan, in the order in which they need each other. */
#include "plan/plan.h"

#include "harden/measures.h"
#include "oci-spec/spec.h"
#include "plan/unsupported.h"

/* What a process of the container gets, the first one or a later one. */
static int plan_process(const struct spec *s, const struct spec_process *process,
			const struct measures *m, const struct host_facts *f, struct arena *a,
			struct plan *p, struct err *e)
{
	struct caps_plan first;
	int r = process_plan_make(process, f, &p->ns, a, &p->process, e);

	p->process.caps.securebits = m->securebits;
	if (r == 0)
		r = process_plan_personality(s->linux_ ? s->linux_->personality : NULL, &p->process,
					     e);
	/* The built-in filter depends on the capabilities that are left to the container. */
	if (r == 0)
		r = caps_plan_make(s->process->capabilities, f->last_cap, &first, e);
	if (r == 0)
		r = seccomp_plan_make(s->linux_ ? s->linux_->seccomp : NULL, m, first.bounding, a,
				      &p->seccomp, e);
	return r < 0 ? r : landlock_plan_make(m, f, &p->landlock, e);
}

int plan_make(const struct spec *hardened, const struct measures *measures,
	      const struct host_facts *facts, const char *id, const char *bundle, struct arena *a,
	      struct plan *ret, struct err *e)
{
	struct plan p = {.id = id, .bundle = bundle};
	int r = unsupported_check(hardened, e);

	if (r == 0)
		r = namespaces_plan_make(hardened, facts, a, &p.ns, e);
	if (r == 0)
		r = rootfs_plan_make(hardened, measures, bundle, a, &p.rootfs, e);
	if (r == 0)
		r = mounts_plan_make(hardened, facts, &p.ns, a, &p.mounts, e);
	if (r == 0)
		r = cgroup_plan_make(hardened, measures, facts, id, a, &p.cgroup, e);
	if (r == 0)
		r = plan_process(hardened, hardened->process, measures, facts, a, &p, e);
	if (r == 0)
		r = sysctl_plan_make(hardened, &p.ns, a, &p.sysctl, e);
	if (r == 0)
		r = hooks_plan_make(hardened, a, &p.hooks, e);
	if (r == 0)
		*ret = p;
	return r;
}

int plan_exec(const struct spec *container, const struct spec_process *process,
	      const struct measures *measures, const struct host_facts *facts,
	      const struct id_maps *maps, struct arena *a, struct plan *ret, struct err *e)
{
	struct plan p = {.ns.maps = *maps};
	int r = plan_process(container, process, measures, facts, a, &p, e);

	if (r == 0)
		*ret = p;
	return r;
}
