/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_policy_tables.c: the tables know all of struct policy, and the built-in one obeys them. */
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "oci-spec/spec.h"
#include "policy/document.h"
#include "policy/names.h"
#include "policy/policy.h"
#include "tests/unit/check.h"

/* Mark the bytes that the fields of @s own. */
static void mark(const struct json_schema *s, unsigned char *bytes)
{
	for (size_t i = 0; i < s->n_fields; i++) {
		const struct json_field *f = &s->fields[i];
		size_t size = sizeof(void *);

		if (f->type == JSON_T_BOOL)
			size = sizeof(bool);
		else if (f->type == JSON_T_U32 || f->type == JSON_T_I32)
			size = sizeof(uint32_t);
		if (f->embedded)
			mark(f->sub, bytes + f->offset);
		else
			memset(bytes + f->offset, 1, size);
		if (f->type >= JSON_T_STRS)
			memset(bytes + f->count_offset, 1, sizeof(size_t));
	}
}

#if __has_builtin(__builtin_clear_padding)
/* A member that no table names would be one that no policy file can set. */
static void check_covered(const struct json_schema *s, const unsigned char *members)
{
	unsigned char bytes[4096] = {0};

	CHECK(s->size <= sizeof(bytes));
	mark(s, bytes);
	for (size_t i = 0; i < s->size; i++)
		CHECK_MSG(!bytes[i] == !members[i], "%s: byte %zu is in no table", s->name, i);
}

static const struct json_schema *list_schema(const char *section, const char *list)
{
	const struct json_schema *s = &policy_schema;

	for (const char *name = section; name; name = name == section ? list : NULL)
		for (size_t i = 0; i < s->n_fields; i++)
			if (!strcmp(s->fields[i].name, name)) {
				s = s->fields[i].sub;
				break;
			}
	CHECK(s != &policy_schema);
	return s;
}

/* All ones but for the padding, which is zero then. */
#define COVERED(S, schema, ...)                                                                    \
	do {                                                                                       \
		struct S all;                                                                      \
		memset(&all, 0xff, sizeof(all));                                                   \
		__builtin_clear_padding(&all);                                                     \
		__VA_ARGS__;                                                                       \
		check_covered(schema, (const unsigned char *)&all);                                \
	} while (0)

TEST(every_member_of_the_structs_is_in_a_table)
{
	COVERED(policy, &policy_schema, all.source = all.digest = NULL, all.seccomp.loaded = NULL);
	COVERED(policy_exception, list_schema("exceptions", NULL));
	COVERED(policy_storage, list_schema("binds", "storage"));
	COVERED(policy_host_path, list_schema("binds", "hostPaths"));
	COVERED(policy_device, list_schema("devices", "defaults"));
	COVERED(policy_device, list_schema("devices", "extra"));
	COVERED(policy_rlimit, list_schema("rlimits", "ceilings"));
}
#endif

/* Source and digest stand behind the sections and are not of the document. */
TEST(every_section_is_in_the_table)
{
	unsigned char bytes[sizeof(struct policy)] = {0};
	struct policy p = {0};
	const char *name;

	mark(&policy_schema, bytes);
	for (size_t i = 0; policy_level(&p, i, &name); i++) {
		const char **level = policy_level(&p, i, &name);
		CHECK_MSG(bytes[(char *)level - (char *)&p], "%s", name);
		CHECK_STR(policy_rules[i], name);
	}
	CHECK(bytes[offsetof(struct policy, audit)] && bytes[offsetof(struct policy, exceptions)]);
	CHECK(!bytes[offsetof(struct policy, source)] && !bytes[offsetof(struct policy, digest)]);
}

TEST(the_built_in_policy_is_complete_and_reads_back)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	AUTO_STRBUF text = STRBUF_INIT, again = STRBUF_INIT;
	const struct policy *d = policy_default();
	struct policy p;
	struct err e = {0};

	json_write_object(&policy_schema, d, "  ", &text);
	CHECK(!text.failed);
	CHECK_MSG(policy_parse(text.buf, text.len, &a, &p, &e) == 0, "%s", e.msg);
	json_write_object(&policy_schema, &p, "  ", &again);
	CHECK_STR(again.buf, text.buf);
	/* Nothing is absent, down to the lists that hold nothing. */
	for (size_t i = 0; i < policy_schema.n_fields; i++) {
		const struct json_field *f = &policy_schema.fields[i];
		for (size_t k = 0; f->embedded && k < f->sub->n_fields; k++) {
			AUTO_STRBUF name = STRBUF_INIT;
			const char *at;

			strbuf_addf(&name, "\n  \"%s\": {", f->name);
			at = strstr(text.buf, name.buf);
			CHECK_MSG(at, "%s", f->name);
			strbuf_free(&name);
			name = STRBUF_INIT;
			strbuf_addf(&name, "\n    \"%s\": ", f->sub->fields[k].name);
			const char *member = strstr(at, name.buf);
			CHECK_MSG(member && member < strstr(at, "\n  }"), "%s/%s is not printed",
				  f->name, f->sub->fields[k].name);
		}
	}
	CHECK_HAS(text.buf, "\n  \"exceptions\": [],");
}

TEST(every_level_can_be_reached)
{
	struct policy p = *policy_default();
	const char *name;
	size_t n = 0;

	for (const char **level; (level = policy_level(&p, n, &name)); n++) {
		CHECK_MSG(str_in(*level, policy_levels), "%s: %s", name, *level);
		*level = POLICY_OFF;
	}
	CHECK_INT(n, 27);
	CHECK_STR(p.annotations.level, "off");
	CHECK_STR(p.privileged.level, "off");
	CHECK_STR(policy_default()->privileged.level, "enforce");
}
