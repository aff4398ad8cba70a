/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_policy_roundtrip.c: properties of policy files on random policies: what is written reads
 * back equal; a file with some sections changes these and no others; what contradicts itself is
 * refused with the place.
 */
#include <errno.h>
#include <inttypes.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "oci-spec/schema.h"
#include "oci-spec/spec.h"
#include "policy/document.h"
#include "policy/policy.h"
#include "tests/prop/gen_spec.h"
#include "tests/unit/check.h"

#define ROUNDS 4000

static const char *const contradictions[] = {
	"is above",    "stands there twice", "stand in an exception",
	"contradicts", "waited for",	     "may use it",
};

static struct policy *generate(uint64_t round, struct arena *a)
{
	struct policy *p = arena_alloc(a, sizeof(*p));
	uint64_t seed = round;

	CHECK(p);
	gen_object(&policy_schema, &seed, a, p);
	return p;
}

/* Whether the policy is free of contradictions; any other complaint is a failure. */
static bool reads_back(const struct policy *p, uint64_t round, struct arena *a, struct policy *ret)
{
	AUTO_STRBUF text = STRBUF_INIT;
	struct err e = {0};

	json_write_object(&policy_schema, p, round & 1 ? "\t" : NULL, &text);
	if (policy_parse(text.buf, text.len, a, ret, &e) == 0)
		return true;
	CHECK_INT(e.kind, ERR_SPEC);
	CHECK_MSG(e.msg[0] == '/', "%s", e.msg);
	for (size_t i = 0; i < sizeof(contradictions) / sizeof(contradictions[0]); i++)
		if (strstr(e.msg, contradictions[i]))
			return false;
	CHECK_MSG(false, "round %" PRIu64 ": %s\n%s", round, e.msg, text.buf);
	return false;
}

/* Absent strings, lists and numbers of a random policy keep what is built in. */
static void complete_member(const struct json_field *f, const char *from, char *to)
{
	bool number = f->type < JSON_T_STR;
	uint64_t value = 0;

	if (number && !(f->ranged && f->min > 0))
		return;
	size_t size = f->type == JSON_T_U32 ? sizeof(uint32_t) : sizeof(value);
	memcpy(&value, to + f->offset, size);
	if (value)
		return;
	memcpy(to + f->offset, from + f->offset, size);
	if (f->count_offset)
		memcpy(to + f->count_offset, from + f->count_offset, sizeof(size_t));
}

static void complete(struct policy *p)
{
	const char *d = (const char *)policy_default();

	for (size_t i = 0; i < policy_schema.n_fields; i++) {
		const struct json_field *s = &policy_schema.fields[i];

		if (!s->embedded)
			complete_member(s, d, (char *)p);
		for (size_t k = 0; s->embedded && k < s->sub->n_fields; k++)
			complete_member(&s->sub->fields[k], d + s->offset, (char *)p + s->offset);
	}
}

TEST(written_and_read_back_is_equal)
{
	int equal = 0;

	for (uint64_t round = 0; round < ROUNDS; round++) {
		AUTO_ARENA struct arena a = ARENA_INIT;
		struct policy *p = generate(round, &a), again;
		struct spec_change *c;

		complete(p);
		if (!reads_back(p, round, &a, &again))
			continue;
		int n = json_diff_object(&policy_schema, p, &again, &a, &c);
		CHECK_MSG(n == 0, "round %" PRIu64 ": %s: %s -> %s", round, c[0].pointer,
			  c[0].before, c[0].after);
		equal++;
	}
	CHECK_MSG(equal > ROUNDS / 20, "only %d of %d were read", equal, ROUNDS);
}

TEST(a_section_changes_nothing_but_itself)
{
	int taken = 0;

	for (uint64_t round = 0; round < ROUNDS; round++) {
		AUTO_ARENA struct arena a = ARENA_INIT;
		AUTO_STRBUF text = STRBUF_INIT;
		struct policy *p = generate(round, &a), got;
		const struct json_field *f = &policy_schema.fields[round % policy_schema.n_fields];
		struct spec_change *c;

		complete(p);
		if (!f->embedded)
			continue;
		strbuf_addf(&text, "{\"%s\":", f->name);
		json_write_object(f->sub, (const char *)p + f->offset, NULL, &text);
		strbuf_addc(&text, '}');
		if (policy_parse(text.buf, text.len, &a, &got, NULL) < 0)
			continue;
		struct policy want = *policy_default();
		memcpy((char *)&want + f->offset, (const char *)p + f->offset, f->sub->size);
		int n = json_diff_object(&policy_schema, &want, &got, &a, &c);
		CHECK_MSG(n == 0, "round %" PRIu64 ": %s: %s", round, text.buf, c[0].pointer);
		taken++;
	}
	CHECK_MSG(taken > ROUNDS / 2, "only %d of %d were taken", taken, ROUNDS);
}

/* One member at a time, and what it says is what comes out. */
TEST(one_member_changes_nothing_but_itself)
{
	int changed = 0;

	for (uint64_t round = 0; round < ROUNDS; round++) {
		AUTO_ARENA struct arena a = ARENA_INIT;
		AUTO_STRBUF text = STRBUF_INIT, whole = STRBUF_INIT;
		uint64_t seed = round;
		struct policy *p = generate(round, &a), got;
		const struct json_field *s =
			&policy_schema.fields[gen_below(&seed, policy_schema.n_fields)];
		struct spec_change *c;

		complete(p);
		if (!s->embedded)
			continue;
		const struct json_field *f = &s->sub->fields[gen_below(&seed, s->sub->n_fields)];
		const struct json_schema one = {
			.name = "one", .size = s->sub->size, .fields = f, .n_fields = 1};
		json_write_object(&one, (const char *)p + s->offset, NULL, &whole);
		strbuf_addf(&text, "{\"%s\":%s}", s->name, whole.buf);
		if (policy_parse(text.buf, text.len, &a, &got, NULL) < 0)
			continue;
		int n = json_diff_object(&policy_schema, policy_default(), &got, &a, &c);
		CHECK(n >= 0);
		for (int i = 0; i < n; i++) {
			AUTO_STRBUF at = STRBUF_INIT;

			strbuf_addf(&at, "/%s/%s", s->name, f->name);
			CHECK_MSG(path_below(c[i].pointer, at.buf), "%s changes %s", text.buf,
				  c[i].pointer);
		}
		CHECK(json_diff_object(&one, (const char *)p + s->offset,
				       (const char *)&got + s->offset, &a, &c) == 0);
		changed += n > 0;
	}
	CHECK_MSG(changed > ROUNDS / 4, "only %d of %d changed anything", changed, ROUNDS);
}
