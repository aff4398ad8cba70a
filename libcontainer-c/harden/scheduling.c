/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * scheduling.c: who comes first: process.oomScoreAdj, process.scheduler, process.ioPriority, and
 * the limits that let a process raise itself (RLIMIT_RTPRIO, RLIMIT_NICE: setrlimit(2)).
 *
 * What the config leaves out is inherited from the runtime, and through it from an engine that
 * often runs with a better score or priority than a container should: that is judged as well.
 */
#include "base/arena.h"
#include "base/str.h"
#include "harden/rule.h"

/* sched(7); <sched.h> and <linux/sched.h> collide. */
enum { OTHER, FIFO, RR, BATCH, IDLE = 5, DEADLINE };
enum { IO_REALTIME = 1 }; /* ioprio_set(2) */

static void raise_oom_score(struct harden *h)
{
	struct spec_process *p = h->s->process;
	int64_t min = h->policy->scheduling.oom_score_adj_min;
	int64_t have = p->oom_score_adj ? *p->oom_score_adj : h->facts->inherited.oom_score_adj;
	const char *why = "a lower one makes others die in the container's place";

	if (!p->oom_score_adj)
		why = "inherited from the engine: others would die in the container's place";
	if (have >= min)
		return;
	int64_t *v = number_i64(h, min);
	if (v && decide_change(h, "/process/oomScoreAdj", json_i64_opt(h, p->oom_score_adj),
			       json_i64(h, min), "%s", why))
		p->oom_score_adj = v;
}

static bool is_realtime(int scheduler)
{
	return scheduler == FIFO || scheduler == RR || scheduler == DEADLINE;
}

static bool names_realtime(const struct spec_scheduler *s)
{
	return str_eq(s->policy, "SCHED_FIFO") || str_eq(s->policy, "SCHED_RR") ||
	       str_eq(s->policy, "SCHED_DEADLINE");
}

static bool keeps(const struct spec_scheduler *s, const char *flag)
{
	return list_has(s->flags, s->n_flags, flag);
}

static void judge_nice(struct harden *h, struct spec_scheduler *s)
{
	int32_t min = h->policy->scheduling.nice_min;

	if (keeps(s, "SCHED_FLAG_KEEP_PARAMS")) {
		if (h->facts->inherited.nice < min)
			decide_refuse(h, "/process/scheduler/flags",
				      json_strings(h, s->flags, s->n_flags),
				      "keeps the engine's nice value of %d, which is below the "
				      "policy's %d",
				      h->facts->inherited.nice, min);
		return;
	}
	int32_t have = s->nice ? *s->nice : 0;
	/* What is no nice value is left to the plan, which refuses it. */
	if (have >= min || have < -20)
		return;
	int32_t *v = arena_alloc(h->a, sizeof(*v));
	if (!v) {
		h->oom = true;
		return;
	}
	*v = min;
	if (decide_change(h, "/process/scheduler/nice", s->nice ? json_i64(h, *s->nice) : NULL,
			  json_i64(h, min), "below the policy's limit"))
		s->nice = v;
}

static void judge_scheduler(struct harden *h, struct spec_scheduler *s)
{
	bool allowed = h->policy->scheduling.allow_realtime;

	if (!allowed && names_realtime(s))
		decide_refuse(h, "/process/scheduler/policy", json_string(h, s->policy),
			      "%s takes the CPUs from the host's own processes", s->policy);
	else if (!allowed && keeps(s, "SCHED_FLAG_KEEP_POLICY") &&
		 is_realtime(h->facts->inherited.scheduler))
		decide_refuse(h, "/process/scheduler/flags", json_strings(h, s->flags, s->n_flags),
			      "keeps the engine's real-time scheduling");
	else
		judge_nice(h, s);
}

/* The least change to what is inherited; SCHED_IDLE takes no notice of nice values. */
static void replace_inherited(struct harden *h)
{
	const struct inherited_fact *f = &h->facts->inherited;
	int32_t min = h->policy->scheduling.nice_min;
	bool realtime = is_realtime(f->scheduler);

	if (realtime ? h->policy->scheduling.allow_realtime
		     : f->scheduler == IDLE || f->nice >= min)
		return;
	struct spec_scheduler *s = arena_alloc(h->a, sizeof(*s));
	int32_t *nice = arena_alloc(h->a, sizeof(*nice));
	if (!s || !nice) {
		h->oom = true;
		return;
	}
	*nice = realtime && min < 0 ? 0 : min;
	s->policy = f->scheduler == BATCH ? "SCHED_BATCH" : "SCHED_OTHER";
	s->nice = nice;
	if (decide_change(h, "/process/scheduler", NULL,
			  text(h, "{\"policy\":\"%s\",\"nice\":%d}", s->policy, *nice),
			  realtime
				  ? "real-time scheduling would be inherited from the engine"
				  : "a nice value below the policy's limit would be inherited from "
				    "the engine"))
		h->s->process->scheduler = s;
}

static void judge_io(struct harden *h)
{
	struct spec_process *p = h->s->process;
	const char *why = "real-time priority would be inherited from the engine";

	if (h->policy->scheduling.allow_realtime)
		return;
	if (p->io_priority) {
		if (str_eq(p->io_priority->class_, "IOPRIO_CLASS_RT"))
			decide_refuse(h, "/process/ioPriority/class", "\"IOPRIO_CLASS_RT\"",
				      "the container's disk accesses would go before all others");
		return;
	}
	if (h->facts->inherited.io_class != IO_REALTIME)
		return;
	struct spec_io_priority *io = arena_alloc(h->a, sizeof(*io));
	int32_t *priority = arena_alloc(h->a, sizeof(*priority));
	if (!io || !priority) {
		h->oom = true;
		return;
	}
	*priority = 4; /* the middle, which the kernel gives to nice 0 */
	*io = (struct spec_io_priority){"IOPRIO_CLASS_BE", priority};
	if (decide_change(h, "/process/ioPriority", NULL,
			  "{\"class\":\"IOPRIO_CLASS_BE\",\"priority\":4}", "%s", why))
		p->io_priority = io;
}

/* cgroup v1: a share of the time that the host keeps for real-time processes. */
static void judge_bandwidth(struct harden *h)
{
	const struct spec_resources *r = h->s->linux_ ? h->s->linux_->resources : NULL;
	const int64_t *runtime = r && r->cpu ? r->cpu->realtime_runtime : NULL;

	if (!h->policy->scheduling.allow_realtime && runtime && *runtime)
		decide_refuse(h, "/linux/resources/cpu/realtimeRuntime", json_i64(h, *runtime),
			      "real-time scheduling takes the CPUs from the host's own processes");
}

void rule_scheduling(struct harden *h)
{
	const struct policy_scheduling *p = &h->policy->scheduling;

	judge_bandwidth(h);
	if (!h->s->process)
		return;
	raise_oom_score(h);
	if (h->s->process->scheduler)
		judge_scheduler(h, h->s->process->scheduler);
	else
		replace_inherited(h);
	judge_io(h);
	if (!p->allow_realtime)
		rlimit_ceiling(h, "RLIMIT_RTPRIO", 0, "no real-time scheduling");
	/* The nice values that a process may give itself begin at 20 less this. */
	if (p->nice_min > -20)
		rlimit_ceiling(h, "RLIMIT_NICE", (uint64_t)(20 - p->nice_min),
			       "lower nice values than the policy's limit");
}
