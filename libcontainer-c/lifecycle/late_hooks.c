/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* late_hooks.c: see late_hooks.h. */
#include "lifecycle/late_hooks.h"

#include <errno.h>

#include "apply/hooks.h"
#include "base/err.h"
#include "lifecycle/documents.h"
#include "lifecycle/oci_state.h"
#include "lifecycle/opened.h"
#include "oci-spec/spec.h"

static int load(const struct opened *o, struct arena *a, struct hooks_plan *ret, struct err *e)
{
	struct spec *s;
	int r = documents_read_spec(&o->dir, a, &s, e);

	return r < 0 ? r : hooks_plan_make(s, a, ret, e);
}

static void keep_first(void *arg, const struct err *why)
{
	struct err *e = arg;

	if (e && e->kind == ERR_NONE)
		*e = *why;
}

static int run(const struct opened *o, enum hook_kind kind, const char *status, pid_t pid,
	       struct err *e)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct hooks_plan plan;
	char state[OCI_STATE_MAX];
	int r = load(o, &a, &plan, e);

	if (r < 0)
		return r;
	int n = oci_state_format(&o->record, status, pid, state, sizeof(state));
	if (n < 0)
		return err_set(e, ERR_SYSTEM, -n, "state for hooks is too long");
	struct hooks_run how = {.state_json = state,
				.state_len = (size_t)n,
				.cwd = o->record.bundle,
				.ns_pidfd = -1,
				.leave_keyring = true};
	if (kind == HOOK_POSTSTOP)
		return hooks_run_each(&plan.lists[kind], kind, &how, keep_first, e);
	return hooks_run(&plan.lists[kind], kind, &how, e);
}

int late_hooks_poststart(const struct opened *o, struct err *e)
{
	return run(o, HOOK_POSTSTART, "running", o->init.pid, e);
}

int late_hooks_poststop(const struct opened *o, struct err *e)
{
	return run(o, HOOK_POSTSTOP, "stopped", 0, e);
}
