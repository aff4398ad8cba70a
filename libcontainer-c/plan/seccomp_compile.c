/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* seccomp_compile.c: rules to tables of decisions. Owns what a number outside of all rules gets. */
#include "plan/seccomp_compile.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <seccomp.h>

#include "base/arena.h"
#include "base/err.h"
#include "plan/seccomp_abi.h"
#include "plan/seccomp_chain.h"

/* Numbers from an ABI's first on; kernels use fewer than 600 of them. */
#define TABLE_CALLS 1024u
/* ARM's own calls (breakpoint, cacheflush, ... set_tls) live far from the others. */
#define ARM_PRIVATE 0x0f0000u
#define ARM_CALLS   32u

/* What the rules say of one number. At most one is set. */
struct call {
	uint16_t node;	/* unconditional: node + 1 */
	uint16_t chain; /* conditional: index in chains + 1 */
};

struct table {
	const struct seccomp_abi *abi;
	struct call calls[TABLE_CALLS + ARM_CALLS];
	size_t n;    /* calls that have rules */
	int highest; /* number that a rule names, 0: none; for enosys_above */
};

struct compiler {
	const struct seccomp_profile *p;
	struct seccomp_dag *d;
	struct seccomp_links links;
	struct table *tables[SECCOMP_ABIS_MAX];
	struct seccomp_chain *chains;
	size_t n_chains, cap_chains;
};

/* Where number @nr is in the table, or NULL when it has no place there. */
static struct call *table_call(struct table *t, int64_t nr)
{
	int64_t i = nr - t->abi->first_nr;

	if (i >= 0 && i < TABLE_CALLS)
		return &t->calls[i];
	i = nr - ARM_PRIVATE;
	if (t->abi->audit == AUDIT_ARCH_ARM && i >= 0 && i < ARM_CALLS)
		return &t->calls[TABLE_CALLS + i];
	return NULL;
}

static uint32_t table_nr(const struct table *t, size_t i)
{
	return (uint32_t)(i < TABLE_CALLS ? t->abi->first_nr + i : ARM_PRIVATE + i - TABLE_CALLS);
}

static int chain_of(struct compiler *c, struct call *call, struct seccomp_chain **ret)
{
	if (!call->chain && c->n_chains == c->cap_chains) {
		size_t cap = c->cap_chains ? 2 * c->cap_chains : 32;
		struct seccomp_chain *chains = arena_array(c->d->a, cap, sizeof(*chains));

		if (!chains)
			return -ENOMEM;
		for (size_t i = 0; i < c->n_chains; i++)
			chains[i] = c->chains[i];
		c->chains = chains;
		c->cap_chains = cap;
	}
	if (!call->chain)
		call->chain = (uint16_t)++c->n_chains;
	*ret = &c->chains[call->chain - 1];
	return 0;
}

static int call_add(struct compiler *c, struct table *t, struct call *call,
		    const struct seccomp_cond *conds, size_t n, uint32_t verdict)
{
	struct seccomp_chain *chain;
	int rc;

	if (call->node)
		return 0;
	if (!call->chain)
		t->n++;
	if (n > 0) {
		rc = chain_of(c, call, &chain);
		if (rc == 0)
			rc = seccomp_chain_add(chain, t->abi, conds, n, verdict, &c->links);
		if (rc <= 0)
			return rc;
	}
	call->chain = 0;
	call->node = (uint16_t)(seccomp_dag_ret(c->d, verdict) + 1);
	return 0;
}

/* The same rule as seen through socketcall(2) or ipc(2): argument 0 says which call is meant. */
static size_t muxed_conds(const struct seccomp_rule *r, uint32_t muxarg,
			  struct seccomp_cond out[static SECCOMP_ARGS])
{
	size_t n = 0;

	out[n++] = (struct seccomp_cond){
		.arg = 0, .cmp = SECCOMP_CMP_EQ, .mask = UINT64_MAX, .value = muxarg};
	/*
	 * The other conditions are kept at their places, as libseccomp keeps them, although the
	 * call's real arguments are behind a pointer then, where no filter can look.
	 */
	for (size_t i = 0; i < r->n_conds && n < SECCOMP_ARGS; i++)
		if (r->conds[i].arg != 0)
			out[n++] = r->conds[i];
	return n;
}

