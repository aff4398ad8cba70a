/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cgroup_path.c: linux.cgroupsPath, where the container's cgroups are made (CIS Docker Benchmark
 * 5.25). Limits of the cgroups above hold for the container, too, so where it lies is a question of
 * who pays. Absent is always right: the runtime's own place.
 *
 * An empty cgroup that exists is used, as other runtimes do: engines and containers that died leave
 * some. One with processes in it or below it is not (apply/cgroup_create.c). A systemd slice is a
 * group of what others run, also while it is empty: its limits would become the container's, and
 * who starts there later would be killed with it.
 *
 * A relative path is below, or beside, the runtime's own cgroup (plan/cgroup.h), and so is the form
 * "slice:prefix:name" without --systemd-cgroup; where the policy lists places, neither is one. With
 * it, the same is asked of the cgroup that systemd will make ("/machine.slice/docker-ID.scope").
 */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/str.h"
#include "harden/rule.h"
#include "oci-spec/cgroups_path.h"

#define POINTER "/linux/cgroupsPath"

static bool ends_with(const char *s, const char *tail)
{
	size_t n = strlen(s), m = strlen(tail);

	return n >= m && strcmp(s + n - m, tail) == 0;
}

/* Whether clean @path is below one of the prefixes, which are absolute; none: anywhere. */
static bool is_listed(const struct policy_cgroup_path *p, const char *path)
{
	for (size_t i = 0; i < p->n_prefixes; i++)
		if (path_below(path, p->prefixes[i].key) && strcmp(path, p->prefixes[i].key) != 0)
			return true;
	return p->n_prefixes == 0;
}

/* Where the cgroup will be, clean; false: what is wrong with it is the plan's to say. */
static bool place_of(struct harden *h, const char *asked, char clean[PATH_MAX])
{
	struct systemd_path p;

	if (!h->facts->systemd.on)
		return path_clean(asked, clean, PATH_MAX) == 0;
	int r = systemd_path_parse(asked, "", h->facts->systemd.user, h->a, &p, NULL);
	if (r == -ENOMEM)
		oom(h);
	if (r < 0)
		return false;
	return path_clean(p.cgroup, clean, PATH_MAX) == 0;
}

void rule_cgroup_path(struct harden *h)
{
	const char *asked = h->s->linux_ ? h->s->linux_->cgroups_path : NULL;
	char clean[PATH_MAX];

	if (!asked || !*asked || !place_of(h, asked, clean))
		return;
	const char *name = printable(h, asked);
	if (!name)
		return;
	if (ends_with(clean, ".slice"))
		decide_refuse(h, POINTER, json_string(h, asked),
			      "%s is a slice, which holds cgroups of others", name);
	else if (!is_listed(&h->policy->cgroup_path, clean))
		decide_refuse(h, POINTER, json_string(h, asked),
			      "%s is not below a cgroup that the policy lists", name);
}
