/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * seccomp_profile.h: a checked profile, the input of the compiler. Made from linux.seccomp
 * (seccomp_profile.c) or from the built-in table (seccomp_default.c).
 */
#ifndef BULKHEAD_PLAN_SECCOMP_PROFILE_H
#define BULKHEAD_PLAN_SECCOMP_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct err;
struct seccomp_abi;
struct spec_seccomp;

enum seccomp_cmp {
	SECCOMP_CMP_EQ,
	SECCOMP_CMP_NE,
	SECCOMP_CMP_LT,
	SECCOMP_CMP_LE,
	SECCOMP_CMP_GT,
	SECCOMP_CMP_GE,
	SECCOMP_CMP_MASKED_EQ, /* apart from EQ, because libseccomp keeps them apart */
};

enum { SECCOMP_ARGS = 6 };

struct seccomp_cond { /* (argument & mask) CMP value, unsigned */
	uint8_t arg;
	uint8_t cmp;
	uint64_t mask, value;
};

/* All conditions hold => verdict. Rules for the same call are alternatives. */
struct seccomp_rule {
	const char *const *names;
	size_t n_names;
	uint32_t verdict;
	const struct seccomp_cond *conds; /* by ascending argument */
	size_t n_conds;
	size_t syscall; /* index in linux.seccomp.syscalls, for messages */
};

enum { SECCOMP_ABIS_MAX = 24 };

struct seccomp_profile {
	uint32_t default_verdict;
	const struct seccomp_abi *abis[SECCOMP_ABIS_MAX]; /* native first, no duplicates */
	size_t n_abis;
	struct seccomp_rule *rules;
	size_t n_rules;
	uint32_t flags; /* SECCOMP_FILTER_FLAG_..., NEW_LISTENER with `notifies` */
	bool notifies;	/* an action is SCMP_ACT_NOTIFY */
	/*
	 * Calls above the highest number that the rules name get ENOSYS: C libraries fall back on
	 * an older call then, and give up on EPERM. runc has done so since 1.0.0-rc93.
	 */
	bool enosys_above;
};

/**
 * seccomp_profile_make - check linux.seccomp and turn it into a profile.
 * @native: the ABI of this machine
 * @a:      owns the result, which also points into @s
 *
 * As runc does it: the native ABI is always filtered; rules that repeat the default action are
 * left out (but count for enosys_above); two conditions on the same argument make a rule into
 * alternatives, one for each condition; errnoRet defaults to EPERM. As the specification demands
 * and runc does not: errnoRet with an action that takes none is an error.
 */
int seccomp_profile_make(const struct spec_seccomp *s, const struct seccomp_abi *native,
			 struct arena *a, struct seccomp_profile *ret, struct err *e);

/** seccomp_profile_flag - the kernel's value of a word of linux.seccomp.flags; 0: unknown. */
uint32_t seccomp_profile_flag(const char *name);

#endif
