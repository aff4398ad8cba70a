/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* copy.c: deep copies of structs, by their tables. Nothing of the copy points into the original. */
#include "oci-spec/walk.h"

#include <errno.h>

#include "base/arena.h"

static int copy_object(const struct json_schema *s, const void *from, struct arena *a, void *to);

static int copy_string(const char *from, struct arena *a, void *to)
{
	char *text = arena_strdup(a, from);

	if (from && !text)
		return -ENOMEM;
	memcpy(to, &text, sizeof(text));
	return 0;
}

static int copy_element(const struct json_field *f, const void *from, struct arena *a, void *to)
{
	const struct spec_pair *pair = from;
	const char *text;

	switch ((enum json_type)f->type) {
	case JSON_T_STRS:
		memcpy(&text, from, sizeof(text));
		return copy_string(text, a, to);
	case JSON_T_MAP:
		if (copy_string(pair->key, a, to) < 0)
			return -ENOMEM;
		return copy_string(pair->value, a, (char *)to + offsetof(struct spec_pair, value));
	case JSON_T_OBJ_MAP:
		memcpy(&text, from, sizeof(text));
		if (copy_string(text, a, to) < 0)
			return -ENOMEM;
		return copy_object(f->sub, from, a, to);
	case JSON_T_OBJS:
		return copy_object(f->sub, from, a, to);
	default:
		memcpy(to, from, field_size(f));
		return 0;
	}
}

static int copy_list(const struct json_field *f, const void *from, const void *first,
		     struct arena *a, void *to)
{
	size_t n = field_count(f, from), size = field_size(f);
	/* One more than needed: string arrays end with NULL. */
	char *list = arena_array(a, n + 1, size);

	if (!list)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		if (copy_element(f, (const char *)first + i * size, a, list + i * size) < 0)
			return -ENOMEM;
	memcpy((char *)to + f->offset, &list, sizeof(list));
	memcpy((char *)to + f->count_offset, &n, sizeof(n));
	return 0;
}

static int copy_field(const struct json_field *f, const void *from, struct arena *a, void *to)
{
	const void *value = field_value(f, from);
	char *member = (char *)to + f->offset;
	void *room = member;

	if (!value)
		return 0;
	if (field_is_list(f))
		return copy_list(f, from, value, a, to);
	if (f->type == JSON_T_STR)
		return copy_string(value, a, member);
	if (f->by_pointer || (f->type == JSON_T_OBJ && !f->embedded)) {
		room = arena_alloc(a, field_size(f));
		if (!room)
			return -ENOMEM;
		memcpy(member, &room, sizeof(room));
	}
	if (f->type == JSON_T_OBJ)
		return copy_object(f->sub, value, a, room);
	memcpy(room, value, field_size(f));
	return 0;
}

/* @to is zeroed but for the key of a map's element. */
static int copy_object(const struct json_schema *s, const void *from, struct arena *a, void *to)
{
	for (size_t i = 0; i < s->n_fields; i++)
		if (copy_field(&s->fields[i], from, a, to) < 0)
			return -ENOMEM;
	return 0;
}

int json_copy_object(const struct json_schema *schema, const void *obj, struct arena *a, void *ret)
{
	memset(ret, 0, schema->size);
	return copy_object(schema, obj, a, ret);
}
