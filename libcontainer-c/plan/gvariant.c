/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * gvariant.c: values in GVariant text form, as annotations have them: numbers, booleans, strings,
 * and arrays of one of these. Strict: nothing is guessed, nothing may follow.
 */
#include "plan/systemd_priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"

#define ELEMENTS_MAX 1024

struct parser {
	const char *at;
	struct arena *a;
	const char *why; /* of an error; NULL with `failed`: memory */
	bool failed;
};

struct number_type {
	const char *keyword;
	char code;
	int64_t min;
	uint64_t max;
};

static const struct number_type types[] = {
	{"byte", 'y', 0, UINT8_MAX},	{"int16", 'n', INT16_MIN, INT16_MAX},
	{"uint16", 'q', 0, UINT16_MAX}, {"int32", 'i', INT32_MIN, INT32_MAX},
	{"uint32", 'u', 0, UINT32_MAX}, {"int64", 'x', INT64_MIN, INT64_MAX},
	{"uint64", 't', 0, UINT64_MAX}, {"double", 'd', 0, 0},
	{"boolean", 'b', 0, 0},		{"string", 's', 0, 0},
};

static bool fail(struct parser *p, const char *why)
{
	if (!p->failed)
		p->why = why;
	p->failed = true;
	return false;
}

static void skip_space(struct parser *p)
{
	p->at += strspn(p->at, " \t\n");
}

static bool take(struct parser *p, const char *word)
{
	size_t n = strlen(word);

	if (strncmp(p->at, word, n) != 0)
		return false;
	p->at += n;
	return true;
}

/* A word that no letter or digit follows. */
static bool take_word(struct parser *p, const char *word)
{
	const char *before = p->at;

	if (take(p, word) &&
	    !strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_",
		    *p->at ? *p->at : ' '))
		return true;
	p->at = before;
	return false;
}

static const struct number_type *type_of_code(char code)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (types[i].code == code)
			return &types[i];
	return NULL;
}

/* The type that stands in front of a value, "uint64" or "@t"; 0: none. */
static char take_type(struct parser *p)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (take_word(p, types[i].keyword))
			return types[i].code;
	return 0;
}

static bool parse_digits(struct parser *p, uint64_t *ret)
{
	unsigned base = 10;
	uint64_t v = 0;
	const char *first = p->at;

	if (first[0] == '0' && (first[1] == 'x' || first[1] == 'X')) {
		base = 16;
		first = p->at += 2;
	} else if (first[0] == '0' && first[1] >= '0' && first[1] <= '9') {
		base = 8;
	}
	for (;; p->at++) {
		char c = *p->at;
		unsigned d = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
			     : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
			     : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A') + 10
						    : 99;
		if (d >= base)
			break;
		if (__builtin_mul_overflow(v, base, &v) || __builtin_add_overflow(v, d, &v))
			return fail(p, "the number is too large");
	}
	if (p->at == first)
		return fail(p, "expected a number");
	*ret = v;
	return true;
}

static bool parse_double(struct parser *p, uint64_t *ret)
{
	size_t n = strspn(p->at, "0123456789+-.eE");
	char text[64], *end;

	if (n == 0 || n >= sizeof(text))
		return fail(p, "expected a number");
	memcpy(text, p->at, n);
	text[n] = '\0';
	double d = strtod(text, &end);
	if (*end || d > 1e300 || d < -1e300)
		return fail(p, "expected a number");
	p->at += n;
	memcpy(ret, &d, sizeof(d));
	return true;
}

static bool parse_integer(struct parser *p, const struct number_type *t, uint64_t *ret)
{
	bool minus = take(p, "-");
	uint64_t v;

	if (!parse_digits(p, &v))
		return false;
	if (strchr(".eE", *p->at) && *p->at)
		return fail(p, "a number with a fraction needs \"double\" in front");
	if (minus ? v > (uint64_t)0 - (uint64_t)t->min : v > t->max)
		return fail(p, "the number is out of the range of its type");
	*ret = minus ? (uint64_t)0 - v : v;
	return true;
}

static bool parse_escape(struct parser *p, struct strbuf *out)
{
	static const char from[] = "abfnrtv\\'\"", to[] = "\a\b\f\n\r\t\v\\'\"";
	const char *k = *p->at ? strchr(from, *p->at) : NULL;

	if (!k)
		return fail(p, "the string has an escape that is not known");
	strbuf_addc(out, to[k - from]);
	p->at++;
	return true;
}

