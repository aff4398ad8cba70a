/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * seccomp_chain.h: the rules with argument conditions for one system call of one ABI, in
 * libseccomp's order of precedence.
 *
 * libseccomp keeps such rules in a tree and takes the first action that it finds on a walk through
 * it. Which rule wins when several match with different verdicts follows from the tree's order and
 * not from the profile's; engines' profiles and their users' have been tested with that, so the
 * order is kept:
 *   - on each level the higher argument comes first; of the same argument EQ, NE and MASKED_EQ
 *     before LT and LE before GT and GE; then larger values first, but smaller ones for LT and LE;
 *     then the earlier rule;
 *   - a rule that goes on where an earlier one has its verdict is dropped there;
 *   - a rule that has its verdict where earlier ones go on replaces them; with another verdict, or
 *     on the same conditions with another verdict, the rules contradict each other: -EEXIST.
 * A rule here matches what it says, also where libseccomp 2.5 miscompiles: an LE condition that is
 * not the rule's first on a 32-bit ABI; GT, GE, LT, LE and NE conditions before another one,
 * because both ways to that share a node; comparisons that two ways lead to, of which one lacks the
 * load.
 */
#ifndef BULKHEAD_PLAN_SECCOMP_CHAIN_H
#define BULKHEAD_PLAN_SECCOMP_CHAIN_H

#include <stdint.h>

#include "plan/seccomp_dag.h"
#include "plan/seccomp_profile.h"

struct arena;
struct seccomp_abi;
struct seccomp_link;

struct seccomp_chain {
	struct seccomp_link *first;
};

/* Where links come from: one for a whole profile. */
struct seccomp_links {
	struct arena *a;
	size_t n;
};

/*
 * Links of a profile, all calls and ABIs together; a single rule of six GT conditions makes 189. A
 * program of 4096 instructions has fewer tests than a quarter of this. Bounds what a hostile
 * profile costs: adding a link walks past the others of its level.
 */
enum { SECCOMP_LINKS_MAX = 16384 };

/**
 * seccomp_chain_add - add a rule with @n conditions, by ascending argument.
 * Returns 1 when the conditions hold for any argument (then nothing is added: the rule is
 * unconditional), 0 when added, or -EEXIST, -E2BIG, -ENOMEM.
 */
int seccomp_chain_add(struct seccomp_chain *c, const struct seccomp_abi *abi,
		      const struct seccomp_cond *conds, size_t n, uint32_t verdict,
		      struct seccomp_links *links);

/** seccomp_chain_decide - the chain's decision; @otherwise when no rule matches. Call it once. */
uint16_t seccomp_chain_decide(struct seccomp_chain *c, struct seccomp_dag *d, uint16_t otherwise);

#endif
