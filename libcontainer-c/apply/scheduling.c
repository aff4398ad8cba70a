/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* scheduling.c: see scheduling.h. */
#include "apply/scheduling.h"

#include <errno.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "apply/procfs.h"
#include "base/err.h"
#include "base/str.h"
#include "plan/process.h"

/* <linux/sched/types.h> collides with glibc's <sched.h>. */
struct attr {
	uint32_t size;
	uint32_t policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period;
	uint32_t util_min, util_max; /* 5.3 */
};

#define OOM_POINTER "/process/oomScoreAdj"

#define FLAG_KEEP_POLICY 0x08
#define FLAG_KEEP_PARAMS 0x10
#define FLAG_UTIL_CLAMP	 0x60
#define POLICY_DEADLINE	 6
#define SIZE_VER0	 48 /* without the util fields */

static bool all_cpus(pid_t pid)
{
	cpu_set_t cpus;

	return sched_getaffinity(pid, sizeof(cpus), &cpus) < 0 ||
	       CPU_COUNT(&cpus) >= sysconf(_SC_NPROCESSORS_ONLN);
}

static int set_scheduler(const struct scheduler_plan *p, pid_t pid, struct err *e)
{
	struct attr want = {
		.size = p->flags & FLAG_UTIL_CLAMP ? sizeof(want) : SIZE_VER0,
		.policy = p->policy,
		.flags = p->flags,
		.nice = p->nice,
		.priority = p->priority,
		.runtime = p->runtime,
		.deadline = p->deadline,
		.period = p->period,
	};
	struct attr got = {0};

	if (syscall(SYS_sched_setattr, pid, &want, 0) < 0) {
		/* sched_setattr(2): whose CPUs are not all of them has no deadline. */
		if (errno == EPERM && want.policy == POLICY_DEADLINE && !all_cpus(pid))
			return err_sys(e, EPERM,
				       "error setting scheduler: process scheduler can't be used "
				       "together with AllowedCPUs");
		return err_sys(e, errno, "error setting scheduler");
	}
	if (syscall(SYS_sched_getattr, pid, &got, sizeof(got), 0) < 0)
		return err_sys(e, errno, "error reading scheduler back");
	bool same = p->flags & FLAG_KEEP_POLICY || got.policy == want.policy;
	if (!(p->flags & (FLAG_KEEP_PARAMS | FLAG_KEEP_POLICY)))
		same = same && got.priority == want.priority &&
		       (want.policy != POLICY_DEADLINE ||
			(got.runtime == want.runtime && got.deadline == want.deadline));
	if (!same)
		return err_set(e, ERR_SYSTEM, EIO, "scheduler reads back as policy %u priority %u",
			       got.policy, got.priority);
	return 0;
}

#define IOPRIO_WHO_PROCESS 1

static int set_io_priority(int value, pid_t pid, struct err *e)
{
	if (syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, pid, value) < 0)
		return err_sys(e, errno, "error setting io priority");
	long got = syscall(SYS_ioprio_get, IOPRIO_WHO_PROCESS, pid);
	if (got != value)
		return err_set(e, ERR_SYSTEM, EIO, "io priority reads back as %ld instead of %d",
			       got, value);
	return 0;
}

int scheduling_apply(const struct process_plan *p, pid_t pid, struct err *e)
{
	int r = 0;

	if (p->scheduler.set)
		r = set_scheduler(&p->scheduler, pid, e);
	if (r == 0 && p->io_priority >= 0)
		r = set_io_priority(p->io_priority, pid, e);
	return r;
}

int oom_score_apply(const struct process_plan *p, int proc_fd, pid_t pid, struct err *e)
{
	char path[40], text[16];
	int64_t got;

	if (!p->oom_score_adj_set)
		return 0;
	snprintf(path, sizeof(path), "%d/oom_score_adj", pid);
	snprintf(text, sizeof(text), "%d", p->oom_score_adj);
	int r = procfs_write(proc_fd, path, text);
	/* Not "permission denied": engines take these words for a problem of the image. */
	if (r == -EACCES || r == -EPERM)
		return err_set(e, ERR_HOST, -r,
			       OOM_POINTER ": %d is below the runtime's own and needs "
					   "CAP_SYS_RESOURCE",
			       p->oom_score_adj);
	if (r < 0)
		return err_sys(e, -r, OOM_POINTER ": write oom_score_adj");
	ssize_t n = procfs_read(proc_fd, path, text, sizeof(text));
	if (n < 0)
		return err_sys(e, (int)-n, OOM_POINTER ": read oom_score_adj back");
	if (n > 0 && text[n - 1] == '\n')
		text[n - 1] = '\0';
	if (str_i64(text, -1000, 1000, &got) < 0 || got != p->oom_score_adj)
		return err_set(e, ERR_SYSTEM, EIO, OOM_POINTER ": reads back as %s instead of %d",
			       text, p->oom_score_adj);
	return 0;
}

void scheduling_reset_cpus(void)
{
	unsigned char all[1024];

	memset(all, 0xff, sizeof(all));
	(void)syscall(SYS_sched_setaffinity, 0, sizeof(all), all);
}
