/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* output.h: what goes to stdout, and JSON in the layouts that callers of runc know. */
#ifndef BULKHEAD_RUNTIME_OUTPUT_H
#define BULKHEAD_RUNTIME_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

struct err;
struct strbuf;

/**
 * output_write - write a command's whole output to stdout.
 * -ENOMEM when @out ran out of memory; an error of the system call otherwise: a state document
 * that is cut by a full disk must not look like success.
 */
int output_write(const struct strbuf *out, struct err *e);

/*
 * A JSON document being written. Zero but for @out and @indent at the start. Keys are NULL inside
 * an array and for the outermost value.
 */
struct json_out {
	struct strbuf *out;
	const char *indent; /* one level, or NULL for everything on one line */
	unsigned depth;
	bool not_first; /* the innermost object or array has a member already */
};

/** json_out_open, json_out_close - an object or array; @bracket is '{', '[' and '}', ']'. */
void json_out_open(struct json_out *j, const char *key, char bracket);
void json_out_close(struct json_out *j, char bracket);

void json_out_string(struct json_out *j, const char *key, const char *value);
void json_out_bool(struct json_out *j, const char *key, bool value);
void json_out_int(struct json_out *j, const char *key, long long value);
void json_out_uint(struct json_out *j, const char *key, unsigned long long value);
/** json_out_strings - an array of @n strings; "[]" when there is none. */
void json_out_strings(struct json_out *j, const char *key, const char *const *items, size_t n);
/** json_out_raw - a value that is JSON text already; its further lines are indented to fit. */
void json_out_raw(struct json_out *j, const char *key, const char *text);

#endif
