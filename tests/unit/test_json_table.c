/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_json_table.c: a table of another room's own, with every kind of field there is. */
#include <errno.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "oci-spec/schema.h"
#include "oci-spec/spec.h"
#include "tests/unit/check.h"

struct inner {
	const char *key; /* of a map's element; unused elsewhere */
	uint64_t *big;
	char **names;
	size_t n_names;
};

struct record {
	bool flag;
	bool *maybe;
	uint16_t small;
	uint32_t medium;
	uint64_t large;
	int32_t pid;
	int64_t offset;
	int32_t *level;
	const char *name, *strict;
	const char **tags;
	size_t n_tags;
	uint32_t *ids;
	size_t n_ids;
	uint64_t *starts;
	size_t n_starts;
	struct inner *object;
	struct inner embedded;
	struct inner *list;
	size_t n_list;
	struct inner *map;
	size_t n_map;
	struct spec_pair *labels;
	size_t n_labels;
	struct spec *config;
};

static bool not_13(const void *obj, struct json_fault *fault)
{
	const struct inner *i = obj;

	if (!i->big || *i->big != 13)
		return true;
	snprintf(fault->where, sizeof(fault->where), "/big");
	snprintf(fault->why, sizeof(fault->why), "13 brings bad luck");
	return false;
}

static const struct json_field inner_fields[] = {
	JSON_U64_OPT(inner, big, "big"),
	JSON_STRS(inner, names, "names"),
};
static const struct json_schema inner_schema = JSON_SCHEMA(inner, inner_fields, .check = not_13);

static const char *const modes[] = {"on", "off", NULL};
static const struct json_field record_fields[] = {
	JSON_BOOL(record, flag, "flag", .required = true),
	JSON_BOOL_OPT(record, maybe, "maybe"),
	JSON_U16(record, small, "small"),
	JSON_U32(record, medium, "medium"),
	JSON_U64(record, large, "large"),
	JSON_I32(record, pid, "pid"),
	JSON_I64(record, offset, "offset", JSON_BETWEEN(-5, 5)),
	JSON_I32_OPT(record, level, "level"),
	JSON_STR(record, name, "name"),
	JSON_STR(record, strict, "strict", .values = modes),
	JSON_STRS(record, tags, "tags"),
	JSON_U32S(record, ids, "ids"),
	JSON_U64S(record, starts, "starts"),
	JSON_OBJ(record, object, "object", inner, inner_schema),
	JSON_OBJ_IN(record, embedded, "embedded", inner, inner_schema),
	JSON_OBJS(record, list, "list", inner, inner_schema),
	JSON_OBJ_MAP(record, map, "map", inner, inner_schema),
	JSON_MAP(record, labels, "labels"),
	JSON_OBJ(record, config, "config", spec, spec_schema),
};
static const struct json_schema record_schema = JSON_SCHEMA(record, record_fields);

static bool match_lower(const char *s)
{
	return *s >= 'a' && *s <= 'z';
}

static const struct json_pattern lower = {"lower case", match_lower, (const char *const[]){NULL}};
static const struct json_field strict_fields[] = {
	JSON_MAP(record, labels, "labels", .key_pattern = &lower, .pattern = &lower),
	JSON_OBJ_MAP(record, map, "map", inner, inner_schema, .key_pattern = &lower),
};
static const struct json_schema strict_schema = JSON_SCHEMA(record, strict_fields);

static const char full[] =
	"{\"flag\":true,\"maybe\":false,\"small\":65535,\"medium\":4294967295,"
	"\"large\":18446744073709551615,\"pid\":-7,\"offset\":-5,\"level\":-1,\"name\":\"\","
	"\"strict\":\"off\",\"tags\":[\"a\",\"\"],\"ids\":[0,4294967295],"
	"\"starts\":[18446744073709551615],\"object\":{\"big\":1,\"names\":[]},"
	"\"embedded\":{\"big\":2},\"list\":[{},{\"names\":[\"x\"]}],"
	"\"map\":{\"k\":{\"big\":3},\"l\":{}},\"labels\":{\"a\":\"b\"},"
	"\"config\":{\"ociVersion\":\"1.3.0\",\"annotations\":{}}}";

static int parse(const char *text, struct arena *a, struct record *r, struct err *e)
{
	return json_parse_object(&record_schema, "record.json", text, strlen(text), a, r,
				 JSON_REFUSE, e);
}

