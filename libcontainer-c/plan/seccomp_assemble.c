/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * seccomp_assemble.c: a policy as a BPF program.
 *
 * The ranges become a tree of comparisons in the same graph that holds the decisions; then the
 * whole graph is laid out from its end to its beginning. Classic BPF jumps only forward, so that
 * every target is already placed when a jump to it is written, and its distance is known. A node
 * that several jumps lead to is placed once, unless it is too far away for the 8 bits of a
 * conditional jump's offset: then a verdict is repeated near by, and anything else reached by an
 * unconditional jump.
 */
#include <errno.h>
#include <linux/bpf_common.h>
#include <string.h>

#include "base/arena.h"
#include "plan/seccomp_policy.h"

#define JUMP_MAX 255u

/* What the accumulator holds on arrival: an unmasked word of seccomp_data, or nothing known. */
#define ACC_UNKNOWN 0xffu

struct place {
	uint16_t plain;	 /* where the node begins, counted from the end; 0: not placed */
	uint16_t loaded; /* likewise, for those who come with its word in the accumulator */
};

struct layout {
	const struct seccomp_dag *d;
	struct sock_filter *code; /* filled from its end */
	struct place *places;
	uint32_t n; /* instructions so far */
	bool full;
};

/* Put one instruction in front of the others. Returns its place. */
static uint32_t put(struct layout *l, uint16_t code, uint32_t jt, uint32_t jf, uint32_t k)
{
	if (l->n == BPF_MAXINSNS) {
		l->full = true;
		return l->n;
	}
	l->n++;
	l->code[BPF_MAXINSNS - l->n] =
		(struct sock_filter){.code = code, .jt = (uint8_t)jt, .jf = (uint8_t)jf, .k = k};
	return l->n;
}

static uint32_t put_ret(struct layout *l, uint16_t node)
{
	uint32_t at = put(l, BPF_RET | BPF_K, 0, 0, l->d->nodes[node].k);

	l->places[node].plain = l->places[node].loaded = (uint16_t)at;
	return at;
}

/* Bring the target at @place, of @node, within reach of the instruction that comes next. */
static uint32_t reach(struct layout *l, uint16_t node, uint32_t place)
{
	if (l->n - place <= JUMP_MAX)
		return place;
	if (l->d->nodes[node].test == SECCOMP_RET)
		return put_ret(l, node);
	return put(l, BPF_JMP | BPF_JA, 0, 0, l->n - place);
}

static uint32_t place_node(struct layout *l, uint16_t node, unsigned acc);

/* The test itself, for those who come with the word in the accumulator. */
static uint32_t place_test(struct layout *l, uint16_t node)
{
	static const uint16_t ops[] = {
		[SECCOMP_EQ] = BPF_JEQ, [SECCOMP_GT] = BPF_JGT, [SECCOMP_GE] = BPF_JGE};
	const struct seccomp_node *n = &l->d->nodes[node];
	unsigned acc = n->mask == UINT32_MAX ? n->word : ACC_UNKNOWN;
	uint32_t yes, no, at;

	/* a verdict last: it is one instruction, and what comes in between could be many */
	if (l->d->nodes[n->yes].test == SECCOMP_RET) {
		no = place_node(l, n->no, acc);
		yes = place_node(l, n->yes, acc);
	} else {
		yes = place_node(l, n->yes, acc);
		no = place_node(l, n->no, acc);
	}
	yes = reach(l, n->yes, yes);
	/* a jump put there for "yes" has moved "no" away by one; and the other way round */
	no = reach(l, n->no, no);
	yes = reach(l, n->yes, yes);
	at = put(l, BPF_JMP | BPF_K | ops[n->test], l->n - yes, l->n - no, n->k);
	if (n->mask != UINT32_MAX)
		at = put(l, BPF_ALU | BPF_AND | BPF_K, 0, 0, n->mask);
	l->places[node].loaded = (uint16_t)at;
	return at;
}

/* Place @node, or find where it is. Returns its place for one who comes with @acc. */
static uint32_t place_node(struct layout *l, uint16_t node, unsigned acc)
{
	const struct seccomp_node *n = &l->d->nodes[node];
	struct place *p = &l->places[node];

	if (l->full)
		return l->n;
	if (n->test == SECCOMP_RET)
		return p->plain && l->n - p->plain < JUMP_MAX ? p->plain : put_ret(l, node);
	if (acc == n->word)
		return p->loaded ? p->loaded : place_test(l, node);
	if (p->plain)
		return p->plain;
	if (!p->loaded || p->loaded != l->n)
		place_test(l, node);
	p->plain = (uint16_t)put(l, BPF_LD | BPF_W | BPF_ABS, 0, 0, 4u * n->word);
	return p->plain;
}

/* The decision among @n ranges, the first of which also covers all below it. */
static uint16_t range_tree(struct seccomp_dag *d, const struct seccomp_range *r, size_t n)
{
	size_t half = n / 2;

	if (n == 1)
		return r->node;
	/* a single number between the same decisions on both sides */
	if (n == 3 && r[0].node == r[2].node && r[2].start == r[1].start + 1)
		return seccomp_dag_test(d, SECCOMP_WORD_NR, UINT32_MAX, SECCOMP_EQ, r[1].start,
					r[1].node, r[0].node);
	return seccomp_dag_test(d, SECCOMP_WORD_NR, UINT32_MAX, SECCOMP_GE, r[half].start,
				range_tree(d, r + half, n - half), range_tree(d, r, half));
}

int seccomp_policy_assemble(const struct seccomp_policy *p, struct seccomp_dag *d,
			    const struct sock_filter **ret_insns, uint16_t *ret_n)
{
	struct layout l = {.d = d};
	uint16_t root = p->other;

	for (size_t i = p->n_archs; i-- > 0;)
		root = seccomp_dag_test(d, SECCOMP_WORD_ARCH, UINT32_MAX, SECCOMP_EQ,
					p->archs[i].audit,
					range_tree(d, p->archs[i].ranges, p->archs[i].n), root);
	if (d->failed)
		return d->failed;
	l.code = arena_array(d->a, BPF_MAXINSNS, sizeof(*l.code));
	l.places = arena_array(d->a, d->n, sizeof(*l.places));
	if (!l.code || !l.places)
		return -ENOMEM;
	place_node(&l, root, ACC_UNKNOWN);
	if (l.full)
		return -E2BIG;
	*ret_insns = l.code + BPF_MAXINSNS - l.n;
	*ret_n = (uint16_t)l.n;
	return 0;
}
