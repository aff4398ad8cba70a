/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * unified.h: limits that a config asks for in linux.resources.unified, the raw files of cgroup v2,
 * instead of in the member that is made for them. They count like those.
 */
#ifndef BULKHEAD_HARDEN_UNIFIED_H
#define BULKHEAD_HARDEN_UNIFIED_H

#include <stdbool.h>
#include <stdint.h>

struct harden;

/**
 * unified_take - take a limit out of linux.resources.unified.
 * @file:    "pids.max", "memory.max", "memory.swap.max"
 * @pointer: of the member that it is moved to, for the decision
 * @min:     a smaller value is left where it is
 * @ret: the limit; a number may end in K, M, G or T as the kernel's memparse() takes it
 * Returns whether there was one. "max" is taken out, too, but is no limit. What is left contradicts
 * the member that the rule sets, and the plan refuses it.
 */
bool unified_take(struct harden *h, const char *file, const char *pointer, int64_t min,
		  int64_t *ret);

/** unified_get - the value that is asked for @file, or NULL. */
const char *unified_get(const struct harden *h, const char *file);

/** unified_drop - take @file, which is there, out. */
void unified_drop(struct harden *h, const char *file, const char *why);

/** unified_set - make @file have @value, which lives as long as the spec. */
void unified_set(struct harden *h, const char *file, const char *value, const char *why);

#endif