TEST(every_kind_of_field)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	AUTO_STRBUF out = STRBUF_INIT, copied = STRBUF_INIT;
	struct err e = {0};
	struct record r, copy;
	struct spec_change *c;

	memset(&r, 0xaa, sizeof(r)); /* the parser leaves nothing of what was there */
	CHECK_MSG(parse(full, &a, &r, &e) == 0, "%s", e.msg);
	CHECK(r.flag && r.maybe && !*r.maybe);
	CHECK(r.small == 65535 && r.large == UINT64_MAX && r.pid == -7 && r.offset == -5);
	CHECK(r.n_starts == 1 && r.starts[0] == UINT64_MAX && r.ids[1] == UINT32_MAX);
	CHECK_STR(r.name, ""); /* "" stays "" but where the table says otherwise */
	CHECK(r.tags[2] == NULL && *r.embedded.big == 2 && !r.list[0].big);
	CHECK_STR(r.map[1].key, "l");
	CHECK_STR(r.config->version, "1.3.0");
	json_write_object(&record_schema, &r, NULL, &out);
	CHECK_STR(out.buf, full);
	CHECK_INT(json_copy_object(&record_schema, &r, &a, &copy), 0);
	json_write_object(&record_schema, &copy, NULL, &copied);
	CHECK_STR(copied.buf, full);
	CHECK_INT(json_diff_object(&record_schema, &r, &copy, &a, &c), 0);
	copy.embedded.big = NULL;
	copy.starts[0]--;
	*copy.map[0].big = 4;
	CHECK_INT(json_diff_object(&record_schema, &r, &copy, &a, &c), 3);
	CHECK_STR(c[0].pointer, "/starts/0");
	CHECK_STR(c[1].pointer, "/embedded/big");
	CHECK_STR(c[2].pointer, "/map/k/big");
}

TEST(absent_fields)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct err e = {0};
	struct record r;

	memset(&r, 0xaa, sizeof(r));
	CHECK_MSG(parse("{\"flag\":false,\"embedded\":null}", &a, &r, &e) == 0, "%s", e.msg);
	CHECK(!r.flag && !r.maybe && !r.large && !r.name && !r.tags && !r.n_tags && !r.object &&
	      !r.embedded.big && !r.config);
}

TEST(errors_name_the_place)
{
	static const char *const rows[][2] = {
		{"[1]", "record.json: expected an object, found an array"},
		{"{}", "/flag: required member is missing"},
		{"{\"flag\":true,\"extra\":1}", "/extra: unknown member"},
		{"{\"flag\":true,\"list\":[{},{\"Big\":1}]}", "/list/1/Big: unknown member"},
		{"{\"flag\":true,\"offset\":6}",
		 "/offset: expected an integer from -5 to 5, found 6"},
		{"{\"flag\":true,\"pid\":2147483648}",
		 "/pid: expected an integer from -2147483648 to 2147483647, found 2147483648"},
		{"{\"flag\":true,\"strict\":\"\"}", "/strict: expected one of on, off, found \"\""},
		{"{\"flag\":true,\"ids\":[1,-1]}",
		 "/ids/1: expected an integer from 0 to 4294967295, found -1"},
		{"{\"flag\":true,\"object\":{\"big\":13}}", "/object/big: 13 brings bad luck"},
		{"{\"flag\":true,\"embedded\":{\"big\":13}}", "/embedded/big: 13 brings bad luck"},
		{"{\"flag\":true,\"list\":[{},{\"big\":13}]}", "/list/1/big: 13 brings bad luck"},
		{"{\"flag\":true,\"map\":{\"a/b\":{\"big\":13}}}",
		 "/map/a~1b/big: 13 brings bad luck"},
		{"{\"flag\":true,\"config\":{}}", "/config/ociVersion: required member is missing"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_ARENA struct arena a = ARENA_INIT;
		struct err e = {0};
		struct record r = {.medium = 77};

		CHECK_INT(parse(rows[i][0], &a, &r, &e), -EINVAL);
		CHECK_STR(e.msg, rows[i][1]);
		CHECK_INT(e.kind, ERR_SPEC);
		CHECK_INT(r.medium, 77);
		CHECK_INT(parse(rows[i][0], &a, &r, NULL), -EINVAL);
	}
}

TEST(keys_and_values_of_maps_have_patterns)
{
	static const char *const rows[][2] = {
		{"{\"labels\":{\"a\":\"b\",\"C\":\"d\"}}", "/labels/C: the key must be lower case"},
		{"{\"labels\":{\"a\":\"B\"}}", "/labels/a: expected lower case, found \"B\""},
		{"{\"map\":{\"M\":{}}}", "/map/M: the key must be lower case"},
	};
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct record r;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err e = {0};

		CHECK_INT(json_parse_object(&strict_schema, "x", rows[i][0], strlen(rows[i][0]), &a,
					    &r, JSON_REFUSE, &e),
			  -EINVAL);
		CHECK_STR(e.msg, rows[i][1]);
	}
	CHECK_INT(json_parse_object(&strict_schema, "x", "{\"labels\":{\"a\":\"b\"}}", 20, &a, &r,
				    JSON_REFUSE, NULL),
		  0);
}

