/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * seccomp_generate.c: a program that runs while bulkhead is built and writes
 * seccomp_builtin_data.h, the built-in profile less the sets that the built-in policy denies,
 * compiled for the machine it runs on, to standard output. Not part of the library.
 */
#include <errno.h>
#include <inttypes.h>
#include <linux/capability.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "plan/seccomp_abi.h"
#include "plan/seccomp_base.h"
#include "plan/seccomp_sets.h"
#include "policy/policy.h"

/* The ceiling of capabilities of the default policy, with and without CAP_SYS_CHROOT. */
static const uint64_t variants[] = {1ull << CAP_SYS_CHROOT, 0};

enum { N_VARIANTS = sizeof(variants) / sizeof(variants[0]) };

static void write_nodes(size_t v, const struct seccomp_dag *d, size_t n)
{
	printf("static const struct seccomp_node nodes_%zu[] = {\n", v);
	for (size_t i = 0; i < n; i++)
		printf("\t{0x%08" PRIx32 "u, 0x%08" PRIx32 "u, %u, %u, %u, %u},\n", d->nodes[i].k,
		       d->nodes[i].mask, d->nodes[i].yes, d->nodes[i].no, d->nodes[i].word,
		       d->nodes[i].test);
	printf("};\n");
}

static void write_ranges(size_t v, const struct seccomp_policy *p)
{
	for (size_t i = 0; i < p->n_archs; i++) {
		printf("static const struct seccomp_range ranges_%zu_%zu[] = {\n", v, i);
		for (size_t j = 0; j < p->archs[i].n; j++)
			printf("\t{0x%" PRIx32 "u, %u},\n", p->archs[i].ranges[j].start,
			       p->archs[i].ranges[j].node);
		printf("};\n");
	}
}

static void write_insns(size_t v, const struct sock_filter *insns, size_t n)
{
	printf("static const struct sock_filter insns_%zu[] = {\n", v);
	for (size_t i = 0; i < n; i++)
		printf("\t{0x%02x, %u, %u, 0x%08" PRIx32 "u},\n", insns[i].code, insns[i].jt,
		       insns[i].jf, insns[i].k);
	printf("};\n");
}

/* Remembered until the table at the end. */
struct variant {
	struct seccomp_policy policy;
	size_t n_nodes;
	uint16_t n_insns;
};

static int write_variant(size_t v, const struct seccomp_abi *native, uint32_t sets, struct arena *a,
			 struct variant *ret, struct err *e)
{
	const struct sock_filter *insns;
	struct seccomp_dag d;
	int rc;

	seccomp_dag_init(&d, a);
	rc = seccomp_base_compile(native, variants[v], sets, &d, &ret->policy, e);
	if (rc < 0)
		return rc;
	ret->n_nodes = d.n;
	rc = seccomp_policy_assemble(&ret->policy, &d, &insns, &ret->n_insns);
	if (rc < 0)
		return rc;
	write_nodes(v, &d, ret->n_nodes);
	write_ranges(v, &ret->policy);
	write_insns(v, insns, ret->n_insns);
	return 0;
}

static void write_entry(size_t v, const struct seccomp_abi *native, uint32_t sets,
			const struct variant *variant)
{
	const struct seccomp_policy *p = &variant->policy;

	printf("\t{\n\t\t.native = 0x%08" PRIx32 "u,\n\t\t.caps = 0x%" PRIx64 "u,\n", native->token,
	       variants[v]);
	printf("\t\t.sets = 0x%" PRIx32 "u,\n", sets);
	printf("\t\t.nodes = nodes_%zu,\n\t\t.n_nodes = %zu,\n\t\t.policy = {\n\t\t\t.archs = {\n",
	       v, variant->n_nodes);
	for (size_t i = 0; i < p->n_archs; i++)
		printf("\t\t\t\t{0x%08" PRIx32 "u, %zu, ranges_%zu_%zu},\n", p->archs[i].audit,
		       p->archs[i].n, v, i);
	printf("\t\t\t},\n\t\t\t.n_archs = %zu,\n\t\t\t.other = %u,\n\t\t},\n", p->n_archs,
	       p->other);
	printf("\t\t.insns = insns_%zu,\n\t\t.n_insns = %u,\n\t},\n", v, variant->n_insns);
}

int main(void)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	const struct seccomp_abi *native = seccomp_abi_by_token(seccomp_arch_native());
	struct variant done[N_VARIANTS];
	const struct policy_seccomp *deny = &policy_default()->seccomp;
	struct err e = {0};
	uint32_t sets;

	if (!native || !seccomp_abi_usable(native)) {
		fprintf(stderr, "libseccomp does not know this machine\n");
		return 1;
	}
	if (seccomp_sets_find(deny->deny, deny->n_deny, &sets) != 0) {
		fprintf(stderr, "the built-in policy denies a set that does not exist\n");
		return 1;
	}
	printf("/* Written by seccomp_generate; do not edit. */\n");
	for (size_t v = 0; v < N_VARIANTS; v++) {
		int rc = write_variant(v, native, sets, &a, &done[v], &e);

		if (rc < 0) {
			fprintf(stderr, "%s\n", e.kind ? e.msg : strerror(-rc));
			return 1;
		}
	}
	printf("static const struct seccomp_builtin builtins[] = {\n");
	for (size_t v = 0; v < N_VARIANTS; v++)
		write_entry(v, native, sets, &done[v]);
	printf("\t{.insns = NULL},\n};\n");
	return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
