/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * seccomp.c: a filter of the administrator's is always loaded (plan/seccomp.h), besides the one
 * that the config asks for; the kernel takes the stricter verdict of the two. It is the built-in
 * profile or one that the policy names, less the sets of system calls that the policy denies. The
 * spec itself needs no change for that: absent, which is how engines say "unconfined", never means
 * unconfined.
 *
 * SCMP_ACT_NOTIFY: the runtime connects, as root, to a socket that the config names, and whoever
 * listens there answers for the container from then on, can read its memory by the pid that it is
 * told, and can put descriptors into it. It cannot grant what our filter denies: a stricter verdict
 * wins. Who that is, is judged when it is met: the peer's credentials are the kernel's word, a path
 * is not (a volume's directory, or a container's, can be the one that is named). What a policy says
 * of directories is judged here.
 *
 * SECCOMP_FILTER_FLAG_SPEC_ALLOW is taken out: it turns the mitigation of Speculative Store Bypass
 * off for the container (seccomp(2), 4.17), which runc and crun do for speed.
 */
#include <string.h>

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

/* Whose filter it is, for a sentence; NULL: refused. */
static const char *choose_profile(struct harden *h)
{
	const struct policy_seccomp *p = &h->policy->seccomp;

	if (!p->profile || !*p->profile) {
		h->m.seccomp_builtin = true;
		return "the built-in";
	}
	if (!p->loaded) {
		decide_refuse(h, "/linux/seccomp", NULL,
			      "the policy's profile %s has not been loaded", p->profile);
		return NULL;
	}
	/* Nobody writes to it; a table's object is not const. */
	h->m.seccomp_profile = (struct spec_seccomp *)(uintptr_t)p->loaded;
	return "the policy's own";
}

/* "; denied in any case: SET, SET", or nothing. */
static const char *denied(struct harden *h)
{
	const struct policy_seccomp *p = &h->policy->seccomp;
	const char *list = "";

	for (size_t i = 0; i < p->n_deny && list; i++)
		list = text(h, "%s%s%s", list, i ? ", " : "; denied in any case: ", p->deny[i]);
	return list;
}

static bool in_directories(struct harden *h, const char *path)
{
	const struct policy_seccomp *p = &h->policy->seccomp;
	size_t size = strlen(path) + 1;
	char *clean = arena_alloc(h->a, size);

	if (!clean)
		return oom(h);
	/* "/run/agents/../x" is below by its letters only, and so may be what links lead to. */
	if (path_clean(path, clean, size) < 0 || !str_eq(path, clean))
		return false;
	for (size_t i = 0; i < p->n_agents; i++)
		if (path_below(path, p->agents[i].key))
			return true;
	return p->n_agents == 0;
}

static void judge_agent(struct harden *h, const struct spec_seccomp *s)
{
	const struct policy_seccomp *p = &h->policy->seccomp;
	static const char where[] = "/linux/seccomp/listenerPath";

	h->m.seccomp_own_agent = !p->allow_foreign_agents;
	/* The plan has an error for what is missing. */
	if (!s->listener_path)
		return;
	if (p->n_agents && !in_directories(h, s->listener_path))
		decide_refuse(h, where, json_string(h, s->listener_path),
			      "the agent's socket %s is outside of the policy's directories",
			      printable(h, s->listener_path));
	else
		decide_note(h, where,
			    "the agent at %s answers system calls of the container that our "
			    "filter allows, and can hand descriptors into it",
			    printable(h, s->listener_path));
}

void rule_seccomp(struct harden *h)
{
	struct spec_seccomp *s = h->s->linux_ ? h->s->linux_->seccomp : NULL;
	const char *ours = choose_profile(h), *sets = denied(h);

	if (!ours || !sets)
		return;
	h->m.seccomp_deny = h->policy->seccomp.deny;
	h->m.n_seccomp_deny = h->policy->seccomp.n_deny;
	if (s)
		decide_note(h, "/linux/seccomp",
			    "%s filter is loaded as well: a call has to pass both%s", ours, sets);
	else
		decide_note(h, "/linux/seccomp",
			    "no filter is asked for: %s one is loaded all the same%s", ours, sets);
	if (s && spec_seccomp_notifies(s))
		judge_agent(h, s);
	if (s && !h->policy->seccomp.allow_spec_allow && list_has(s->flags, s->n_flags, spec_allow))
		drop_spec_allow(h, s);
}
