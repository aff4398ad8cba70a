/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_json_member.c: one member of a document as text. */
#include "oci-spec/schema.h"

#include "check.h"

static void expect(const char *text, const char *name, const char *want)
{
	size_t n = 0;
	const char *got = json_member(text, strlen(text), name, &n);

	if (!want) {
		CHECK_MSG(!got, "%s of %s: %.*s", name, text, (int)n, got);
		return;
	}
	CHECK_MSG(got && n == strlen(want) && memcmp(got, want, n) == 0, "%s of %s: %.*s", name,
		  text, (int)n, got ? got : "");
}

TEST(members)
{
	static const char doc[] = "{\"a\":1,\"b\":{\"c\":[1,{\"d\":\"},{\"}],\"a\":7},\"\\\"x\":2,"
				  "\"s\":\"q\\\"\\\\\",\"l\":[],\"last\":null}\n";

	expect(doc, "a", "1");
	expect(doc, "b", "{\"c\":[1,{\"d\":\"},{\"}],\"a\":7}");
	expect(doc, "s", "\"q\\\"\\\\\"");
	expect(doc, "l", "[]");
	expect(doc, "last", "null");
	expect(doc, "c", NULL);
	expect(doc, "x", NULL);
	expect(doc, "", NULL);
	expect("{\"\":5}", "", "5");
}

/* A text that is none: nothing is read behind its end. */
TEST(cut_anywhere)
{
	static const char doc[] = "{\"a\":{\"b\":\"\\\\c\"},\"d\":[1,2]}";
	size_t n;

	for (size_t len = 0; len < sizeof(doc) - 1; len++) {
		char *copy = malloc(len ? len : 1);
		memcpy(copy, doc, len);
		CHECK(!json_member(copy, len, "d", &n));
		free(copy);
	}
	expect("", "a", NULL);
	expect("[1]", "a", NULL);
	expect("{}", "a", NULL);
	expect("{a:1}", "a", NULL);
	expect("{\"a\" :1}", "a", NULL);
}
