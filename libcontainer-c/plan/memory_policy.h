/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * memory_policy.h: linux.memoryPolicy: from which NUMA nodes a process gets its memory, in the
 * words of set_mempolicy(2). Pure.
 *
 * No hardening rule is about it: a policy only narrows what the container's cpuset and memory limit
 * allow, and linux.resources.cpu.mems binds to nodes just as well.
 */
#ifndef BULKHEAD_PLAN_MEMORY_POLICY_H
#define BULKHEAD_PLAN_MEMORY_POLICY_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct err;
struct host_facts;
struct spec_memory_policy;

/* Nodes of the largest kernels (CONFIG_NODES_SHIFT 10). */
#define MEMORY_POLICY_NODES 1024u
#define MEMORY_POLICY_WORDS (MEMORY_POLICY_NODES / (8 * sizeof(unsigned long)))

struct memory_policy_plan {
	bool set;
	int mode;		    /* MPOL_..., with the flags */
	const unsigned long *nodes; /* MEMORY_POLICY_WORDS of them; NULL: none */
	/* What get_mempolicy(2) has to say of it then: of MPOL_PREFERRED only the first node. */
	const unsigned long *effective;
};

/* Without any node, kernels from 5.14 on call the first by the name of the second. */
#define MEMORY_POLICY_PREFERRED 1
#define MEMORY_POLICY_LOCAL	4

/**
 * memory_policy_plan_make - @s may be NULL.
 * @f: mem_nodes is used
 * ERR_SPEC for contradictions, in the words that callers know from runc; ERR_HOST for nodes that
 * this host has not.
 */
int memory_policy_plan_make(const struct spec_memory_policy *s, const struct host_facts *f,
			    struct arena *a, struct memory_policy_plan *ret, struct err *e);

/** memory_policy_text - the plan as numa_maps shows it, in @a; NULL: no memory. */
const char *memory_policy_text(const struct memory_policy_plan *p, struct arena *a);

/**
 * memory_policy_is_shown - whether @shown, the policy as numa_maps has it, is that of the plan.
 * Kernels differ in which flags they show.
 */
bool memory_policy_is_shown(const struct memory_policy_plan *p, const char *shown);

/** memory_policy_mode_name, memory_policy_flag_name - the @i-th that is known, or NULL. */
const char *memory_policy_mode_name(size_t i);
const char *memory_policy_flag_name(size_t i);

#endif
