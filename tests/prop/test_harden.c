/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_harden.c: properties of the hardening layer on random documents, hosts and policies.
 *
 *   total              it returns a document or a refusal that is phrased as one
 *   input untouched
 *   idempotent         a hardened document is not changed again
 *   never weaker       order.h
 *   no silent change   replay.h: the decisions turn the input into the output, exactly
 *   off                with every level off nothing differs
 *   memory             each allocation that fails is reported, and nothing else happens
 *
 * BULKHEAD_PROP_RUNS is the number of documents (default 100000, a fifth of it with sanitizers),
 * BULKHEAD_PROP_SEED where they begin. A failure prints its seed, with which one document runs
 * alone.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "gen_harden.h"
#include "gen_spec.h"
#include "harden/harden.h"
#include "harden/measures.h"
#include "host/facts.h"
#include "oci-spec/spec.h"
#include "order.h"
#include "policy/policy.h"
#include "replay.h"
#include "tests/unit/check.h"

#ifdef __SANITIZE_ADDRESS__
#define RUNS 20000
#else
#define RUNS 100000
#endif

/* Exactly the allocation with number @countdown fails, counting from 0; negative: none. */
static long countdown = -1;

static bool fails(void)
{
	return countdown >= 0 && countdown-- == 0;
}

void *__real_arena_alloc(struct arena *a, size_t size);
void *__wrap_arena_alloc(struct arena *a, size_t size);
void *__real_arena_array(struct arena *a, size_t n, size_t size);
void *__wrap_arena_array(struct arena *a, size_t n, size_t size);
char *__real_arena_strdup(struct arena *a, const char *s);
char *__wrap_arena_strdup(struct arena *a, const char *s);
char *__real_arena_strndup(struct arena *a, const char *s, size_t n);
char *__wrap_arena_strndup(struct arena *a, const char *s, size_t n);
void *__real_realloc(void *p, size_t size);
void *__wrap_realloc(void *p, size_t size);

void *__wrap_arena_alloc(struct arena *a, size_t size)
{
	return fails() ? NULL : __real_arena_alloc(a, size);
}

void *__wrap_arena_array(struct arena *a, size_t n, size_t size)
{
	return fails() ? NULL : __real_arena_array(a, n, size);
}

char *__wrap_arena_strdup(struct arena *a, const char *s)
{
	return fails() ? NULL : __real_arena_strdup(a, s);
}

char *__wrap_arena_strndup(struct arena *a, const char *s, size_t n)
{
	return fails() ? NULL : __real_arena_strndup(a, s, n);
}

void *__wrap_realloc(void *p, size_t size)
{
	return fails() ? NULL : __real_realloc(p, size);
}

static uint64_t from_environment(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);
	uint64_t v;

	return text && str_u64(text, UINT64_MAX, &v) == 0 ? v : otherwise;
}

struct sample {
	struct measures m;
	uint64_t seed;
	struct arena a;
	struct spec *in;
	struct host_facts facts;
	struct policy policy;
};

static void sample_make(struct sample *x, uint64_t seed)
{
	uint64_t stream = seed * 0x9e3779b97f4a7c15u;

	*x = (struct sample){.seed = seed};
	x->in = gen_harden_spec(&stream, &x->a);
	gen_facts(x->in, &stream, &x->a, &x->facts);
	gen_policy(&stream, &x->policy);
}

static const char *json(const struct spec *s, struct arena *a)
{
	AUTO_STRBUF b = STRBUF_INIT;

	spec_write(s, NULL, &b);
	CHECK(!b.failed);
	return arena_strdup(a, b.buf);
}

