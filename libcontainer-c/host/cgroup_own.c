/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cgroup_own.c: see cgroup_own.h. Changes nothing. */
#include "host/cgroup_own.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "host/facts.h"
#include "host/probe.h"
#include "host/systemd_probe.h"
#include "oci-spec/cgroups_path.h"

static bool writable(struct arena *a, const char *dir, const char *name)
{
	const char *p = arena_printf(a, "%s/%s", dir, name);

	/* No flags: glibc takes faccessat2(2) (5.8) for them, which old engines' filters refuse. */
	return p && faccessat(AT_FDCWD, p, W_OK, 0) == 0;
}

/* Cut @path back to what exists of it. */
static void cut_to_existing(char *path, size_t least)
{
	while (strlen(path) > least && access(path, F_OK) < 0)
		*strrchr(path, '/') = '\0';
}

/* Length of the longest path of whole components that both begin with. */
static size_t common(const char *a, const char *b)
{
	size_t n = 0;

	for (size_t i = 0;; i++) {
		bool end_a = !a[i] || a[i] == '/', end_b = !b[i] || b[i] == '/';
		if (end_a && end_b)
			n = i;
		if (a[i] != b[i] || !a[i])
			return n;
	}
}

/* Where the container's cgroup would be made: the deepest directory there is on the way to it. */
static char *parent_of(struct arena *a, const char *mountpoint, const char *base, const char *path)
{
	bool absolute = path && path[0] == '/';
	char *p = arena_printf(a, "%s%s%s%s", mountpoint, absolute ? "" : base,
			       absolute || !path ? "" : "/", path ? path : "");
	char clean[PATH_MAX];

	if (!p || path_clean(p, clean, sizeof(clean)) < 0)
		return p;
	p = arena_strdup(a, clean);
	if (p)
		cut_to_existing(p, strlen(mountpoint));
	return p;
}

/* v1: below the runtime's own; v2: beside it (plan/cgroup_path.c). */
static bool can_use_v1(const struct cgroup_hierarchy *h, const char *path, struct arena *a)
{
	const char *base = h->own_path[1] ? h->own_path : "";
	const char *parent = parent_of(a, h->mountpoint, base, path);

	return parent && writable(a, parent, ".") && writable(a, parent, "tasks");
}

static bool can_use_v2(const struct host_facts *f, const char *path, struct arena *a,
		       const char **ret_parent)
{
	const char *own = arena_printf(a, "%s%s", f->cgroup_v2_mountpoint,
				       f->cgroup_v2_own_path[1] ? f->cgroup_v2_own_path : "");
	char *base = arena_strdup(a, f->cgroup_v2_own_path);

	if (!own || !base)
		return false;
	*strrchr(base, '/') = '\0';
	const char *parent = parent_of(a, f->cgroup_v2_mountpoint, base, path);
	if (!parent || !writable(a, parent, "."))
		return false;
	*ret_parent = parent;
	/* systemd takes the runtime to where it may (lifecycle/scope.h). */
	if (f->systemd.user)
		return true;
	char *ancestor = arena_strndup(a, own, common(own, parent));
	return ancestor && writable(a, ancestor, "cgroup.procs");
}

static int controllers_at(const char *dir, struct arena *a, const char **ret)
{
	char text[512];
	const char *p = arena_printf(a, "%s/cgroup.controllers", dir);
	ssize_t n = p ? file_read_at(AT_FDCWD, p, text, sizeof(text)) : -ENOMEM;

	if (n == -ENOMEM)
		return -ENOMEM;
	text[n > 0 ? strcspn(text, "\n") : 0] = '\0';
	*ret = arena_strdup(a, text);
	return *ret ? 0 : -ENOMEM;
}

static void drop_v2(struct host_facts *f)
{
	f->cgroup_v2_mountpoint = f->cgroup_v2_own_path = NULL;
	f->cgroup_v2_controllers = "";
}

/* The v1 hierarchies without those that are not wanted. */
static int keep_v1(struct host_facts *f, const bool *wanted, struct arena *a)
{
	struct cgroup_hierarchy *v = arena_array(a, f->n_cgroup_v1, sizeof(*v));
	size_t n = 0;

	if (!v)
		return -ENOMEM;
	for (size_t i = 0; i < f->n_cgroup_v1; i++)
		if (wanted[i])
			v[n++] = f->cgroup_v1[i];
	f->cgroup_v1 = v;
	f->n_cgroup_v1 = n;
	return 0;
}

int host_own_cgroups(const char *cgroups_path, struct arena *a, struct host_facts *f)
{
	bool *wanted = arena_array(a, f->n_cgroup_v1, sizeof(*wanted));
	const char *parent = NULL;

	if (!wanted)
		return -ENOMEM;
	if (cgroups_path && !*cgroups_path)
		cgroups_path = NULL;
	for (size_t i = 0; i < f->n_cgroup_v1; i++)
		wanted[i] = can_use_v1(&f->cgroup_v1[i], cgroups_path, a);
	int r = keep_v1(f, wanted, a);
	if (r < 0 || !f->cgroup_v2_mountpoint)
		return r;
	if (can_use_v2(f, cgroups_path, a, &parent))
		return controllers_at(parent, a, &f->cgroup_v2_controllers);
	drop_v2(f);
	return 0;
}

/* Of a unit: where systemd will make its cgroup. NULL: no memory, or a path for the plan to refuse.
 */
static const char *path_of_unit(const char *cgroups_path, const struct host_facts *f,
				struct arena *a)
{
	struct systemd_path p;

	if (systemd_path_parse(cgroups_path, "x", f->systemd.user, a, &p, NULL) < 0)
		return NULL;
	return arena_printf(a, "%s%s", f->systemd.root, p.cgroup);
}

int host_probe_place(const char *cgroups_path, bool systemd, struct arena *a, struct host_facts *f,
		     struct err *e)
{
	int r = systemd ? host_probe_systemd(a, f, e) : 0;

	if (r < 0 || !f->in_userns)
		return r;
	if (systemd)
		cgroups_path = path_of_unit(cgroups_path, f, a);
	r = host_own_cgroups(cgroups_path, a, f);
	return r < 0 ? err_set(e, ERR_SYSTEM, ENOMEM, "out of memory") : 0;
}

static const char *find_in(const char *const *paths, size_t n, const char *mountpoint)
{
	for (size_t i = 0; i < n; i++)
		if (path_below(paths[i], mountpoint) && strcmp(paths[i], mountpoint) != 0)
			return paths[i];
	return NULL;
}

int host_keep_cgroups(const char *const *paths, size_t n, struct arena *a, struct host_facts *f)
{
	bool *wanted = arena_array(a, f->n_cgroup_v1, sizeof(*wanted));

	if (!wanted)
		return -ENOMEM;
	for (size_t i = 0; i < f->n_cgroup_v1; i++)
		wanted[i] = find_in(paths, n, f->cgroup_v1[i].mountpoint);
	int r = keep_v1(f, wanted, a);
	if (r < 0 || !f->cgroup_v2_mountpoint)
		return r;
	const char *path = find_in(paths, n, f->cgroup_v2_mountpoint);
	if (path)
		return controllers_at(path, a, &f->cgroup_v2_controllers);
	drop_v2(f);
	return 0;
}
