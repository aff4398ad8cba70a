/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pids.c: linux.resources.pids.limit. Absent and negative mean unlimited; so did 0 before version
 * 1.3.0 of the specification, where it became a limit of none.
 */
#include "base/arena.h"
#include "harden/rule.h"
#include "harden/unified.h"

static const char pointer[] = "/linux/resources/pids/limit";

static bool is_limit(const struct spec *s, const int64_t *v)
{
	return v && (*v > 0 || (*v == 0 && spec_at_least(s, 1, 3)));
}

/*
 * Rootless without a cgroup. RLIMIT_NPROC is counted for each user in each user namespace by itself
 * since 5.14 (ucounts): less than a limit of the container, and more than none. What the config
 * asks for stays, and the plan says that it cannot be had.
 */
static bool limit_users(struct harden *h)
{
	const struct policy_pids *p = &h->policy->pids;

	if (!controller_missing(h, "pids", pointer, p->required, "RLIMIT_NPROC counts instead"))
		return false;
	if (h->s->process && h->when == RULES_OF_CREATE)
		rlimit_ceiling(h, "RLIMIT_NPROC", (uint64_t)p->default_limit,
			       "a fork bomb must hit a limit of its own");
	return true;
}

void rule_pids(struct harden *h)
{
	const struct policy_pids *p = &h->policy->pids;
	const struct spec_resources *have = h->s->linux_ ? h->s->linux_->resources : NULL;
	const int64_t *asked = have && have->pids ? have->pids->limit : NULL;
	int64_t v = p->default_limit;

	if (!is_limit(h->s, asked) && limit_users(h))
		return;
	struct spec_resources *r = need_resources(h);
	if (!r)
		return;
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
