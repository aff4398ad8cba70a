/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * privileged.c: "--privileged" is no property of config.json. What all engines make of it is a rule
 * that allows every device together with CAP_SYS_ADMIN (CIS Docker Benchmark 5.5). Reduced piece by
 * piece it would half work and puzzle; so it is refused, with one line.
 */
#include <string.h>

#include "base/str.h"
#include "harden/rule.h"

static bool any_number(const int64_t *v)
{
	return !v || *v < 0;
}

/* A rule for every device, for at least reading and writing. */
static bool allows_all(const struct spec_device_cgroup *r)
{
	return r->allow && (!r->type || str_eq(r->type, "a")) && any_number(r->major) &&
	       any_number(r->minor) && r->access && strchr(r->access, 'r') &&
	       strchr(r->access, 'w');
}

void rule_privileged(struct harden *h)
{
	const struct spec_linux *l = h->s->linux_;
	const struct spec_process *p = h->s->process;

	if (!l || !l->resources || !p || !p->capabilities ||
	    !list_has(p->capabilities->bounding, p->capabilities->n_bounding, "CAP_SYS_ADMIN"))
		return;
	for (size_t i = 0; i < l->resources->n_devices; i++) {
		const struct spec_device_cgroup *r = &l->resources->devices[i];
		if (!allows_all(r))
			continue;
		decide_refuse(
			h, text(h, "/linux/resources/devices/%zu", i), json_rule(h, r),
			"a container with every device and CAP_SYS_ADMIN (--privileged) has the "
			"host in its hands");
		return;
	}
}
