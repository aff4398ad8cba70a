/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* process_limits.c: rlimits, OOM score, scheduler and I/O priority as the kernel's numbers. PURE.
 */
#include "plan/process.h"
#include "plan/process_parts.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "oci-spec/rlimit_names.h"
#include "oci-spec/spec.h"

struct word {
	const char *name;
	uint64_t value;
};

static const struct word *word_find(const struct word *list, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i].name, name) == 0)
			return &list[i];
	return NULL;
}
#define FIND(list, name) word_find(list, sizeof(list) / sizeof((list)[0]), name)

static int one_rlimit(const struct spec_rlimit *s, size_t i, uint32_t *seen,
		      struct rlimit_plan *ret, struct err *e)
{
	int number = s->type ? rlimit_from_name(s->type) : -1;

	if (number < 0)
		return err_set(e, ERR_SPEC, EINVAL,
			       "/process/rlimits/%zu/type: wrong rlimit value: %.64s", i,
			       s->type ? s->type : "");
	if (*seen & (1u << number))
		return err_set(
			e, ERR_SPEC, EINVAL,
			"/process/rlimits/%zu/type: wrong rlimit value: %s is given more than once",
			i, s->type);
	if (s->soft > s->hard)
		return err_set(e, ERR_SPEC, EINVAL,
			       "/process/rlimits/%zu/soft: %llu is above the hard limit %llu", i,
			       (unsigned long long)s->soft, (unsigned long long)s->hard);
	*seen |= 1u << number;
	*ret = (struct rlimit_plan){number, s->type, s->soft, s->hard};
	return 0;
}

int process_plan_rlimits(const struct spec_process *s, struct arena *a, struct process_plan *p,
			 struct err *e)
{
	struct rlimit_plan *list = arena_array(a, s->n_rlimits, sizeof(*list));
	uint32_t seen = 0;

	if (!list)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	for (size_t i = 0; i < s->n_rlimits; i++) {
		int r = one_rlimit(&s->rlimits[i], i, &seen, &list[i], e);

		if (r < 0)
			return r;
	}
	p->rlimits = list;
	p->n_rlimits = s->n_rlimits;
	if (!s->oom_score_adj)
		return 0;
	if (*s->oom_score_adj < -1000 || *s->oom_score_adj > 1000)
		return err_set(e, ERR_SPEC, EINVAL,
			       "/process/oomScoreAdj: %lld is not between -1000 and 1000",
			       (long long)*s->oom_score_adj);
	p->oom_score_adj_set = true;
	p->oom_score_adj = (int)*s->oom_score_adj;
	return 0;
}

/* <linux/sched.h>; spelled out because its names collide with glibc's <sched.h>. */
enum { POLICY_OTHER, POLICY_FIFO, POLICY_RR, POLICY_BATCH, POLICY_IDLE = 5, POLICY_DEADLINE };

static const struct word policies[] = {
	{"SCHED_OTHER", POLICY_OTHER}, {"SCHED_FIFO", POLICY_FIFO},
	{"SCHED_RR", POLICY_RR},       {"SCHED_BATCH", POLICY_BATCH},
	{"SCHED_IDLE", POLICY_IDLE},   {"SCHED_DEADLINE", POLICY_DEADLINE},
};

static const struct word scheduler_flags[] = {
	{"SCHED_FLAG_RESET_ON_FORK", 0x01},  {"SCHED_FLAG_RECLAIM", 0x02},
	{"SCHED_FLAG_DL_OVERRUN", 0x04},     {"SCHED_FLAG_KEEP_POLICY", 0x08},
	{"SCHED_FLAG_KEEP_PARAMS", 0x10},    {"SCHED_FLAG_UTIL_CLAMP_MIN", 0x20},
	{"SCHED_FLAG_UTIL_CLAMP_MAX", 0x40},
};

