/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_update.c: properties of new limits on random containers, requests, hosts and policies.
 *
 *   total              a document, or a refusal that is phrased as one
 *   input untouched    the request and the container's document
 *   limits only        nothing outside of linux.resources changes, nor do device rules
 *   settled            to ask for nothing changes nothing, and to ask twice is to ask once
 *   the rules' own     create would change nothing in the limits of the outcome: no request is a
 *                      way around a rule
 *
 * BULKHEAD_PROP_RUNS is the number of containers (default 100000, a fifth of it with sanitizers),
 * BULKHEAD_PROP_SEED where they begin. A failure prints its seed.
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
#include "harden/update.h"
#include "host/facts.h"
#include "oci-spec/schema.h"
#include "oci-spec/spec.h"
#include "policy/policy.h"
#include "tests/unit/check.h"

#ifdef __SANITIZE_ADDRESS__
#define RUNS 20000
#else
#define RUNS 100000
#endif

static uint64_t from_environment(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);
	uint64_t v;

	return text && str_u64(text, UINT64_MAX, &v) == 0 ? v : otherwise;
}

struct sample {
	uint64_t seed;
	struct arena a;
	struct host_facts facts;
	struct policy policy;
	struct spec *container; /* hardened */
	struct measures m;
	struct spec_resources asked;
};

static const char *json(const struct json_schema *schema, const void *obj, struct arena *a)
{
	AUTO_STRBUF b = STRBUF_INIT;

	json_write_object(schema, obj, NULL, &b);
	CHECK(!b.failed);
	return arena_strdup(a, b.buf);
}

