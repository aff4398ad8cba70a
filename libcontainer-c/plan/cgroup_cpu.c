/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cgroup_cpu.c: linux.resources.cpu and linux.resources.pids. Pure. */
#include "plan/cgroup_build.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>

#include "base/arena.h"
#include "base/err.h"
#include "oci-spec/spec.h"

#define P	       "/linux/resources/cpu"
#define DEFAULT_PERIOD 100000 /* the kernel's, in microseconds */

static uint64_t value_or_0(const uint64_t *v)
{
	return v ? *v : 0;
}

static const char *u64_text(struct cgroup_builder *b, uint64_t v)
{
	return arena_printf(b->a, "%" PRIu64, v);
}

/*
 * shares 2..262144 to weight 1..10000: a parabola through both ends and the defaults, 1024 and 100,
 * in the logarithms of both. As runc since 1.3.2 and crun since 1.23. The straight line of before
 * made 39 of the default, less than half of what the host's own services have.
 */
static uint64_t weight_of_shares(uint64_t shares)
{
	if (shares <= 2)
		return 1;
	if (shares >= 262144)
		return 10000;
	double l = log2((double)shares);

	return (uint64_t)ceil(pow(10, (l * l + 125 * l) / 612.0 - 7.0 / 34.0));
}

/* 0 only makes sure of the default: kernels before 5.14 (burst), 5.15 (idle) have no such file. */
static int set_since(struct cgroup_builder *b, const struct cgroup_where *w, const char *pointer,
		     const char *file, uint64_t v)
{
	return cgroup_set(b, w, pointer, file, u64_text(b, v), CGROUP_CHECK_TEXT,
			  v ? 0 : CGROUP_OPTIONAL, NULL);
}

static int set_bandwidth_v1(struct cgroup_builder *b, const struct cgroup_where *w,
			    const struct spec_cpu *c, uint64_t period, int64_t quota)
{
	int r = 0;

	/* A period is refused while the old quota does not fit it, and the other way round. */
	if (period)
		r = cgroup_set(b, w, P "/period", "cpu.cfs_period_us", u64_text(b, period),
			       CGROUP_CHECK_TEXT, quota ? CGROUP_AFTER_NEXT : 0, NULL);
	if (r == 0 && quota)
		r = cgroup_set(b, w, P "/quota", "cpu.cfs_quota_us",
			       quota > 0 ? u64_text(b, (uint64_t)quota) : "-1", CGROUP_CHECK_TEXT,
			       c->burst ? CGROUP_AFTER_NEXT : 0, NULL);
	if (r == 0 && c->burst)
		r = set_since(b, w, P "/burst", "cpu.cfs_burst_us", *c->burst);
	return r;
}

static int set_bandwidth_v2(struct cgroup_builder *b, const struct cgroup_where *w,
			    const struct spec_cpu *c, uint64_t period, int64_t quota)
{
	int r = 0;

	if (period || quota) {
		const char *q = quota > 0 ? u64_text(b, (uint64_t)quota) : "max";
		const char *text =
			!q ? NULL
			   : arena_printf(b->a, "%s %" PRIu64, q, period ? period : DEFAULT_PERIOD);
		r = cgroup_set(b, w, quota ? P "/quota" : P "/period", "cpu.max", text,
			       CGROUP_CHECK_TEXT, c->burst ? CGROUP_AFTER_NEXT : 0, NULL);
	}
	if (r == 0 && c->burst)
		r = set_since(b, w, P "/burst", "cpu.max.burst", *c->burst);
	return r;
}

static int set_realtime(struct cgroup_builder *b, const struct cgroup_where *w,
			const struct spec_cpu *c)
{
	uint64_t period = value_or_0(c->realtime_period);
	int64_t runtime = c->realtime_runtime ? *c->realtime_runtime : 0;
	int r = 0;

	if ((period || runtime) && w->version == CGROUP_V2)
		return cgroup_unsupported(b, period ? P "/realtimePeriod" : P "/realtimeRuntime",
					  "cgroup v2 has no real-time limits");
	if (period)
		r = cgroup_set(b, w, P "/realtimePeriod", "cpu.rt_period_us", u64_text(b, period),
			       CGROUP_CHECK_TEXT, runtime ? CGROUP_AFTER_NEXT : 0, NULL);
	if (r == 0 && runtime)
		r = cgroup_set(b, w, P "/realtimeRuntime", "cpu.rt_runtime_us",
			       arena_printf(b->a, "%" PRId64, runtime), CGROUP_CHECK_TEXT, 0, NULL);
	return r;
}

