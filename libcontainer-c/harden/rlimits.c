/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rlimits.c: process.rlimits. RLIMIT_CORE is 0 unless asked for: a core dump of a container is
 * written where the host's core_pattern says, and holds what the container keeps secret. No limit
 * is above its ceiling, whether it is asked for or inherited: what the config does not name, the
 * container has from the runtime, and that has it from an engine which often runs without limits.
 */
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "harden/rule.h"

static uint64_t lesser(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static const char *json_rlimit(struct harden *h, const struct spec_rlimit *l)
{
	return text(h, "{\"type\":\"%s\",\"hard\":%llu,\"soft\":%llu}", l->type,
		    (unsigned long long)l->hard, (unsigned long long)l->soft);
}

static struct spec_rlimit *find(const struct spec_process *p, const char *type)
{
	for (size_t i = 0; i < p->n_rlimits; i++)
		if (str_eq(p->rlimits[i].type, type))
			return &p->rlimits[i];
	return NULL;
}

static void append(struct harden *h, struct spec_rlimit limit, const char *why)
{
	struct spec_process *p = h->s->process;
	struct spec_rlimit *v = arena_array(h->a, p->n_rlimits + 1, sizeof(*v));
	const char *one = json_rlimit(h, &limit), *pointer = "/process/rlimits";

	if (!v)
		h->oom = true;
	if (h->oom)
		return;
	if (p->rlimits)
		pointer = text(h, "/process/rlimits/%zu", p->n_rlimits);
	if (!decide_change(h, pointer, NULL, p->rlimits ? one : text(h, "[%s]", one), "%s", why))
		return;
	if (p->n_rlimits)
		memcpy(v, p->rlimits, p->n_rlimits * sizeof(*v));
	v[p->n_rlimits++] = limit;
	p->rlimits = v;
}

static void lower(struct harden *h, struct spec_rlimit *l, uint64_t max, const char *why)
{
	struct spec_rlimit want = {l->type, lesser(l->hard, max), lesser(l->soft, max)};

	if (want.hard == l->hard && want.soft == l->soft)
		return;
	if (decide_change(h, text(h, "/process/rlimits/%zu", (size_t)(l - h->s->process->rlimits)),
			  json_rlimit(h, l), json_rlimit(h, &want),
			  "above the policy's ceiling: %s", why))
		*l = want;
}

static void lower_inherited(struct harden *h, const char *type, uint64_t max, const char *why)
{
	const struct inherited_fact *f = &h->facts->inherited;

	for (size_t i = 0; i < f->n_rlimits; i++) {
		const struct rlimit_fact *l = &f->rlimits[i];
		if (!str_eq(l->type, type) || (l->hard <= max && l->soft <= max))
			continue;
		append(h, (struct spec_rlimit){type, lesser(l->hard, max), lesser(l->soft, max)},
		       text(h, "inherited from the engine, above the policy's ceiling: %s", why));
		return;
	}
}

void rlimit_ceiling(struct harden *h, const char *type, uint64_t max, const char *why)
{
	struct spec_rlimit *l = find(h->s->process, type);

	if (l)
		lower(h, l, max, why);
	else
		lower_inherited(h, type, max, why);
}

void rule_rlimits(struct harden *h)
{
	const struct policy_rlimits *p = &h->policy->rlimits;

	if (!h->s->process)
		return;
	if (p->core_zero && !find(h->s->process, "RLIMIT_CORE"))
		append(h, (struct spec_rlimit){"RLIMIT_CORE", 0, 0},
		       "no core dumps of the container are written on the host");
	for (size_t i = 0; i < p->n_ceilings; i++)
		rlimit_ceiling(h, p->ceilings[i].type, p->ceilings[i].max, p->ceilings[i].why);
}
