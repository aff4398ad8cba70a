/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rlimits.h: resource limits of the container's process, set from the host's side with prlimit(2):
 * inside a user namespace nobody can raise a hard limit.
 *
 * Four limits (NPROC, MSGQUEUE, SIGPENDING, MEMLOCK; 5.14 and newer) are also frozen into a user
 * namespace when it is made, at its creator's soft limit, and bound everything in it for ever. So
 * the runtime raises its own soft limits before clone3() and gives the child its real ones after.
 */
#ifndef BULKHEAD_APPLY_RLIMITS_H
#define BULKHEAD_APPLY_RLIMITS_H

#include <stdbool.h>
#include <sys/resource.h>
#include <sys/types.h>

struct err;
struct process_plan;

#define RLIMITS_FROZEN 4

/* What rlimits_prepare_parent() changed. */
struct rlimits_saved {
	struct rlimit old[RLIMITS_FROZEN];
	bool changed[RLIMITS_FROZEN];
};

/**
 * rlimits_prepare_parent - raise the caller's own four limits to what the namespace must allow:
 * soft to the larger of its hard limit and the plan's hard limit. A hard limit that may not be
 * raised is left (rlimits_apply() then reports it).
 */
int rlimits_prepare_parent(const struct process_plan *p, struct rlimits_saved *ret, struct err *e);

/** rlimits_restore_parent - undo rlimits_prepare_parent() in the caller. */
void rlimits_restore_parent(const struct rlimits_saved *saved);

/**
 * rlimits_apply - the plan's limits for process @pid (0: the caller); of the four raised ones,
 * those that the plan does not name go back to @saved (NULL: nothing was raised). Reads back.
 * Fails with "error setting rlimit type N: operation not permitted" when a hard limit would have to
 * be raised without CAP_SYS_RESOURCE.
 */
int rlimits_apply(const struct process_plan *p, const struct rlimits_saved *saved, pid_t pid,
		  struct err *e);

#endif
