/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* caps.h: the five capability sets of a process as masks (capabilities(7)). */
#ifndef BULKHEAD_PLAN_CAPS_H
#define BULKHEAD_PLAN_CAPS_H

#include <stdint.h>

#include "oci-spec/caps_names.h"

struct err;
struct spec_capabilities;

/* Bit N is capability N. */
struct caps_plan {
	uint64_t bounding, effective, permitted, inheritable, ambient;
	uint32_t securebits; /* SECBIT_... of prctl(2); 0: as they are. Of no spec: plan.c fills it
				in */
};

/**
 * caps_plan_make - the five masks.
 * @c:        process.capabilities; NULL gives five empty sets (absent means none)
 * @last_cap: highest capability of the running kernel (host_facts.last_cap); names above it are
 *            dropped. 0: not known, nothing is dropped
 *
 * ERR_SPEC for an unknown name, and for sets that the kernel would refuse (capset(2), prctl(2)):
 * effective beyond permitted, inheritable beyond bounding, ambient beyond permitted or inheritable.
 */
int caps_plan_make(const struct spec_capabilities *c, uint64_t last_cap, struct caps_plan *ret,
		   struct err *e);

#endif
