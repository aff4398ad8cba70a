/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * parse.c: yajl. The only file that knows the JSON library: its events are handed on to
 * parse_value.c and parse_object.c, its memory comes from the parser's own arena.
 */
#include "oci-spec/parse.h"

#include <errno.h>
#include <stdalign.h>
#include <string.h>

#include <yajl/yajl_parse.h>

#define HEADER alignof(max_align_t) /* in front of a block: its size, for realloc */

static void *memory_get(void *ctx, size_t size)
{
	char *m = parse_scratch(ctx, HEADER + size);

	memcpy(m, &size, sizeof(size));
	return m + HEADER;
}

static void *memory_resize(void *ctx, void *old, size_t size)
{
	char *m = memory_get(ctx, size);
	size_t before = 0;

	if (old)
		memcpy(&before, (char *)old - HEADER, sizeof(before));
	if (before)
		memcpy(m, old, before < size ? before : size);
	return m;
}

/* The arena goes as a whole. */
static void memory_put(void *ctx, void *m)
{
	(void)ctx;
	(void)m;
}

/* Whether the text read so far contains an escape that stands for no character. */
static bool escapes_fine(struct parser *p)
{
	return p->bad_escape == SIZE_MAX || yajl_get_bytes_consumed(p->yajl) <= p->bad_escape;
}

static int on_null(void *ctx)
{
	return parse_null(ctx);
}

static int on_bool(void *ctx, int v)
{
	return parse_bool(ctx, v);
}

static int on_number(void *ctx, const char *s, size_t n)
{
	return parse_number(ctx, s, n);
}

static int on_string(void *ctx, const unsigned char *s, size_t n)
{
	if (!escapes_fine(ctx))
		return parse_fail(ctx, EINVAL, "a string contains half of a surrogate pair");
	return parse_string(ctx, (const char *)s, n);
}

static int on_key(void *ctx, const unsigned char *s, size_t n)
{
	if (!escapes_fine(ctx))
		return parse_fail(ctx, EINVAL, "a key contains half of a surrogate pair");
	return parse_key(ctx, (const char *)s, n);
}

static int on_open_object(void *ctx)
{
	return parse_open(ctx, true);
}

static int on_open_array(void *ctx)
{
	return parse_open(ctx, false);
}

static int on_close(void *ctx)
{
	return parse_close(ctx);
}

static const yajl_callbacks callbacks = {
	.yajl_null = on_null,
	.yajl_boolean = on_bool,
	.yajl_number = on_number,
	.yajl_string = on_string,
	.yajl_start_map = on_open_object,
	.yajl_map_key = on_key,
	.yajl_end_map = on_close,
	.yajl_start_array = on_open_array,
	.yajl_end_array = on_close,
};

/* yajl's own verdict, in one line. */
static void syntax_error(struct parser *p, size_t where)
{
	unsigned char *text = yajl_get_error(p->yajl, 0, NULL, 0);
	const char *why = text ? (const char *)text : "syntax error";

	parse_fail(p, EINVAL, "%.*s at byte %zu", (int)strcspn(why, "\n"), why, where);
}

/* A function of its own: nothing but @p has to survive the longjmp. */
static void run(struct parser *p)
{
	yajl_alloc_funcs memory = {memory_get, memory_resize, memory_put, p};

	if (setjmp(p->no_memory))
		return;
	p->yajl = yajl_alloc(&callbacks, &memory, p);
	/* parse_string() and parse_key() do it, strictly: yajl takes overlong forms. */
	yajl_config(p->yajl, yajl_dont_validate_strings, 1);
	yajl_status status = yajl_parse(p->yajl, (const unsigned char *)p->text, p->len);

	size_t where = yajl_get_bytes_consumed(p->yajl);

	if (status == yajl_status_ok)
		status = yajl_complete_parse(p->yajl);
	if (status == yajl_status_error || (status == yajl_status_ok && !p->complete))
		syntax_error(p, where);
}

int json_parse_object(const struct json_schema *schema, const char *what, const char *text,
		      size_t len, struct arena *a, void *ret, enum json_unknown unknown,
		      struct err *e)
{
	return json_parse_onto(schema, what, text, len, NULL, a, ret, unknown, e);
}

int json_parse_onto(const struct json_schema *schema, const char *what, const char *text,
		    size_t len, const void *base, struct arena *a, void *ret,
		    enum json_unknown unknown, struct err *e)
{
	struct parser p = {.what = what,
			   .text = text,
			   .len = len,
			   .unknown = unknown,
			   .base = base,
			   .a = a,
			   .e = e};
	size_t limit = a->limit;

	if (len > SPEC_MAX_BYTES)
		return err_set(e, ERR_SPEC, E2BIG, "%s: %zu bytes; at most %u are taken", what, len,
			       SPEC_MAX_BYTES);
	p.scratch.limit = JSON_MAX_MEMORY;
	if (!limit || (limit > a->used && limit - a->used > JSON_MAX_MEMORY))
		a->limit = p.own_limit = a->used + JSON_MAX_MEMORY;
	p.bad_escape = escape_find_bad(text, len);
	p.frames[0] = (struct frame){.kind = FRAME_ROOT, .schema = schema};
	run(&p);
	if (p.result == 0)
		memcpy(ret, p.frames[0].obj, schema->size);
	arena_free(&p.scratch);
	a->limit = limit;
	return p.result;
}
