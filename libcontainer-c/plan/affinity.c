/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* affinity.c: see affinity.h. PURE. */
#include "plan/affinity.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#define CPUS_MAX 8192 /* CONFIG_NR_CPUS of the largest kernels */

/* "7" or "0-3", of @n characters. */
static int parse_range(const char *text, size_t n, unsigned size, uint64_t *first, uint64_t *last)
{
	char word[16];
	char *dash;

	if (n >= sizeof(word))
		return -EINVAL;
	memcpy(word, text, n);
	word[n] = '\0';
	dash = strchr(word, '-');
	if (dash)
		*dash++ = '\0';
	if (str_u64(word, size - 1, first) < 0 || str_u64(dash ? dash : word, size - 1, last) < 0 ||
	    *last < *first)
		return -EINVAL;
	return 0;
}

int affinity_bits(const char *list, unsigned size, unsigned long *bits)
{
	const unsigned word = 8 * sizeof(*bits);
	uint64_t first, last;

	for (const char *p = list;;) {
		size_t n = strcspn(p, ",");
		if (parse_range(p, n, size, &first, &last) < 0)
			return -EINVAL;
		for (uint64_t i = first; i <= last; i++)
			bits[i / word] |= 1ul << i % word;
		if (!p[n])
			return 0;
		p += n + 1;
	}
}

int affinity_plan_make(const char *list, const char *pointer, struct arena *a, struct cpu_mask *ret,
		       struct err *e)
{
	unsigned long *bits = arena_alloc(a, CPUS_MAX / 8);

	if (!bits)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	if (affinity_bits(list, CPUS_MAX, bits) < 0)
		return err_set(e, ERR_SPEC, EINVAL, "%s: \"%.64s\" is not a list of CPUs below %d",
			       pointer, list, CPUS_MAX);
	*ret = (struct cpu_mask){bits, CPUS_MAX / 8};
	return 0;
}
