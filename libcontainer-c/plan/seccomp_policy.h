/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * seccomp_policy.h: a filter as a table: for each architecture that the kernel reports, ranges of
 * system call numbers and the decision for each. Neighbouring numbers with the same decision are
 * one range, which is why the program made from it is short.
 */
#ifndef BULKHEAD_PLAN_SECCOMP_POLICY_H
#define BULKHEAD_PLAN_SECCOMP_POLICY_H

#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>

#include "plan/seccomp_dag.h"

struct arena;

struct seccomp_range {
	uint32_t start; /* up to the next range's start, or the last number */
	uint16_t node;
};

struct seccomp_numbers { /* of one audit architecture */
	uint32_t audit;
	size_t n;
	const struct seccomp_range *ranges; /* ascending from 0; neighbours differ */
};

enum { SECCOMP_AUDITS_MAX = 24 };

struct seccomp_policy {
	struct seccomp_numbers archs[SECCOMP_AUDITS_MAX];
	size_t n_archs;
	uint16_t other; /* every other architecture */
};

/**
 * seccomp_policy_stricter - the policy that gives the stricter verdict of @x and @y everywhere;
 * ties go to @x. Both are over @d. Returns 0, -E2BIG or -ENOMEM.
 */
int seccomp_policy_stricter(const struct seccomp_policy *x, const struct seccomp_policy *y,
			    struct seccomp_dag *d, struct seccomp_policy *ret);

/**
 * seccomp_policy_assemble - the BPF program: per architecture a balanced tree of comparisons over
 * the ranges. @d grows by the tree's nodes.
 * @ret_insns: in the arena of @d, @ret_n of them
 * Returns 0, -E2BIG (more than BPF_MAXINSNS) or -ENOMEM.
 */
int seccomp_policy_assemble(const struct seccomp_policy *p, struct seccomp_dag *d,
			    const struct sock_filter **ret_insns, uint16_t *ret_n);

#endif
