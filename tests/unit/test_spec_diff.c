/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_spec_diff.c: which changes are reported, where, and with what values. */
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "oci-spec/schema.h"
#include "oci-spec/spec.h"
#include "tests/unit/check.h"

#define V "\"ociVersion\":\"1.0.0\""

static struct spec *parse(struct arena *a, const char *text)
{
	struct err e = {0};
	struct spec *s;

	CHECK_MSG(spec_parse(text, strlen(text), a, &s, &e) == 0, "%s: %s", text, e.msg);
	return s;
}

struct row {
	const char *before, *after;
	struct spec_change changes[4]; /* up to a NULL pointer */
};

static const struct row rows[] = {
	{"{" V "}", "{" V "}", {{0}}},
	{"{" V "}", "{\"ociVersion\":\"1.0.1\"}", {{"/ociVersion", "\"1.0.0\"", "\"1.0.1\""}}},
	{"{" V "}", "{" V ",\"hostname\":\"a\\\"b\"}", {{"/hostname", NULL, "\"a\\\"b\""}}},
	{"{" V ",\"root\":{\"path\":\"r\",\"readonly\":true}}",
	 "{" V "}",
	 {{"/root", "{\"path\":\"r\",\"readonly\":true}", NULL}}},
	{"{" V ",\"root\":{\"path\":\"r\",\"readonly\":true}}",
	 "{" V ",\"root\":{\"path\":\"s\"}}",
	 {{"/root/path", "\"r\"", "\"s\""}, {"/root/readonly", "true", NULL}}},
	{"{" V ",\"process\":{\"cwd\":\"/\",\"args\":[\"a\",\"b\",\"c\"]}}",
	 "{" V ",\"process\":{\"cwd\":\"/\",\"args\":[\"a\",\"x\"]}}",
	 {{"/process/args/1", "\"b\"", "\"x\""}, {"/process/args/2", "\"c\"", NULL}}},
	{"{" V ",\"process\":{\"cwd\":\"/\",\"args\":[]}}",
	 "{" V ",\"process\":{\"cwd\":\"/\",\"args\":[\"a\",\"x\"]}}",
	 {{"/process/args/0", NULL, "\"a\""}, {"/process/args/1", NULL, "\"x\""}}},
	{"{" V ",\"process\":{\"cwd\":\"/\"}}",
	 "{" V ",\"process\":{\"cwd\":\"/\",\"args\":[]}}",
	 {{"/process/args", NULL, "[]"}}},
	{"{" V ",\"process\":{\"cwd\":\"/\"}}",
	 "{" V ",\"process\":{\"cwd\":\"/\",\"args\":[\"a\",\"b\"]}}",
	 {{"/process/args", NULL, "[\"a\",\"b\"]"}}},
	{"{" V ",\"annotations\":{\"a/~\":\"1\",\"b\":\"2\",\"c\":\"3\"}}",
	 "{" V ",\"annotations\":{\"d\":\"4\",\"b\":\"2\",\"a/~\":\"9\"}}",
	 {{"/annotations/a~1~0", "\"1\"", "\"9\""},
	  {"/annotations/c", "\"3\"", NULL},
	  {"/annotations/d", NULL, "\"4\""}}},
	{"{" V ",\"annotations\":{\"a\":\"1\",\"b\":\"2\"}}",
	 "{" V ",\"annotations\":{\"b\":\"2\",\"a\":\"1\"}}",
	 {{0}}},
	{"{" V ",\"linux\":{\"resources\":{\"rdma\":{\"m\":{\"hcaHandles\":1}}}}}",
	 "{" V ",\"linux\":{\"resources\":{\"rdma\":{\"m\":{\"hcaHandles\":2},\"n\":{}}}}}",
	 {{"/linux/resources/rdma/m/hcaHandles", "1", "2"},
	  {"/linux/resources/rdma/n", NULL, "{}"}}},
	{"{" V ",\"mounts\":[{\"destination\":\"/a\",\"options\":[\"ro\"]}]}",
	 "{" V ",\"mounts\":[{\"destination\":\"/b\",\"options\":[\"ro\",\"nosuid\"]},"
	 "{\"destination\":\"/c\"}]}",
	 {{"/mounts/0/destination", "\"/a\"", "\"/b\""},
	  {"/mounts/0/options/1", NULL, "\"nosuid\""},
	  {"/mounts/1", NULL, "{\"destination\":\"/c\"}"}}},
	{"{" V
	 ",\"process\":{\"cwd\":\"/\",\"user\":{\"uid\":0,\"gid\":0,\"additionalGids\":[1,2]}}}",
	 "{" V
	 ",\"process\":{\"cwd\":\"/\",\"user\":{\"uid\":5,\"gid\":0,\"additionalGids\":[1,3]}}}",
	 {{"/process/user/uid", "0", "5"}, {"/process/user/additionalGids/1", "2", "3"}}},
	{"{" V ",\"linux\":{\"resources\":{\"memory\":{\"limit\":-1,\"swap\":5}}}}",
	 "{" V ",\"linux\":{\"resources\":{\"memory\":{\"limit\":9223372036854775807}}}}",
	 {{"/linux/resources/memory/limit", "-1", "9223372036854775807"},
	  {"/linux/resources/memory/swap", "5", NULL}}},
};

TEST(changes)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_ARENA struct arena a = ARENA_INIT;
		struct spec_change *c = NULL;
		const struct spec_change *want = rows[i].changes;
		int n = spec_diff(parse(&a, rows[i].before), parse(&a, rows[i].after), &a, &c);

		for (int k = 0; k < n; k++, want++) {
			CHECK_MSG(want->pointer, "row %zu: %s more", i, c[k].pointer);
			CHECK_STR(c[k].pointer, want->pointer);
			CHECK_MSG(str_eq(c[k].before, want->before) &&
					  str_eq(c[k].after, want->after),
				  "row %zu: %s: %s -> %s", i, c[k].pointer, c[k].before,
				  c[k].after);
		}
		CHECK_MSG(!want->pointer, "row %zu: %s is missing", i, want->pointer);
	}
}

/* Half of a big map is gone: no quadratic search. */
TEST(big_maps_are_quick)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct spec *s = parse(&a, "{" V "}"), *t = parse(&a, "{" V "}");
	struct spec_change *c;

	s->annotations = arena_array(&a, 65536, sizeof(*s->annotations));
	t->annotations = arena_array(&a, 65536, sizeof(*s->annotations));
	s->n_annotations = 65536;
	for (int i = 0; i < 65536; i++) {
		s->annotations[i].key = arena_printf(&a, "%d", i * 7919 % 65536);
		s->annotations[i].value = "";
		if (i & 1)
			t->annotations[t->n_annotations++] = s->annotations[i];
	}
	CHECK_INT(spec_diff(s, t, &a, &c), 32768);
	CHECK_STR(c[0].pointer, "/annotations/0");
	CHECK_INT(spec_diff(t, s, &a, &c), 32768);
}
