/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* caps.c: see caps.h. PURE. */
#include "plan/caps.h"

#include <errno.h>
#include <stddef.h>

#include "base/err.h"
#include "oci-spec/spec.h"

/* Bit of each member of one set, and of the set as a whole. */
struct set {
	const char *name;
	char *const *items;
	size_t n;
	uint64_t mask;
};

static int fill(struct set *s, uint64_t known, struct err *e)
{
	for (size_t i = 0; i < s->n; i++) {
		int cap = caps_from_name(s->items[i]);

		if (cap < 0)
			return err_set(e, ERR_SPEC, EINVAL,
				       "/process/capabilities/%s/%zu: unknown capability %.64s",
				       s->name, i, s->items[i]);
		s->mask |= UINT64_C(1) << cap;
	}
	s->mask &= known;
	return 0;
}

/* Name the first member of @s that is missing from @other. */
static int check_subset(const struct set *s, uint64_t other, const char *what, struct err *e)
{
	for (size_t i = 0; i < s->n; i++) {
		uint64_t bit = UINT64_C(1) << caps_from_name(s->items[i]);

		if (s->mask & ~other & bit)
			return err_set(e, ERR_SPEC, EINVAL,
				       "/process/capabilities/%s/%zu: %s is not %s", s->name, i,
				       s->items[i], what);
	}
	return 0;
}

enum { BOUNDING, EFFECTIVE, PERMITTED, INHERITABLE, AMBIENT, SETS };

/* What cap_capset() and PR_CAP_AMBIENT_RAISE answer with EPERM. */
static const struct {
	int inner, outer;
	const char *what;
} nested[] = {
	{EFFECTIVE, PERMITTED, "permitted"},
	{INHERITABLE, BOUNDING, "in the bounding set"},
	{AMBIENT, PERMITTED, "permitted"},
	{AMBIENT, INHERITABLE, "inheritable"},
};

int caps_plan_make(const struct spec_capabilities *c, uint64_t last_cap, struct caps_plan *ret,
		   struct err *e)
{
	uint64_t known = last_cap && last_cap < 63 ? (UINT64_C(2) << last_cap) - 1 : UINT64_MAX;
	int r = 0;

	if (!c) {
		*ret = (struct caps_plan){0};
		return 0;
	}
	struct set sets[SETS] = {
		[BOUNDING] = {"bounding", c->bounding, c->n_bounding, 0},
		[EFFECTIVE] = {"effective", c->effective, c->n_effective, 0},
		[PERMITTED] = {"permitted", c->permitted, c->n_permitted, 0},
		[INHERITABLE] = {"inheritable", c->inheritable, c->n_inheritable, 0},
		[AMBIENT] = {"ambient", c->ambient, c->n_ambient, 0},
	};
	for (int i = 0; i < SETS && r == 0; i++)
		r = fill(&sets[i], known, e);
	for (size_t i = 0; i < sizeof(nested) / sizeof(nested[0]) && r == 0; i++)
		r = check_subset(&sets[nested[i].inner], sets[nested[i].outer].mask, nested[i].what,
				 e);
	if (r < 0)
		return r;
	*ret = (struct caps_plan){
		.bounding = sets[BOUNDING].mask,
		.effective = sets[EFFECTIVE].mask,
		.permitted = sets[PERMITTED].mask,
		.inheritable = sets[INHERITABLE].mask,
		.ambient = sets[AMBIENT].mask,
	};
	return 0;
}
