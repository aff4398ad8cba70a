/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_spec_write.c: the layout and the escapes of what is written. */
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "oci-spec/schema.h"
#include "oci-spec/spec.h"
#include "tests/unit/check.h"

static void writes(const char *text, const char *indent, const char *expected)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	AUTO_STRBUF out = STRBUF_INIT;
	struct err e = {0};
	struct spec *s;

	CHECK_MSG(spec_parse(text, strlen(text), &a, &s, &e) == 0, "%s: %s", text, e.msg);
	spec_write(s, indent, &out);
	CHECK(!out.failed);
	CHECK_STR(out.buf, expected);
}

TEST(layout)
{
	writes("{\"ociVersion\":\"1.0.0\"}", NULL, "{\"ociVersion\":\"1.0.0\"}");
	writes("{\"ociVersion\":\"1.0.0\",\"process\":{\"cwd\":\"/"
	       "\",\"args\":[\"a\",\"b\"],\"env\":"
	       "[]},\"hooks\":{},\"annotations\":{\"k\":\"v\"}}",
	       "  ",
	       "{\n  \"ociVersion\": \"1.0.0\",\n  \"process\": {\n    \"args\": [\n      \"a\",\n"
	       "      \"b\"\n    ],\n    \"env\": [],\n    \"cwd\": \"/\"\n  },\n  \"hooks\": {},\n"
	       "  \"annotations\": {\n    \"k\": \"v\"\n  }\n}");
	writes("{\"linux\":{\"rdma\":1,\"resources\":{\"rdma\":{\"m\":{\"hcaHandles\":1},\"n\":{}},"
	       "\"unified\":{}}},\"ociVersion\":\"1.0.0\"}",
	       NULL,
	       "{\"ociVersion\":\"1.0.0\",\"linux\":{\"resources\":{\"rdma\":{\"m\":{"
	       "\"hcaHandles\":"
	       "1},\"n\":{}},\"unified\":{}}}}");
}

TEST(text_and_numbers)
{
	writes("{\"ociVersion\":\"1.0.0\",\"hostname\":\"\\u0001\\\"\\\\\\/\\n\\t\\u00e9<&\"}",
	       NULL,
	       "{\"ociVersion\":\"1.0.0\",\"hostname\":\"\\u0001\\\"\\\\/\\n\\t\xc3\xa9<&\"}");
	writes("{\"ociVersion\":\"1.0.0\",\"linux\":{\"resources\":{\"memory\":{\"limit\":-1,"
	       "\"swap\":-9223372036854775808,\"swappiness\":18446744073709551615,"
	       "\"useHierarchy\":false},\"blockIO\":{\"weight\":65535}}}}",
	       NULL,
	       "{\"ociVersion\":\"1.0.0\",\"linux\":{\"resources\":{\"memory\":{\"limit\":-1,"
	       "\"swap\":-9223372036854775808,\"swappiness\":18446744073709551615,"
	       "\"useHierarchy\":false},\"blockIO\":{\"weight\":65535}}}}");
	writes("{\"ociVersion\":\"1.0.0\",\"process\":{\"cwd\":\"\",\"scheduler\":{\"policy\":"
	       "\"SCHED_RR\",\"nice\":-2147483648}}}",
	       NULL,
	       "{\"ociVersion\":\"1.0.0\",\"process\":{\"cwd\":\"\",\"scheduler\":{\"policy\":"
	       "\"SCHED_RR\",\"nice\":-2147483648}}}");
}
