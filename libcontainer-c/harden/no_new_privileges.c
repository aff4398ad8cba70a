/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * no_new_privileges.c: process.noNewPrivileges is always true (CIS Docker Benchmark 5.26): setuid
 * programs and file capabilities of the image give nothing. It also lets seccomp be loaded last,
 * without a privilege (prctl(2), PR_SET_NO_NEW_PRIVS).
 */
#include "base/arena.h"
#include "harden/rule.h"

void rule_no_new_privileges(struct harden *h)
{
	struct spec_process *p = h->s->process;

	if (!p || (p->no_new_privileges && *p->no_new_privileges))
		return;
	bool *on = arena_alloc(h->a, sizeof(*on));
	if (!on) {
		h->oom = true;
		return;
	}
	*on = true;
	if (decide_change(h, "/process/noNewPrivileges", p->no_new_privileges ? "false" : NULL,
			  "true",
			  "setuid programs and file capabilities of the image give nothing"))
		p->no_new_privileges = on;
}
