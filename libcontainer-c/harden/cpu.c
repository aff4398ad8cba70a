/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cpu.c: linux.resources.cpu.quota, CPU time per period in microseconds. 0 and less mean "no
 * limit", as all engines use them. CPU time is shared fairly without a limit, so that the policy
 * has none built in; with one, nobody gets more than that share of all CPUs (CIS Docker Benchmark
 * 5.12 asks for shares, which only count against others).
 */
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "harden/rule.h"
#include "harden/unified.h"

/* In microseconds: the kernel's default period, and its least quota (kernel/sched/core.c). */
#define PERIOD	  100000u
#define QUOTA_MIN 1000

#define POINTER "/linux/resources/cpu"

static const char why_ceiling[] = "above the policy's ceiling of the host's CPU time";

static uint64_t *number_u64(struct harden *h, uint64_t v)
{
	uint64_t *p = arena_alloc(h->a, sizeof(*p));

	if (!p)
		return oom(h);
	*p = v;
	return p;
}

static void set_unsigned(struct harden *h, const char *member, uint64_t **field, uint64_t v,
			 const char *why)
{
	uint64_t *p = number_u64(h, v);
	const char *before = *field ? text(h, "%llu", (unsigned long long)**field) : NULL;

	if (p && decide_change(h, text(h, POINTER "/%s", member), before,
			       text(h, "%llu", (unsigned long long)v), "%s", why))
		*field = p;
}

static void set_quota(struct harden *h, struct spec_cpu *c, int64_t v, const char *why)
{
	int64_t *p = number_i64(h, v);

	if (p && decide_change(h, POINTER "/quota", json_i64_opt(h, c->quota), json_i64(h, v), "%s",
			       why))
		c->quota = p;
}

/* The most CPU time that one period may have. */
static int64_t ceiling_of(const struct harden *h, uint64_t period)
{
	uint64_t v;

	if (__builtin_mul_overflow(period, (uint64_t)h->facts->cpus, &v) ||
	    __builtin_mul_overflow(v, (uint64_t)h->policy->cpu.ceiling_percent, &v))
		return INT64_MAX;
	return (int64_t)(v / 100);
}

/* "QUOTA" or "QUOTA PERIOD", "max" for no quota; nothing else. */
static bool parse_cpu_max(struct harden *h, const char *value, int64_t *quota, uint64_t *period)
{
	size_t n = strcspn(value, " ");
	char *first = arena_strndup(h->a, value, n);

	if (!first) {
		h->oom = true;
		return false;
	}
	*quota = 0;
	*period = 0;
	if (!str_eq(first, "max") && str_i64(first, 1, INT64_MAX, quota) < 0)
		return false;
	return !value[n] || str_u64(value + n + 1, UINT64_MAX, period) == 0;
}

/* The raw file of cgroup v2 counts like the members that are made for it. */
static void take_unified(struct harden *h, struct spec_cpu *c)
{
	const char *value = unified_get(h, "cpu.max");
	int64_t quota;
	uint64_t period;

	/* Beside a member it contradicts, and the plan refuses it. */
	if (!value || (c->quota && *c->quota > 0) || (c->period && *c->period) ||
	    !parse_cpu_max(h, value, &quota, &period))
		return;
	unified_drop(h, "cpu.max", "counts as " POINTER "/quota");
	if (period)
		set_unsigned(h, "period", &c->period, period, "as unified asks");
	if (quota)
		set_quota(h, c, quota, "as unified asks");
}

static void apply_ceiling(struct harden *h, struct spec_cpu *c)
{
	uint64_t period = c->period && *c->period ? *c->period : PERIOD;
	int64_t most = ceiling_of(h, period);

	if (c->quota && *c->quota > 0 && *c->quota <= most)
		return;
	/* Too short a period for a quota so small: the usual one has the same share. */
	if (most < QUOTA_MIN) {
		period = PERIOD;
		most = ceiling_of(h, period);
	}
	if (!c->period || *c->period != period)
		set_unsigned(h, "period", &c->period, period, "what the quota counts for");
	set_quota(h, c, most, why_ceiling);
	/* What may be saved up must not be more than the quota: the kernel refuses it. */
	if (c->burst && *c->burst > (uint64_t)most)
		set_unsigned(h, "burst", &c->burst, (uint64_t)most, why_ceiling);
}

void rule_cpu(struct harden *h)
{
	const struct spec_resources *r = h->s->linux_ ? h->s->linux_->resources : NULL;
	/* Worked on beside the spec, so that a failure leaves no empty object behind. */
	struct spec_cpu c = r && r->cpu ? *r->cpu : (struct spec_cpu){0};

	if (!h->policy->cpu.ceiling_percent)
		return;
	if (!h->facts->cpus) {
		decide_refuse(h, POINTER "/quota", json_i64_opt(h, c.quota),
			      "the policy has a ceiling, and the number of the host's CPUs is not "
			      "known");
		return;
	}
	take_unified(h, &c);
	apply_ceiling(h, &c);
	struct spec_resources *res = need_resources(h);
	struct spec_cpu *out = arena_alloc(h->a, sizeof(*out));
	if (!res || !out) {
		h->oom = true;
		return;
	}
	*out = c;
	res->cpu = out;
}