static int set_shares(struct cgroup_builder *b, const struct cgroup_where *w, uint64_t shares)
{
	bool v1 = w->version == CGROUP_V1;

	return cgroup_set(b, w, P "/shares", v1 ? "cpu.shares" : "cpu.weight",
			  u64_text(b, v1 ? shares : weight_of_shares(shares)), CGROUP_CHECK_TEXT, 0,
			  NULL);
}

int cgroup_plan_cpu(struct cgroup_builder *b)
{
	const struct spec_cpu *c = b->r->cpu;
	struct cgroup_where w;

	if (!c)
		return 0;
	uint64_t shares = value_or_0(c->shares), period = value_or_0(c->period);
	int64_t quota = c->quota ? *c->quota : 0;
	bool any = shares || period || quota || c->burst || c->idle ||
		   value_or_0(c->realtime_period) || (c->realtime_runtime && *c->realtime_runtime);
	if (!any)
		return 0;
	if (c->idle && *c->idle != 0 && *c->idle != 1)
		return err_set(b->e, ERR_SPEC, ERANGE, P "/idle: expected 0 or 1");
	int r = cgroup_find(b, "cpu", "cpu", P, &w);
	/* An idle cgroup refuses a weight: it comes after the end of idleness, or before it begins.
	 */
	if (r == 0 && c->idle && *c->idle == 0)
		r = set_since(b, &w, P "/idle", "cpu.idle", 0);
	if (r == 0 && shares)
		r = set_shares(b, &w, shares);
	if (r == 0)
		r = w.version == CGROUP_V1 ? set_bandwidth_v1(b, &w, c, period, quota)
					   : set_bandwidth_v2(b, &w, c, period, quota);
	if (r == 0)
		r = set_realtime(b, &w, c);
	if (r == 0 && c->idle && *c->idle)
		r = set_since(b, &w, P "/idle", "cpu.idle", 1);
	return r;
}

static int set_list(struct cgroup_builder *b, const struct cgroup_where *w, const char *pointer,
		    const char *file, const char *list)
{
	uint64_t bits[CGROUP_LIST_BITS / 64];

	if (!list || !*list)
		return 0;
	if (cgroup_list_parse(list, bits) < 0)
		return err_set(b->e, ERR_SPEC, EINVAL, "%s: expected a list like \"0-3,7\"",
			       pointer);
	return cgroup_set(b, w, pointer, file, list, CGROUP_CHECK_LIST, 0, NULL);
}

int cgroup_plan_cpuset(struct cgroup_builder *b)
{
	const struct spec_cpu *c = b->r->cpu;
	struct cgroup_where w;

	if (!c || ((!c->cpus || !*c->cpus) && (!c->mems || !*c->mems)))
		return 0;
	int r = cgroup_find(b, "cpuset", "cpuset", c->cpus && *c->cpus ? P "/cpus" : P "/mems", &w);
	if (r == 0)
		r = set_list(b, &w, P "/cpus", "cpuset.cpus", c->cpus);
	if (r == 0)
		r = set_list(b, &w, P "/mems", "cpuset.mems", c->mems);
	return r;
}

int cgroup_plan_pids(struct cgroup_builder *b)
{
	static const char pointer[] = "/linux/resources/pids/limit";
	struct cgroup_where w;

	if (!b->r->pids || !b->r->pids->limit)
		return 0;
	int64_t limit = *b->r->pids->limit;
	if (limit < -1)
		return err_set(b->e, ERR_SPEC, ERANGE, "%s: expected -1 or more", pointer);
	int r = cgroup_find(b, "pids", "pids", pointer, &w);
	if (r < 0)
		return r;
	/* 0 would keep even init from being cloned into a v2 cgroup: it means "no other process".
	 */
	const char *text = limit < 0 ? "max" : u64_text(b, limit ? (uint64_t)limit : 1);
	return cgroup_set(b, &w, pointer, "pids.max", text, CGROUP_CHECK_TEXT, 0, NULL);
}
