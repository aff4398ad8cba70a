/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * verify_machine.c: what the container has of the machine: the NUMA policy of its memory, network
 * devices of the host, the processor's class of service.
 */
#include "lifecycle/verify_priv.h"

#include <stdio.h>
#include <string.h>

#include "apply/intel_rdt.h"
#include "base/err.h"
#include "base/fd.h"

/* As numa_maps shows it of memory that has no policy of its own: numa(7). */
static void check_memory_policy(struct verify *v)
{
	const struct memory_policy_plan *p = &v->plan.process.memory_policy;
	char shown[128] = "";
	char *text;

	if (!p->set)
		return;
	if (verify_read(v, "numa_maps", &text) < 0 ||
	    verify_parse_policy(text, shown, sizeof(shown)) < 0) {
		verify_add(v, VERIFY_NOTE, "process", "memory policy", "as planned",
			   "this kernel does not show it");
		return;
	}
	verify_is(v, memory_policy_is_shown(p, shown), "process",
		  "memory policy (/linux/memoryPolicy)", memory_policy_text(p, v->a),
		  arena_strdup(v->a, shown));
}

static void check_net_devices(struct verify *v)
{
	const struct net_devices_plan *p = &v->plan.net_devices;
	char *text = NULL;
	ssize_t n = p->n ? verify_read(v, "net/dev", &text) : 0;

	for (size_t i = 0; i < p->n; i++) {
		const struct net_device_plan *d = &p->items[i];
		bool there = n >= 0 && verify_has_device(text, d->inside);
		verify_is(v, there, "network devices",
			  arena_printf(v->a, "%s (%s)", d->name, d->pointer),
			  arena_printf(v->a, "in the container as %s", d->inside),
			  there	  ? "in it"
			  : n < 0 ? "cannot be read"
				  : "not there");
	}
}

static void check_classes(struct verify *v, int root_fd)
{
	const struct record *r = &v->record;
	struct err why = {0};

	for (size_t i = 0; i < r->n_rdt_groups; i++) {
		int has = intel_rdt_has(root_fd, r->rdt_groups[i], v->init.pid);
		verify_is(v, has == 1, "class of service", r->rdt_groups[i], "the process is in it",
			  has == 1  ? "in it"
			  : has < 0 ? arena_printf(v->a, "cannot be read: %s", strerror(-has))
				    : "not in it");
	}
	if (v->plan.intel_rdt.n_lines == 0)
		return;
	int rc = intel_rdt_check(&v->plan.intel_rdt, root_fd, &why);
	verify_is(v, rc == 0, "class of service", "schemata (/linux/intelRdt)",
		  arena_printf(v->a, "%zu lines", v->plan.intel_rdt.n_lines),
		  rc == 0 ? "the same" : arena_strdup(v->a, why.msg));
}

static void check_intel_rdt(struct verify *v)
{
	struct err why = {0};

	if (!v->plan.intel_rdt.set)
		return;
	AUTO_FD root_fd = intel_rdt_open(v->plan.intel_rdt.mountpoint, &why);
	if (root_fd < 0)
		verify_add(v, VERIFY_FAILED, "class of service", "resctrl", "mounted",
			   arena_strdup(v->a, why.msg));
	else
		check_classes(v, root_fd);
}

void verify_machine(struct verify *v)
{
	if (!v->has_plan)
		return;
	check_memory_policy(v);
	check_net_devices(v);
	check_intel_rdt(v);
}
