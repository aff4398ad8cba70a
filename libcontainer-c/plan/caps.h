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
 * Unknown names are ignored, and so is what is ambient beyond permitted and inheritable: what
 * cannot be granted is a warning (config.md, "capabilities"), which caps_ignored() finds; an engine
 * may be newer than this build. ERR_SPEC for sets that capset(2) would refuse: effective beyond
 * permitted, inheritable beyond bounding.
 */
int caps_plan_make(const struct spec_capabilities *c, uint64_t last_cap, struct caps_plan *ret,
		   struct err *e);

/**
 * caps_ignored - hand each name that grants nothing to @found, with its JSON pointer
 * ("/process/capabilities/bounding/3") and the reason. @c may be NULL.
 */
void caps_ignored(const struct spec_capabilities *c,
		  void (*found)(const char *pointer, const char *name, const char *why));

#endif
