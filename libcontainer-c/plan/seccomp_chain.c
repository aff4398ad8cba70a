/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* seccomp_chain.c: rules with conditions on arguments. Owns the order among them. */
#include "plan/seccomp_chain.h"

#include <errno.h>
#include <linux/seccomp.h>

#include "base/arena.h"
#include "plan/seccomp_abi.h"

/* One test of one 32-bit word. Links of a level are tried in order until one leads to a verdict. */
struct seccomp_link {
	struct seccomp_link *next;     /* on this level */
	struct seccomp_link *yes, *no; /* the level below; NULL: see has_... */
	uint32_t yes_verdict, no_verdict;
	bool has_yes, has_no; /* the outcome is final */
	bool masked_eq, high;
	uint8_t word, test, rank;
	uint32_t mask, datum;
	uint64_t value;	 /* of the whole condition */
	bool descending; /* larger values come first */
};

/* Higher ranks come first; see the header. */
static uint8_t cond_rank(const struct seccomp_cond *c, bool high)
{
	static const uint8_t by_cmp[] = {
		[SECCOMP_CMP_EQ] = 3, [SECCOMP_CMP_NE] = 3, [SECCOMP_CMP_MASKED_EQ] = 3,
		[SECCOMP_CMP_LE] = 2, [SECCOMP_CMP_LT] = 2, [SECCOMP_CMP_GE] = 1,
		[SECCOMP_CMP_GT] = 1,
	};

	return (uint8_t)((c->arg * 2 + high) * 4 + by_cmp[c->cmp]);
}

/* The rule that is being turned into links. */
struct rule {
	const struct seccomp_abi *abi;
	struct seccomp_links *links;
	const struct seccomp_cond *conds;
	size_t n;
	uint32_t verdict;
};

static struct seccomp_link *link_new(const struct rule *r, size_t i, bool high,
				     enum seccomp_test test)
{
	const struct seccomp_cond *c = &r->conds[i];
	struct seccomp_link *l;

	if (r->links->n >= SECCOMP_LINKS_MAX)
		return NULL;
	l = arena_alloc(r->links->a, sizeof(*l));
	if (!l)
		return NULL;
	r->links->n++;
	l->word = (uint8_t)(SECCOMP_WORD_ARG0 + 2 * c->arg + (high != r->abi->big_endian));
	l->test = (uint8_t)test;
	l->masked_eq = c->cmp == SECCOMP_CMP_MASKED_EQ;
	l->high = high;
	l->rank = cond_rank(c, high);
	l->mask = (uint32_t)(high ? c->mask >> 32 : c->mask);
	l->datum = (uint32_t)(high ? c->value >> 32 : c->value) & l->mask;
	l->value = c->value;
	l->descending = c->cmp != SECCOMP_CMP_LT && c->cmp != SECCOMP_CMP_LE;
	return l;
}

/* The first condition from @i on that some argument fails. */
static size_t skip_void(const struct rule *r, size_t i)
{
	while (i < r->n && r->conds[i].cmp == SECCOMP_CMP_MASKED_EQ &&
	       (r->abi->is_64 ? r->conds[i].mask : (uint32_t)r->conds[i].mask) == 0)
		i++;
	return i;
}

static struct seccomp_link *rule_tree(const struct rule *r, size_t i);

/* What follows when condition @i holds: the next condition, or the verdict. */
static bool follow(const struct rule *r, size_t i, struct seccomp_link *l, bool outcome)
{
	struct seccomp_link *below = NULL;
	bool final;

	i = skip_void(r, i + 1);
	final = i == r->n;
	if (!final) {
		below = rule_tree(r, i);
		if (!below)
			return false;
	}
	if (outcome) {
		l->yes = below;
		l->has_yes = final;
		l->yes_verdict = r->verdict;
	} else {
		l->no = below;
		l->has_no = final;
		l->no_verdict = r->verdict;
	}
	return true;
}

/*
 * A single rule as links: one on each level. 64-bit values are compared high word first; what
 * follows an ordering test is reached from two links and exists once for each, because rules added
 * later may extend it below one of them only. NULL: out of memory or of links.
 */
static struct seccomp_link *rule_tree(const struct rule *r, size_t i)
{
	uint8_t cmp = r->conds[i].cmp;
	bool negated = cmp == SECCOMP_CMP_NE || cmp == SECCOMP_CMP_LT || cmp == SECCOMP_CMP_LE;
	bool equality =
		cmp == SECCOMP_CMP_EQ || cmp == SECCOMP_CMP_NE || cmp == SECCOMP_CMP_MASKED_EQ;
	enum seccomp_test test = SECCOMP_GE;
	struct seccomp_link *high, *same, *low;

	if (equality)
		test = SECCOMP_EQ;
	else if (cmp == SECCOMP_CMP_GT || cmp == SECCOMP_CMP_LE)
		test = SECCOMP_GT;
	low = link_new(r, i, false, test);
	if (!low || !follow(r, i, low, !negated))
		return NULL;
	if (!r->abi->is_64)
		return low;
	high = link_new(r, i, true, equality ? SECCOMP_EQ : SECCOMP_GT);
	if (!high)
		return NULL;
	if (equality) {
		high->yes = low;
		return !negated || follow(r, i, high, false) ? high : NULL;
	}
	same = link_new(r, i, true, SECCOMP_EQ);
	if (!same)
		return NULL;
	high->no = same;
	same->yes = low;
	return follow(r, i, negated ? same : high, !negated) ? high : NULL;
}

