/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* parse_text.c: numbers, UTF-8, escapes, and the words of the parser's errors. Pure text. */
#include "oci-spec/parse.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct number number_read(const char *s, size_t n)
{
	struct number r = {.integer = true};
	size_t i = 0;

	if (n && s[0] == '-') {
		r.negative = true;
		i = 1;
	}
	if (i == n)
		r.integer = false;
	for (; i < n; i++) {
		unsigned int digit = (unsigned int)(s[i] - '0');

		if (digit > 9) {
			r.integer = false;
			break;
		}
		if (__builtin_mul_overflow(r.magnitude, 10u, &r.magnitude) ||
		    __builtin_add_overflow(r.magnitude, digit, &r.magnitude))
			r.overflow = true;
	}
	return r;
}

/* Length of the character at s[0..n), whose first byte is not ASCII; 0 when it is malformed. */
static size_t utf8_length(const unsigned char *s, size_t n)
{
	size_t len = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;

	/* RFC 3629, section 4: the second byte's range excludes overlong forms, surrogates and
	 * what lies beyond U+10FFFF. */
	if (s[0] < 0xc2 || s[0] > 0xf4 || n < len)
		return 0;
	unsigned char low = s[0] == 0xe0 ? 0xa0 : s[0] == 0xf0 ? 0x90 : 0x80;
	unsigned char high = s[0] == 0xed ? 0x9f : s[0] == 0xf4 ? 0x8f : 0xbf;

	if (s[1] < low || s[1] > high)
		return 0;
	for (size_t i = 2; i < len; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	return len;
}

bool utf8_valid(const char *str, size_t n)
{
	const unsigned char *s = (const unsigned char *)str;

	for (size_t i = 0; i < n;) {
		uint64_t word;

		if (n - i >= sizeof(word)) {
			memcpy(&word, s + i, sizeof(word));
			if (!(word & 0x8080808080808080u)) {
				i += sizeof(word);
				continue;
			}
		}
		size_t len = s[i] < 0x80 ? 1 : utf8_length(s + i, n - i);

		if (!len)
			return false;
		i += len;
	}
	return true;
}

/* The code unit of "\uXXXX" at s, or -1. */
static int code_unit(const char *s, size_t n)
{
	int v = 0;

	if (n < 6 || s[0] != '\\' || s[1] != 'u')
		return -1;
	for (int i = 2; i < 6; i++) {
		char c = s[i];
		int digit = c >= '0' && c <= '9'   ? c - '0'
			    : c >= 'a' && c <= 'f' ? c - 'a' + 10
			    : c >= 'A' && c <= 'F' ? c - 'A' + 10
						   : -1;

		if (digit < 0)
			return -1;
		v = v * 16 + digit;
	}
	return v;
}

/*
 * A surrogate that is not half of a pair is no character; yajl puts a '?' or invalid UTF-8 in its
 * place, which would change a path without a word. In well-formed JSON a backslash stands only in
 * strings, so the text can be searched before it is parsed. Malformed escapes are left to yajl.
 */
size_t escape_find_bad(const char *s, size_t n)
{
	const char *end = s + n;

	for (const char *p = s; (p = memchr(p, '\\', (size_t)(end - p)));) {
		int unit = code_unit(p, (size_t)(end - p));

		if (unit >= 0xd800 && unit <= 0xdbff) {
			int next = code_unit(p + 6, (size_t)(end - p) - 6);

			if (next < 0xdc00 || next > 0xdfff)
				return (size_t)(p - s);
			p += 12;
		} else if (unit >= 0xdc00 && unit <= 0xdfff) {
			return (size_t)(p - s);
		} else {
			p += end - p >= 2 ? 2 : 1;
		}
	}
	return SIZE_MAX;
}

/* Adds @s to out[*n..size), escaped for a pointer (RFC 6901) and harmless on a terminal. */
static void add_token(const char *s, size_t len, char *out, size_t *n, size_t size)
{
	for (size_t i = 0; i < len && *n + 3 < size; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c == '~' || c == '/') {
			out[(*n)++] = '~';
			out[(*n)++] = c == '~' ? '0' : '1';
		} else {
			out[(*n)++] = c < 0x20 || c == 0x7f ? '?' : (char)c;
		}
	}
}

void parse_pointer(const struct parser *p, char *out, size_t size)
{
	size_t n = 0;

	for (int i = 1; i <= p->depth && n + 32 < size; i++) {
		const struct frame *f = &p->frames[i];

		if (!f->inside)
			continue;
		out[n++] = '/';
		if (f->kind == FRAME_ARRAY || f->kind == FRAME_SKIP_ARRAY)
			n += (size_t)snprintf(out + n, size - n, "%zu", f->n);
		else
			add_token(f->key.p, f->key.n, out, &n, size);
	}
	out[n] = '\0';
}

static int fail_at(struct parser *p, int code, const char *where, const char *why)
{
	char pointer[400];

	parse_pointer(p, pointer, sizeof(pointer));
	p->result = err_set(p->e, ERR_SPEC, code, "%s%s: %.500s",
			    pointer[0] || where[0] ? pointer : p->what, where, why);
	return 0;
}

int parse_fail(struct parser *p, int code, const char *fmt, ...)
{
	char why[ERR_MSG_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	return fail_at(p, code, "", why);
}

int parse_fail_below(struct parser *p, const char *where, const char *why)
{
	return fail_at(p, EINVAL, where, why);
}

static const char *type_words(const struct json_field *f, bool element)
{
	switch ((enum json_type)f->type) {
	case JSON_T_BOOL:
		return "true or false";
	case JSON_T_STR:
		return "a string";
	case JSON_T_STRS:
		return element ? "a string" : "an array of strings";
	case JSON_T_MAP:
		return element ? "a string" : "an object with string members";
	case JSON_T_OBJS:
		return element ? "an object" : "an array of objects";
	case JSON_T_U32S:
	case JSON_T_U64S:
		return element ? "an integer" : "an array of integers";
	case JSON_T_OBJ:
	case JSON_T_OBJ_MAP:
		return "an object";
	default:
		return "an integer";
	}
}

static void enumeration(const char *const *values, char *out, size_t size)
{
	size_t n = 0;

	out[0] = '\0';
	for (; *values && n < size; values++)
		n += (size_t)snprintf(out + n, size - n, "%s%s", n ? ", " : "one of ", *values);
}

int parse_mismatch(struct parser *p, const char *found)
{
	const struct frame *f = &p->frames[p->depth];
	char words[560];

	if (f->kind == FRAME_ROOT)
		return parse_fail(p, EINVAL, "expected an object, found %s", found);
	bool element = f->kind != FRAME_OBJECT;
	bool string = strcmp(type_words(f->field, element), "a string") == 0;

	if (string && f->field->values)
		enumeration(f->field->values, words, sizeof(words));
	else if (string && f->field->pattern)
		snprintf(words, sizeof(words), "%s", f->field->pattern->what);
	else
		snprintf(words, sizeof(words), "%s", type_words(f->field, element));
	return parse_fail(p, EINVAL, "%s%sexpected %s, found %s",
			  f->field->wrong ? f->field->wrong : "", f->field->wrong ? ": " : "",
			  words, found);
}
