/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pids.c: linux.resources.pids.limit. Absent and negative mean unlimited; so did 0 before version
 * 1.3.0 of the specification, where it became a limit of none.
 */
#include "base/arena.h"
#include "harden/rule.h"
#include "harden/unified.h"

static bool is_limit(const struct spec *s, const int64_t *v)
{
	return v && (*v > 0 || (*v == 0 && spec_at_least(s, 1, 3)));
}

void rule_pids(struct harden *h)
{
	static const char pointer[] = "/linux/resources/pids/limit";
	const struct policy_pids *p = &h->policy->pids;
	struct spec_resources *r = need_resources(h);
	int64_t v = p->default_limit;

	if (!r)
		return;
	const int64_t *asked = r->pids ? r->pids->limit : NULL;
	const char *why = "without a limit a fork bomb takes the host down";
	if (is_limit(h->s, asked))
		v = *asked;
	else if (unified_take(h, "pids.max", pointer, 1, &v))
		why = "as unified asks";
	if (p->ceiling && v > p->ceiling) {
		v = p->ceiling;
		why = "above the policy's ceiling";
	}
	if (asked && *asked == v)
		return;
	struct spec_pids *pids = arena_alloc(h->a, sizeof(*pids));
	int64_t *limit = number_i64(h, v);
	if (!pids || !limit) {
		h->oom = true;
		return;
	}
	if (!decide_change(h, pointer, json_i64_opt(h, asked), json_i64(h, v), "%s", why))
		return;
	pids->limit = limit;
	r->pids = pids;
}
