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
 */
#include <limits.h>
#include <string.h>

#include "base/str.h"
#include "harden/rule.h"

#define POINTER "/linux/cgroupsPath"

static bool ends_with(const char *s, const char *tail)
{
	size_t n = strlen(s), m = strlen(tail);

	return n >= m && strcmp(s + n - m, tail) == 0;
}

/*
 * Whether clean @path is below @prefix, not the same. A prefix that ends in a colon is the
 * beginning of the form "slice:prefix:name".
 */
static bool lies_below(const char *path, const char *prefix)
{
	char clean[PATH_MAX];

	if (ends_with(prefix, ":"))
		return str_starts(path, prefix) && path[strlen(prefix)];
	return path_clean(prefix, clean, sizeof(clean)) == 0 && path_below(path, clean) &&
	       strcmp(path, clean) != 0;
}

static bool is_listed(const struct policy_cgroup_path *p, const char *path)
{
	for (size_t i = 0; i < p->n_prefixes; i++)
		if (lies_below(path, p->prefixes[i].key))
			return true;
	return p->n_prefixes == 0;
}

void rule_cgroup_path(struct harden *h)
{
	const char *asked = h->s->linux_ ? h->s->linux_->cgroups_path : NULL;
	char clean[PATH_MAX];

	/* What is too long is the plan's to refuse. */
	if (!asked || !*asked || path_clean(asked, clean, sizeof(clean)) < 0)
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
