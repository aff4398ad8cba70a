/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* duration.c: see duration.h. */
#include "runtime/duration.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Longer names first: "m" begins "ms". Two letters look like "us": MICRO SIGN and GREEK MU. */
static const struct {
	const char *name;
	int64_t ns;
} units[] = {
	{"ns", 1},	 {"us", 1000},	    {"\u00b5s", 1000},	{"\u03bcs", 1000},
	{"ms", 1000000}, {"s", 1000000000}, {"m", 60000000000}, {"h", 3600000000000},
};

static int parse_unit(const char **p, int64_t *ret)
{
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		size_t n = strlen(units[i].name);
		if (strncmp(*p, units[i].name, n) == 0) {
			*p += n;
			*ret = units[i].ns;
			return 0;
		}
	}
	return -EINVAL;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* What stands behind the point, as a fraction of 1; digits beyond 63 bits change nothing. */
static bool parse_fraction(const char **p, double *ret)
{
	const char *from = *p;
	int64_t v = 0;
	double scale = 1;

	for (; is_digit(**p); (*p)++) {
		if (v > (INT64_MAX - 9) / 10)
			continue;
		v = v * 10 + (**p - '0');
		scale *= 10;
	}
	*ret = (double)v / scale;
	return *p > from;
}

/* One "1.5h". */
static int parse_part(const char **p, int64_t *ret)
{
	int64_t whole = 0, unit;
	double fraction = 0;
	bool digits = false;

	for (; is_digit(**p); (*p)++, digits = true)
		if (__builtin_mul_overflow(whole, 10, &whole) ||
		    __builtin_add_overflow(whole, **p - '0', &whole))
			return -EINVAL;
	if (**p == '.') {
		(*p)++;
		digits |= parse_fraction(p, &fraction);
	}
	if (!digits || parse_unit(p, &unit) < 0)
		return -EINVAL;
	if (__builtin_mul_overflow(whole, unit, ret) ||
	    __builtin_add_overflow(*ret, (int64_t)(fraction * (double)unit), ret))
		return -EINVAL;
	return 0;
}

int duration_parse(const char *text, int64_t *ret)
{
	bool minus = *text == '-';
	int64_t sum = 0, part;

	if (*text == '-' || *text == '+')
		text++;
	if (strcmp(text, "0") == 0) {
		*ret = 0;
		return 0;
	}
	do {
		if (parse_part(&text, &part) < 0 || __builtin_add_overflow(sum, part, &sum))
			return -EINVAL;
	} while (*text);
	*ret = minus ? -sum : sum;
	return 0;
}
