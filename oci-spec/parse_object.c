/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* parse_object.c: keys, duplicate keys, and what has to hold when an object or array ends. */
#include "oci-spec/parse.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Members mostly come in the order of the table, so the search begins after the last one. */
static const struct json_field *field_find(const struct json_schema *schema,
					   const struct json_field *last, const char *s, size_t n)
{
	size_t from = last ? (size_t)(last - schema->fields) + 1 : 0;

	for (size_t i = 0; i < schema->n_fields; i++) {
		size_t at = from + i < schema->n_fields ? from + i : from + i - schema->n_fields;
		const struct json_field *f = &schema->fields[at];

		if (f->name_len == n && memcmp(f->name, s, n) == 0)
			return f;
	}
	return NULL;
}

/* The key as text that outlives yajl's callback. */
static struct slice keep_key(struct parser *p, const char *s, size_t n)
{
	if (s >= p->text && s < p->text + p->len)
		return (struct slice){s, n};
	return (struct slice){memcpy(parse_scratch(p, n), s, n), n};
}

static void push_name(struct parser *p, struct frame *f)
{
	if (f->n_names++ == 0)
		pile_align(p);
	memcpy(pile_push(p, sizeof(f->key)), &f->key, sizeof(f->key));
}

static int object_key(struct parser *p, struct frame *f, const char *s, size_t n)
{
	const struct json_field *field = field_find(f->schema, f->last, s, n);

	f->field = field;
	if (!field) {
		f->key = keep_key(p, s, n);
		if (p->unknown == JSON_REFUSE)
			return parse_fail(p, EINVAL, "unknown member");
		push_name(p, f);
		return 1;
	}
	uint64_t bit = UINT64_C(1) << (field - f->schema->fields);

	f->last = field;
	f->key = (struct slice){field->name, field->name_len};
	if (f->seen & bit)
		return parse_fail(p, EINVAL, "duplicate key");
	f->seen |= bit;
	return 1;
}

int parse_key(struct parser *p, const char *s, size_t n)
{
	struct frame *f = frame_top(p);

	if (!utf8_valid(s, n))
		return parse_fail(p, EINVAL, "a key is not valid UTF-8");
	if (memchr(s, '\0', n))
		return parse_fail(p, EINVAL, "a key contains NUL (\\u0000)");
	if (f->n++ >= SPEC_MAX_ITEMS)
		return parse_fail(p, E2BIG, "more than %u members", SPEC_MAX_ITEMS);
	f->inside = true;
	if (f->kind == FRAME_OBJECT)
		return object_key(p, f, s, n);
	if (f->kind == FRAME_MAP) {
		f->key = (struct slice){parse_strdup(p, s, n), n};
		if (n == 0)
			return parse_fail(p, EINVAL, "a key must not be empty");
		if (f->field->key_pattern && !f->field->key_pattern->match(f->key.p))
			return parse_fail(p, EINVAL, "the key must be %s",
					  f->field->key_pattern->what);
		return 1;
	}
	f->key = keep_key(p, s, n);
	push_name(p, f);
	return 1;
}

static int slice_order(const void *a, const void *b)
{
	const struct slice *x = a, *y = b;

	if (x->n != y->n)
		return x->n < y->n ? -1 : 1;
	return memcmp(x->p, y->p, x->n);
}

/* A key that occurs twice, or NULL. Sorting keeps a hostile document from costing n * n. */
static const struct slice *find_twice(struct slice *v, size_t n)
{
	if (n > 8) {
		qsort(v, n, sizeof(*v), slice_order);
		for (size_t i = 1; i < n; i++)
			if (slice_order(&v[i - 1], &v[i]) == 0)
				return &v[i];
		return NULL;
	}
	for (size_t i = 1; i < n; i++)
		for (size_t j = 0; j < i; j++)
			if (slice_order(&v[i], &v[j]) == 0)
				return &v[i];
	return NULL;
}

static int refuse_twice(struct parser *p, struct slice *v, size_t n)
{
	const struct slice *twice = find_twice(v, n);

	if (!twice)
		return 1;
	frame_top(p)->key = *twice;
	frame_top(p)->inside = true;
	return parse_fail(p, EINVAL, "duplicate key");
}

static int names_unique(struct parser *p, struct frame *f)
{
	size_t bytes = f->n_names * sizeof(struct slice);

	return refuse_twice(p, (struct slice *)(void *)(p->pile + p->pile_used - bytes),
			    f->n_names);
}

/* The keys of a map are in its elements; lay them out behind these to look for duplicates. */
static int map_unique(struct parser *p, struct frame *f, size_t size)
{
	if (f->n < 2)
		return 1;
	pile_align(p);
	struct slice *v = pile_push(p, f->n * sizeof(*v));

	for (size_t i = 0; i < f->n; i++) {
		memcpy(&v[i].p, p->pile + f->off + i * size, sizeof(v[i].p));
		v[i].n = strlen(v[i].p);
	}
	return refuse_twice(p, v, f->n);
}

static int close_object(struct parser *p, struct frame *f)
{
	const struct json_schema *s = f->schema;
	struct json_fault fault;

	if (!names_unique(p, f))
		return 0;
	for (size_t i = 0; i < s->n_fields; i++) {
		const struct json_field *field = &s->fields[i];

		if (!field->required || (f->given & (UINT64_C(1) << i)))
			continue;
		f->key = (struct slice){field->name, field->name_len};
		f->inside = true;
		return parse_fail(p, EINVAL, "required member is missing");
	}
	if (!s->check || s->check(frame_object(p, f), &fault))
		return 1;
	return parse_fail_below(p, fault.where, fault.why);
}

static size_t element_size(const struct json_field *field)
{
	switch ((enum json_type)field->type) {
	case JSON_T_STRS:
		return sizeof(char *);
	case JSON_T_U32S:
		return sizeof(uint32_t);
	case JSON_T_U64S:
		return sizeof(uint64_t);
	case JSON_T_MAP:
		return sizeof(struct spec_pair);
	default:
		return field->sub->size;
	}
}

/* An array or map is complete: it moves from the pile into memory of its exact size. */
static int close_list(struct parser *p, struct frame *f)
{
	struct frame *parent = f - 1;
	size_t size = element_size(f->field);

	if (f->field->not_empty && f->n == 0)
		return parse_fail(p, EINVAL, "must not be empty");
	if (f->kind == FRAME_MAP && !map_unique(p, f, size))
		return 0;
	/* String arrays get a terminating NULL. */
	void *list = parse_alloc(p, f->n * size + (f->field->type == JSON_T_STRS ? size : 0));
	char *obj = frame_object(p, parent);

	if (f->n)
		memcpy(list, p->pile + f->off, f->n * size);
	memcpy(obj + f->field->offset, &list, sizeof(list));
	memcpy(obj + f->field->count_offset, &f->n, sizeof(f->n));
	return 1;
}

int parse_close(struct parser *p)
{
	struct frame *f = frame_top(p);
	int r = 1;

	f->inside = false;
	if (f->kind == FRAME_OBJECT)
		r = close_object(p, f);
	else if (f->kind == FRAME_SKIP_OBJECT)
		r = names_unique(p, f);
	else if (f->field)
		r = close_list(p, f);
	if (!r)
		return 0;
	p->pile_used = f->base;
	p->depth--;
	if (frame_top(p)->kind == FRAME_ROOT)
		p->complete = true;
	return parse_value_ends(p);
}
