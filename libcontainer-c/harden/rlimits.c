/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rlimits.c: process.rlimits. RLIMIT_CORE is 0 unless asked for: a core dump of a container is
 * written where the host's core_pattern says, and holds what the container keeps secret.
 */
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "harden/rule.h"

void rule_rlimits(struct harden *h)
{
	struct spec_process *p = h->s->process;

	if (!p || !h->policy->rlimits.core_zero)
		return;
	for (size_t i = 0; i < p->n_rlimits; i++)
		if (str_eq(p->rlimits[i].type, "RLIMIT_CORE"))
			return;
	struct spec_rlimit *v = arena_array(h->a, p->n_rlimits + 1, sizeof(*v));
	const char *pointer =
		p->rlimits ? text(h, "/process/rlimits/%zu", p->n_rlimits) : "/process/rlimits";
	if (!v) {
		h->oom = true;
		return;
	}
	if (!decide_change(h, pointer, NULL,
			   p->rlimits ? "{\"type\":\"RLIMIT_CORE\",\"hard\":0,\"soft\":0}"
				      : "[{\"type\":\"RLIMIT_CORE\",\"hard\":0,\"soft\":0}]",
			   "no core dumps of the container are written on the host"))
		return;
	if (p->n_rlimits)
		memcpy(v, p->rlimits, p->n_rlimits * sizeof(*v));
	v[p->n_rlimits].type = "RLIMIT_CORE";
	p->rlimits = v;
	p->n_rlimits++;
}
