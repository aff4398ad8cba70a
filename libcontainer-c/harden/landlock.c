/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * landlock.c: one more wall, inside the container's process itself (landlock(7)). It holds even
 * when a mount turns out not to be read-only, or an id not to be another.
 *
 *   hierarchies of the policy   cannot be written to
 *   the host's network          abstract sockets of the host (CVE-2020-15257) cannot be reached
 *   the host's processes        cannot be signalled
 *
 * What no container can have any of does not become a domain: each process that `exec` starts has
 * a domain of its own, and may then no longer look into the others (ptrace(2) access to /proc/1/fd
 * and the like).
 */
#include "base/arena.h"
#include "harden/ns_view.h"
#include "harden/rule.h"

/* ABI versions: see plan/landlock.h, which is of a room below. */
#define ABI_READONLY 2
#define ABI_SCOPES   6

static bool able(struct harden *h, int abi, const char *linux_, const char *what)
{
	const struct spec_process *p = h->s->process;

	/* The kernel's condition for a process without CAP_SYS_ADMIN. */
	if (!p->no_new_privileges || !*p->no_new_privileges) {
		decide_note(h, "/process/noNewPrivileges", "Landlock needs it: %s", what);
		return false;
	}
	if (h->facts->landlock_abi >= abi)
		return true;
	if (h->facts->landlock_abi == 0)
		decide_note(h, "/linux", "no Landlock in this kernel: %s", what);
	else
		decide_note(h, "/linux", "Landlock of this kernel is older than that of %s: %s",
			    linux_, what);
	return false;
}

static void wall_files(struct harden *h)
{
	const struct policy_landlock *p = &h->policy->landlock;

	if (p->n_readonly == 0 ||
	    !able(h, ABI_READONLY, "Linux 5.19", "nothing but mounts keeps files read-only"))
		return;
	char **list = list_new(h, p->n_readonly);
	if (!list)
		return;
	for (size_t i = 0; i < p->n_readonly; i++) {
		list[i] = arena_strdup(h->a, p->readonly[i].key);
		if (!list[i]) {
			h->oom = true;
			return;
		}
		decide_note(h, "/linux", "Landlock keeps %s from being written to: %s",
			    p->readonly[i].key, p->readonly[i].value);
	}
	h->m.landlock_readonly = list;
	h->m.n_landlock_readonly = p->n_readonly;
}

static void wall_sockets(struct harden *h)
{
	if (!h->policy->landlock.scope_sockets ||
	    ns_view(h->s, h->facts, "network") != NS_VIEW_HOST ||
	    !able(h, ABI_SCOPES, "Linux 6.12", "abstract sockets of the host can be reached"))
		return;
	decide_note(h, "/linux/namespaces",
		    "the network is the host's: Landlock keeps its abstract sockets out of reach");
	h->m.landlock_scope_sockets = true;
}

static void wall_signals(struct harden *h)
{
	if (!h->policy->landlock.scope_signals || ns_view(h->s, h->facts, "pid") != NS_VIEW_HOST ||
	    !able(h, ABI_SCOPES, "Linux 6.12", "processes of the host may be signalled"))
		return;
	decide_note(h, "/linux/namespaces",
		    "processes are the host's: Landlock keeps them from being signalled");
	h->m.landlock_scope_signals = true;
}

void rule_landlock(struct harden *h)
{
	if (!h->s->process)
		return;
	wall_files(h);
	wall_sockets(h);
	wall_signals(h);
}
