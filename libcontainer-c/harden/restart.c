/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * restart.c: a container that ends at once and is made again at once keeps the host busy. The
 * counting is lifecycle/restarts.c's; a fact says whether this id has to wait.
 */
#include "harden/rule.h"

void rule_restart(struct harden *h)
{
	const struct policy_restart *p = &h->policy->restart;

	if (h->facts->restart_pause == 0)
		return;
	decide_refuse(h, "", NULL,
		      "made more than %u times within %u seconds; not again for %u seconds",
		      p->count, p->seconds, h->facts->restart_pause);
}
