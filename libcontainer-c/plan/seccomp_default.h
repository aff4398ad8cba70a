/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * seccomp_default.h: the built-in default profile, which is in force in every container. The table
 * itself is seccomp_default.c: read it there.
 */
#ifndef BULKHEAD_PLAN_SECCOMP_DEFAULT_H
#define BULKHEAD_PLAN_SECCOMP_DEFAULT_H

#include <stdint.h>

#include "plan/seccomp_profile.h"

struct arena;

/**
 * seccomp_default_caps - the capabilities that change the profile: sets that agree in them have
 * the same profile.
 */
uint64_t seccomp_default_caps(void);

/**
 * seccomp_default_make - the profile for a machine and a bounding set.
 * @native: its ABI; those that kernels for it run as well are covered too
 * @caps:   bit n = capability n
 * Returns 0 or -ENOMEM.
 */
int seccomp_default_make(const struct seccomp_abi *native, uint64_t caps, struct arena *a,
			 struct seccomp_profile *ret);

#endif
