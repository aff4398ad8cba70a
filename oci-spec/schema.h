/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * schema.h: one field table per JSON object. The table is the only place that knows how a member
 * is called, where it lives in the C struct and what values it takes; parser, writer, copier and
 * differ are all driven by it, so that they cannot disagree.
 *
 * A room declares a struct and its table:
 *
 *	struct point { int64_t x; int64_t *y; const char *label; char **tags; size_t n_tags; };
 *	static const struct json_field point_fields[] = {
 *		JSON_I64(point, x, "x", .required = true),
 *		JSON_I64_OPT(point, y, "y"),
 *		JSON_STR(point, label, "label"),
 *		JSON_STRS(point, tags, "tags"),
 *	};
 *	const struct json_schema point_schema = JSON_SCHEMA(point, point_fields);
 *
 * The macros check at compile time that the member has the type the table says. Representation
 * rules are those of spec.h: an array `m` has its count in `n_m`; absent is NULL (and 0), "[]" is
 * non-NULL and 0; the plain forms (JSON_I64) hold 0 when absent, the _OPT forms are pointers.
 * At most 64 fields per object.
 */
#ifndef BULKHEAD_OCI_SPEC_SCHEMA_H
#define BULKHEAD_OCI_SPEC_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct err;
struct strbuf;

enum json_type {
	JSON_T_BOOL = 1,
	JSON_T_U16,
	JSON_T_U32,
	JSON_T_U64,
	JSON_T_I32,
	JSON_T_I64,
	JSON_T_STR,
	JSON_T_OBJ,  /* a pointer to a struct, or the struct itself (.embedded) */
	JSON_T_STRS, /* char **, NULL-terminated */
	JSON_T_U32S,
	JSON_T_U64S,
	JSON_T_OBJS,	/* array of structs */
	JSON_T_MAP,	/* free keys, string values: array of struct spec_pair */
	JSON_T_OBJ_MAP, /* free keys, object values: array of structs that begin with the key */
};

/* What a string has to look like, where an enumeration cannot say it. */
struct json_pattern {
	const char *what; /* for the error: "expected WHAT" */
	bool (*match)(const char *s);
	const char *const *samples; /* NULL-terminated; each matches (tests generate from them) */
};

struct json_field {
	const char *name;
	uint16_t name_len;
	uint16_t offset;
	uint16_t count_offset; /* of the size_t count; arrays and maps only */
	uint8_t type;	       /* enum json_type */
	bool by_pointer : 1;   /* scalar held by pointer; set by the _OPT macros */
	bool embedded : 1;     /* object held by value; set by JSON_OBJ_IN */
	bool required : 1;
	bool not_empty : 1;  /* an array with at least one element */
	bool empty_null : 1; /* "" is the same as absent, as with Go's omitempty */
	bool ranged : 1;     /* .min and .max narrow the type's own range; see JSON_BETWEEN */
	const struct json_schema *sub;
	const char *const *values; /* NULL-terminated enumeration for strings and elements */
	const struct json_pattern *pattern;	/* the same; also for the values of a map */
	const struct json_pattern *key_pattern; /* of a map's keys */
	const char *wrong; /* what callers know a wrong value by: "invalid io priority class" */
	int64_t min;
	uint64_t max;
};

/* Where inside an object a check failed, and why. */
struct json_fault {
	char where[96]; /* JSON pointer relative to the object: "" or "/major" */
	char why[256];
};

struct json_schema {
	const char *name; /* of the C struct, for messages about our own mistakes */
	size_t size;
	const struct json_field *fields;
	size_t n_fields;
	/*
	 * What the table cannot express, called when the object is complete (its members and
	 * theirs have passed their own checks). Returns false and fills @fault on a violation.
	 */
	bool (*check)(const void *obj, struct json_fault *fault);
};

#define JSON_SAME_TYPE(S, m, T)                                                                    \
	(0 * sizeof(char[__builtin_types_compatible_p(__typeof__(((struct S *)0)->m), T) ? 1 : -1]))
#define JSON_SAME_TYPE2(S, m, T, U)                                                                \
	(0 * sizeof(char[__builtin_types_compatible_p(__typeof__(((struct S *)0)->m), T) ||        \
					 __builtin_types_compatible_p(                             \
						 __typeof__(((struct S *)0)->m), U)                \
				 ? 1                                                               \
				 : -1]))
#define JSON_NAME(key) .name = key, .name_len = sizeof(key) - 1
#define JSON_ONE(S, m, key, t, T, ...)                                                             \
	{                                                                                          \
		JSON_NAME(key), .type = t,                                                         \
				.offset = offsetof(struct S, m) + JSON_SAME_TYPE(S, m, T),         \
				##__VA_ARGS__                                                      \
	}
