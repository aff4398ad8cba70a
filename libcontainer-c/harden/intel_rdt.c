/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * intel_rdt.c: linux.intelRdt.closID, a class of service that the container shares with others. Who
 * joins one takes the cache and the bandwidth that were set aside for it, and one that is made for
 * a closID outlives the container, of a handful that the processor has. A group of the container's
 * own is one of that handful, too, and leaves the default class: where the administrator has
 * narrowed that one, for all that is named nowhere, the container would have more than its share.
 */
#include "base/str.h"
#include "harden/rule.h"

static const struct spec_intel_rdt *classes_of(const struct spec *s)
{
	return s->linux_ ? s->linux_->intel_rdt : NULL;
}

/* What an update leaves alone was judged when the container was made. */
static bool is_left_alone(const struct harden *h, const struct spec_intel_rdt *now)
{
	const struct spec_intel_rdt *before = classes_of(h->in);

	return h->when == RULES_OF_UPDATE && before &&
	       str_eq(before->l3_cache_schema, now->l3_cache_schema) &&
	       str_eq(before->mem_bw_schema, now->mem_bw_schema);
}

void rule_intel_rdt(struct harden *h)
{
	const struct policy_intel_rdt *p = &h->policy->intel_rdt;
	const struct spec_intel_rdt *r = classes_of(h->s);

	if (!r || is_left_alone(h, r) ||
	    (r->clos_id ? entry_find(p->clos_ids, p->n_clos_ids, r->clos_id) != NULL
			: p->allow_own))
		return;
	if (!r->clos_id) {
		decide_refuse(h, "/linux/intelRdt", NULL,
			      "a class of service of the container's own is one of the few that "
			      "the processor has, and leaves the limits of the default one");
		return;
	}
	const char *name = printable(h, r->clos_id);
	if (name)
		decide_refuse(h, "/linux/intelRdt/closID", json_string(h, r->clos_id),
			      "the class of service %s is not one that the policy lists", name);
}