#define CHECK_AT(x, cond, ...)                                                                     \
	do {                                                                                       \
		if (!(cond)) {                                                                     \
			printf("# BULKHEAD_PROP_SEED=%llu BULKHEAD_PROP_RUNS=1: %s\n# ",           \
			       (unsigned long long)(x)->seed, #cond);                              \
			printf(__VA_ARGS__);                                                       \
			printf("\n# asked: %s\n# container: %s\n",                                 \
			       json(&spec_resources_schema, &(x)->asked, &(x)->a),                 \
			       json(&spec_schema, (x)->container, &(x)->a));                       \
			longjmp(check_fail, 1);                                                    \
		}                                                                                  \
	} while (0)

/* What a limit that counts would be asked as: in a member or in a file of cgroup v2. */
static void add_files(struct sample *x, uint64_t *stream)
{
	static const char *const files[] = {"pids.max", "memory.max", "memory.swap.max", "cpu.max",
					    "memory.high"};
	static const char *const values[] = {"max", "5", "1G"};
	struct spec_pair *v = arena_array(&x->a, 3, sizeof(*v));
	size_t n = gen_below(stream, 4), first = gen_below(stream, 5);

	for (size_t i = 0; i < n; i++)
		v[i] = (struct spec_pair){files[(first + i) % 5], values[gen_below(stream, 3)]};
	x->asked.unified = n ? v : NULL;
	x->asked.n_unified = n;
}

/* Whether the container could be made at all. */
static bool sample_make(struct sample *x, uint64_t seed)
{
	uint64_t stream = seed * 0x9e3779b97f4a7c15u;
	struct decisions d;
	struct err e = {0};

	*x = (struct sample){.seed = seed};
	struct spec *in = gen_harden_spec(&stream, &x->a);
	/* Files that contradict members stay in a document, which no plan can be made from. */
	if (in->linux_ && in->linux_->resources)
		in->linux_->resources->n_unified = 0;
	gen_facts(in, &stream, &x->a, &x->facts);
	gen_policy(&stream, &x->policy);
	gen_object(&spec_resources_schema, &stream, &x->a, &x->asked);
	/* The kernel takes none above the quota. */
	if (x->asked.cpu && x->asked.cpu->burst)
		*x->asked.cpu->burst %= 1000;
	/* Values that no file takes stay where they are until the plan refuses them. */
	add_files(x, &stream);
	return harden(in, &x->policy, &x->facts, &x->a, &x->container, &x->m, &d, &e) == 0;
}

static int update(struct sample *x, const struct spec_resources *asked,
		  const struct spec *container, const struct measures *m, struct spec **ret,
		  struct measures *ret_m)
{
	struct decisions d = {0};
	struct err e = {0};
	int r = harden_update(asked, NULL, container, m, &x->policy, &x->facts, &x->a, ret, ret_m,
			      &d, &e);

	CHECK_AT(x, r == 0 || r == -EPERM, "%d: %s", r, e.msg);
	if (r < 0)
		CHECK_AT(x, e.kind == ERR_POLICY && str_starts(e.msg, "policy: "), "%s", e.msg);
	return r;
}

static void check_same(struct sample *x, const struct spec *a, const struct spec *b,
		       const char *what)
{
	struct spec_change *changes;
	int n = spec_diff(a, b, &x->a, &changes);

	CHECK_AT(x, n == 0, "%s: %s from %s to %s", what, changes[0].pointer,
		 changes[0].before ? changes[0].before : "nothing",
		 changes[0].after ? changes[0].after : "nothing");
}

static void check_limits_only(struct sample *x, const struct spec *out)
{
	struct spec_change *changes;
	int n = spec_diff(x->container, out, &x->a, &changes);

	for (int i = 0; i < n; i++) {
		const char *p = changes[i].pointer;
		CHECK_AT(x,
			 str_eq(p, "/linux") || str_eq(p, "/linux/resources") ||
				 (str_starts(p, "/linux/resources/") &&
				  !str_starts(p, "/linux/resources/devices")),
			 "%s", p);
	}
}

static void check_rules_agree(struct sample *x, const struct spec *out)
{
	struct decisions d = {0};
	struct measures m;
	struct spec *again;
	struct err e = {0};

	int r = harden(out, &x->policy, &x->facts, &x->a, &again, &m, &d, &e);
	CHECK_AT(x, r == 0, "%s", e.msg);
	for (size_t i = 0; i < d.n; i++)
		CHECK_AT(x,
			 d.items[i].kind != DECISION_CHANGE ||
				 !str_starts(d.items[i].pointer, "/linux/resources/"),
			 "%s: %s to %s", d.items[i].pointer, d.items[i].why, d.items[i].after);
}

/*
 * A limit above the bounded swap that the container has: a contradiction, which a ceiling may hide
 * by cutting the limit down to it. What "no swap beyond memory" means is then another question.
 */
static bool is_contradiction(const struct sample *x)
{
	const struct spec_resources *r =
		x->container->linux_ ? x->container->linux_->resources : NULL;
	const struct spec_memory *had = r ? r->memory : NULL, *asked = x->asked.memory;

	bool limit = asked && asked->limit && *asked->limit > 0;

	for (size_t i = 0; i < x->asked.n_unified; i++)
		limit |= str_eq(x->asked.unified[i].key, "memory.max");
	return limit && had && had->swap && !(had->limit && *had->limit == *had->swap) &&
	       !(asked && asked->swap && *asked->swap);
}

static bool check_one(struct sample *x)
{
	const struct spec_resources nothing = {0};
	const char *asked = json(&spec_resources_schema, &x->asked, &x->a);
	const char *container = json(&spec_schema, x->container, &x->a);
	struct spec *out, *again;
	struct measures m, m_again;

	CHECK_AT(x, update(x, &nothing, x->container, &x->m, &out, &m) == 0, "nothing refused");
	check_same(x, x->container, out, "asked for nothing");
	int r = update(x, &x->asked, x->container, &x->m, &out, &m);
	CHECK_AT(x, strcmp(asked, json(&spec_resources_schema, &x->asked, &x->a)) == 0, "input");
	CHECK_AT(x, strcmp(container, json(&spec_schema, x->container, &x->a)) == 0, "input");
	if (r < 0)
		return false;
	check_limits_only(x, out);
	check_rules_agree(x, out);
	CHECK_AT(x, update(x, &nothing, out, &m, &again, &m_again) == 0, "nothing refused");
	check_same(x, out, again, "asked for nothing after it");
	CHECK_AT(x, update(x, &x->asked, out, &m, &again, &m_again) == 0, "asked twice");
	if (!is_contradiction(x))
		check_same(x, out, again, "asked twice");
	return true;
}

TEST(properties_of_updates)
{
	uint64_t runs = from_environment("BULKHEAD_PROP_RUNS", RUNS);
	uint64_t seed = from_environment("BULKHEAD_PROP_SEED", 1);
	static struct sample x;
	uint64_t made = 0, changed = 0;

	for (uint64_t i = 0; i < runs; i++) {
		if (sample_make(&x, seed + i)) {
			made++;
			changed += check_one(&x);
		}
		arena_free(&x.a);
	}
	printf("# %llu containers, %llu updates, %llu refused\n", (unsigned long long)made,
	       (unsigned long long)changed, (unsigned long long)(made - changed));
	CHECK(runs < 1000 || (changed > runs / 20 && made < runs));
}
