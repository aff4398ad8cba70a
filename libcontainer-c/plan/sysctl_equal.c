/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sysctl_equal.c: whether the kernel took a sysctl value. It prints numbers its own way: tabs for
 * spaces, decimal for hexadecimal, ranges for lists. PURE; allocates nothing, because it also runs
 * in a vforked helper.
 */
#include "plan/sysctl.h"

#include <stdint.h>
#include <string.h>

#define SPACE " \t\n"

static size_t next_word(const char **s)
{
	*s += strspn(*s, SPACE);
	return strcspn(*s, SPACE);
}

static int digit(char c, unsigned base)
{
	int v = c >= '0' && c <= '9'   ? c - '0'
		: c >= 'a' && c <= 'f' ? c - 'a' + 10
		: c >= 'A' && c <= 'F' ? c - 'A' + 10
				       : 99;

	return v < (int)base ? v : -1;
}

/* As the kernel's simple_strtoull() with base 0: "0x" and a leading "0" choose the base. */
static bool number(const char *s, size_t n, bool *ret_negative, uint64_t *ret)
{
	unsigned base = 10;
	uint64_t v = 0;

	*ret_negative = n > 0 && s[0] == '-';
	if (*ret_negative)
		s++, n--;
	if (n > 2 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X')) {
		base = 16;
		s += 2, n -= 2;
	} else if (n > 1 && s[0] == '0') {
		base = 8;
	}
	if (n == 0)
		return false;
	for (size_t i = 0; i < n; i++) {
		int d = digit(s[i], base);

		if (d < 0 || __builtin_mul_overflow(v, (uint64_t)base, &v) ||
		    __builtin_add_overflow(v, (uint64_t)d, &v))
			return false;
	}
	*ret = v;
	return true;
}

static bool words_equal(const char *a, const char *b, uint64_t slack)
{
	for (;;) {
		size_t n = next_word(&a), m = next_word(&b);
		bool neg_a, neg_b;
		uint64_t va, vb;

		if (n == 0 || m == 0)
			return n == m;
		if (number(a, n, &neg_a, &va) && number(b, m, &neg_b, &vb)) {
			if (neg_a != neg_b || (va > vb ? va - vb : vb - va) > slack)
				return false;
		} else if (n != m || strncasecmp(a, b, n) != 0) {
			return false;
		}
		a += n;
		b += m;
	}
}

#define PORTS 65536

static bool port(const char **s, uint32_t *ret)
{
	uint32_t v = 0;

	if (**s < '0' || **s > '9')
		return false;
	for (; **s >= '0' && **s <= '9'; (*s)++) {
		v = v * 10 + (uint32_t)(**s - '0');
		if (v >= PORTS)
			return false;
	}
	*ret = v;
	return true;
}

/* proc_do_large_bitmap(): numbers and ranges between commas; an empty text is the empty set. */
static bool port_set(const char *s, uint8_t set[PORTS / 8])
{
	memset(set, 0, PORTS / 8);
	for (s += strspn(s, SPACE ","); *s; s += strspn(s, SPACE ",")) {
		uint32_t lo, hi;

		if (!port(&s, &lo))
			return false;
		hi = lo;
		if (*s == '-' && (s++, !port(&s, &hi) || hi < lo))
			return false;
		for (; lo <= hi; lo++)
			set[lo / 8] |= (uint8_t)(1u << lo % 8);
	}
	return true;
}

static bool ports_equal(const char *a, const char *b)
{
	uint8_t sa[PORTS / 8], sb[PORTS / 8];

	return port_set(a, sa) && port_set(b, sb) && memcmp(sa, sb, sizeof(sa)) == 0;
}

bool sysctl_equal(enum sysctl_compare how, const char *want, const char *got)
{
	switch (how) {
	case SYSCTL_COMPARE_WORDS:
		return words_equal(want, got, 0);
	case SYSCTL_COMPARE_ROUNDED:
		return words_equal(want, got, 10); /* one tick at HZ=100 */
	case SYSCTL_COMPARE_PORTS:
		return ports_equal(want, got);
	case SYSCTL_COMPARE_NONE:
		return true;
	}
	return false;
}
