/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * exec_cgroup.c: which cgroups the process of exec enters: the container's, or those below them
 * that --cgroup names. All of them or it does not run: what is outside has no limits.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "lifecycle/exec_priv.h"

/* One --cgroup: "PATH" or "CONTROLLER[,CONTROLLER...]:PATH". */
struct choice {
	const char *controllers; /* not terminated; NULL: all */
	size_t len;
	const char *path;
	bool used;
};

/* By components, not by a prefix of text: "../ID-of-another" begins with ours. */
static bool climbs(const char *path)
{
	for (const char *p = path; *p; p += strspn(p, "/")) {
		size_t n = strcspn(p, "/");
		if (n == 2 && p[0] == '.' && p[1] == '.')
			return true;
		p += n;
	}
	return false;
}

static int parse(const char *text, size_t n, struct choice *ret, struct err *e)
{
	const char *colon = strchr(text, ':');

	if (colon && strchr(colon + 1, ':'))
		return err_set(e, ERR_STATE, EINVAL, "invalid --cgroup argument: %.256s", text);
	if (!colon && n > 1)
		return err_set(e, ERR_STATE, EINVAL,
			       "invalid --cgroup argument: %.256s (missing <controller>: prefix)",
			       text);
	*ret = (struct choice){
		.controllers = colon ? text : NULL,
		.len = colon ? (size_t)(colon - text) : 0,
		.path = colon ? colon + 1 : text,
	};
	if (climbs(ret->path))
		return err_set(e, ERR_STATE, EINVAL,
			       "bad sub cgroup path: %.256s is not a sub cgroup path", ret->path);
	return 0;
}

/* Whether one of the comma-separated words in @list is in @others, too. */
static bool share_word(const char *list, size_t len, const char *others)
{
	for (const char *p = list, *end = list + len; p < end; p++) {
		size_t n = 0;
		while (p + n < end && p[n] != ',')
			n++;
		for (const char *q = others; *q; q += strspn(q, ",")) {
			size_t m = strcspn(q, ",");
			if (m == n && memcmp(p, q, n) == 0)
				return true;
			q += m;
		}
		p += n;
	}
	return false;
}

/* The v1 controllers of the hierarchy that @path lies in; "" for v2. */
static const char *controllers_of(const struct execution *x, const char *path)
{
	const struct host_facts *f = &x->facts;
	const char *found = "";
	size_t longest = 0;

	for (size_t i = 0; i < f->n_cgroup_v1; i++) {
		const struct cgroup_hierarchy *h = &f->cgroup_v1[i];
		if (strlen(h->mountpoint) > longest && path_below(path, h->mountpoint)) {
			longest = strlen(h->mountpoint);
			found = h->controllers;
		}
	}
	return found;
}

static struct choice *choice_for(const struct execution *x, struct choice *v, size_t n,
				 const char *path)
{
	const char *controllers = controllers_of(x, path);

	/* Beside v1 the v2 tree limits nothing, and nobody makes anything in it. */
	if (!*controllers && x->facts.cgroup_layout == CGROUP_LAYOUT_HYBRID)
		return NULL;
	for (size_t i = 0; i < n; i++)
		if (!v[i].controllers || share_word(v[i].controllers, v[i].len, controllers))
			return &v[i];
	return NULL;
}

static int choose(struct execution *x, struct choice *choices, size_t n, struct err *e)
{
	const char **paths = x->cgroup_paths;
	const struct record *r = &x->o.record;

	for (size_t i = 0; i < r->n_cgroup_paths; i++) {
		struct choice *c = choice_for(x, choices, n, r->cgroup_paths[i]);
		paths[i] = r->cgroup_paths[i];
		if (!c)
			continue;
		c->used = true;
		/* "--cgroup /" is the container's own. */
		if (c->path[strspn(c->path, "/")])
			paths[i] = arena_printf(&x->arena, "%s/%s", r->cgroup_paths[i], c->path);
		if (!paths[i])
			return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	}
	for (size_t i = 0; i < n; i++)
		if (!choices[i].used)
			return err_set(e, ERR_STATE, EINVAL, "unknown controller %.*s in --cgroup",
				       (int)choices[i].len, choices[i].controllers);
	return 0;
}

static int open_all(struct execution *x, struct err *e)
{
	size_t n = x->o.record.n_cgroup_paths;
	int r = cgroup_open(x->cgroup_paths, n, &x->cgroup, e);

	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i++)
		if (x->cgroup.dirs[i].dir_fd < 0)
			return err_set(e, ERR_STATE, ENOENT,
				       "error adding pid to cgroups: %s/cgroup.procs: no such file "
				       "or directory",
				       x->cgroup_paths[i]);
	return cgroup_prepare_attach(&x->cgroup, e);
}

int exec_open_cgroups(struct execution *x, struct err *e)
{
	const struct exec_request *q = x->req;
	struct choice *choices = arena_array(&x->arena, q->n_cgroups, sizeof(*choices));
	int r = 0;

	x->cgroup_paths =
		arena_array(&x->arena, x->o.record.n_cgroup_paths, sizeof(*x->cgroup_paths));
	if (!choices || !x->cgroup_paths)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	for (size_t i = 0; i < q->n_cgroups && r == 0; i++)
		r = parse(q->cgroups[i], q->n_cgroups, &choices[i], e);
	if (r == 0)
		r = choose(x, choices, q->n_cgroups, e);
	return r < 0 ? r : open_all(x, e);
}

/* "0::/docker/ID/init" */
static char *v2_line(char *text)
{
	for (char *p = text; p; p = strchr(p, '\n')) {
		p += *p == '\n';
		if (!str_starts(p, "0::"))
			continue;
		p[strcspn(p, "\n")] = '\0';
		return p + 3;
	}
	return NULL;
}

int exec_open_init_cgroup(struct execution *x, struct err *e)
{
	size_t tree = (size_t)x->cgroup.v2;
	const char *own = x->o.record.cgroup_paths[tree];
	char name[32], text[8192];

	snprintf(name, sizeof(name), "%d/cgroup", x->o.init.pid);
	ssize_t n = file_read_at(x->proc_fd, name, text, sizeof(text));
	if (n < 0)
		return err_sys(e, (int)-n, "read the cgroups of the container's first process");
	const char *line = v2_line(text);
	const char *path =
		line ? arena_printf(&x->arena, "%s%s", x->facts.cgroup_v2_mountpoint, line) : NULL;
	if (!path || climbs(path) || !path_below(path, own))
		return err_set(e, ERR_STATE, EBUSY,
			       "the container's first process is not below its cgroup %s", own);
	x->cgroup_paths[tree] = path;
	cgroup_close(&x->cgroup);
	return open_all(x, e);
}
