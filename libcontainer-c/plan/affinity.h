/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* affinity.h: process.execCPUAffinity: on which CPUs a process of exec runs. Pure. */
#ifndef BULKHEAD_PLAN_AFFINITY_H
#define BULKHEAD_PLAN_AFFINITY_H

#include <stddef.h>

struct arena;
struct err;

/* For sched_setaffinity(2): bit N of the whole is CPU N. */
struct cpu_mask {
	const unsigned long *bits; /* NULL: leave */
	size_t size;		   /* bytes */
};

/**
 * affinity_bits - a list as in cpuset(7), "0-3,7", into @bits of numbers below @size. @bits come in
 * zeroed; what they hold after an error is undefined. 0 or -EINVAL.
 */
int affinity_bits(const char *list, unsigned size, unsigned long *bits);

/**
 * affinity_plan_make - a list as in cpuset(7), "0-3,7".
 * @pointer: JSON pointer of @list, for ERR_SPEC
 */
int affinity_plan_make(const char *list, const char *pointer, struct arena *a, struct cpu_mask *ret,
		       struct err *e);

#endif
