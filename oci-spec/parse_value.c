/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* parse_value.c: what the events of a document do to the structs its tables describe. */
#include "oci-spec/parse.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

static void *member_of(struct parser *p, struct frame *f, const struct json_field *field)
{
	return (char *)frame_object(p, f) + field->offset;
}

static bool is_array(const struct frame *f)
{
	return f->kind == FRAME_ARRAY || f->kind == FRAME_SKIP_ARRAY;
}

/* A value begins: an array's elements are counted here, an object's members at their keys. */
static bool value_begins(struct parser *p)
{
	struct frame *f = frame_top(p);

	if (!is_array(f))
		return true;
	f->inside = true;
	if (f->n >= SPEC_MAX_ITEMS)
		return parse_fail(p, E2BIG, "more than %u elements", SPEC_MAX_ITEMS);
	return true;
}

int parse_value_ends(struct parser *p)
{
	struct frame *f = frame_top(p);

	if (f->kind == FRAME_OBJECT && f->field)
		f->given |= UINT64_C(1) << (f->field - f->schema->fields);
	if (is_array(f))
		f->n++;
	f->inside = false;
	return 1;
}

/* Whether the value at hand is one to skip: part of an unknown member. */
static bool skipping(const struct frame *f)
{
	return f->kind == FRAME_SKIP_OBJECT || f->kind == FRAME_SKIP_ARRAY ||
	       (f->kind == FRAME_OBJECT && !f->field);
}

int parse_null(struct parser *p)
{
	struct frame *f = frame_top(p);

	if (!value_begins(p))
		return 0;
	if (skipping(f))
		return parse_value_ends(p);
	if (f->kind != FRAME_OBJECT || f->field->required)
		return parse_mismatch(p, "null");
	/* Go's encoder writes null for a nil slice or map: it is an absent member. */
	f->inside = false;
	return 1;
}

/* Room for a scalar of @size bytes: the member itself, or fresh memory that it points to. */
static void *scalar_room(struct parser *p, const struct json_field *field, size_t size)
{
	void *member = member_of(p, frame_top(p), field);

	if (!field->by_pointer)
		return member;
	void *room = parse_alloc(p, size);

	memcpy(member, &room, sizeof(room));
	return room;
}

int parse_bool(struct parser *p, bool v)
{
	struct frame *f = frame_top(p);

	if (!value_begins(p))
		return 0;
	if (skipping(f))
		return parse_value_ends(p);
	if (f->kind != FRAME_OBJECT || f->field->type != JSON_T_BOOL)
		return parse_mismatch(p, v ? "true" : "false");
	memcpy(scalar_room(p, f->field, sizeof(v)), &v, sizeof(v));
	return parse_value_ends(p);
}

struct range {
	int64_t min;
	uint64_t max;
	uint8_t size;
};

/* The C type's own range for a field or the elements of an array; size 0: not a number. */
static struct range type_range(enum json_type t)
{
	switch (t) {
	case JSON_T_U16:
		return (struct range){0, UINT16_MAX, 2};
	case JSON_T_U32:
	case JSON_T_U32S:
		return (struct range){0, UINT32_MAX, 4};
	case JSON_T_U64:
	case JSON_T_U64S:
		return (struct range){0, UINT64_MAX, 8};
	case JSON_T_I32:
		return (struct range){INT32_MIN, INT32_MAX, 4};
	case JSON_T_I64:
		return (struct range){INT64_MIN, INT64_MAX, 8};
	default:
		return (struct range){0, 0, 0};
	}
}

static bool in_range(struct number v, struct range r)
{
	if (!v.integer || v.overflow)
		return false;
	if (!v.negative)
		return v.magnitude <= r.max && (r.min <= 0 || v.magnitude >= (uint64_t)r.min);
	/* -(r.min + 1) + 1 is |r.min| also for INT64_MIN. */
	return r.min < 0 && v.magnitude <= (uint64_t) - (r.min + 1) + 1;
}

