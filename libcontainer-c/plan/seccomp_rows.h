/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * seccomp_rows.h: how the tables of system calls in this room are written: the built-in profile
 * (seccomp_default.c) and the sets that a policy can deny (seccomp_sets.c).
 */
#ifndef BULKHEAD_PLAN_SECCOMP_ROWS_H
#define BULKHEAD_PLAN_SECCOMP_ROWS_H

#include <errno.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plan/seccomp_profile.h"

/* Machines that a row is for. */
enum {
	ON_X86 = 1 << 0, /* x86_64, i386, x32 */
	ON_ARM = 1 << 1, /* aarch64, arm */
	ON_PPC64LE = 1 << 2,
	ON_S390 = 1 << 3,
	ON_RISCV64 = 1 << 4,
	ON_MIPS = 1 << 5,
	ON_OTHERS = 1 << 6,
	ON_ALL_BUT_S390 = ~ON_S390,
	ON_ALL_BUT_MIPS = ~ON_MIPS,
};

struct seccomp_row {
	const char *const *names; /* NULL-terminated */
	uint32_t verdict;
	uint64_t caps; /* all of them are needed */
	int machines;  /* ON_..., 0: all */
	const struct seccomp_cond *conds;
	size_t n_conds;
};

/* clang-format off */
#define NAMES(...) (const char *const[]){__VA_ARGS__, NULL}
#define CONDS(...)                                                                                 \
	.conds = (const struct seccomp_cond[]){__VA_ARGS__},                                       \
	.n_conds = sizeof((struct seccomp_cond[]){__VA_ARGS__}) / sizeof(struct seccomp_cond)

/* The argument's low 32 bits, for parameters that the kernel takes as int: what a caller puts into
   the upper half must not matter (CVE-2019-10063). */
#define IS_NOT(n, value)  {(n), SECCOMP_CMP_NE, UINT32_MAX, (value)}
#define IS_INT(n, value)  {(n), SECCOMP_CMP_MASKED_EQ, UINT32_MAX, (value)}
#define ANY_BIT(n, bits)  {(n), SECCOMP_CMP_NE, (bits), 0}
#define NO_BITS(n, bits)  {(n), SECCOMP_CMP_MASKED_EQ, (bits), 0}
#define IS(n, value)      {(n), SECCOMP_CMP_EQ, UINT64_MAX, (value)}
/* clang-format on */

#define ALLOW SECCOMP_RET_ALLOW
#define DENY  (SECCOMP_RET_ERRNO | EPERM)
#define NOSYS (SECCOMP_RET_ERRNO | ENOSYS)

#define CAP(name) (1ull << CAP_##name)

#define AF_RXRPC_NUMBER 33
#define AF_ALG_NUMBER	38
#define AF_VSOCK_NUMBER 40

/*
 * CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET. CLONE_NEWTIME (0x80) is not
 * among them: clone(2) reads those bits as the exit signal, only clone3(2) and unshare(2) know it.
 */
#define CLONE_NEW_ANY 0x7e020000u

/** seccomp_machine - fill in the ABIs that a kernel for @native runs; which ON_... it is. */
int seccomp_machine(const struct seccomp_abi *native, struct seccomp_profile *p);

/** seccomp_row_is_for - whether the row is for a machine ON_.... */
bool seccomp_row_is_for(const struct seccomp_row *row, int machine);

/** seccomp_row_rule - the row as a rule, which points into it. */
struct seccomp_rule seccomp_row_rule(const struct seccomp_row *row);

#endif
