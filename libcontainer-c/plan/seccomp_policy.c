/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* seccomp_policy.c: two policies into the stricter one. */
#include "plan/seccomp_policy.h"

#include <errno.h>

#include "base/arena.h"

static const struct seccomp_numbers *find_audit(const struct seccomp_policy *p, uint32_t audit)
{
	for (size_t i = 0; i < p->n_archs; i++)
		if (p->archs[i].audit == audit)
			return &p->archs[i];
	return NULL;
}

/* Walk both lists of ranges at once; a range ends where either of them has the next start. */
static int numbers_stricter(const struct seccomp_numbers *x, const struct seccomp_numbers *y,
			    struct seccomp_dag *d, struct seccomp_numbers *ret)
{
	struct seccomp_range *out = arena_array(d->a, x->n + y->n, sizeof(*out));
	size_t i = 0, j = 0, n = 0;

	if (!out)
		return -ENOMEM;
	for (;;) {
		uint32_t xs = x->ranges[i].start, ys = y->ranges[j].start;
		uint16_t node = seccomp_dag_stricter(d, x->ranges[i].node, y->ranges[j].node);
		uint64_t xn = i + 1 < x->n ? x->ranges[i + 1].start : UINT64_MAX;
		uint64_t yn = j + 1 < y->n ? y->ranges[j + 1].start : UINT64_MAX;

		if (n == 0 || out[n - 1].node != node)
			out[n++] = (struct seccomp_range){xs > ys ? xs : ys, node};
		if (xn == UINT64_MAX && yn == UINT64_MAX)
			break;
		i += xn <= yn;
		j += yn <= xn;
	}
	*ret = (struct seccomp_numbers){x->audit, n, out};
	return 0;
}

int seccomp_policy_stricter(const struct seccomp_policy *x, const struct seccomp_policy *y,
			    struct seccomp_dag *d, struct seccomp_policy *ret)
{
	struct seccomp_range x_other = {0, x->other}, y_other = {0, y->other};
	struct seccomp_policy out = {.other = seccomp_dag_stricter(d, x->other, y->other)};
	struct seccomp_numbers rest;
	const struct seccomp_numbers *numbers;
	int rc = 0;

	for (size_t i = 0; i < x->n_archs && rc == 0; i++) {
		rest = (struct seccomp_numbers){x->archs[i].audit, 1, &y_other};
		numbers = find_audit(y, x->archs[i].audit);
		rc = numbers_stricter(&x->archs[i], numbers ? numbers : &rest, d,
				      &out.archs[out.n_archs++]);
	}
	for (size_t i = 0; i < y->n_archs && rc == 0; i++) {
		rest = (struct seccomp_numbers){y->archs[i].audit, 1, &x_other};
		if (find_audit(x, y->archs[i].audit))
			continue;
		if (out.n_archs == SECCOMP_AUDITS_MAX)
			return -E2BIG;
		rc = numbers_stricter(&rest, &y->archs[i], d, &out.archs[out.n_archs++]);
	}
	if (rc == 0)
		rc = d->failed;
	if (rc < 0)
		return rc;
	*ret = out;
	return 0;
}
