/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cgroup.c: the cgroup plan put together from its parts; see cgroup.h. Pure. */
#include "plan/cgroup_build.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "harden/measures.h"
#include "base/str.h"
#include "host/facts.h"
#include "oci-spec/spec.h"

static int lines_for_v1(struct cgroup_builder *b)
{
	const struct devices_rules *d = &b->p->devices;
	const char **lines = arena_array(b->a, d->n + 1, sizeof(*lines));

	if (!lines)
		return cgroup_no_memory(b);
	for (size_t i = 0; i < d->n; i++) {
		lines[i] = device_exception_line(&d->exceptions[i], b->a);
		if (!lines[i])
			return cgroup_no_memory(b);
	}
	b->p->devices_lines = lines;
	return 0;
}

/* The v1 controller where it is mounted; else any v2 tree, where eBPF needs no controller. */
static int plan_devices(struct cgroup_builder *b, const struct measures *m)
{
	struct cgroup_plan *p = b->p;
	struct cgroup_where w;
	struct bpf_insn *insns;
	size_t n_always = m->n_devices;
	const struct spec_device_cgroup *always =
		m->devices_listed ? m->devices : devices_defaults(&n_always);
	int r = devices_rules_make(b->r->devices, b->r->n_devices, always, n_always, b->a,
				   &p->devices, b->e);

	/*
	 * Device rules are for host root (CAP_SYS_ADMIN for devices.deny, CAP_BPF), and without a
	 * node to open there is nothing to rule: none can be made, and on a mount of the container
	 * none works (SB_I_NODEV). Those of the host that are bound have the host's permissions.
	 */
	if (r < 0 || b->f->in_userns)
		return r;
	if (cgroup_has(b, "devices", NULL, &w)) {
		p->devices_v1 = true;
		p->devices_tree = w.tree;
		return lines_for_v1(b);
	}
	for (size_t i = 0; i < p->n_trees; i++) {
		if (p->trees[i].version != CGROUP_V2)
			continue;
		p->devices_v2 = true;
		p->devices_tree = i;
		r = devices_rules_program(&p->devices, b->a, &insns, &p->n_devices_insns, b->e);
		p->devices_insns = r == 0 ? insns : NULL;
		return r;
	}
	return cgroup_unsupported(b, "/linux/resources/devices",
				  "no cgroup hierarchy of this host can limit devices");
}

/* Unified comes last: it is checked against all that the others write. */
static int (*const parts[])(struct cgroup_builder *) = {
	cgroup_plan_pids,    cgroup_plan_memory,   cgroup_plan_cpu,
	cgroup_plan_cpuset,  cgroup_plan_block_io, cgroup_plan_hugetlb,
	cgroup_plan_network, cgroup_plan_rdma,	   cgroup_plan_unified,
};

int cgroup_plan_make(const struct spec *s, const struct measures *m, const struct host_facts *f,
		     const char *id, struct arena *a, struct cgroup_plan *ret, struct err *e)
{
	static const struct spec_resources none;
	const struct spec_linux *l = s->linux_;
	struct cgroup_plan p = {0};
	struct cgroup_builder b = {
		.f = f,
		.r = l && l->resources ? l->resources : &none,
		.a = a,
		.e = e,
		.p = &p,
	};
	const char *path = l ? l->cgroups_path : NULL;
	int r = 0;

	if (f->systemd.on)
		r = systemd_cgroup_place(path, f, id, a, &p.systemd, &path, e);
	if (r == 0)
		r = cgroup_trees_make(path, f, id, a, &p, e);
	if (r == 0)
		r = plan_devices(&b, m);
	for (size_t i = 0; r == 0 && i < sizeof(parts) / sizeof(parts[0]); i++)
		r = parts[i](&b);
	if (r < 0)
		return r;
	p.settings = b.settings;
	p.n_settings = b.n;
	p.v2_controllers = b.v2_controllers;
	p.n_v2_controllers = b.n_v2_controllers;
	if (f->systemd.on)
		r = systemd_plan_make(s, f, id, a, &p, e);
	if (r < 0)
		return r;
	*ret = p;
	return 0;
}

int cgroup_plan_place(struct cgroup_plan *p, const char *const *paths, size_t n, struct arena *a,
		      struct err *e)
{
	struct cgroup_tree *trees = arena_array(a, p->n_trees, sizeof(*trees));

	if (!trees)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	if (n != p->n_trees)
		return err_set(e, ERR_HOST, EINVAL,
			       "the host has %zu cgroup hierarchies, the container was made with "
			       "%zu",
			       p->n_trees, n);
	for (size_t i = 0; i < n; i++) {
		trees[i] = p->trees[i];
		trees[i].dir = paths[i];
		if (!path_below(paths[i], trees[i].mountpoint))
			return err_set(e, ERR_HOST, EINVAL,
				       "the container's cgroup %s is not in the hierarchy %s",
				       paths[i], trees[i].mountpoint);
	}
	p->trees = trees;
	p->paths = paths;
	return 0;
}
