/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* late_hooks.c: see late_hooks.h. */
#include "lifecycle/late_hooks.h"

#include <errno.h>

#include "apply/hooks.h"
#include "base/err.h"
#include "lifecycle/documents.h"
#include "lifecycle/oci_state.h"
#include "lifecycle/opened.h"
#include "lifecycle/warnings.h"
#include "oci-spec/spec.h"

static int load(const struct opened *o, struct arena *a, struct hooks_plan *ret, struct err *e)
{
	struct spec *s;
	int r = documents_read_spec(&o->dir, a, &s, e);

	return r < 0 ? r : hooks_plan_make(s, a, ret, e);
}

static void warn(void *arg, const struct err *why)
{
	(void)arg;
	warnings_add("%s", why->msg);
}

static int run(const struct hook_list *list, enum hook_kind kind, const struct record *r,
	       const char *status, pid_t pid, bool leave_keyring, struct err *e)
{
	char state[OCI_STATE_MAX];
	int n = oci_state_format(r, status, pid, state, sizeof(state));

	if (n < 0)
		return err_set(e, ERR_SYSTEM, -n, "state for hooks is too long");
	struct hooks_run how = {.state_json = state,
				.state_len = (size_t)n,
				.cwd = r->bundle,
				.ns_pidfd = -1,
				.leave_keyring = leave_keyring};
	if (kind == HOOK_POSTSTOP)
		return hooks_run_each(list, kind, &how, warn, NULL);
	return hooks_run(list, kind, &how, e);
}

int late_hooks_poststart(const struct opened *o, struct err *e)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct hooks_plan plan;
	int r = load(o, &a, &plan, e);

	return r < 0 ? r
		     : run(&plan.lists[HOOK_POSTSTART], HOOK_POSTSTART, &o->record, "running",
			   o->init.pid, true, e);
}

void late_hooks_poststop(const struct opened *o)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct hooks_plan plan;
	struct err e = {0};
	int r = load(o, &a, &plan, &e);

	if (r == 0)
		r = run(&plan.lists[HOOK_POSTSTOP], HOOK_POSTSTOP, &o->record, "stopped", 0, true,
			&e);
	/* A creator that died before its first hook has written none, and nothing is missed. */
	if (r < 0 && (r != -ENOENT || o->record.complete))
		warnings_add("poststop hooks were not run: %s", e.msg);
}

void late_hooks_undo(const struct hook_list *list, const struct record *r, bool leave_keyring)
{
	struct err e = {0};

	if (list->n && run(list, HOOK_POSTSTOP, r, "stopped", 0, leave_keyring, &e) < 0)
		warnings_add("poststop hooks were not run: %s", e.msg);
}
