/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* seccomp_random.h: random linux.seccomp objects, and the arguments that matter to them. */
#ifndef BULKHEAD_TESTS_SECCOMP_RANDOM_H
#define BULKHEAD_TESTS_SECCOMP_RANDOM_H

#include <linux/seccomp.h>
#include <stdint.h>

#include "oci-spec/spec.h"

struct arena;

/** random_u32 - below @n; a fixed sequence for each @state. */
uint32_t random_u32(uint64_t *state, uint32_t n);

/* What random profiles look like. */
struct random_kind {
	const char *const *archs; /* NULL-terminated: to choose from */
	unsigned max_calls;	  /* objects in syscalls */
	unsigned max_args;	  /* conditions of one, 0: none */
	unsigned actions;	  /* how many different ones, 1 and up */
};

/** random_profile - in @a. */
struct spec_seccomp *random_profile(const struct random_kind *kind, uint64_t *state,
				    struct arena *a);

/** random_args - arguments at and around the values that the profile compares with. */
void random_args(const struct spec_seccomp *s, uint64_t *state, struct seccomp_data *data);

#endif
