/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * gen_spec.h: random documents for property tests, made from the field tables. Deterministic: the
 * same seed gives the same document on every machine.
 */
#ifndef BULKHEAD_TESTS_GEN_SPEC_H
#define BULKHEAD_TESTS_GEN_SPEC_H

#include <stdint.h>

struct arena;
struct json_schema;
struct spec;

/** gen_u64 - the next random number of the stream *@seed (any value, 0 too). */
uint64_t gen_u64(uint64_t *seed);

/** gen_below - uniform enough in [0, @n); 0 when @n is 0. */
uint64_t gen_below(uint64_t *seed, uint64_t n);

/**
 * gen_object - fill @obj (zeroed, schema->size bytes) with values that pass the table's own
 * checks; cross-field checks are the caller's business. Aborts when memory is exhausted.
 */
void gen_object(const struct json_schema *schema, uint64_t *seed, struct arena *a, void *obj);

/**
 * gen_spec - a random document that spec_parse() accepts: spec_parse(spec_write(gen_spec())) is
 * equal to it. Any optional member may be absent, any array empty; advances *@seed. Never NULL.
 */
struct spec *gen_spec(uint64_t *seed, struct arena *a);

#endif
