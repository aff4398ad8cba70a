/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mounts_cgroup.c: owns what a mount of type cgroup shows: one directory per v1 hierarchy under the
 * names the host has, with links for hierarchies of several controllers, "unified" on hybrid hosts;
 * on a cgroup2-only host the container's cgroup itself.
 */
#include "plan/mounts_priv.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* "cpu,cpuacct" mounted at .../cpu,cpuacct: links cpu and cpuacct. */
static int add_links(const char *controllers, struct cgroup_view *v, struct arena *a)
{
	size_t n = 1;

	for (const char *c = controllers; *c; c++)
		n += *c == ',';
	const char **links = arena_array(a, n, sizeof(*links));
	if (!links)
		return -ENOMEM;
	for (const char *c = controllers; *c;) {
		size_t len = strcspn(c, ",");
		size_t skip = str_starts(c, "name=") ? 5 : 0;
		const char *name = arena_strndup(a, c + skip, len - skip);
		if (!name)
			return -ENOMEM;
		if (*name && !strchr(name, '/') && strcmp(name, v->name) != 0)
			links[v->n_links++] = name;
		c += len + (c[len] == ',');
	}
	v->links = links;
	return 0;
}

int mounts_plan_cgroups(const struct host_facts *f, struct arena *a, struct mounts_plan *ret,
			struct err *e)
{
	struct cgroup_view *v = arena_array(a, f->n_cgroup_v1 + 1, sizeof(*v));
	size_t n = 0;

	if (!v)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	bool only_v2 = f->cgroup_layout == CGROUP_LAYOUT_V2;
	for (size_t i = 0; !only_v2 && i < f->n_cgroup_v1; i++) {
		const struct cgroup_hierarchy *h = &f->cgroup_v1[i];
		v[n].mountpoint = h->mountpoint;
		v[n].name = base_name(h->mountpoint);
		if (add_links(h->controllers, &v[n], a) < 0)
			return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
		n++;
	}
	if (f->cgroup_v2_mountpoint) {
		v[n].mountpoint = f->cgroup_v2_mountpoint;
		v[n].name = only_v2 ? NULL : base_name(f->cgroup_v2_mountpoint);
		n++;
	}
	ret->cgroups = v;
	ret->n_cgroups = n;
	return 0;
}
