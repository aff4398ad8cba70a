/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* seccomp_compile.h: from a profile to a policy. */
#ifndef BULKHEAD_PLAN_SECCOMP_COMPILE_H
#define BULKHEAD_PLAN_SECCOMP_COMPILE_H

#include "plan/seccomp_policy.h"
#include "plan/seccomp_profile.h"

struct err;

/**
 * seccomp_compile - make the policy of a profile.
 * @d: the graph that its decisions are added to
 *
 * Names that an ABI does not have are ignored there. Of several rules without conditions for one
 * call the first counts, and none with conditions counts beside it; among rules with conditions
 * see seccomp_chain.h. Calls on other ABIs than the profile's kill the thread: libseccomp's
 * default, which engines rely on.
 *
 * Returns 0; an ERR_SPEC error for rules that contradict each other; or, without a message, -E2BIG
 * (more decisions than a program can hold) or -ENOMEM.
 */
int seccomp_compile(const struct seccomp_profile *p, struct seccomp_dag *d,
		    struct seccomp_policy *ret, struct err *e);

#endif
