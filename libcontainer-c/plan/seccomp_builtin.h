/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * seccomp_builtin.h: the built-in profile, less the sets that the built-in policy denies, as it was
 * compiled when this program was built, for this kind of machine and the capability sets that
 * containers usually have. Everything else is compiled at run time by the same code.
 */
#ifndef BULKHEAD_PLAN_SECCOMP_BUILTIN_H
#define BULKHEAD_PLAN_SECCOMP_BUILTIN_H

#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>

#include "plan/seccomp_policy.h"

struct seccomp_builtin {
	uint32_t native;		  /* libseccomp's token of the machine */
	uint64_t caps;			  /* within seccomp_default_caps() */
	uint32_t sets;			  /* denied: of seccomp_sets_find() */
	const struct seccomp_node *nodes; /* the graph below the policy, without its trees */
	size_t n_nodes;
	struct seccomp_policy policy;	 /* for merging with a caller's */
	const struct sock_filter *insns; /* for no caller's */
	uint16_t n_insns;
};

/**
 * seccomp_builtin_find - what is prepared for a machine and a bounding set and denies no more than
 * @sets; those that it does not deny are left to the caller. NULL: nothing.
 */
const struct seccomp_builtin *seccomp_builtin_find(uint32_t native, uint64_t caps, uint32_t sets);

#endif
