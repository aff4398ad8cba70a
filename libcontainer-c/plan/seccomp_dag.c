/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* seccomp_dag.c: hash-consed decision graphs, and the stricter of two of them. */
#include "plan/seccomp_dag.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"

/* A pair that was merged before, and its result. Empty: ab is 0, which no pair needs remembered. */
struct seccomp_pair {
	uint32_t ab;
	uint16_t result;
};

enum { FIRST_NODES = 512, FIRST_INDEX = 2048, FIRST_MEMO = 256 };

static uint32_t mix(uint32_t h, uint32_t v)
{
	h = (h ^ v) * 0x9e3779b1u;
	return h ^ (h >> 15);
}

static uint32_t node_hash(const struct seccomp_node *n)
{
	uint32_t h = mix(0, n->k);

	h = mix(h, n->mask);
	h = mix(h, (uint32_t)n->yes << 16 | n->no);
	return mix(h, (uint32_t)n->word << 8 | n->test);
}

static bool node_eq(const struct seccomp_node *a, const struct seccomp_node *b)
{
	return a->k == b->k && a->mask == b->mask && a->yes == b->yes && a->no == b->no &&
	       a->word == b->word && a->test == b->test;
}

static void index_put(struct seccomp_dag *d, size_t number)
{
	size_t i = node_hash(&d->nodes[number]) & (d->index_size - 1);

	while (d->index[i])
		i = (i + 1) & (d->index_size - 1);
	d->index[i] = (uint16_t)(number + 1);
}

static void fail(struct seccomp_dag *d, int code)
{
	if (!d->failed)
		d->failed = code;
}

/* Make room for nodes up to @n; the index stays at most half full. */
static bool grow(struct seccomp_dag *d, size_t n)
{
	size_t cap = d->cap ? d->cap : FIRST_NODES, size = d->index_size;

	if (d->failed)
		return false;
	if (n > SECCOMP_DAG_MAX) {
		fail(d, -E2BIG);
		return false;
	}
	if (n <= d->cap)
		return true;
	while (cap < n)
		cap *= 2;
	for (size = size ? size : FIRST_INDEX; size < 2 * cap;)
		size *= 2;
	struct seccomp_node *nodes = arena_array(d->a, cap, sizeof(*nodes));
	uint16_t *index = arena_array(d->a, size, sizeof(*index));

	if (!nodes || !index) {
		fail(d, -ENOMEM);
		return false;
	}
	if (d->n)
		memcpy(nodes, d->nodes, d->n * sizeof(*nodes));
	d->nodes = nodes;
	d->cap = cap;
	d->index = index;
	d->index_size = size;
	for (size_t i = 0; i < d->n; i++)
		index_put(d, i);
	return true;
}

void seccomp_dag_init(struct seccomp_dag *d, struct arena *a)
{
	*d = (struct seccomp_dag){.a = a};
}

void seccomp_dag_load(struct seccomp_dag *d, const struct seccomp_node *nodes, size_t n)
{
	if (!grow(d, n))
		return;
	memcpy(d->nodes, nodes, n * sizeof(*nodes));
	for (d->n = 0; d->n < n; d->n++)
		index_put(d, d->n);
}

static uint16_t intern(struct seccomp_dag *d, const struct seccomp_node *n)
{
	if (!grow(d, d->n + 1))
		return 0;
	for (size_t i = node_hash(n) & (d->index_size - 1); d->index[i];
	     i = (i + 1) & (d->index_size - 1))
		if (node_eq(&d->nodes[d->index[i] - 1], n))
			return (uint16_t)(d->index[i] - 1);
	d->nodes[d->n] = *n;
	index_put(d, d->n);
	return (uint16_t)d->n++;
}

uint16_t seccomp_dag_ret(struct seccomp_dag *d, uint32_t verdict)
{
	return intern(d, &(struct seccomp_node){.k = verdict, .test = SECCOMP_RET});
}

uint16_t seccomp_dag_test(struct seccomp_dag *d, unsigned word, uint32_t mask,
			  enum seccomp_test test, uint32_t k, uint16_t yes, uint16_t no)
{
	if (yes == no)
		return yes;
	if (test == SECCOMP_EQ && (k & ~mask))
		return no;
	if (test == SECCOMP_EQ && mask == 0)
		return yes;
	if (test == SECCOMP_GT && k >= mask)
		return no;
	if (test == SECCOMP_GE && k == 0)
		return yes;
	if (test == SECCOMP_GE && k > mask)
		return no;
	return intern(d, &(struct seccomp_node){.k = k,
						.mask = mask,
						.yes = yes,
						.no = no,
						.word = (uint8_t)word,
						.test = (uint8_t)test});
}

uint32_t seccomp_verdict_stricter(uint32_t a, uint32_t b)
{
	/* the kernel compares actions as signed numbers: KILL_PROCESS is the most negative */
	return (int32_t)(b & SECCOMP_RET_ACTION_FULL) < (int32_t)(a & SECCOMP_RET_ACTION_FULL) ? b
											       : a;
}

static struct seccomp_pair *memo_slot(struct seccomp_pair *memo, size_t size, uint32_t ab)
{
	size_t i = mix(0, ab) & (size - 1);

	while (memo[i].ab && memo[i].ab != ab)
		i = (i + 1) & (size - 1);
	return &memo[i];
}

static void memo_put(struct seccomp_dag *d, uint32_t ab, uint16_t result)
{
	if (d->failed)
		return;
	if (2 * (d->memo_n + 1) > d->memo_size) {
		size_t size = d->memo_size ? 2 * d->memo_size : FIRST_MEMO;
		struct seccomp_pair *memo = arena_array(d->a, size, sizeof(*memo));

		if (!memo) {
			fail(d, -ENOMEM);
			return;
		}
		for (size_t i = 0; i < d->memo_size; i++)
			if (d->memo[i].ab)
				*memo_slot(memo, size, d->memo[i].ab) = d->memo[i];
		d->memo = memo;
		d->memo_size = size;
	}
	*memo_slot(d->memo, d->memo_size, ab) = (struct seccomp_pair){ab, result};
	d->memo_n++;
}

uint16_t seccomp_dag_stricter(struct seccomp_dag *d, uint16_t a, uint16_t b)
{
	uint32_t ab = (uint32_t)a << 16 | b;
	uint16_t result;

	if (a == b || d->failed)
		return a;
	/* copies: building nodes moves the array */
	struct seccomp_node na = d->nodes[a], nb = d->nodes[b];

	if (na.test == SECCOMP_RET && nb.test == SECCOMP_RET)
		return seccomp_verdict_stricter(na.k, nb.k) == na.k ? a : b;
	if (d->memo_size && memo_slot(d->memo, d->memo_size, ab)->ab)
		return memo_slot(d->memo, d->memo_size, ab)->result;

	/* first what a asks, then what b asks */
	struct seccomp_node n = na.test == SECCOMP_RET ? nb : na;
	uint16_t yes = na.test == SECCOMP_RET ? seccomp_dag_stricter(d, a, n.yes)
					      : seccomp_dag_stricter(d, n.yes, b);
	uint16_t no = na.test == SECCOMP_RET ? seccomp_dag_stricter(d, a, n.no)
					     : seccomp_dag_stricter(d, n.no, b);

	result = seccomp_dag_test(d, n.word, n.mask, (enum seccomp_test)n.test, n.k, yes, no);
	memo_put(d, ab, result);
	return result;
}
