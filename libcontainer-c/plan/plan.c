/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* plan.c: every subsystem's plan, in the order in which they need each other. */
#include "plan/plan.h"

#include <errno.h>
#include <linux/mount.h>

#include "base/err.h"
#include "base/str.h"
#include "harden/measures.h"
#include "host/facts.h"
#include "oci-spec/spec.h"

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
	if (r == 0)
		r = memory_policy_plan_make(s->linux_ ? s->linux_->memory_policy : NULL, f, a,
					    &p->process.memory_policy, e);
	/* The built-in filter depends on the capabilities that are left to the container. */
	if (r == 0)
		r = caps_plan_make(s->process->capabilities, f->last_cap, &first, e);
	if (r == 0)
		r = seccomp_plan_make(s->linux_ ? s->linux_->seccomp : NULL, m, first.bounding, a,
				      &p->seccomp, e);
	if (r == 0)
		r = seccomp_listener_check(s->linux_ ? s->linux_->seccomp : NULL,
					   &p->seccomp.listener, f, e);
	return r < 0 ? r : landlock_plan_make(m, f, &p->landlock, e);
}

/*
 * config-linux.md, "Cgroup ownership": on a cgroup2-only host, with a cgroup namespace of its own
 * and a mount that is not read-only.
 */
static void plan_delegation(const struct host_facts *f, struct plan *p)
{
	bool own = p->ns.ns[NS_CGROUP].mode == NS_NEW && f->cgroup_layout == CGROUP_LAYOUT_V2;

	for (size_t i = 0; own && i < p->mounts.n_mounts; i++) {
		const struct mount_plan *m = &p->mounts.mounts[i];
		p->cgroup.delegate |= m->kind == MOUNT_CGROUP && str_eq(m->source, "cgroup") &&
				      str_eq(m->destination, "/sys/fs/cgroup") &&
				      !(m->attr_set & MOUNT_ATTR_RDONLY);
	}
	p->cgroup.owner = ids_to_host(p->ns.maps.uid, p->ns.maps.n_uid, p->process.uid);
}

/* Moved over "/", the root would be that of the other container's `exec`, too. */
static int check_no_pivot(const struct plan *p, struct err *e)
{
	enum ns_mode mode = p->ns.ns[NS_MNT].mode;

	if (!p->rootfs.no_pivot || mode == NS_NEW || mode == NS_SHARED)
		return 0;
	return err_set(e, ERR_SPEC, EINVAL,
		       "--no-pivot: not in a mount namespace that is joined (/linux/namespaces)");
}

int plan_make(const struct spec *hardened, const struct measures *measures,
	      const struct host_facts *facts, const char *id, const char *bundle, struct arena *a,
	      struct plan *ret, struct err *e)
{
	struct plan p = {.id = id, .bundle = bundle};
	int r = namespaces_plan_make(hardened, facts, a, &p.ns, e);

	if (r == 0)
		r = net_devices_plan_make(hardened->linux_, &p.ns, a, &p.net_devices, e);
	if (r == 0)
		r = intel_rdt_plan_make(hardened->linux_ ? hardened->linux_->intel_rdt : NULL, id,
					facts, a, &p.intel_rdt, e);
	if (r == 0)
		r = rootfs_plan_make(hardened, measures, facts, bundle, a, &p.rootfs, e);
	if (r == 0)
		r = check_no_pivot(&p, e);
	if (r == 0)
		r = mounts_plan_make(hardened, facts, &p.ns, a, &p.mounts, e);
	if (r == 0 && !measures->keep_bind_flags)
		mounts_plan_drop_flags(&p.ns, &p.mounts);
	if (r == 0)
		r = cgroup_plan_make(hardened, measures, facts, id, a, &p.cgroup, e);
	if (r == 0)
		r = plan_process(hardened, hardened->process, measures, facts, a, &p, e);
	if (r == 0)
		plan_delegation(facts, &p);
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
