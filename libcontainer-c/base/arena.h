/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * arena.h: memory for documents. Everything of one document (a spec, a plan) is allocated from
 * one arena and released with it; nothing in it is released alone. Memory comes back zeroed.
 */
#ifndef BULKHEAD_BASE_ARENA_H
#define BULKHEAD_BASE_ARENA_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct arena_block;

struct arena {
	struct arena_block *head;
	size_t used;  /* bytes handed out */
	size_t limit; /* 0: none; else arena_alloc() fails beyond it */
};

/** ARENA_INIT - an empty arena; allocates nothing until used. */
#define ARENA_INIT ((struct arena){0})

/**
 * arena_alloc - @size zeroed bytes, aligned for any type.
 * Returns NULL when memory or the arena's limit is exhausted: callers report -ENOMEM.
 */
void *arena_alloc(struct arena *a, size_t size) __attribute__((malloc));

/** arena_array - @n zeroed objects of @size bytes; NULL on overflow or exhaustion. @n may be 0. */
void *arena_array(struct arena *a, size_t n, size_t size) __attribute__((malloc));

/**
 * arena_grow - room for one more object behind the @n in @v, in place or in a bigger copy. The old
 * memory stays the arena's until it ends.
 * @v:    NULL for an empty list
 * @cap:  how many objects @v has room for; updated on success
 * Returns the list, or NULL as arena_array(): @v and @cap are then as before.
 */
void *arena_grow(struct arena *a, void *v, size_t n, size_t *cap, size_t size);

/** arena_strdup - copy of the NUL-terminated @s; NULL when @s is NULL or memory is exhausted. */
char *arena_strdup(struct arena *a, const char *s);

/** arena_strndup - copy of @n bytes at @s plus a NUL. */
char *arena_strndup(struct arena *a, const char *s, size_t n);

/** arena_printf - formatted string in the arena; NULL on exhaustion. */
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** arena_free - release everything; the arena is empty and usable again. */
void arena_free(struct arena *a);

/**
 * arena_test_fail - for tests only: a test program may define it, to make single allocations fail
 * (true: this one fails). Nothing else defines it, so that the call costs one compare with 0.
 */
bool arena_test_fail(void) __attribute__((weak));

#define AUTO_ARENA __attribute__((cleanup(arena_free)))

#endif
