/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * parse_memory.c: the parser's memory. yajl does not look at what malloc returns, so an exhausted
 * allocator leaves the parse by longjmp; what it leaves behind is all in two arenas.
 */
#include "oci-spec/parse.h"

#include <errno.h>
#include <stdalign.h>
#include <string.h>

#define POOL_SIZE  2048u
#define PILE_FIRST 4096u

/* Was it our own bound on one document, or is there no memory? */
static void out_of_memory(struct parser *p, const struct arena *a, size_t size)
{
	bool ours = a == &p->scratch || p->own_limit;

	if (ours && a->limit && (size > a->limit || a->used > a->limit - size))
		p->result = err_set(p->e, ERR_SPEC, E2BIG, "%s: needs more than %zu MB of memory",
				    p->what, JSON_MAX_MEMORY >> 20);
	else
		p->result =
			err_set(p->e, ERR_SYSTEM, ENOMEM, "%s: cannot allocate memory", p->what);
	longjmp(p->no_memory, 1);
}

void *parse_alloc(struct parser *p, size_t size)
{
	void *m = arena_alloc(p->a, size);

	if (!m)
		out_of_memory(p, p->a, size);
	return m;
}

void *parse_scratch(struct parser *p, size_t size)
{
	void *m = arena_alloc(&p->scratch, size);

	if (!m)
		out_of_memory(p, &p->scratch, size);
	return m;
}

/* A document is mostly short strings: packing them takes half of what single blocks would. */
char *parse_strdup(struct parser *p, const char *s, size_t n)
{
	char *m;

	if (n >= POOL_SIZE / 4) {
		m = parse_alloc(p, n + 1);
	} else {
		if (p->pool_left < n + 1) {
			p->pool = parse_alloc(p, POOL_SIZE);
			p->pool_left = POOL_SIZE;
		}
		m = p->pool;
		p->pool += n + 1;
		p->pool_left -= n + 1;
	}
	memcpy(m, s, n);
	return m; /* arena memory is zeroed: the NUL is there */
}

static void pile_grow(struct parser *p, size_t size)
{
	size_t want = p->pile_size ? p->pile_size * 2 : PILE_FIRST;

	while (want - p->pile_used < size)
		want *= 2;
	char *m = parse_scratch(p, want);

	if (p->pile_used)
		memcpy(m, p->pile, p->pile_used);
	p->pile = m;
	p->pile_size = want;
}

void *pile_push(struct parser *p, size_t size)
{
	if (!p->pile || p->pile_size - p->pile_used < size)
		pile_grow(p, size);
	void *top = memset(p->pile + p->pile_used, 0, size);

	p->pile_used += size;
	return top;
}

void pile_align(struct parser *p)
{
	const size_t align = alignof(max_align_t);

	pile_push(p, (align - p->pile_used % align) % align);
}
