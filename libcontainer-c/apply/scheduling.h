/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * scheduling.h: scheduler, I/O priority and OOM score of the container's process, set from the
 * host's side: real-time classes and lower OOM scores need capabilities in the initial user
 * namespace.
 */
#ifndef BULKHEAD_APPLY_SCHEDULING_H
#define BULKHEAD_APPLY_SCHEDULING_H

#include <sys/types.h>

struct err;
struct process_plan;

/** scheduling_apply - sched_setattr(2) and ioprio_set(2) for @pid (0: the caller). Reads back. */
int scheduling_apply(const struct process_plan *p, pid_t pid, struct err *e);

/**
 * oom_score_apply - oom_score_adj of @pid, when the plan has one. Reads back.
 * @proc_fd: root of a procfs whose pid namespace @pid is from (the host's /proc); it is checked to
 *           be one
 */
int oom_score_apply(const struct process_plan *p, int proc_fd, pid_t pid, struct err *e);

/**
 * scheduling_reset_cpus - in the container's process, in its cgroups: all CPUs that these allow.
 * What the runtime was confined to, by systemd's CPUAffinity= for example, is not the container's
 * to inherit, and since 6.2 a change of cpuset no longer undoes it. runc and crun do the same.
 */
void scheduling_reset_cpus(void);

#endif
