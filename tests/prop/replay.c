/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* replay.c: see replay.h. A JSON tree of the least kind: scalars stay text. */
#include "replay.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "harden/harden.h"

struct node {
	char kind;	  /* '{', '[' or 's' for a scalar */
	const char *key;  /* decoded enough: as written between the quotes */
	const char *text; /* of a scalar */
	struct node *first, *next;
};

static void *must(void *p)
{
	if (!p)
		abort();
	return p;
}

static const char *skip(const char *p)
{
	return p + strspn(p, " \t\n\r");
}

/* Behind the string that begins at @p. */
static const char *string_end(const char *p)
{
	for (p++; *p != '"'; p++)
		if (*p == '\\')
			p++;
	return p + 1;
}

static const char *parse(const char *p, struct arena *mem, struct node **ret);

static const char *parse_children(const char *p, struct arena *mem, struct node *parent)
{
	struct node **tail = &parent->first;
	char end = parent->kind == '{' ? '}' : ']';

	for (p = skip(p + 1); *p != end; p = skip(p)) {
		const char *key = NULL;
		if (*p == ',')
			p = skip(p + 1);
		if (parent->kind == '{') {
			const char *e = string_end(p);
			key = must(arena_strndup(mem, p + 1, (size_t)(e - p) - 2));
			p = skip(skip(e) + 1);
		}
		p = parse(p, mem, tail);
		(*tail)->key = key;
		tail = &(*tail)->next;
	}
	return p + 1;
}

static const char *parse(const char *p, struct arena *mem, struct node **ret)
{
	struct node *n = must(arena_alloc(mem, sizeof(*n)));

	*ret = n;
	p = skip(p);
	if (*p == '{' || *p == '[') {
		n->kind = *p;
		return parse_children(p, mem, n);
	}
	const char *e = *p == '"' ? string_end(p) : p + strcspn(p, ",]} \t\n\r");
	n->kind = 's';
	n->text = must(arena_strndup(mem, p, (size_t)(e - p)));
	return e;
}

static void print(const struct node *n, struct strbuf *out)
{
	if (n->kind == 's') {
		strbuf_adds(out, n->text);
		return;
	}
	strbuf_addc(out, n->kind);
	for (const struct node *c = n->first; c; c = c->next) {
		if (c != n->first)
			strbuf_addc(out, ',');
		if (c->key)
			strbuf_addf(out, "\"%s\":", c->key);
		print(c, out);
	}
	strbuf_addc(out, n->kind == '{' ? '}' : ']');
}

static struct node *member(const struct node *n, const char *key)
{
	for (struct node *c = n->first; c; c = c->next)
		if (strcmp(c->key, key) == 0)
			return c;
	return NULL;
}

static size_t length(const struct node *n)
{
	size_t count = 0;

	for (const struct node *c = n->first; c; c = c->next)
		count++;
	return count;
}

/* Order of members does not matter. */
static bool equal(const struct node *a, const struct node *b)
{
	if (!a || !b || a->kind != b->kind)
		return a == b;
	if (a->kind == 's')
		return strcmp(a->text, b->text) == 0;
	if (length(a) != length(b))
		return false;
	const struct node *y = b->first;
	for (const struct node *x = a->first; x; x = x->next, y = y->next)
		if (!equal(x, a->kind == '{' ? member(b, x->key) : y))
			return false;
	return true;
}

/* Where the child of @n with this name or index hangs; the end of the list when there is none. */
static struct node **slot(struct node *n, const char *token)
{
	struct node **p = &n->first;
	size_t index = n->kind == '[' ? strtoul(token, NULL, 10) : 0;

	for (size_t i = 0; *p; p = &(*p)->next, i++)
		if (n->kind == '[' ? i == index : strcmp((*p)->key, token) == 0)
			break;
	return p;
}

/* One reference token, unescaped, written as JSON writes a key. */
static const char *token(const char **pointer, struct arena *mem)
{
	AUTO_STRBUF b = STRBUF_INIT;
	AUTO_STRBUF json = STRBUF_INIT;
	const char *p = *pointer + 1;

	for (; *p && *p != '/'; p++) {
		if (*p == '~')
			strbuf_addc(&b, *++p == '1' ? '/' : '~');
		else
			strbuf_addc(&b, *p);
	}
	*pointer = p;
	strbuf_json(&json, b.buf ? b.buf : "");
	return must(arena_strndup(mem, json.buf + 1, json.len - 2));
}

static struct node *new_object(struct arena *mem, const char *key)
{
	struct node *n = must(arena_alloc(mem, sizeof(*n)));

	n->kind = '{';
	n->key = key;
	return n;
}

static bool apply(struct node *root, const struct decision *d, struct arena *mem)
{
	const char *p = d->pointer;
	struct node *n = root, *before = NULL, *after = NULL;

	if (d->before)
		parse(d->before, mem, &before);
	if (d->after)
		parse(d->after, mem, &after);
	for (;;) {
		if (*p != '/' || n->kind == 's')
			return false;
		const char *key = token(&p, mem);
		struct node **at = slot(n, key);
		/* Behind the end of an array there is one place. */
		if (n->kind == '[' && !*at && strtoul(key, NULL, 10) != length(n))
			return false;
		if (*p) {
			if (!*at) {
				if (n->kind == '[')
					return false;
				*at = new_object(mem, key);
			}
			n = *at;
			continue;
		}
		if (!equal(*at, before))
			return false;
		if (after) {
			after->key = n->kind == '{' ? key : NULL;
			after->next = *at ? (*at)->next : NULL;
			*at = after;
		} else if (*at) {
			*at = (*at)->next;
		}
		return true;
	}
}

bool replay(const char *json, const struct decisions *d, struct arena *mem, const char **ret,
	    const char **ret_why)
{
	AUTO_STRBUF out = STRBUF_INIT;
	struct node *root;

	parse(json, mem, &root);
	for (size_t i = 0; i < d->n; i++) {
		const struct decision *x = &d->items[i];
		if (x->kind != DECISION_CHANGE || apply(root, x, mem))
			continue;
		*ret_why = arena_printf(mem, "%s: %s: not what stands there: %s", x->rule,
					x->pointer, x->before ? x->before : "(absent)");
		return false;
	}
	print(root, &out);
	*ret = must(arena_strndup(mem, out.buf, out.len));
	return true;
}
