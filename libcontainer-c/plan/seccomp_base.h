/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * seccomp_base.h: the administrator's half of a filter without a profile of their own: the built-in
 * profile, less the sets that the policy denies. The build compiles it for what containers usually
 * have (seccomp_builtin.h); everything else is compiled when it is needed.
 */
#ifndef BULKHEAD_PLAN_SECCOMP_BASE_H
#define BULKHEAD_PLAN_SECCOMP_BASE_H

#include <stdint.h>

#include "plan/seccomp_policy.h"

struct err;
struct seccomp_abi;

/**
 * seccomp_base_compile - the built-in profile for a machine and a bounding set, and the sets.
 * @d:    the graph that the decisions are added to
 * @sets: of seccomp_sets_find()
 * Returns 0, -E2BIG, -ENOMEM.
 */
int seccomp_base_compile(const struct seccomp_abi *native, uint64_t caps, uint32_t sets,
			 struct seccomp_dag *d, struct seccomp_policy *ret, struct err *e);

/** seccomp_base_deny - take the sets away from @p, a policy over @d. Returns as above. */
int seccomp_base_deny(const struct seccomp_abi *native, uint32_t sets, struct seccomp_dag *d,
		      struct seccomp_policy *p, struct err *e);

#endif
