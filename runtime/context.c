/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* context.c: what commands ask of their context and what is made only then. */
#include "base/arena.h"
#include "base/str.h"
#include "host/policy_load.h"
#include "lifecycle/audit.h"
#include "policy/policy.h"
#include "runtime/command.h"

bool context_systemd(const struct context *c)
{
	return c->systemd_cgroup || str_eq(c->cgroup_manager, "systemd");
}

int context_policy(const struct context *c, const struct policy **ret, struct err *e)
{
	static struct arena a; /* to the end of the process */
	static const struct policy *loaded;
	int r = loaded ? 0 : policy_load(c->policy_file, &a, &loaded, e);

	if (r == 0)
		*ret = loaded;
	return r;
}

const struct policy *context_trail(const struct context *c)
{
	const struct policy *p = policy_default();

	(void)context_policy(c, &p, NULL);
	return p;
}

void context_failed(const struct context *c, const char *event, const char *id,
		    const struct err *why)
{
	const struct audit line = {.policy = context_trail(c), .event = event, .id = id};

	audit_result(&line, why);
}
