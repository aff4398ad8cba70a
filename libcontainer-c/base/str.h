/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* str.h: growing strings, strict number parsing, path text. Knows nothing of containers. */
#ifndef BULKHEAD_BASE_STR_H
#define BULKHEAD_BASE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A growing string. `failed` is sticky: after an allocation failure every further call does
 * nothing, so that a writer checks once at its end. Release with strbuf_free().
 */
struct strbuf {
	char *buf; /* NUL-terminated whenever not NULL */
	size_t len, cap;
	bool failed;
};
#define STRBUF_INIT ((struct strbuf){0})
#define AUTO_STRBUF __attribute__((cleanup(strbuf_free))) struct strbuf

void strbuf_add(struct strbuf *s, const char *data, size_t n);
void strbuf_adds(struct strbuf *s, const char *text);
void strbuf_addc(struct strbuf *s, char c);
void strbuf_addf(struct strbuf *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/**
 * strbuf_json - add @text as a JSON string with quotes and escapes (RFC 8259). Bytes that are not
 * UTF-8 (paths, a message cut in the middle of a character) become U+FFFD, as Go writes them:
 * readers refuse a document with a bad byte as a whole.
 */
void strbuf_json(struct strbuf *s, const char *text);
void strbuf_free(struct strbuf *s);

/**
 * str_u64 - strict unsigned decimal: the whole string, digits only, no sign, space or leading '+',
 * at most @max. Returns 0, or -EINVAL (not a number), -ERANGE (too large).
 */
int str_u64(const char *s, uint64_t max, uint64_t *ret);

/** str_i64 - strict signed decimal within [@min, @max]; an optional leading '-', else as str_u64.
 */
int str_i64(const char *s, int64_t min, int64_t max, int64_t *ret);

/** str_eq - equality that takes NULL (two NULLs are equal). */
bool str_eq(const char *a, const char *b);

/** str_starts - whether @s begins with @prefix. */
bool str_starts(const char *s, const char *prefix);

/** str_in - whether @s is one of the NULL-terminated @list. */
bool str_in(const char *s, const char *const *list);

/** str_list_has - whether @word is an entry of @list ("cpu,cpuacct"); NULL is an empty list. */
bool str_list_has(const char *list, char sep, const char *word);

/**
 * path_below - whether absolute @path is @dir or below it, compared by components ("/a/bc" is not
 * below "/a/b"). Both must be clean (no "..", no double slashes): see path_clean().
 */
bool path_below(const char *path, const char *dir);

/**
 * path_clean - lexically clean an absolute or relative path into @out: collapses "//", "." and
 * "..", drops a trailing slash; an absolute path never climbs above "/" (Go's filepath.Clean).
 * Returns 0 or -ENAMETOOLONG.
 */
int path_clean(const char *path, char *out, size_t size);

#endif
