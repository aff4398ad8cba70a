/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* size.c: see size.h. */
#include "runtime/size.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "base/str.h"

#define DIGITS "0123456789"

/* "k", "KiB", "b", "": how many bits to the left; -1: none of these. */
static int unit_shift(const char *s)
{
	static const char units[] = "kmgtp";
	const char *unit = *s ? strchr(units, tolower((unsigned char)*s)) : NULL;
	int shift = unit ? 10 * (int)(unit - units + 1) : 0;

	s += unit ? 1 : 0;
	if (unit && tolower((unsigned char)*s) == 'i')
		s++;
	if (tolower((unsigned char)*s) == 'b')
		s++;
	return *s ? -1 : shift;
}

static int digits(const char *s, size_t n, uint64_t *ret)
{
	char text[24];

	if (n == 0 || n >= sizeof(text))
		return -EINVAL;
	memcpy(text, s, n);
	text[n] = '\0';
	return str_u64(text, INT64_MAX, ret);
}

int size_parse(const char *text, int64_t *ret)
{
	size_t n = strspn(text, DIGITS), places = 0;
	uint64_t whole, part = 0, scale = 1;
	const char *rest = text + n;

	if (strcmp(text, "-1") == 0) {
		*ret = -1;
		return 0;
	}
	if (digits(text, n, &whole) < 0)
		return -EINVAL;
	if (*rest == '.') {
		places = strspn(++rest, DIGITS);
		/* Nine places are less than a byte of a gigabyte. */
		if (places > 9 || digits(rest, places, &part) < 0)
			return -EINVAL;
		rest += places;
	}
	while (places-- > 0)
		scale *= 10;
	rest += *rest == ' ';
	int shift = unit_shift(rest);
	if (shift < 0 || whole > (uint64_t)INT64_MAX >> shift)
		return -EINVAL;
	unsigned __int128 sum =
		((unsigned __int128)whole << shift) + ((unsigned __int128)part << shift) / scale;
	if (sum > INT64_MAX)
		return -EINVAL;
	*ret = (int64_t)sum;
	return 0;
}
