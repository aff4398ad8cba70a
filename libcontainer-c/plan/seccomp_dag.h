/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * seccomp_dag.h: decisions about a system call, as a directed acyclic graph: each node either is a
 * verdict or tests one 32-bit word of struct seccomp_data and goes on to one of two nodes. Equal
 * nodes exist once, so "the same decision" is "the same number": that is what makes ranges of
 * numbers collapse, and what makes two filters mergeable.
 */
#ifndef BULKHEAD_PLAN_SECCOMP_DAG_H
#define BULKHEAD_PLAN_SECCOMP_DAG_H

#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

/* Words of struct seccomp_data; the kernel lets a filter load nothing else. */
enum {
	SECCOMP_WORD_NR = 0,
	SECCOMP_WORD_ARCH = 1,
	SECCOMP_WORD_ARG0 = 4,
	SECCOMP_WORDS = sizeof(struct seccomp_data) / 4,
};

enum seccomp_test {		 /* of (word & mask) against k */
		    SECCOMP_RET, /* no test: k is the verdict, SECCOMP_RET_... with its data */
		    SECCOMP_EQ,
		    SECCOMP_GT,
		    SECCOMP_GE,
};

struct seccomp_node {
	uint32_t k;
	uint32_t mask;
	uint16_t yes, no; /* nodes; both are older (smaller) than this one */
	uint8_t word;
	uint8_t test; /* enum seccomp_test */
};

/*
 * More nodes than any program can have (4096 instructions, one node each at least) with room for
 * those that merging leaves behind; also bounds the recursion over a graph.
 */
#define SECCOMP_DAG_MAX 16384

struct seccomp_dag {
	struct arena *a;
	struct seccomp_node *nodes;
	size_t n, cap;
	uint16_t *index; /* hash table over nodes, number + 1 */
	size_t index_size;
	struct seccomp_pair *memo; /* hash table of merged pairs */
	size_t memo_n, memo_size;
	int failed; /* sticky: 0, -ENOMEM, or -E2BIG; results are then meaningless */
};

/** seccomp_dag_init - an empty graph whose memory comes from @a. */
void seccomp_dag_init(struct seccomp_dag *d, struct arena *a);

/** seccomp_dag_load - fill an empty graph with @n nodes as another one had them. */
void seccomp_dag_load(struct seccomp_dag *d, const struct seccomp_node *nodes, size_t n);

/** seccomp_dag_ret - the node of a verdict. */
uint16_t seccomp_dag_ret(struct seccomp_dag *d, uint32_t verdict);

/**
 * seccomp_dag_test - the node that tests (@word & @mask) against @k and goes on to @yes or @no.
 * Tests with one possible outcome are left out.
 */
uint16_t seccomp_dag_test(struct seccomp_dag *d, unsigned word, uint32_t mask,
			  enum seccomp_test test, uint32_t k, uint16_t yes, uint16_t no);

/**
 * seccomp_dag_stricter - the node that gives the stricter verdict of @a and @b, by the kernel's
 * order (seccomp(2): KILL_PROCESS, KILL_THREAD, TRAP, ERRNO, USER_NOTIF, TRACE, LOG, ALLOW).
 * The same action with different data: @a's.
 */
uint16_t seccomp_dag_stricter(struct seccomp_dag *d, uint16_t a, uint16_t b);

/** seccomp_verdict_stricter - the stricter of two verdicts; the same action: @a. */
uint32_t seccomp_verdict_stricter(uint32_t a, uint32_t b);

#endif
