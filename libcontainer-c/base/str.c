/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* str.c: see str.h. */
#include "base/str.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool room(struct strbuf *s, size_t more)
{
	if (s->failed)
		return false;
	if (s->cap - s->len > more)
		return true;
	size_t cap = s->cap ? s->cap : 256;
	while (cap - s->len <= more) {
		if (cap > SIZE_MAX / 2) {
			s->failed = true;
			return false;
		}
		cap *= 2;
	}
	char *p = realloc(s->buf, cap);
	if (!p) {
		s->failed = true;
		return false;
	}
	s->buf = p;
	s->cap = cap;
	return true;
}

void strbuf_add(struct strbuf *s, const char *data, size_t n)
{
	if (!room(s, n))
		return;
	memcpy(s->buf + s->len, data, n);
	s->len += n;
	s->buf[s->len] = '\0';
}

void strbuf_adds(struct strbuf *s, const char *text)
{
	strbuf_add(s, text, strlen(text));
}

void strbuf_addc(struct strbuf *s, char c)
{
	strbuf_add(s, &c, 1);
}

void strbuf_addf(struct strbuf *s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0 || !room(s, (size_t)n)) {
		s->failed = true;
		return;
	}
	va_start(ap, fmt);
	vsnprintf(s->buf + s->len, (size_t)n + 1, fmt, ap);
	va_end(ap);
	s->len += (size_t)n;
}

/* Length of the valid UTF-8 sequence at @p (RFC 3629: no overlong forms, no surrogates), else 0. */
static size_t utf8_length(const unsigned char *p)
{
	size_t n = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	unsigned char low = p[0] == 0xe0 ? 0xa0 : p[0] == 0xf0 ? 0x90 : 0x80;
	unsigned char high = p[0] == 0xed ? 0x9f : p[0] == 0xf4 ? 0x8f : 0xbf;

	if (p[0] > 0xf4)
		return 0;
	for (size_t i = 1; i < n; i++, low = 0x80, high = 0xbf)
		if (p[i] < low || p[i] > high)
			return 0;
	return n;
}

/* Adds what stands for the byte @c, which JSON does not take as it is. */
static void add_json_escape(struct strbuf *s, unsigned char c)
{
	if (c == '"' || c == '\\')
		strbuf_addf(s, "\\%c", c);
	else if (c == '\n')
		strbuf_adds(s, "\\n");
	else if (c == '\t')
		strbuf_adds(s, "\\t");
	else if (c < 0x20)
		strbuf_addf(s, "\\u%04x", c);
	else
		strbuf_adds(s, "\\ufffd");
}

void strbuf_json(struct strbuf *s, const char *text)
{
	const char *run = text, *p = text;

	strbuf_addc(s, '"');
	while (*p) {
		unsigned char c = (unsigned char)*p;
		size_t n = utf8_length((const unsigned char *)p);
		if (n > 0 && c >= 0x20 && c != '"' && c != '\\') {
			p += n;
			continue;
		}
		strbuf_add(s, run, (size_t)(p - run));
		add_json_escape(s, c);
		run = ++p;
	}
	strbuf_add(s, run, (size_t)(p - run));
	strbuf_addc(s, '"');
}

void strbuf_free(struct strbuf *s)
{
	free(s->buf);
	*s = STRBUF_INIT;
}

int str_u64(const char *s, uint64_t max, uint64_t *ret)
{
	uint64_t v = 0;

	if (!s || !*s)
		return -EINVAL;
	for (; *s; s++) {
		if (*s < '0' || *s > '9')
			return -EINVAL;
		if (__builtin_mul_overflow(v, 10u, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(*s - '0'), &v)) {
			while (*++s)
				if (*s < '0' || *s > '9')
					return -EINVAL;
			return -ERANGE;
		}
	}
	if (v > max)
		return -ERANGE;
	*ret = v;
	return 0;
}

int str_i64(const char *s, int64_t min, int64_t max, int64_t *ret)
{
	uint64_t u;

	if (!s)
		return -EINVAL;
	bool neg = *s == '-';
	int r = str_u64(s + neg, neg ? (uint64_t)INT64_MAX + 1 : (uint64_t)INT64_MAX, &u);
	if (r < 0)
		return r;
	int64_t v = neg ? (int64_t)-u : (int64_t)u;
	if (v < min || v > max)
		return -ERANGE;
	*ret = v;
	return 0;
}

bool str_eq(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

bool str_starts(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool str_in(const char *s, const char *const *list)
{
	for (; *list; list++)
		if (strcmp(s, *list) == 0)
			return true;
	return false;
}

bool str_list_has(const char *list, char sep, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = list; p && *p; p = strchr(p, sep), p = p ? p + 1 : NULL)
		if (strncmp(p, word, n) == 0 && (p[n] == sep || p[n] == '\0'))
			return true;
	return false;
}

bool path_below(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	if (n == 1 && dir[0] == '/')
		return path[0] == '/';
	return strncmp(path, dir, n) == 0 && (path[n] == '\0' || path[n] == '/');
}

/* Drop the last component of out[0..n), keeping a leading "/"; returns the new length. */
static size_t drop_last(const char *out, size_t n, size_t root)
{
	while (n > root && out[n - 1] != '/')
		n--;
	if (n > root && out[n - 1] == '/')
		n--;
	return n;
}

int path_clean(const char *path, char *out, size_t size)
{
	bool abs = path[0] == '/';
	size_t n = 0, root = abs ? 1 : 0;
	size_t ups = 0; /* length of a leading run of ".." in a relative path */

	if (size < 2)
		return -ENAMETOOLONG;
	if (abs)
		out[n++] = '/';
	for (const char *p = path; *p;) {
		while (*p == '/')
			p++;
		size_t len = strcspn(p, "/");
		if (len == 0)
			break;
		bool dot = len == 1 && p[0] == '.';
		bool up = len == 2 && p[0] == '.' && p[1] == '.';
		if (up && (abs || n > ups)) {
			n = drop_last(out, n, abs ? root : ups);
		} else if (!dot) {
			if (n + len + 2 > size)
				return -ENAMETOOLONG;
			if (n > root)
				out[n++] = '/';
			memcpy(out + n, p, len);
			n += len;
			if (up)
				ups = n;
		}
		p += len;
	}
	if (n == 0)
		out[n++] = '.';
	out[n] = '\0';
	return 0;
}