static int rule_add(struct compiler *c, struct table *t, const struct seccomp_rule *r,
		    const struct seccomp_doors *doors)
{
	struct seccomp_cond conds[SECCOMP_ARGS];
	struct call *call;
	int rc;

	if (doors->muxed >= 0) {
		call = table_call(t, doors->muxed);
		if (!call)
			return -ERANGE;
		rc = call_add(c, t, call, conds, muxed_conds(r, doors->muxarg, conds), r->verdict);
		if (rc < 0)
			return rc;
	}
	if (doors->direct < 0)
		return 0;
	call = table_call(t, doors->direct);
	if (!call)
		return -ERANGE;
	return call_add(c, t, call, r->conds, r->n_conds, r->verdict);
}

static int name_add(struct compiler *c, const struct seccomp_rule *r, const char *name,
		    struct err *e)
{
	for (size_t i = 0; i < c->p->n_abis; i++) {
		struct table *t = c->tables[i];
		struct seccomp_doors doors = seccomp_abi_resolve(t->abi, name);
		int rc = 0;

		if (doors.known > t->highest)
			t->highest = doors.known;
		if (r->verdict != c->p->default_verdict)
			rc = rule_add(c, t, r, &doors);
		if (rc == -EEXIST)
			return err_set(e, ERR_SPEC, EEXIST,
				       "/linux/seccomp/syscalls/%zu: contradicts an earlier rule "
				       "for \"%s\" under the same conditions",
				       r->syscall, name);
		if (rc == -ERANGE)
			return err_set(e, ERR_BUG, ERANGE,
				       "seccomp: the number of \"%s\" is beyond the table of %s",
				       name, t->abi->name);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* Ranges under construction. */
struct ranges {
	struct seccomp_range *r;
	size_t n;
};

/* From @start on @node. Starts ascend; a later decision for the same start replaces. */
static void range_push(struct ranges *rs, uint32_t start, uint16_t node)
{
	if (rs->n && rs->r[rs->n - 1].start == start)
		rs->n--;
	if (rs->n && rs->r[rs->n - 1].node == node)
		return;
	rs->r[rs->n++] = (struct seccomp_range){start, node};
}

static uint16_t call_decide(struct compiler *c, const struct call *call, uint16_t otherwise)
{
	if (call->node)
		return (uint16_t)(call->node - 1);
	if (call->chain)
		return seccomp_chain_decide(&c->chains[call->chain - 1], c->d, otherwise);
	return otherwise;
}

static bool table_has_enosys(const struct compiler *c, const struct table *t)
{
	return t && c->p->enosys_above && t->highest > 0;
}

/* The numbers of one ABI, from @first on. */
static void push_table(struct compiler *c, struct ranges *rs, const struct table *t, uint32_t first)
{
	uint16_t otherwise = seccomp_dag_ret(c->d, c->p->default_verdict);
	bool enosys = table_has_enosys(c, t);

	range_push(rs, first, otherwise);
	for (size_t i = 0; i < TABLE_CALLS + ARM_CALLS; i++) {
		uint32_t nr = table_nr(t, i);

		if (!t->calls[i].node && !t->calls[i].chain)
			continue;
		if (enosys && nr > (uint32_t)t->highest)
			break;
		range_push(rs, nr, call_decide(c, &t->calls[i], otherwise));
		range_push(rs, nr + 1, otherwise);
	}
	if (!enosys)
		return;
	range_push(rs, (uint32_t)t->highest + 1, seccomp_dag_ret(c->d, SECCOMP_RET_ERRNO | ENOSYS));
}

/*
 * x86_64 and x32 share an audit architecture and are told apart by bit 30 of the number. What
 * numbers with bits 30 and 31 set or bit 31 alone get is without use, but follows libseccomp and
 * runc too: -1 is the number that a tracer leaves to skip a call, and must not kill.
 */
static void push_x86_64(struct compiler *c, struct ranges *rs, const struct table *x86_64,
			const struct table *x32)
{
	uint16_t bad = seccomp_dag_ret(c->d, SECCOMP_RET_KILL_THREAD);
	uint16_t otherwise = seccomp_dag_ret(c->d, c->p->default_verdict);
	uint16_t enosys = seccomp_dag_ret(c->d, SECCOMP_RET_ERRNO | ENOSYS);
	uint16_t no_x32 = x32 ? otherwise : bad;

	range_push(rs, 0, bad);
	if (x86_64)
		push_table(c, rs, x86_64, 0);
	range_push(rs, SECCOMP_X32_BIT, bad);
	if (x32)
		push_table(c, rs, x32, SECCOMP_X32_BIT);
	range_push(rs, 2 * SECCOMP_X32_BIT,
		   table_has_enosys(c, x86_64) ? enosys
		   : x86_64		       ? no_x32
					       : otherwise);
	range_push(rs, 3 * SECCOMP_X32_BIT, table_has_enosys(c, x32) ? enosys : no_x32);
	range_push(rs, UINT32_MAX, table_has_enosys(c, x32) ? enosys : otherwise);
}

/* "setup" is what s390 makes of calls it does not know: see runc's patchbpf. */
static void push_s390(struct compiler *c, struct ranges *rs, const struct table *t)
{
	uint16_t enosys = seccomp_dag_ret(c->d, SECCOMP_RET_ERRNO | ENOSYS);
	struct seccomp_range first;

	push_table(c, rs, t, 0);
	first = rs->r[0];
	if (!table_has_enosys(c, t) || first.node == enosys)
		return;
	/* cut number 0 off the first range; there is a second one, of ENOSYS if nothing else */
	if (rs->r[1].start > 1) {
		for (size_t i = rs->n++; i > 0; i--)
			rs->r[i] = rs->r[i - 1];
		rs->r[1].start = 1;
	}
	rs->r[0] = (struct seccomp_range){0, enosys};
}

static const struct table *table_of(const struct compiler *c, uint32_t token)
{
	for (size_t i = 0; i < c->p->n_abis; i++)
		if (c->tables[i]->abi->token == token)
			return c->tables[i];
	return NULL;
}

static int make_numbers(struct compiler *c, size_t abi, struct seccomp_policy *policy)
{
	const struct table *t = c->tables[abi];
	struct seccomp_numbers *numbers;
	struct ranges rs = {0};
	size_t max = 8;

	for (size_t i = 0; i < policy->n_archs; i++)
		if (policy->archs[i].audit == t->abi->audit)
			return 0;
	for (size_t i = 0; i < c->p->n_abis; i++)
		if (c->tables[i]->abi->audit == t->abi->audit)
			max += 2 * c->tables[i]->n + 2;
	rs.r = arena_array(c->d->a, max, sizeof(*rs.r));
	if (!rs.r)
		return -ENOMEM;
	if (t->abi->audit == AUDIT_ARCH_X86_64)
		push_x86_64(c, &rs, table_of(c, SCMP_ARCH_X86_64), table_of(c, SCMP_ARCH_X32));
	else if (t->abi->audit == AUDIT_ARCH_S390 || t->abi->audit == AUDIT_ARCH_S390X)
		push_s390(c, &rs, t);
	else
		push_table(c, &rs, t, 0);
	numbers = &policy->archs[policy->n_archs++];
	*numbers = (struct seccomp_numbers){t->abi->audit, rs.n, rs.r};
	return 0;
}

int seccomp_compile(const struct seccomp_profile *p, struct seccomp_dag *d,
		    struct seccomp_policy *ret, struct err *e)
{
	struct compiler c = {.p = p, .d = d, .links = {.a = d->a}};
	struct seccomp_policy policy = {0};
	int rc = 0;

	for (size_t i = 0; i < p->n_abis; i++) {
		c.tables[i] = arena_alloc(d->a, sizeof(*c.tables[i]));
		if (!c.tables[i])
			return -ENOMEM;
		c.tables[i]->abi = p->abis[i];
	}
	for (size_t i = 0; i < p->n_rules; i++)
		for (size_t j = 0; j < p->rules[i].n_names && rc == 0; j++)
			rc = name_add(&c, &p->rules[i], p->rules[i].names[j], e);
	for (size_t i = 0; i < p->n_abis && rc == 0; i++)
		rc = make_numbers(&c, i, &policy);
	policy.other = seccomp_dag_ret(d, SECCOMP_RET_KILL_THREAD);
	if (rc == 0)
		rc = d->failed;
	if (rc < 0)
		return rc;
	*ret = policy;
	return 0;
}