static int scheduler_values(const struct spec_scheduler *s, struct scheduler_plan *p, struct err *e)
{
	bool deadline = p->policy == POLICY_DEADLINE;
	bool realtime = p->policy == POLICY_FIFO || p->policy == POLICY_RR;

	if (s->nice && (*s->nice < -20 || *s->nice > 19))
		return err_set(e, ERR_SPEC, EINVAL,
			       "/process/scheduler/nice: %d is not between -20 and 19", *s->nice);
	if (s->priority && *s->priority && !realtime)
		return err_set(e, ERR_SPEC, EINVAL,
			       "/process/scheduler/priority: only SCHED_FIFO and SCHED_RR have "
			       "priorities");
	if (realtime && (!s->priority || *s->priority < 1 || *s->priority > 99))
		return err_set(e, ERR_SPEC, EINVAL,
			       "/process/scheduler/priority: must be between 1 and 99 for %s",
			       s->policy);
	if (!deadline && ((s->runtime && *s->runtime) || (s->deadline && *s->deadline) ||
			  (s->period && *s->period)))
		return err_set(
			e, ERR_SPEC, EINVAL,
			"/process/scheduler: runtime, deadline and period need SCHED_DEADLINE");
	p->nice = s->nice ? *s->nice : 0;
	p->priority = s->priority ? (uint32_t)*s->priority : 0;
	p->runtime = s->runtime ? *s->runtime : 0;
	p->deadline = s->deadline ? *s->deadline : 0;
	p->period = s->period ? *s->period : 0;
	/* __checkparam_dl(): runtime <= deadline <= period; a period of 0 stands for the deadline.
	 */
	if (deadline &&
	    (!p->runtime || p->runtime > p->deadline || (p->period && p->deadline > p->period)))
		return err_set(e, ERR_SPEC, EINVAL,
			       "/process/scheduler: SCHED_DEADLINE needs 0 < runtime <= deadline "
			       "<= period");
	return 0;
}

static int plan_scheduler(const struct spec_scheduler *s, struct scheduler_plan *p, struct err *e)
{
	const struct word *w = s->policy ? FIND(policies, s->policy) : NULL;

	/* SCHED_ISO is a number that Linux reserves and does not implement. */
	if (!w)
		return err_set(e, ERR_SPEC, EINVAL,
			       "/process/scheduler/policy: invalid scheduler policy: %.64s",
			       s->policy ? s->policy : "");
	p->policy = (uint32_t)w->value;
	for (size_t i = 0; i < s->n_flags; i++) {
		w = FIND(scheduler_flags, s->flags[i]);
		if (!w)
			return err_set(
				e, ERR_SPEC, EINVAL,
				"/process/scheduler/flags/%zu: invalid scheduler flag: %.64s", i,
				s->flags[i]);
		p->flags |= w->value;
	}
	p->set = true;
	return scheduler_values(s, p, e);
}

static const struct word io_classes[] = {
	{"IOPRIO_CLASS_RT", 1},
	{"IOPRIO_CLASS_BE", 2},
	{"IOPRIO_CLASS_IDLE", 3},
};
#define IO_CLASS_SHIFT 13 /* ioprio_set(2) */

static int plan_io_priority(const struct spec_io_priority *s, int *ret, struct err *e)
{
	const struct word *w = s->class_ ? FIND(io_classes, s->class_) : NULL;
	int32_t priority = s->priority ? *s->priority : 0;

	if (!w)
		return err_set(e, ERR_SPEC, EINVAL,
			       "/process/ioPriority/class: invalid io priority class: %.64s",
			       s->class_ ? s->class_ : "");
	if (priority < 0 || priority > 7)
		return err_set(e, ERR_SPEC, EINVAL,
			       "/process/ioPriority/priority: %d is not between 0 and 7", priority);
	*ret = (int)w->value << IO_CLASS_SHIFT | priority;
	return 0;
}

int process_plan_scheduling(const struct spec_process *s, struct process_plan *p, struct err *e)
{
	int r = 0;

	p->io_priority = -1;
	if (s->scheduler)
		r = plan_scheduler(s->scheduler, &p->scheduler, e);
	if (r == 0 && s->io_priority)
		r = plan_io_priority(s->io_priority, &p->io_priority, e);
	return r;
}
