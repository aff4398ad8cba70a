/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * seccomp_sets.h: named sets of system calls that a policy can deny (policy.seccomp.deny) whatever
 * the profile in force and the caller's filter allow. The tables are seccomp_sets.c: read them
 * there.
 *
 * The built-in profile denies most of them anyhow; an own profile of the administrator may not.
 * Where a set and the profile deny the same call, the program sees the set's errno, which is the
 * one that programs fall back on.
 */
#ifndef BULKHEAD_PLAN_SECCOMP_SETS_H
#define BULKHEAD_PLAN_SECCOMP_SETS_H

#include <stddef.h>
#include <stdint.h>

#include "plan/seccomp_profile.h"

struct arena;
struct seccomp_abi;

/** seccomp_set - name of the @i-th set, and why one would deny it; NULL behind the last. */
const char *seccomp_set(size_t i, const char **ret_why);

/**
 * seccomp_sets_find - the sets of a list of names, bit i for set i. Returns 0, or 1 + the index of
 * the first name that no set has.
 */
size_t seccomp_sets_find(char *const *names, size_t n, uint32_t *ret);

/**
 * seccomp_sets_make - a profile that denies the sets in @wanted and allows everything else, on
 * @native and the ABIs that kernels for it run as well. Returns 0 or -ENOMEM.
 */
int seccomp_sets_make(const struct seccomp_abi *native, uint32_t wanted, struct arena *a,
		      struct seccomp_profile *ret);

#endif
