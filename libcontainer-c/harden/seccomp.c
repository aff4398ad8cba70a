/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * seccomp.c: the built-in filter is always loaded (plan/seccomp.h), besides the one that the config
 * asks for; the kernel takes the stricter verdict of the two. The spec itself needs no change for
 * that: absent, which is how engines say "unconfined", never means unconfined.
 *
 * SECCOMP_FILTER_FLAG_SPEC_ALLOW is taken out: it turns the mitigation of Speculative Store Bypass
 * off for the container (seccomp(2), 4.17), which runc and crun do for speed.
 */
#include "base/arena.h"
#include "base/str.h"
#include "harden/rule.h"

static const char spec_allow[] = "SECCOMP_FILTER_FLAG_SPEC_ALLOW";

static void drop_spec_allow(struct harden *h, struct spec_seccomp *s)
{
	size_t kept = 0;
	char **v = list_new(h, s->n_flags);

	if (!v)
		return;
	for (size_t i = 0; i < s->n_flags; i++)
		if (!str_eq(s->flags[i], spec_allow))
			v[kept++] = s->flags[i];
	if (!decide_change(h, "/linux/seccomp/flags", json_strings(h, s->flags, s->n_flags),
			   json_strings(h, v, kept),
			   "the mitigation of Speculative Store Bypass stays on"))
		return;
	s->flags = v;
	s->n_flags = kept;
}

void rule_seccomp(struct harden *h)
{
	struct spec_seccomp *s = h->s->linux_ ? h->s->linux_->seccomp : NULL;

	h->m.seccomp_builtin = true;
	decide_note(h, "/linux/seccomp",
		    s ? "the built-in filter is loaded as well: a call has to pass both"
		      : "no filter is asked for: the built-in one is loaded all the same");
	if (s && !h->policy->seccomp.allow_spec_allow && list_has(s->flags, s->n_flags, spec_allow))
		drop_spec_allow(h, s);
}
