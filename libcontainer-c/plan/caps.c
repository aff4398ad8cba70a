/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* caps.c: see caps.h. PURE. */
#include "plan/caps.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>

#include "base/err.h"
#include "oci-spec/spec.h"

/* Bit of each member of one set, and of the set as a whole. */
struct set {
	const char *name;
	char *const *items;
	size_t n;
	uint64_t mask;
};

/* 0: unknown */
static uint64_t bit_of(const char *name)
{
	int cap = caps_from_name(name);

	return cap < 0 ? 0 : UINT64_C(1) << cap;
}

static void fill(struct set *s, uint64_t known)
{
	for (size_t i = 0; i < s->n; i++)
		s->mask |= bit_of(s->items[i]);
	s->mask &= known;
}

/* Name the first member of @s that is missing from @other. */
static int check_subset(const struct set *s, uint64_t other, const char *what, struct err *e)
{
	for (size_t i = 0; i < s->n; i++) {
		uint64_t bit = bit_of(s->items[i]);

		if (s->mask & ~other & bit)
			return err_set(e, ERR_SPEC, EINVAL,
				       "/process/capabilities/%s/%zu: %s is not %s", s->name, i,
				       s->items[i], what);
	}
	return 0;
}

enum { BOUNDING, EFFECTIVE, PERMITTED, INHERITABLE, AMBIENT, SETS };

#define SETS_OF(c)                                                                                 \
	{                                                                                          \
		[BOUNDING] = {"bounding", (c)->bounding, (c)->n_bounding, 0},                      \
		[EFFECTIVE] = {"effective", (c)->effective, (c)->n_effective, 0},                  \
		[PERMITTED] = {"permitted", (c)->permitted, (c)->n_permitted, 0},                  \
		[INHERITABLE] = {"inheritable", (c)->inheritable, (c)->n_inheritable, 0},          \
		[AMBIENT] = {"ambient", (c)->ambient, (c)->n_ambient, 0},                          \
	}

/* What cap_capset() answers with EPERM. */
static const struct {
	int inner, outer;
	const char *what;
} nested[] = {
	{EFFECTIVE, PERMITTED, "permitted"},
	{INHERITABLE, BOUNDING, "in the bounding set"},
};

/* Why a capability is not granted although nothing is wrong enough to fail; NULL: it is. */
static const char *why_ignored(const struct set *sets, int k, const char *name)
{
	uint64_t bit = bit_of(name);

	if (!bit)
		return "no capability of this name is known";
	if (k == AMBIENT && !(bit & sets[PERMITTED].mask & sets[INHERITABLE].mask))
		return "ambient needs permitted and inheritable";
	return NULL;
}

void caps_ignored(const struct spec_capabilities *c,
		  void (*found)(const char *pointer, const char *name, const char *why))
{
	char pointer[64];

	if (!c)
		return;
	struct set sets[SETS] = SETS_OF(c);
	for (int k = 0; k < SETS; k++)
		fill(&sets[k], UINT64_MAX);
	for (int k = 0; k < SETS; k++)
		for (size_t i = 0; i < sets[k].n; i++) {
			const char *why = why_ignored(sets, k, sets[k].items[i]);
			if (!why)
				continue;
			snprintf(pointer, sizeof(pointer), "/process/capabilities/%s/%zu",
				 sets[k].name, i);
			found(pointer, sets[k].items[i], why);
		}
}

int caps_plan_make(const struct spec_capabilities *c, uint64_t last_cap, struct caps_plan *ret,
		   struct err *e)
{
	uint64_t known = last_cap && last_cap < 63 ? (UINT64_C(2) << last_cap) - 1 : UINT64_MAX;
	int r = 0;

	if (!c) {
		*ret = (struct caps_plan){0};
		return 0;
	}
	struct set sets[SETS] = SETS_OF(c);

	for (int i = 0; i < SETS; i++)
		fill(&sets[i], known);
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
		.ambient = sets[AMBIENT].mask & sets[PERMITTED].mask & sets[INHERITABLE].mask,
	};
	return 0;
}