#define CHECK_AT(x, cond, ...)                                                                     \
	do {                                                                                       \
		if (!(cond)) {                                                                     \
			printf("# BULKHEAD_PROP_SEED=%llu BULKHEAD_PROP_RUNS=1: %s\n# ",           \
			       (unsigned long long)(x)->seed, #cond);                              \
			printf(__VA_ARGS__);                                                       \
			printf("\n# %s\n", json((x)->in, &(x)->a));                                \
			longjmp(check_fail, 1);                                                    \
		}                                                                                  \
	} while (0)

static void check_refusal(struct sample *x, const struct decisions *d, const struct err *e)
{
	size_t refusals = 0;

	for (size_t i = 0; i < d->n; i++)
		refusals += d->items[i].kind == DECISION_REFUSE;
	CHECK_AT(x, refusals > 0, "no decision");
	CHECK_AT(x, e->kind == ERR_POLICY && str_starts(e->msg, "policy: "), "%s", e->msg);
}

static void check_idempotent(struct sample *x, const struct spec *out)
{
	struct decisions d = {0};
	struct spec_change *changes;
	struct measures m;
	struct spec *again;
	struct err e = {0};

	CHECK_AT(x, harden(out, &x->policy, &x->facts, &x->a, &again, &m, &d, &e) == 0, "%s",
		 e.msg);
	for (size_t i = 0; i < d.n; i++)
		CHECK_AT(x, d.items[i].kind != DECISION_CHANGE, "%s: %s", d.items[i].pointer,
			 d.items[i].why);
	CHECK_AT(x, spec_diff(out, again, &x->a, &changes) == 0, "%s", changes[0].pointer);
}

static void check_replay(struct sample *x, const struct spec *out, const struct decisions *d)
{
	const char *text = NULL, *why = NULL;
	struct spec_change *changes;
	struct spec *replayed;
	struct err e = {0};

	CHECK_AT(x, replay(json(x->in, &x->a), d, &x->a, &text, &why), "%s", why);
	CHECK_AT(x, spec_parse(text, strlen(text), &x->a, &replayed, &e) == 0, "%s", e.msg);
	CHECK_AT(x, spec_diff(replayed, out, &x->a, &changes) == 0, "%s: %s, but %s",
		 changes[0].pointer, changes[0].before ? changes[0].before : "(absent)",
		 changes[0].after ? changes[0].after : "(absent)");
}

static void check_json(struct sample *x, const struct decisions *d)
{
	AUTO_STRBUF b = STRBUF_INIT;
	AUTO_STRBUF table = STRBUF_INIT;

	decisions_write_json(d, NULL, &b);
	decisions_write_table(d, &table);
	CHECK_AT(x, !b.failed && !table.failed, "memory");
	for (const char *p = table.buf; *p; p++)
		CHECK_AT(x, (unsigned char)*p >= 0x20 || *p == '\n', "control character in table");
}

/* Returns whether the document was accepted. */
static bool check_one(struct sample *x)
{
	const char *before = json(x->in, &x->a), *why = NULL;
	struct decisions d = {0};
	struct spec *out = NULL;
	struct err e = {0};

	int r = harden(x->in, &x->policy, &x->facts, &x->a, &out, &x->m, &d, &e);
	CHECK_AT(x, strcmp(before, json(x->in, &x->a)) == 0, "the input was changed");
	CHECK_AT(x, r == 0 || r == -EPERM, "%d: %s", r, e.msg);
	check_json(x, &d);
	if (r < 0) {
		CHECK_AT(x, !out, "a document in spite of the refusal");
		check_refusal(x, &d, &e);
		return false;
	}
	check_idempotent(x, out);
	check_replay(x, out, &d);
	CHECK_AT(x, order_at_least(out, x->in, &x->facts, &x->a, &why), "weaker: %s\n# %s", why,
		 json(out, &x->a));
	return true;
}

TEST(total_idempotent_never_weaker_nothing_silent)
{
	uint64_t runs = from_environment("BULKHEAD_PROP_RUNS", RUNS);
	uint64_t first = from_environment("BULKHEAD_PROP_SEED", 1), accepted = 0;

	for (uint64_t i = 0; i < runs; i++) {
		struct sample x;
		sample_make(&x, first + i);
		accepted += check_one(&x);
		arena_free(&x.a);
	}
	printf("# %llu of %llu documents accepted\n", (unsigned long long)accepted,
	       (unsigned long long)runs);
	/* The properties of accepted documents must have been tested. */
	CHECK(runs < 1000 || accepted * 4 > runs);
}

TEST(off_is_off)
{
	for (uint64_t seed = 1; seed <= 1000; seed++) {
		struct measures none;
		struct decisions d = {0};
		struct spec_change *changes;
		struct err e = {0};
		struct spec *out;
		struct sample x;
		memset(&none, 0, sizeof(none));
		sample_make(&x, seed);
		const char *name, **level;
		for (size_t i = 0; (level = policy_level(&x.policy, i, &name)); i++)
			*level = POLICY_OFF;
		x.policy.n_exceptions = 0;
		CHECK_AT(&x, harden(x.in, &x.policy, &x.facts, &x.a, &out, &x.m, &d, &e) == 0, "%s",
			 e.msg);
		CHECK_AT(&x, d.n == 0 && spec_diff(x.in, out, &x.a, &changes) == 0, "differs");
		CHECK_AT(&x, memcmp(&x.m, &none, sizeof(none)) == 0, "measures");
		arena_free(&x.a);
	}
}

/* One run in which allocation number @n fails. Returns whether there was one. */
static bool run_short(struct sample *x, long n)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct decisions d = {0};
	struct measures m;
	struct spec *out = NULL;
	struct err e = {0};

	countdown = n;
	int r = harden(x->in, &x->policy, &x->facts, &a, &out, &m, &d, &e);
	bool failed = countdown < 0;
	countdown = -1;
	if (!failed)
		return false;
	CHECK_AT(x, r == -ENOMEM && e.kind == ERR_SYSTEM, "allocation %ld: %d: %s", n, r, e.msg);
	CHECK_AT(x, !out && !d.items, "allocation %ld: results in spite of the error", n);
	return true;
}

TEST(every_failing_allocation_is_reported)
{
	for (uint64_t seed = 1; seed <= 150; seed++) {
		struct sample x;
		sample_make(&x, seed);
		const char *before = json(x.in, &x.a);
		long n = 0;
		while (run_short(&x, n))
			n++;
		CHECK_AT(&x, n > 1, "%ld allocations", n);
		CHECK_AT(&x, strcmp(before, json(x.in, &x.a)) == 0, "the input was changed");
		arena_free(&x.a);
	}
}