static int wrong_number(struct parser *p, struct range r, const char *s, size_t n)
{
	return parse_fail(p, EINVAL, "expected an integer from %lld to %llu, found %.*s%s",
			  (long long)r.min, (unsigned long long)r.max, (int)(n > 64 ? 64 : n), s,
			  n > 64 ? "..." : "");
}

int parse_number(struct parser *p, const char *s, size_t n)
{
	struct frame *f = frame_top(p);

	if (!value_begins(p))
		return 0;
	if (skipping(f))
		return parse_value_ends(p);
	bool element = f->kind == FRAME_ARRAY;
	const struct json_field *field = f->kind == FRAME_ROOT ? NULL : f->field;
	struct range r = field ? type_range(field->type) : (struct range){0};
	bool list = field && (field->type == JSON_T_U32S || field->type == JSON_T_U64S);

	if (!r.size || f->kind == FRAME_MAP || element != list)
		return parse_mismatch(p, "a number");
	if (field->ranged) {
		r.min = field->min;
		r.max = field->max;
	}
	struct number v = number_read(s, n);

	if (!in_range(v, r))
		return wrong_number(p, r, s, n);
	uint64_t bits = v.negative ? -v.magnitude : v.magnitude;
	uint32_t bits32 = (uint32_t)bits;
	uint16_t bits16 = (uint16_t)bits;
	void *to = element ? pile_push(p, r.size) : scalar_room(p, field, r.size);

	memcpy(to,
	       r.size == 8   ? (void *)&bits
	       : r.size == 4 ? (void *)&bits32
			     : (void *)&bits16,
	       r.size);
	return parse_value_ends(p);
}

static int wrong_string(struct parser *p, const char *s, size_t n)
{
	char found[80];
	size_t len = 0;

	found[len++] = '"';
	for (size_t i = 0; i < n && i < 60; i++)
		found[len++] = (unsigned char)s[i] < 0x20 || s[i] == 0x7f ? '?' : s[i];
	/* Do not end in the middle of a character. */
	for (; n > 60 && len > 1 && ((unsigned char)found[len - 1] & 0x80); len--)
		;
	snprintf(found + len, sizeof(found) - len, "%s\"", n > 60 ? "..." : "");
	return parse_mismatch(p, found);
}

static bool acceptable(const struct json_field *field, const char *s)
{
	if (field->values && !str_in(s, field->values))
		return false;
	return !field->pattern || field->pattern->match(s);
}

/* The string itself, checked; NULL after an error. */
static char *take_string(struct parser *p, const struct json_field *field, const char *s, size_t n)
{
	char *text = parse_strdup(p, s, n);

	if (acceptable(field, text))
		return text;
	wrong_string(p, s, n);
	return NULL;
}

static int string_element(struct parser *p, struct frame *f, const char *s, size_t n)
{
	char *text = take_string(p, f->field, s, n);

	if (!text)
		return 0;
	if (f->kind == FRAME_ARRAY) {
		memcpy(pile_push(p, sizeof(text)), &text, sizeof(text));
	} else {
		struct spec_pair pair = {f->key.p, text};

		memcpy(pile_push(p, sizeof(pair)), &pair, sizeof(pair));
	}
	return parse_value_ends(p);
}

int parse_string(struct parser *p, const char *s, size_t n)
{
	struct frame *f = frame_top(p);

	if (!value_begins(p))
		return 0;
	if (!utf8_valid(s, n))
		return parse_fail(p, EINVAL, "a string is not valid UTF-8");
	if (memchr(s, '\0', n))
		return parse_fail(p, EINVAL, "a string contains NUL (\\u0000)");
	if (skipping(f))
		return parse_value_ends(p);
	if ((f->kind == FRAME_ARRAY && f->field->type == JSON_T_STRS) ||
	    (f->kind == FRAME_MAP && f->field->type == JSON_T_MAP))
		return string_element(p, f, s, n);
	if (f->kind != FRAME_OBJECT || f->field->type != JSON_T_STR)
		return wrong_string(p, s, n);
	if (n == 0 && f->field->empty_null) {
		f->inside = false;
		return 1;
	}
	char *text = take_string(p, f->field, s, n);

	if (!text)
		return 0;
	memcpy(member_of(p, f, f->field), &text, sizeof(text));
	return parse_value_ends(p);
}