static bool parse_string(struct parser *p, const char **ret)
{
	AUTO_STRBUF out = STRBUF_INIT;
	char quote = *p->at;

	if (quote != '\'' && quote != '"')
		return fail(p, "expected a string in quotes");
	for (p->at++; *p->at != quote;) {
		if (!*p->at)
			return fail(p, "the string has no end");
		char c = *p->at++;
		if (c != '\\')
			strbuf_addc(&out, c);
		else if (!parse_escape(p, &out))
			return false;
	}
	p->at++;
	*ret = out.failed ? NULL : arena_strdup(p->a, out.buf ? out.buf : "");
	return *ret ? true : fail(p, NULL);
}

/* A value of a type that is not an array. @code: 0 when it shows in the value only. */
static bool parse_basic(struct parser *p, char *code, uint64_t *number, const char **text)
{
	char given = take_type(p);

	if (given && *code && given != *code)
		return fail(p, "the elements of an array have different types");
	*code = given ? given : *code;
	skip_space(p);
	bool is_bool = take_word(p, "true") ? (*number = 1, true) : false;
	if (!is_bool && take_word(p, "false")) {
		*number = 0;
		is_bool = true;
	}
	bool is_string = *p->at == '\'' || *p->at == '"';
	char seen = is_bool ? 'b' : is_string ? 's' : 'i';
	if (*code == 0)
		*code = seen;
	/* What needs no keyword must still be of the kind that the keyword said. */
	if ((*code == 'b') != is_bool || (*code == 's') != (!is_bool && is_string))
		return fail(p, "the value is not of its type");
	if (is_bool)
		return true;
	if (is_string)
		return parse_string(p, text);
	return *code == 'd' ? parse_double(p, number)
			    : parse_integer(p, type_of_code(*code), number);
}

static bool parse_elements(struct parser *p, char *code, struct systemd_property *ret)
{
	uint64_t *numbers = NULL;
	const char **texts = NULL;
	size_t cap_numbers = 0, cap_texts = 0;

	for (skip_space(p); *p->at != ']'; skip_space(p)) {
		if (ret->n && !take(p, ","))
			return fail(p, "expected \",\" or \"]\"");
		skip_space(p);
		numbers = arena_grow(p->a, numbers, ret->n, &cap_numbers, sizeof(*numbers));
		texts = arena_grow(p->a, texts, ret->n, &cap_texts, sizeof(*texts));
		if (!numbers || !texts)
			return fail(p, NULL);
		if (ret->n == ELEMENTS_MAX)
			return fail(p, "the array is too long");
		numbers[ret->n] = 0;
		texts[ret->n] = NULL;
		if (!parse_basic(p, code, &numbers[ret->n], &texts[ret->n]))
			return false;
		ret->n++;
	}
	p->at++;
	ret->numbers = numbers;
	ret->texts = texts;
	return true;
}

static bool parse_value(struct parser *p, struct systemd_property *ret)
{
	char code = 0;
	bool array = false;

	skip_space(p);
	/* "@as []": the type in full, which an empty array cannot do without. */
	if (take(p, "@")) {
		array = take(p, "a");
		code = type_of_code(*p->at) ? *p->at : '\0';
		if (!code)
			return fail(p, "the type is not one that properties have");
		p->at++;
		skip_space(p);
		if (array != (*p->at == '['))
			return fail(p, "the value is not of its type");
	}
	array = *p->at == '[';
	if (*p->at == '(' || *p->at == '{' || *p->at == '<')
		return fail(p, "tuples, dictionaries and variants are not supported");
	if (array) {
		p->at++;
		if (!parse_elements(p, &code, ret))
			return false;
		if (!code)
			return fail(p, "an empty array needs its type in front (\"@as []\")");
	} else if (!parse_basic(p, &code, &ret->number, &ret->text)) {
		return false;
	}
	skip_space(p);
	if (*p->at)
		return fail(p, "something follows the value");
	ret->type = arena_printf(p->a, "%s%c", array ? "a" : "", code);
	return ret->type ? true : fail(p, NULL);
}

int gvariant_parse(const char *text, struct arena *a, struct systemd_property *ret,
		   const char **ret_why)
{
	struct parser p = {.at = text, .a = a};
	struct systemd_property v = {0};

	if (parse_value(&p, &v)) {
		*ret = v;
		return 0;
	}
	*ret_why = p.why;
	return p.why ? -EINVAL : -ENOMEM;
}
