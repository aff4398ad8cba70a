/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * controllers.c: rootless, no cgroup may be ours, or one without the controller that a limit needs.
 * What then is not limited is said, or refused where the policy requires the limit.
 */
#include "base/str.h"
#include "harden/rule.h"

static bool has_controller(const struct host_facts *f, const char *name)
{
	for (size_t i = 0; i < f->n_cgroup_v1; i++)
		if (str_list_has(f->cgroup_v1[i].controllers, ',', name))
			return true;
	return f->cgroup_v2_mountpoint && f->cgroup_v2_controllers &&
	       str_list_has(f->cgroup_v2_controllers, ' ', name);
}

bool controller_missing(struct harden *h, const char *name, const char *pointer, bool required,
			const char *instead)
{
	if (!h->facts->in_userns || has_controller(h->facts, name))
		return false;
	if (required)
		decide_refuse(h, pointer, NULL,
			      "no cgroup with the %s controller is delegated to this user, and the "
			      "policy requires the limit",
			      name);
	else
		decide_note(h, pointer,
			    "not in force: no cgroup with the %s controller is delegated to this "
			    "user: %s",
			    name, instead);
	return true;
}