TEST(a_document_on_top_of_a_struct)
{
	static const char text[] = "{\"flag\":false,\"small\":9,\"embedded\":{\"names\":[\"n\"]},"
				   "\"labels\":{\"z\":\"y\"},\"object\":{},\"tags\":[]}";
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct err e = {0};
	struct record base, r;

	CHECK_INT(parse(full, &a, &base, &e), 0);
	CHECK_MSG(json_parse_onto(&record_schema, "record.json", text, strlen(text), &base, &a, &r,
				  JSON_REFUSE, &e) == 0,
		  "%s", e.msg);
	CHECK(!r.flag && r.small == 9 && r.medium == UINT32_MAX && r.maybe == base.maybe);
	/* Inside of an embedded object, too; an object held by pointer is a new one. */
	CHECK(*r.embedded.big == 2 && r.embedded.n_names == 1 && !r.object->big);
	CHECK(r.n_labels == 1 && r.n_tags == 0 && r.tags && r.list == base.list && r.n_list == 2);
	CHECK(base.small == 65535 && base.embedded.n_names == 0 && *base.object->big == 1);
	/* What the document must say, it must say. */
	CHECK_INT(json_parse_onto(&record_schema, "record.json", "{}", 2, &base, &a, &r,
				  JSON_REFUSE, &e),
		  -EINVAL);
	CHECK_STR(e.msg, "/flag: required member is missing");
}

struct huge {
	uint64_t *x;
	char room[4000];
};
struct huge_list {
	struct huge *list;
	size_t n_list;
	struct huge *object;
};
static const struct json_field huge_fields[] = {JSON_U64_OPT(huge, x, "x")};
static const struct json_schema huge_schema = JSON_SCHEMA(huge, huge_fields);
static const struct json_field huge_list_fields[] = {
	JSON_OBJS(huge_list, list, "list", huge, huge_schema),
	JSON_OBJ(huge_list, object, "object", huge, huge_schema),
};
static const struct json_schema huge_list_schema = JSON_SCHEMA(huge_list, huge_list_fields);

/* Three bytes of text for 4000 of memory: refused when the document's share is used up. */
TEST(memory_of_one_document_is_limited)
{
	static const size_t limits[] = {0, JSON_MAX_MEMORY * 4, 100000};
	AUTO_STRBUF text = STRBUF_INIT;

	strbuf_adds(&text, "{\"list\":[{}");
	for (int i = 0; i < 30000; i++)
		strbuf_adds(&text, ",{}");
	strbuf_adds(&text, "]}");
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		AUTO_ARENA struct arena a = {.limit = limits[i]};
		struct err e = {0};
		struct huge_list h;
		int r = json_parse_object(&huge_list_schema, "x.json", text.buf, text.len, &a, &h,
					  JSON_IGNORE, &e);

		CHECK(a.limit == limits[i] && a.used <= JSON_MAX_MEMORY);
		CHECK_INT(r, -E2BIG);
		CHECK_INT(e.kind, ERR_SPEC);
		CHECK_STR(e.msg, "x.json: needs more than 64 MB of memory");
	}
}

/* The caller's own, lower limit holds, and is not the document's fault. */
TEST(the_callers_limit_holds)
{
	static const char text[] = "{\"object\":{}}";
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct err e = {0};
	struct huge_list h;

	CHECK(arena_alloc(&a, 1 << 20));
	a.limit = a.used + 4100;
	CHECK_INT(json_parse_object(&huge_list_schema, "x.json", text, strlen(text), &a, &h,
				    JSON_IGNORE, &e),
		  0);
	CHECK_INT(json_parse_object(&huge_list_schema, "x.json", text, strlen(text), &a, &h,
				    JSON_IGNORE, &e),
		  -ENOMEM);
	CHECK_INT(e.kind, ERR_SYSTEM);
	CHECK_STR(e.msg, "x.json: cannot allocate memory");
}
