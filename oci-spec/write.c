/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * write.c: structs to JSON text, by their tables. The layout is that of Go's json.MarshalIndent,
 * which scripts around other runtimes expect. Recurses as deep as the tables nest, no deeper.
 */
#include "oci-spec/walk.h"

size_t field_size(const struct json_field *f)
{
	switch ((enum json_type)f->type) {
	case JSON_T_BOOL:
		return sizeof(bool);
	case JSON_T_U16:
		return sizeof(uint16_t);
	case JSON_T_U32:
	case JSON_T_I32:
	case JSON_T_U32S:
		return sizeof(uint32_t);
	case JSON_T_U64:
	case JSON_T_I64:
	case JSON_T_U64S:
		return sizeof(uint64_t);
	case JSON_T_STR:
	case JSON_T_STRS:
		return sizeof(char *);
	case JSON_T_MAP:
		return sizeof(struct spec_pair);
	case JSON_T_OBJ:
	case JSON_T_OBJS:
	case JSON_T_OBJ_MAP:
		break;
	}
	return f->sub->size;
}

const void *field_value(const struct json_field *f, const void *obj)
{
	const char *member = (const char *)obj + f->offset;
	const void *value;
	bool by_value = f->embedded || (f->type <= JSON_T_I64 && !f->by_pointer);

	if (by_value)
		return member;
	memcpy(&value, member, sizeof(value));
	return value;
}

size_t field_count(const struct json_field *f, const void *obj)
{
	size_t n;

	memcpy(&n, (const char *)obj + f->count_offset, sizeof(n));
	return n;
}

static void new_line(const char *indent, int level, struct strbuf *out)
{
	if (!indent)
		return;
	strbuf_addc(out, '\n');
	while (level-- > 0)
		strbuf_adds(out, indent);
}

static void write_key(const char *key, bool first, const char *indent, int level,
		      struct strbuf *out)
{
	if (!first)
		strbuf_addc(out, ',');
	new_line(indent, level, out);
	strbuf_json(out, key);
	strbuf_adds(out, indent ? ": " : ":");
}

static void write_object(const struct json_schema *s, const void *obj, const char *indent,
			 int level, struct strbuf *out)
{
	bool first = true;

	strbuf_addc(out, '{');
	for (size_t i = 0; i < s->n_fields; i++) {
		const struct json_field *f = &s->fields[i];
		const void *value = field_value(f, obj);

		if (!value)
			continue;
		write_key(f->name, first, indent, level + 1, out);
		write_value(f, value, field_is_list(f) ? field_count(f, obj) : 0, indent, level + 1,
			    out);
		first = false;
	}
	if (!first)
		new_line(indent, level, out);
	strbuf_addc(out, '}');
}

static void write_scalar(const struct json_field *f, const void *value, struct strbuf *out)
{
	union {
		bool b;
		uint16_t u16;
		uint32_t u32;
		uint64_t u64;
		int32_t i32;
		int64_t i64;
	} v;

	memcpy(&v, value, field_size(f));
	switch ((enum json_type)f->type) {
	case JSON_T_BOOL:
		strbuf_adds(out, v.b ? "true" : "false");
		break;
	case JSON_T_U16:
		strbuf_addf(out, "%u", (unsigned int)v.u16);
		break;
	case JSON_T_U32:
	case JSON_T_U32S:
		strbuf_addf(out, "%u", v.u32);
		break;
	case JSON_T_I32:
		strbuf_addf(out, "%d", v.i32);
		break;
	case JSON_T_I64:
		strbuf_addf(out, "%lld", (long long)v.i64);
		break;
	default:
		strbuf_addf(out, "%llu", (unsigned long long)v.u64);
	}
}

void write_element(const struct json_field *f, const void *element, const char *indent, int level,
		   struct strbuf *out)
{
	const char *text;

	switch ((enum json_type)f->type) {
	case JSON_T_STRS:
		memcpy(&text, element, sizeof(text));
		strbuf_json(out, text);
		break;
	case JSON_T_MAP:
		strbuf_json(out, ((const struct spec_pair *)element)->value);
		break;
	case JSON_T_OBJS:
	case JSON_T_OBJ_MAP:
		write_object(f->sub, element, indent, level, out);
		break;
	default:
		write_scalar(f, element, out);
	}
}

static void write_list(const struct json_field *f, const void *first, size_t n, const char *indent,
		       int level, struct strbuf *out)
{
	bool map = field_is_map(f);

	strbuf_addc(out, map ? '{' : '[');
	for (size_t i = 0; i < n; i++) {
		const char *element = (const char *)first + i * field_size(f);
		const char *key;

		if (map) {
			memcpy(&key, element, sizeof(key));
			write_key(key, i == 0, indent, level + 1, out);
		} else {
			if (i)
				strbuf_addc(out, ',');
			new_line(indent, level + 1, out);
		}
		write_element(f, element, indent, level + 1, out);
	}
	if (n)
		new_line(indent, level, out);
	strbuf_addc(out, map ? '}' : ']');
}

void write_value(const struct json_field *f, const void *value, size_t n, const char *indent,
		 int level, struct strbuf *out)
{
	if (field_is_list(f))
		write_list(f, value, n, indent, level, out);
	else if (f->type == JSON_T_OBJ)
		write_object(f->sub, value, indent, level, out);
	else if (f->type == JSON_T_STR)
		strbuf_json(out, value);
	else
		write_scalar(f, value, out);
}

void json_write_object(const struct json_schema *schema, const void *obj, const char *indent,
		       struct strbuf *out)
{
	write_object(schema, obj, indent, 0, out);
}