#define JSON_MANY(S, m, key, t, T, U, ...)                                                         \
	{                                                                                          \
		JSON_NAME(key),                                                                    \
			.type = t, .offset = offsetof(struct S, m) + JSON_SAME_TYPE2(S, m, T, U),  \
			.count_offset =                                                            \
				offsetof(struct S, n_##m) + JSON_SAME_TYPE(S, n_##m, size_t),      \
			##__VA_ARGS__                                                              \
	}

/*
 * Field macros: (struct tag, member, JSON name, further designated initialisers).
 */
#define JSON_BOOL(S, m, key, ...)      JSON_ONE(S, m, key, JSON_T_BOOL, bool, ##__VA_ARGS__)
#define JSON_U16(S, m, key, ...)       JSON_ONE(S, m, key, JSON_T_U16, uint16_t, ##__VA_ARGS__)
#define JSON_U32(S, m, key, ...)       JSON_ONE(S, m, key, JSON_T_U32, uint32_t, ##__VA_ARGS__)
#define JSON_U64(S, m, key, ...)       JSON_ONE(S, m, key, JSON_T_U64, uint64_t, ##__VA_ARGS__)
#define JSON_I32(S, m, key, ...)       JSON_ONE(S, m, key, JSON_T_I32, int32_t, ##__VA_ARGS__)
#define JSON_I64(S, m, key, ...)       JSON_ONE(S, m, key, JSON_T_I64, int64_t, ##__VA_ARGS__)
#define JSON_OPT(S, m, key, t, T, ...) JSON_ONE(S, m, key, t, T, .by_pointer = true, ##__VA_ARGS__)
#define JSON_BOOL_OPT(S, m, key, ...)  JSON_OPT(S, m, key, JSON_T_BOOL, bool *, ##__VA_ARGS__)
#define JSON_U16_OPT(S, m, key, ...)   JSON_OPT(S, m, key, JSON_T_U16, uint16_t *, ##__VA_ARGS__)
#define JSON_U32_OPT(S, m, key, ...)   JSON_OPT(S, m, key, JSON_T_U32, uint32_t *, ##__VA_ARGS__)
#define JSON_U64_OPT(S, m, key, ...)   JSON_OPT(S, m, key, JSON_T_U64, uint64_t *, ##__VA_ARGS__)
#define JSON_I32_OPT(S, m, key, ...)   JSON_OPT(S, m, key, JSON_T_I32, int32_t *, ##__VA_ARGS__)
#define JSON_I64_OPT(S, m, key, ...)   JSON_OPT(S, m, key, JSON_T_I64, int64_t *, ##__VA_ARGS__)
/* A string: "" stays "". */
#define JSON_STR(S, m, key, ...)                                                                   \
	{                                                                                          \
		JSON_NAME(key), .type = JSON_T_STR,                                                \
				.offset = offsetof(struct S, m) +                                  \
					  JSON_SAME_TYPE2(S, m, const char *, char *),             \
				##__VA_ARGS__                                                      \
	}
#define JSON_STRS(S, m, key, ...)                                                                  \
	JSON_MANY(S, m, key, JSON_T_STRS, char **, const char **, ##__VA_ARGS__)
#define JSON_U32S(S, m, key, ...)                                                                  \
	JSON_MANY(S, m, key, JSON_T_U32S, uint32_t *, uint32_t *, ##__VA_ARGS__)
#define JSON_U64S(S, m, key, ...)                                                                  \
	JSON_MANY(S, m, key, JSON_T_U64S, uint64_t *, uint64_t *, ##__VA_ARGS__)
/* @T is the element's struct tag, @schema its struct json_schema. */
#define JSON_OBJ(S, m, key, T, schema, ...)                                                        \
	JSON_ONE(S, m, key, JSON_T_OBJ, struct T *, .sub = &(schema), ##__VA_ARGS__)
#define JSON_OBJ_IN(S, m, key, T, schema, ...)                                                     \
	JSON_ONE(S, m, key, JSON_T_OBJ, struct T, .embedded = true, .sub = &(schema), ##__VA_ARGS__)
#define JSON_OBJS(S, m, key, T, schema, ...)                                                       \
	JSON_MANY(S, m, key, JSON_T_OBJS, struct T *, struct T *, .sub = &(schema), ##__VA_ARGS__)
#define JSON_MAP(S, m, key, ...)                                                                   \
	JSON_MANY(S, m, key, JSON_T_MAP, struct spec_pair *, struct spec_pair *, ##__VA_ARGS__)
/* The element struct's first member must be `const char *key`. */
#define JSON_OBJ_MAP(S, m, key, T, schema, ...)                                                    \
	JSON_MANY(S, m, key, JSON_T_OBJ_MAP, struct T *, struct T *, .sub = &(schema),             \
		  ##__VA_ARGS__)

#define JSON_BETWEEN(lo, hi) .ranged = true, .min = (lo), .max = (hi)

#define JSON_SCHEMA(S, f, ...)                                                                     \
	{                                                                                          \
		.name = #S, .size = sizeof(struct S), .fields = f,                                 \
		.n_fields = sizeof(f) / sizeof((f)[0]) +                                           \
			    0 * sizeof(char[sizeof(f) / sizeof((f)[0]) <= 64 ? 1 : -1]),           \
		##__VA_ARGS__                                                                      \
	}

/* What to do with members that the table does not know. */
enum json_unknown {
	JSON_IGNORE, /* skip them, whatever they contain */
	JSON_REFUSE, /* an error that names the member */
};

/* What one document may take from the arena; a bigger one is refused. */
#define JSON_MAX_MEMORY ((size_t)64 << 20)

/**
 * json_parse_object - parse a whole document into a struct.
 * @schema:  of the root object
 * @what:    name of the document, for errors about its root: "state.json"
 * @text:    @len bytes; need not be NUL-terminated; not referenced after return
 * @a:       owns what hangs below @ret
 * @ret:     the caller's struct of schema->size bytes; overwritten, on success only
 * @unknown: what to do with unknown members
 * @e:       ERR_SPEC beginning with the JSON pointer of the culprit, or @what for the root;
 *           ERR_SYSTEM when memory is exhausted
 *
 * Checks syntax (RFC 8259, strict UTF-8, no NUL), types, required members, ranges, enumerations,
 * patterns, duplicate keys (also among unknown members), SPEC_MAX_BYTES, SPEC_MAX_DEPTH,
 * SPEC_MAX_ITEMS. `null` stands for absent. Numbers are integers without fraction or exponent,
 * exact in their whole range. Does not recurse. Returns 0, -EINVAL (the document is wrong),
 * -E2BIG (a limit), -ENOMEM.
 */
int json_parse_object(const struct json_schema *schema, const char *what, const char *text,
		      size_t len, struct arena *a, void *ret, enum json_unknown unknown,
		      struct err *e);

/**
 * json_parse_onto - json_parse_object() for a document that says what differs from @base.
 * @base: a struct of the schema; not changed. @ret shares with it what the document does not name
 *
 * Members that are absent keep the value of @base, also inside of embedded objects. A list, a map
 * or an object held by pointer takes the place of the one in @base as a whole. Required members
 * must be there all the same. Checks see the outcome, those of objects that the document does not
 * name are not called.
 */
int json_parse_onto(const struct json_schema *schema, const char *what, const char *text,
		    size_t len, const void *base, struct arena *a, void *ret,
		    enum json_unknown unknown, struct err *e);

/**
 * json_member - the text of a member of a document's root object, for what is only passed on.
 * @text: @len bytes that json_parse_object() takes, on one line as json_write_object() writes
 * @name: needs no escapes
 * Returns where the value begins, @ret_len bytes of it, or NULL: not there, or not such a text.
 */
const char *json_member(const char *text, size_t len, const char *name, size_t *ret_len);

/**
 * json_write_object - write @obj in table order; absent members are left out.
 * @indent: NULL for one line, else the text of one level
 * No newline at the end. Check out->failed afterwards.
 */
void json_write_object(const struct json_schema *schema, const void *obj, const char *indent,
		       struct strbuf *out);

/**
 * json_copy_object - deep copy of @obj into the caller's @ret, nothing shared. 0 or -ENOMEM;
 * @ret is undefined after a failure.
 */
int json_copy_object(const struct json_schema *schema, const void *obj, struct arena *a, void *ret);

struct spec_change; /* spec.h */

/**
 * json_diff_object - spec_diff() for any two objects of one schema.
 * Returns the number of changes or -ENOMEM.
 */
int json_diff_object(const struct json_schema *schema, const void *before, const void *after,
		     struct arena *a, struct spec_change **ret_changes);

/* The tables of spec.h's objects that documents of other rooms may contain. */
extern const struct json_schema spec_schema;
extern const struct json_schema spec_process_schema;
extern const struct json_schema spec_resources_schema;
extern const struct json_schema spec_device_cgroup_schema;
extern const struct json_schema spec_seccomp_schema;
extern const struct json_schema spec_id_mapping_schema;
extern const struct json_schema spec_hook_schema;
extern const struct json_schema spec_namespace_schema;

#endif