/* A new frame on the stack, its elements or names to be laid on the pile from here on. */
static struct frame *push(struct parser *p, enum frame_kind kind, const struct json_field *field)
{
	struct frame *f = &p->frames[++p->depth];

	*f = (struct frame){.kind = kind, .field = field, .base = p->pile_used};
	pile_align(p);
	f->off = p->pile_used;
	return f;
}

/* An object that is the value of a member. */
static void open_member(struct parser *p, struct frame *parent, const struct json_field *field)
{
	size_t off = parent->off + field->offset;
	void *obj = parent->obj ? member_of(p, parent, field) : NULL;

	if (!field->embedded) {
		obj = parse_alloc(p, field->sub->size);
		memcpy(member_of(p, parent, field), &obj, sizeof(obj));
	}
	struct frame *f = push(p, FRAME_OBJECT, NULL);

	f->schema = field->sub;
	f->obj = obj;
	f->off = off;
}

/* An object that is an element of an array or map: it is filled where it lies on the pile. */
static void open_element(struct parser *p, struct frame *parent)
{
	const struct json_schema *schema = parent->field->sub;
	size_t off = p->pile_used;
	void *element = pile_push(p, schema->size);

	if (parent->kind == FRAME_MAP)
		memcpy(element, &parent->key.p, sizeof(parent->key.p));
	struct frame *f = push(p, FRAME_OBJECT, NULL);

	f->schema = schema;
	f->off = off;
}

static int open_root(struct parser *p)
{
	struct frame *root = frame_top(p);
	void *obj = parse_alloc(p, root->schema->size);

	if (p->base)
		memcpy(obj, p->base, root->schema->size);
	root->obj = obj;
	struct frame *f = push(p, FRAME_OBJECT, NULL);

	f->schema = root->schema;
	f->obj = obj;
	return 1;
}

int parse_open(struct parser *p, bool object)
{
	struct frame *f = frame_top(p);
	const struct json_field *field = f->field;
	bool ok = false;

	if (!value_begins(p))
		return 0;
	if (p->depth >= (int)SPEC_MAX_DEPTH)
		return parse_fail(p, E2BIG, "nested deeper than %u levels", SPEC_MAX_DEPTH);
	if (skipping(f)) {
		push(p, object ? FRAME_SKIP_OBJECT : FRAME_SKIP_ARRAY, NULL);
		return 1;
	}
	if (f->kind == FRAME_ROOT && object)
		return open_root(p);
	if (f->kind == FRAME_OBJECT && object && field->type == JSON_T_OBJ) {
		open_member(p, f, field);
		ok = true;
	} else if (f->kind == FRAME_OBJECT && object &&
		   (field->type == JSON_T_MAP || field->type == JSON_T_OBJ_MAP)) {
		push(p, FRAME_MAP, field);
		ok = true;
	} else if (f->kind == FRAME_OBJECT && !object &&
		   (field->type == JSON_T_STRS || field->type == JSON_T_U32S ||
		    field->type == JSON_T_U64S || field->type == JSON_T_OBJS)) {
		push(p, FRAME_ARRAY, field);
		ok = true;
	} else if (object && ((f->kind == FRAME_ARRAY && field->type == JSON_T_OBJS) ||
			      (f->kind == FRAME_MAP && field->type == JSON_T_OBJ_MAP))) {
		open_element(p, f);
		ok = true;
	}
	return ok ? 1 : parse_mismatch(p, object ? "an object" : "an array");
}
