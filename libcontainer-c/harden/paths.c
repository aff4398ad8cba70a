/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * paths.c: linux.maskedPaths and linux.readonlyPaths contain at least the policy's lists. An empty
 * list is how engines say "privileged" or "unmasked", an absent one how simple callers say nothing:
 * both are filled.
 */
#include "base/str.h"
#include "harden/rule.h"

/* Add what is missing of @wanted. @covered: paths that need not be added, they are masked. */
static void fill(struct harden *h, const char *pointer, char ***list, size_t *n,
		 const struct policy_entry *wanted, char *const *covered, size_t n_covered)
{
	char **v = *list;
	size_t count = *n, added = 0;
	const char *why = "added";

	for (const struct policy_entry *w = wanted; w->value; w++) {
		if (list_has(v, count, w->value) || list_has(covered, n_covered, w->value))
			continue;
		v = list_with(h, v, count, w->value);
		why = text(h, "%s%s %s (%s)", why ? why : "", added++ ? "," : "", w->value, w->why);
		if (!v || !why)
			return;
		count++;
	}
	if (!added)
		return;
	if (!decide_change(h, pointer, json_strings(h, *list, *n), json_strings(h, v, count), "%s",
			   why))
		return;
	*list = v;
	*n = count;
}

void rule_paths(struct harden *h)
{
	const struct policy_paths *p = &h->policy->paths;

	if (!p->masked->value && !p->readonly->value)
		return;
	struct spec_linux *l = need_linux(h);
	if (!l)
		return;
	fill(h, "/linux/maskedPaths", &l->masked_paths, &l->n_masked_paths, p->masked, NULL, 0);
	fill(h, "/linux/readonlyPaths", &l->readonly_paths, &l->n_readonly_paths, p->readonly,
	     l->masked_paths, l->n_masked_paths);
}
