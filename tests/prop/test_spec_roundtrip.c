/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_spec_roundtrip.c: properties of parser, writer, copier and differ that hold for every
 * document, tried on random ones: what is written is read back equal; a copy is equal; after one
 * change the differ reports that one and nothing else.
 */
#include <errno.h>
#include <inttypes.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "oci-spec/schema.h"
#include "oci-spec/spec.h"
#include "oci-spec/walk.h"
#include "tests/prop/gen_spec.h"
#include "tests/unit/check.h"

#define ROUNDS 1500

static struct spec *reparse(const struct strbuf *text, struct arena *a, uint64_t round)
{
	struct err e = {0};
	struct spec *s;

	CHECK_MSG(spec_parse(text->buf, text->len, a, &s, &e) == 0, "round %" PRIu64 ": %s\n%s",
		  round, e.msg, text->buf);
	return s;
}

TEST(written_and_read_back_is_equal)
{
	for (uint64_t round = 0; round < ROUNDS; round++) {
		AUTO_ARENA struct arena a = ARENA_INIT;
		AUTO_STRBUF once = STRBUF_INIT, twice = STRBUF_INIT;
		uint64_t seed = round;
		struct spec *s = gen_spec(&seed, &a), *again;
		struct spec_change *c;

		spec_write(s, round & 1 ? "\t" : NULL, &once);
		again = reparse(&once, &a, round);
		spec_write(again, round & 1 ? "\t" : NULL, &twice);
		CHECK_STR(once.buf, twice.buf);
		int n = spec_diff(s, again, &a, &c);

		CHECK_MSG(n == 0, "round %" PRIu64 ": %s: %s -> %s", round, c[0].pointer,
			  c[0].before, c[0].after);
	}
}

TEST(a_copy_is_equal)
{
	for (uint64_t round = 0; round < ROUNDS; round++) {
		AUTO_ARENA struct arena a = ARENA_INIT, b = ARENA_INIT;
		AUTO_STRBUF before = STRBUF_INIT, after = STRBUF_INIT;
		uint64_t seed = round;
		struct spec *s = gen_spec(&seed, &a), *copy = spec_copy(s, &b);
		struct spec_change *c;

		CHECK(copy);
		CHECK_INT(spec_diff(s, copy, &a, &c), 0);
		spec_write(s, NULL, &before);
		arena_free(&a);
		spec_write(copy, NULL, &after);
		CHECK_STR(before.buf, after.buf);
	}
}

TEST(the_same_seed_gives_the_same_document)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	uint64_t one = 42, two = 42, three = 43;
	struct spec *s = gen_spec(&one, &a), *t = gen_spec(&two, &a), *u = gen_spec(&three, &a);
	struct spec_change *c;

	CHECK_INT(spec_diff(s, t, &a, &c), 0);
	CHECK(one == two);
	CHECK(spec_diff(s, u, &a, &c) > 0);
}

/*
 * The places of a document where one thing can be changed: every scalar, string, list element, and
 * every optional member that can be dropped. visit() goes through them; with `wanted` it changes
 * the wanted one and notes its pointer.
 */
struct tour {
	long seen, wanted;
	char pointer[512];
	struct arena *a;
};

static void visit(struct tour *t, const char *at, const struct json_schema *s, void *obj);

static bool here(struct tour *t, const char *at)
{
	if (t->seen++ != t->wanted)
		return false;
	snprintf(t->pointer, sizeof(t->pointer), "%s", at);
	return true;
}

static void *at_offset(void *obj, size_t off)
{
	return (char *)obj + off;
}

static void child(char *out, size_t size, const char *at, const char *name)
{
	size_t n = (size_t)snprintf(out, size, "%s/", at);

	for (; *name && n + 3 < size; name++) {
		if (*name == '/' || *name == '~') {
			out[n++] = '~';
			out[n++] = *name == '~' ? '0' : '1';
		} else {
			out[n++] = *name;
		}
	}
	out[n] = '\0';
}

