/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gen_harden.h: random inputs of the hardening layer: documents, facts and policies that fit. */
#ifndef BULKHEAD_TESTS_GEN_HARDEN_H
#define BULKHEAD_TESTS_GEN_HARDEN_H

#include <stdint.h>

struct arena;
struct host_facts;
struct policy;
struct spec;

/**
 * gen_harden_spec - a document as gen_spec() makes them, in most cases tamed: with the namespaces,
 * mounts and devices that an engine sends, so that not everything is refused.
 */
struct spec *gen_harden_spec(uint64_t *seed, struct arena *a);

/** gen_facts - facts about the namespaces and mounts of @s on some host. */
void gen_facts(const struct spec *s, uint64_t *seed, struct arena *a, struct host_facts *ret);

/** gen_policy - the built-in policy with some levels and some knobs turned. */
void gen_policy(uint64_t *seed, struct policy *ret);

#endif
