/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pids.c: linux.resources.pids.limit. Absent and negative mean unlimited; so did 0 before version
 * 1.3.0 of the specification, where it became a limit of none.
 */
#include "base/arena.h"
#include "harden/rule.h"

static bool is_limit(const struct spec *s, const int64_t *v)
{
	return v && (*v > 0 || (*v == 0 && spec_at_least(s, 1, 3)));
}

void rule_pids(struct harden *h)
{
	const struct policy_pids *p = &h->policy->pids;
	struct spec_resources *r = need_resources(h);

	if (!r)
		return;
	const int64_t *asked = r->pids ? r->pids->limit : NULL;
	int64_t v = is_limit(h->s, asked) ? *asked : p->default_limit;
	if (p->ceiling && v > p->ceiling)
		v = p->ceiling;
	if (asked && *asked == v)
		return;
	struct spec_pids *pids = arena_alloc(h->a, sizeof(*pids));
	int64_t *limit = number_i64(h, v);
	if (!pids || !limit) {
		h->oom = true;
		return;
	}
	if (!decide_change(h, "/linux/resources/pids/limit", json_i64_opt(h, asked), json_i64(h, v),
			   is_limit(h->s, asked)
				   ? "above the policy's ceiling"
				   : "without a limit a fork bomb takes the host down"))
		return;
	pids->limit = limit;
	r->pids = pids;
}
