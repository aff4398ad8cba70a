/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* memory_policy.h: the NUMA memory policy of the calling process. */
#ifndef BULKHEAD_APPLY_MEMORY_POLICY_H
#define BULKHEAD_APPLY_MEMORY_POLICY_H

struct err;
struct memory_policy_plan;

/**
 * memory_policy_apply - set_mempolicy(2) for the calling thread, in its cpuset already; execve(2)
 * keeps it. Read back. ERR_HOST where the kernel does not know the mode or has no NUMA. No memory.
 */
int memory_policy_apply(const struct memory_policy_plan *p, struct err *e);

#endif
