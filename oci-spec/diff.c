/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* diff.c: what differs between two structs of one table, as JSON pointers and JSON values. */
#include "oci-spec/walk.h"

#include <errno.h>
#include <stdlib.h>

#include "base/arena.h"

/* One level of the place that is being compared; the pointer's text is made only for a change. */
struct place {
	const struct place *up;
	const char *key; /* NULL: an array's element */
	size_t index;
};

struct diff {
	struct arena *a;
	struct spec_change *changes;
	size_t n, room;
	bool failed;
};

static void diff_object(struct diff *d, const struct place *at, const struct json_schema *s,
			const void *before, const void *after);

static void add_pointer(const struct place *at, struct strbuf *out)
{
	if (!at)
		return;
	add_pointer(at->up, out);
	strbuf_addc(out, '/');
	if (!at->key)
		strbuf_addf(out, "%zu", at->index);
	for (const char *k = at->key; k && *k; k++) {
		if (*k == '~')
			strbuf_adds(out, "~0");
		else if (*k == '/')
			strbuf_adds(out, "~1");
		else
			strbuf_addc(out, *k);
	}
}

/* The text of @out in the arena; empties @out. */
static const char *keep(struct diff *d, struct strbuf *out)
{
	const char *text = out->failed ? NULL : arena_strdup(d->a, out->buf);

	if (!text)
		d->failed = true;
	strbuf_free(out);
	return text;
}

static struct spec_change *new_change(struct diff *d)
{
	if (d->n == d->room) {
		size_t room = d->room ? d->room * 2 : 16;
		struct spec_change *v = arena_array(d->a, room, sizeof(*v));

		if (!v) {
			d->failed = true;
			return NULL;
		}
		if (d->n)
			memcpy(v, d->changes, d->n * sizeof(*v));
		d->changes = v;
		d->room = room;
	}
	return &d->changes[d->n++];
}

/* A change from @before to @after; either may be NULL: absent. */
static void changed(struct diff *d, const struct place *at, const char *before, const char *after)
{
	AUTO_STRBUF pointer = STRBUF_INIT;
	struct spec_change *c = new_change(d);

	if (!c)
		return;
	add_pointer(at, &pointer);
	c->pointer = keep(d, &pointer);
	c->before = before;
	c->after = after;
}

static const char *value_text(struct diff *d, const struct json_field *f, const void *obj)
{
	AUTO_STRBUF out = STRBUF_INIT;
	const void *value = field_value(f, obj);

	if (!value)
		return NULL;
	write_value(f, value, field_is_list(f) ? field_count(f, obj) : 0, NULL, 0, &out);
	return keep(d, &out);
}

static const char *element_text(struct diff *d, const struct json_field *f, const void *element)
{
	AUTO_STRBUF out = STRBUF_INIT;

	if (!element)
		return NULL;
	write_element(f, element, NULL, 0, &out);
	return keep(d, &out);
}

static const char *string_at(const void *p)
{
	const char *s;

	memcpy(&s, p, sizeof(s));
	return s;
}

static bool element_equal(const struct json_field *f, const void *a, const void *b)
{
	if (f->type == JSON_T_STRS)
		return str_eq(string_at(a), string_at(b));
	if (f->type == JSON_T_MAP)
		return str_eq(((const struct spec_pair *)a)->value,
			      ((const struct spec_pair *)b)->value);
	return memcmp(a, b, field_size(f)) == 0;
}

/* @before and @after are elements of the same list field; NULL: not there. */
static void diff_element(struct diff *d, const struct place *at, const struct json_field *f,
			 const void *before, const void *after)
{
	bool object = f->type == JSON_T_OBJS || f->type == JSON_T_OBJ_MAP;

	if (before && after && object)
		diff_object(d, at, f->sub, before, after);
	else if (!before || !after || !element_equal(f, before, after))
		changed(d, at, element_text(d, f, before), element_text(d, f, after));
}

/* The elements of a map, in the order of their keys: half of a map may be gone from the other. */
struct map_index {
	const char **v;
	size_t n;
};

static int key_order(const void *a, const void *b)
{
	return strcmp(string_at(*(const char *const *)a), string_at(*(const char *const *)b));
}

static int key_is(const void *key, const void *element)
{
	return strcmp(key, string_at(*(const char *const *)element));
}

static struct map_index index_make(struct diff *d, const char *list, size_t n, size_t size)
{
	struct map_index x = {arena_array(d->a, n, sizeof(*x.v)), n};

	if (!x.v) {
		d->failed = true;
		return (struct map_index){NULL, 0};
	}
	for (size_t i = 0; i < n; i++)
		x.v[i] = list + i * size;
	qsort(x.v, n, sizeof(*x.v), key_order);
	return x;
}

static const char *index_find(const struct map_index *x, const char *key)
{
	const char **found = x->n ? bsearch(key, x->v, x->n, sizeof(*x->v), key_is) : NULL;

	return found ? *found : NULL;
}

static void diff_map(struct diff *d, const struct place *up, const struct json_field *f,
		     const char *before, size_t n, const char *after, size_t m)
{
	size_t size = field_size(f);
	struct map_index old = index_make(d, before, n, size);
	struct map_index new = index_make(d, after, m, size);

	for (size_t i = 0; i < n && !d->failed; i++) {
		const char *x = before + i * size;
		struct place at = {up, string_at(x), 0};

		diff_element(d, &at, f, x, index_find(&new, at.key));
	}
	for (size_t i = 0; i < m && !d->failed; i++) {
		const char *y = after + i * size;
		struct place at = {up, string_at(y), 0};

		if (!index_find(&old, at.key))
			diff_element(d, &at, f, NULL, y);
	}
}

static void diff_list(struct diff *d, const struct place *up, const struct json_field *f,
		      const void *before, size_t n, const void *after, size_t m)
{
	size_t size = field_size(f);

	if (field_is_map(f)) {
		diff_map(d, up, f, before, n, after, m);
		return;
	}
	for (size_t i = 0; i < n || i < m; i++) {
		struct place at = {up, NULL, i};

		diff_element(d, &at, f, i < n ? (const char *)before + i * size : NULL,
			     i < m ? (const char *)after + i * size : NULL);
	}
}

static void diff_field(struct diff *d, const struct place *up, const struct json_field *f,
		       const void *before, const void *after)
{
	struct place at = {up, f->name, 0};
	const void *x = field_value(f, before), *y = field_value(f, after);
	bool same = !x && !y;

	if (x && y && field_is_list(f)) {
		diff_list(d, &at, f, x, field_count(f, before), y, field_count(f, after));
		return;
	}
	if (x && y && f->type == JSON_T_OBJ) {
		diff_object(d, &at, f->sub, x, y);
		return;
	}
	if (x && y)
		same = f->type == JSON_T_STR ? strcmp(x, y) == 0 : memcmp(x, y, field_size(f)) == 0;
	if (!same)
		changed(d, &at, value_text(d, f, before), value_text(d, f, after));
}

static void diff_object(struct diff *d, const struct place *at, const struct json_schema *s,
			const void *before, const void *after)
{
	for (size_t i = 0; i < s->n_fields; i++)
		diff_field(d, at, &s->fields[i], before, after);
}

int json_diff_object(const struct json_schema *schema, const void *before, const void *after,
		     struct arena *a, struct spec_change **ret_changes)
{
	struct diff d = {.a = a};

	diff_object(&d, NULL, schema, before, after);
	if (d.failed)
		return -ENOMEM;
	*ret_changes = d.changes;
	return (int)d.n;
}
