/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cgroup_path.c: linux.cgroupsPath resolved in every hierarchy; rules in cgroup.h. Pure. */
#include "plan/cgroup_build.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "host/facts.h"

#define POINTER "/linux/cgroupsPath"

/* Lengths are the kernel's: mkdir(2) would refuse, but with a text that means something else. */
static int check_components(const char *path, struct err *e)
{
	for (const char *p = path; *p;) {
		size_t n = strcspn(p, "/");
		if (n == 2 && p[0] == '.' && p[1] == '.')
			return err_set(e, ERR_SPEC, EINVAL, POINTER ": has a \"..\" component");
		if (n > NAME_MAX)
			return err_set(e, ERR_SPEC, ENAMETOOLONG,
				       POINTER ": has a component longer than %d bytes", NAME_MAX);
		p += n;
		p += *p == '/';
	}
	if (strchr(path, '\n'))
		return err_set(e, ERR_SPEC, EINVAL, POINTER ": contains a line break");
	return 0;
}

static int clean(const char *path, char *out, size_t size, struct err *e)
{
	int r = check_components(path, e);

	if (r < 0)
		return r;
	if (path_clean(path, out, size) < 0)
		return err_set(e, ERR_SPEC, ENAMETOOLONG, POINTER ": is too long");
	if (strcmp(out, "/") == 0 || strcmp(out, ".") == 0)
		return err_set(e, ERR_SPEC, EINVAL,
			       POINTER ": must name a cgroup below the root cgroup");
	return 0;
}

static const char *join(struct arena *a, const char *mountpoint, const char *base, size_t base_len,
			const char *path)
{
	return arena_printf(a, "%s%.*s%s%s", mountpoint, (int)base_len, base,
			    path[0] == '/' ? "" : "/", path);
}

static const char *v1_dir(struct arena *a, const struct cgroup_hierarchy *h, const char *path)
{
	bool relative = path[0] != '/' && h->own_path[1];

	return join(a, h->mountpoint, h->own_path, relative ? strlen(h->own_path) : 0, path);
}

/* Beside the runtime's own cgroup, not below it: see cgroup.h. */
static const char *v2_dir(struct arena *a, const struct host_facts *f, const char *path)
{
	const char *own = f->cgroup_v2_own_path;
	const char *slash = strrchr(own, '/');
	bool relative = path[0] != '/' && slash;

	return join(a, f->cgroup_v2_mountpoint, own, relative ? (size_t)(slash - own) : 0, path);
}

static int fill_trees(const char *path, const struct host_facts *f, struct arena *a,
		      struct cgroup_tree *trees, const char **paths, struct err *e)
{
	size_t n = 0;

	for (size_t i = 0; i < f->n_cgroup_v1; i++) {
		const struct cgroup_hierarchy *h = &f->cgroup_v1[i];
		trees[n++] = (struct cgroup_tree){
			.version = CGROUP_V1,
			.controllers = h->controllers,
			.mountpoint = h->mountpoint,
			.dir = v1_dir(a, h, path),
			.fill_cpuset = str_list_has(h->controllers, ',', "cpuset"),
		};
	}
	if (f->cgroup_v2_mountpoint)
		trees[n++] = (struct cgroup_tree){
			.version = CGROUP_V2,
			.controllers = "",
			.mountpoint = f->cgroup_v2_mountpoint,
			.dir = v2_dir(a, f, path),
		};
	for (size_t i = 0; i < n; i++) {
		paths[i] = trees[i].dir;
		if (!paths[i])
			return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
		if (strlen(paths[i]) >= PATH_MAX)
			return err_set(e, ERR_SPEC, ENAMETOOLONG, POINTER ": is too long");
	}
	return 0;
}

/* An empty slice of systemd's would pass for a cgroup that a container left behind. */
static const char *default_path(struct arena *a, const char *id)
{
	const char *dot = strrchr(id, '.');

	return arena_printf(a, dot && strcmp(dot, ".slice") == 0 ? "bulkhead-%s" : "%s", id);
}

int cgroup_trees_make(const char *cgroups_path, const struct host_facts *f, const char *id,
		      struct arena *a, struct cgroup_plan *ret, struct err *e)
{
	char path[PATH_MAX];
	size_t n = f->n_cgroup_v1 + (f->cgroup_v2_mountpoint ? 1 : 0);

	/* Rootless, and nothing delegated: the rules have said what that means. */
	if (n == 0 && f->in_userns)
		return 0;
	if (n == 0)
		return err_set(e, ERR_HOST, ENOSYS,
			       "this host has no cgroup file system mounted, and a container "
			       "without limits is not made");
	if (!cgroups_path || !*cgroups_path) {
		ret->must_be_new = !f->in_userns;
		cgroups_path = default_path(a, id);
		if (!cgroups_path)
			return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	}
	int r = clean(cgroups_path, path, sizeof(path), e);
	if (r < 0)
		return r;
	struct cgroup_tree *trees = arena_array(a, n, sizeof(*trees));
	const char **paths = arena_array(a, n + 1, sizeof(*paths));
	if (!trees || !paths)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	r = fill_trees(path, f, a, trees, paths, e);
	if (r < 0)
		return r;
	ret->trees = trees;
	ret->n_trees = n;
	ret->paths = paths;
	ret->n_paths = n;
	return 0;
}
