/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* process_parts.h: the parts of process_plan_make(), one file each. Private to plan/process*.c. */
#ifndef BULKHEAD_PLAN_PROCESS_PARTS_H
#define BULKHEAD_PLAN_PROCESS_PARTS_H

struct arena;
struct err;
struct process_plan;
struct spec_process;

/** process_plan_env - envp, n_env, home_missing (process_env.c). */
int process_plan_env(const struct spec_process *s, struct arena *a, struct process_plan *p,
		     struct err *e);

/** process_plan_rlimits - rlimits and oom_score_adj (process_limits.c). */
int process_plan_rlimits(const struct spec_process *s, struct arena *a, struct process_plan *p,
			 struct err *e);

/** process_plan_scheduling - scheduler and ioPriority (process_limits.c). */
int process_plan_scheduling(const struct spec_process *s, struct process_plan *p, struct err *e);

#endif
