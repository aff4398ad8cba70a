/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * parse.h: the parser's state, between its parts: parse.c (yajl's callbacks), parse_value.c (what
 * a value does to a struct), parse_text.c (numbers, UTF-8, pointers). Nobody else includes it.
 *
 * The parser keeps an explicit stack of frames, one per open array or object, and one growing
 * region ("the pile") for everything of which the number is not known yet: elements of open
 * arrays and names of unknown members. JSON nests, so the pile is a stack too: what an inner
 * value put there is gone before the outer one goes on. A finished array moves to the caller's
 * arena in its exact size. Objects inside arrays are filled while they lie on the pile, hence
 * named by offset, because the pile moves when it grows.
 */
#ifndef BULKHEAD_OCI_SPEC_PARSE_H
#define BULKHEAD_OCI_SPEC_PARSE_H

#include <setjmp.h>

#include "base/arena.h"
#include "base/err.h"
#include "oci-spec/schema.h"
#include "oci-spec/spec.h"

struct slice {
	const char *p;
	size_t n;
};

enum frame_kind {
	FRAME_ROOT,   /* the document itself: exactly one value */
	FRAME_OBJECT, /* an object with a table */
	FRAME_ARRAY,  /* a known array */
	FRAME_MAP,    /* a known object with free keys */
	FRAME_SKIP_OBJECT,
	FRAME_SKIP_ARRAY,
};

struct frame {
	enum frame_kind kind;
	const struct json_schema *schema; /* FRAME_ROOT, FRAME_OBJECT */
	const struct json_field *field; /* current member of an object; the array's or map's own */
	const struct json_field *last;	/* FRAME_OBJECT: the last member that the table knows */
	void *obj;			/* FRAME_OBJECT: in the arena; NULL: on the pile */
	size_t off;			/* pile: the object, or the first element of this array */
	size_t base;			/* pile: what to go back to when the frame closes */
	size_t n_names;			/* names of unknown members, on top of the pile */
	uint64_t seen;			/* FRAME_OBJECT: fields that had a key */
	uint64_t given;			/* FRAME_OBJECT: fields that had a value other than null */
	size_t n;	  /* complete elements of an array; keys of an object or map */
	bool inside;	  /* at a member: it belongs into the pointer */
	struct slice key; /* current key; terminated in a FRAME_MAP */
};

struct parser {
	jmp_buf no_memory;
	const char *what;
	const char *text;
	size_t len;
	enum json_unknown unknown;
	const void *base; /* what the root object is like before it is read; NULL: zero */
	struct arena *a;  /* the caller's: the result */
	struct arena
		scratch; /* the pile, yajl's memory, copies of decoded keys; freed at the end */
	struct err *e;
	int result;	   /* 0, or what the parse returns */
	size_t bad_escape; /* offset of the first escape that is no character; SIZE_MAX: none */
	size_t own_limit;  /* the limit put on the caller's arena; 0: the caller's was lower */
	void *yajl;
	bool complete; /* the root object is closed */
	char *pool;    /* the rest of a block that strings are carved from */
	size_t pool_left;
	char *pile;
	size_t pile_used, pile_size;
	int depth; /* index of the top frame */
	struct frame frames[SPEC_MAX_DEPTH + 1];
};

/* A number as written: exact, or a reason why it is not an integer. */
struct number {
	bool integer;  /* no fraction, no exponent */
	bool overflow; /* does not fit 64 bits */
	bool negative;
	uint64_t magnitude;
};

/* parse_text.c */
struct number number_read(const char *s, size_t n);
bool utf8_valid(const char *s, size_t n);
size_t escape_find_bad(const char *s, size_t n);
void parse_pointer(const struct parser *p, char *out, size_t size);

/**
 * parse_fail - record the error at the current place of the document. Returns 0, which tells yajl
 * to stop.
 */
int parse_fail(struct parser *p, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/** parse_mismatch - parse_fail: "expected @field's type, found @found". */
int parse_mismatch(struct parser *p, const char *found);

/** parse_fail_below - parse_fail() for a member @where (a pointer) below the current place. */
int parse_fail_below(struct parser *p, const char *where, const char *why);

/* parse_memory.c: none of them returns without memory. */
/** parse_alloc - @size zeroed bytes of the result. */
void *parse_alloc(struct parser *p, size_t size);
/** parse_strdup - a string of the result. */
char *parse_strdup(struct parser *p, const char *s, size_t n);
/** parse_scratch - memory that lives until the parse ends. */
void *parse_scratch(struct parser *p, size_t size);
/**
 * pile_push - @size zeroed bytes on top of the pile. What it returns is good until the next push,
 * which may move the pile.
 */
void *pile_push(struct parser *p, size_t size);
/** pile_align - so that anything may begin on top of the pile. */
void pile_align(struct parser *p);

static inline struct frame *frame_top(struct parser *p)
{
	return &p->frames[p->depth];
}

static inline void *frame_object(struct parser *p, struct frame *f)
{
	return f->obj ? f->obj : p->pile + f->off;
}

/* parse_value.c: one per JSON event; 1 to go on, 0 after parse_fail(). */
int parse_null(struct parser *p);
int parse_bool(struct parser *p, bool v);
int parse_number(struct parser *p, const char *s, size_t n);
int parse_string(struct parser *p, const char *s, size_t n);
int parse_open(struct parser *p, bool object);
/** parse_value_ends - what every value but null does to the frame it stands in. Returns 1. */
int parse_value_ends(struct parser *p);

/* parse_object.c: the same for keys, and for the end of an object or array. */
int parse_key(struct parser *p, const char *s, size_t n);
int parse_close(struct parser *p);

#endif
