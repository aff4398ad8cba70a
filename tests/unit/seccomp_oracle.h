/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * seccomp_oracle.h: what runc does with linux.seccomp, made with libseccomp itself: the filter that
 * it compiles, exported, behind runc's ENOSYS stub. What our compiler is compared with.
 */
#ifndef BULKHEAD_TESTS_SECCOMP_ORACLE_H
#define BULKHEAD_TESTS_SECCOMP_ORACLE_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "oci-spec/spec.h"
#include "plan/seccomp_abi.h"

struct oracle {
	struct sock_filter *insns;
	size_t n;
	bool *mixed; /* per instruction: a comparison whose paths come with different words */
	bool stub;
	struct {
		const struct seccomp_abi *abi;
		int highest;
	} abis[32];
	size_t n_abis;
};

/**
 * oracle_make - compile as runc would on a machine whose native ABI is @native.
 * Returns 0, or libseccomp's negative errno for a rule it refuses.
 */
int oracle_make(const struct spec_seccomp *s, const struct seccomp_abi *native, struct oracle *ret);

/** oracle_run - the verdict for one call. */
uint32_t oracle_run(const struct oracle *o, const struct seccomp_data *data);

/**
 * oracle_mixes - whether libseccomp's program compares, on this call's way through it, a word that
 * depends on the way: a comparison is shared by two ways, and one of them lacks the load. A
 * known weakness of libseccomp 2.5's sharing of blocks.
 */
bool oracle_mixes(const struct oracle *o, const struct seccomp_data *data);

void oracle_free(struct oracle *o);

#endif
