/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cgroup_check.c: does what was read from a cgroup file stand for what was written? Pure. */
#include "plan/cgroup_build.h"

#include <errno.h>
#include <string.h>

#include "base/str.h"

/* The largest page size of any architecture: limits are rounded down to whole pages. */
#define PAGE_MAX 65536u

/*
 * PAGE_COUNTER_MAX in bytes is LONG_MAX rounded down to a page; hugetlb rounds further, to a
 * huge page of up to 16 GiB. Nothing real is that large: all of it is "no limit".
 */
#define NO_LIMIT ((uint64_t)INT64_MAX - (16ull << 30))

static size_t trimmed(const char *s)
{
	size_t n = strlen(s);

	while (n > 0 && (s[n - 1] == '\n' || s[n - 1] == ' '))
		n--;
	return n;
}

/* Bytes with the suffixes that the kernel's memparse() takes; UINT64_MAX for no limit. */
static int parse_size(const char *s, size_t n, uint64_t *ret)
{
	char digits[24];
	unsigned shift = 0;
	uint64_t v;

	if ((n == 3 && strncmp(s, "max", 3) == 0) || (n == 2 && strncmp(s, "-1", 2) == 0)) {
		*ret = UINT64_MAX;
		return 0;
	}
	if (n > 0 && strchr("kKmMgGtT", s[n - 1])) {
		char unit = (char)(s[--n] | 0x20);
		shift = unit == 'k' ? 10 : unit == 'm' ? 20 : unit == 'g' ? 30 : 40;
	}
	if (n == 0 || n >= sizeof(digits))
		return -EINVAL;
	memcpy(digits, s, n);
	digits[n] = '\0';
	if (str_u64(digits, UINT64_MAX >> shift, &v) < 0)
		return -EINVAL;
	v <<= shift;
	*ret = v >= NO_LIMIT ? UINT64_MAX : v;
	return 0;
}

static bool same_size(const char *want, const char *got)
{
	uint64_t w, g;

	if (parse_size(want, trimmed(want), &w) < 0 || parse_size(got, trimmed(got), &g) < 0)
		return false;
	return g <= w && (w == UINT64_MAX || g == UINT64_MAX ? w == g : w - g < PAGE_MAX);
}

static int parse_bit(const char **p, unsigned *ret)
{
	unsigned v = 0;

	if (**p < '0' || **p > '9')
		return -EINVAL;
	for (; **p >= '0' && **p <= '9'; (*p)++) {
		v = v * 10 + (unsigned)(**p - '0');
		if (v >= CGROUP_LIST_BITS)
			return -EINVAL;
	}
	*ret = v;
	return 0;
}

int cgroup_list_parse(const char *text, uint64_t bits[CGROUP_LIST_BITS / 64])
{
	const char *p = text, *end = text + trimmed(text);

	memset(bits, 0, CGROUP_LIST_BITS / 8);
	while (p < end) {
		unsigned first, last;
		if (parse_bit(&p, &first) < 0)
			return -EINVAL;
		last = first;
		if (*p == '-' && (p++, parse_bit(&p, &last) < 0))
			return -EINVAL;
		if (last < first)
			return -EINVAL;
		for (unsigned i = first; i <= last; i++)
			bits[i / 64] |= UINT64_C(1) << (i % 64);
		if (p < end && (*p++ != ',' || p == end))
			return -EINVAL;
	}
	return 0;
}

static bool same_list(const char *want, const char *got)
{
	uint64_t w[CGROUP_LIST_BITS / 64], g[CGROUP_LIST_BITS / 64];

	return cgroup_list_parse(want, w) == 0 && cgroup_list_parse(got, g) == 0 &&
	       memcmp(w, g, sizeof(w)) == 0;
}

bool cgroup_list_within(const char *part, const char *whole)
{
	uint64_t p[CGROUP_LIST_BITS / 64], w[CGROUP_LIST_BITS / 64], any = 0;

	if (cgroup_list_parse(part, p) < 0 || cgroup_list_parse(whole, w) < 0)
		return false;
	for (size_t i = 0; i < CGROUP_LIST_BITS / 64; i++) {
		if (p[i] & ~w[i])
			return false;
		any |= p[i];
	}
	return any != 0;
}

static size_t word(const char *s, size_t n, size_t *ret_start)
{
	size_t i = 0, len = 0;

	while (i < n && s[i] == ' ')
		i++;
	while (i + len < n && s[i + len] != ' ')
		len++;
	*ret_start = i;
	return len;
}

static bool line_has(const char *line, size_t n, const char *w, size_t w_len)
{
	for (size_t at, len; (len = word(line, n, &at)) > 0; line += at + len, n -= at + len)
		if (len == w_len && memcmp(line + at, w, len) == 0)
			return true;
	return false;
}

/* The key word of @want begins the line, and every other word is somewhere in it. */
static bool line_matches(const char *want, const char *line, size_t n, bool *ret_key)
{
	size_t w_at, w_len, at, want_n = trimmed(want);
	size_t len = word(line, n, &at);

	w_len = word(want, want_n, &w_at);
	if (len == 0 || len != w_len || memcmp(line + at, want + w_at, len) != 0)
		return false;
	*ret_key = true;
	for (;;) {
		want += w_at + w_len;
		want_n -= w_at + w_len;
		w_len = word(want, want_n, &w_at);
		if (w_len == 0)
			return true;
		if (!line_has(line, n, want + w_at, w_len))
			return false;
	}
}

static bool same_tokens(const char *want, const char *got, bool may_vanish)
{
	bool key = false;

	for (const char *p = got; *p;) {
		size_t n = strcspn(p, "\n");
		if (line_matches(want, p, n, &key))
			return true;
		p += n;
		p += *p == '\n';
	}
	return may_vanish && !key;
}

bool cgroup_value_matches(enum cgroup_check check, unsigned flags, const char *want,
			  const char *got)
{
	size_t n = trimmed(want);

	switch (check) {
	case CGROUP_CHECK_TEXT:
		return trimmed(got) == n && memcmp(want, got, n) == 0;
	case CGROUP_CHECK_SIZE:
		return same_size(want, got);
	case CGROUP_CHECK_LIST:
		return same_list(want, got);
	case CGROUP_CHECK_TOKENS:
		return same_tokens(want, got, (flags & CGROUP_MAY_VANISH) != 0);
	}
	return false;
}