static bool link_eq(const struct seccomp_link *x, const struct seccomp_link *n)
{
	return x->word == n->word && x->test == n->test && x->masked_eq == n->masked_eq &&
	       x->datum == n->datum && x->mask == n->mask;
}

/* Whether @n goes before @x on their level. */
static bool link_before(const struct seccomp_link *n, const struct seccomp_link *x)
{
	if (n->rank != x->rank)
		return n->rank > x->rank;
	return x->descending ? n->datum > x->datum : n->datum < x->datum;
}

static bool verdicts_are(const struct seccomp_link *l, uint32_t verdict)
{
	for (; l; l = l->next)
		if ((l->has_yes && l->yes_verdict != verdict) ||
		    (l->has_no && l->no_verdict != verdict) || !verdicts_are(l->yes, verdict) ||
		    !verdicts_are(l->no, verdict))
			return false;
	return true;
}

static bool is_leaf(const struct seccomp_link *l)
{
	return !l->yes && !l->no;
}

static int level_add(struct seccomp_link **level, struct seccomp_link *n);

/* The new verdict of @n for one outcome of the test that it shares with @x. */
static int merge_verdict(const struct seccomp_link *x, struct seccomp_link **x_below, bool *x_has,
			 uint32_t *x_verdict, const struct seccomp_link *n, uint32_t verdict,
			 bool raise)
{
	if (!*x_has) {
		if (!verdicts_are(*x_below, verdict))
			return -EEXIST;
		*x_below = NULL;
		*x_has = true;
		*x_verdict = verdict;
		return 0;
	}
	if (*x_verdict == verdict)
		return 0;
	if (is_leaf(x) || is_leaf(n))
		return -EEXIST;
	/* two GT or GE rules with the same high word: above it the larger value decides */
	if (raise && n->high && n->value > x->value)
		*x_verdict = verdict;
	return 0;
}

/* What follows one outcome; dropped when the existing rule is final there. */
static int merge_below(struct seccomp_link **x_below, bool x_has, struct seccomp_link *n_below)
{
	if (!n_below)
		return 0;
	if (*x_below)
		return level_add(x_below, n_below);
	if (!x_has)
		*x_below = n_below;
	return 0;
}

static int link_merge(struct seccomp_link *x, const struct seccomp_link *n)
{
	int rc = 0;

	if (n->has_yes)
		rc = merge_verdict(x, &x->yes, &x->has_yes, &x->yes_verdict, n, n->yes_verdict,
				   true);
	if (rc == 0 && n->has_no)
		rc = merge_verdict(x, &x->no, &x->has_no, &x->no_verdict, n, n->no_verdict, false);
	if (rc == 0)
		rc = merge_below(&x->yes, x->has_yes, n->yes);
	if (rc == 0)
		rc = merge_below(&x->no, x->has_no, n->no);
	return rc;
}

static int level_add(struct seccomp_link **level, struct seccomp_link *n)
{
	for (; *level; level = &(*level)->next) {
		if (link_eq(*level, n))
			return link_merge(*level, n);
		if (link_before(n, *level))
			break;
	}
	n->next = *level;
	*level = n;
	return 0;
}

int seccomp_chain_add(struct seccomp_chain *c, const struct seccomp_abi *abi,
		      const struct seccomp_cond *conds, size_t n, uint32_t verdict,
		      struct seccomp_links *links)
{
	struct rule r = {abi, links, conds, n, verdict};
	size_t first = skip_void(&r, 0);
	struct seccomp_link *tree;

	if (first == n)
		return 1;
	tree = rule_tree(&r, first);
	if (!tree)
		return links->n >= SECCOMP_LINKS_MAX ? -E2BIG : -ENOMEM;
	return level_add(&c->first, tree);
}

/* The list of a level, last link first. */
static struct seccomp_link *level_reverse(struct seccomp_link *l)
{
	struct seccomp_link *reversed = NULL;

	while (l) {
		struct seccomp_link *next = l->next;

		l->next = reversed;
		reversed = l;
		l = next;
	}
	return reversed;
}

static uint16_t level_decide(struct seccomp_link *level, struct seccomp_dag *d, uint16_t otherwise)
{
	for (struct seccomp_link *l = level_reverse(level); l; l = l->next) {
		uint16_t yes = l->yes	    ? level_decide(l->yes, d, otherwise)
			       : l->has_yes ? seccomp_dag_ret(d, l->yes_verdict)
					    : otherwise;
		uint16_t no = l->no	  ? level_decide(l->no, d, otherwise)
			      : l->has_no ? seccomp_dag_ret(d, l->no_verdict)
					  : otherwise;

		otherwise = seccomp_dag_test(d, l->word, l->mask, (enum seccomp_test)l->test,
					     l->datum, yes, no);
	}
	return otherwise;
}

uint16_t seccomp_chain_decide(struct seccomp_chain *c, struct seccomp_dag *d, uint16_t otherwise)
{
	return level_decide(c->first, d, otherwise);
}