static void visit_list(struct tour *t, const char *at, const struct json_field *f, void *obj)
{
	char *list, place[512], index[24];
	size_t n = field_count(f, obj);

	memcpy(&list, at_offset(obj, f->offset), sizeof(list));
	for (size_t i = 0; i < n; i++) {
		char *element = list + i * field_size(f);
		const char *name = index;

		snprintf(index, sizeof(index), "%zu", i);
		if (field_is_map(f))
			memcpy(&name, element, sizeof(name));
		child(place, sizeof(place), at, name);
		if (f->sub) {
			visit(t, place, f->sub, element);
		} else if (here(t, place)) {
			const char *new = "changed";

			if (f->type == JSON_T_STRS)
				memcpy(element, &new, sizeof(new));
			else if (f->type == JSON_T_MAP)
				((struct spec_pair *)(void *)element)->value = new;
			else
				element[0] ^= 1;
		}
		/* the last one can go */
		if (i + 1 == n && here(t, place))
			memcpy(at_offset(obj, f->count_offset), &i, sizeof(i));
	}
}

static void visit(struct tour *t, const char *at, const struct json_schema *s, void *obj)
{
	for (size_t i = 0; i < s->n_fields; i++) {
		const struct json_field *f = &s->fields[i];
		void *member = at_offset(obj, f->offset), *value = NULL;
		bool plain = f->embedded || (f->type <= JSON_T_I64 && !f->by_pointer);
		const char *new = "changed";
		char place[512];

		child(place, sizeof(place), at, f->name);
		if (plain)
			value = member;
		else
			memcpy(&value, member, sizeof(value));
		if (!value)
			continue;
		if (!plain && here(t, place))
			memset(member, 0, sizeof(value));
		else if (field_is_list(f))
			visit_list(t, place, f, obj);
		else if (f->type == JSON_T_OBJ)
			visit(t, place, f->sub, value);
		else if (here(t, place) && f->type == JSON_T_STR)
			memcpy(member, &new, sizeof(new));
		else if (t->seen - 1 == t->wanted)
			*(unsigned char *)value ^= 1;
	}
}

TEST(one_change_is_one_difference)
{
	long places = 0;

	for (uint64_t round = 0; round < ROUNDS / 3; round++) {
		AUTO_ARENA struct arena a = ARENA_INIT;
		uint64_t seed = round;
		struct spec *s = gen_spec(&seed, &a);
		struct tour count = {.wanted = -1};

		visit(&count, "", &spec_schema, s);
		places += count.seen;
		for (int k = 0; k < 6 && count.seen; k++) {
			struct spec *changed = spec_copy(s, &a);
			struct tour t = {.wanted = (long)gen_below(&seed, (uint64_t)count.seen)};
			struct spec_change *c;

			visit(&t, "", &spec_schema, changed);
			int n = spec_diff(s, changed, &a, &c);

			CHECK_MSG(n == 1, "round %" PRIu64 ": %s: %d differences", round, t.pointer,
				  n);
			CHECK_STR(c[0].pointer, t.pointer);
			CHECK(c[0].before && (!c[0].after || strcmp(c[0].before, c[0].after) != 0));
			/* and the other way round */
			CHECK_INT(spec_diff(changed, s, &a, &c), 1);
			CHECK_STR(c[0].pointer, t.pointer);
			CHECK(c[0].after);
		}
	}
	CHECK(places > 10000);
}

/* A document cut anywhere, or with one byte changed, is refused or read, but never worse. */
TEST(damaged_documents_do_no_damage)
{
	for (uint64_t round = 0; round < ROUNDS; round++) {
		AUTO_ARENA struct arena a = ARENA_INIT;
		AUTO_STRBUF text = STRBUF_INIT;
		uint64_t seed = round;
		struct spec *s = gen_spec(&seed, &a);
		struct err e = {0};

		spec_write(s, NULL, &text);
		size_t cut = gen_below(&seed, text.len);

		CHECK_INT(spec_parse(text.buf, cut, &a, &s, &e), -EINVAL);
		CHECK(e.kind == ERR_SPEC);
		err_clear(&e);
		text.buf[cut] = (char)gen_below(&seed, 256);
		int r = spec_parse(text.buf, text.len, &a, &s, &e);

		CHECK((r == 0 && e.kind == ERR_NONE) || (r < 0 && e.kind == ERR_SPEC && e.msg[0]));
	}
}
