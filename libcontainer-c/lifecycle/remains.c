/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* remains.c: see remains.h. */
#include "lifecycle/remains.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "apply/cgroup.h"
#include "base/arena.h"
#include "base/err.h"
#include "host/cgroup_probe.h"
#include "host/facts.h"
#include "lifecycle/ids.h"
#include "lifecycle/opened.h"
#include "lifecycle/range_users.h"

#define MARK_MAX 512 /* an id has at most 255 bytes */

/* By inode: a path can mean another directory in another mount namespace, or have two names. */
static int make_mark(const struct statedir *d, const char *id, char mark[MARK_MAX])
{
	struct stat st;

	if (fstat(d->fd, &st) < 0)
		return -errno;
	snprintf(mark, MARK_MAX, "%ju:%ju %s", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino, id);
	return 0;
}

void remains_mark(const struct statedir *d, const char *id, const struct cgroup *c)
{
	char mark[MARK_MAX];

	if (make_mark(d, id, mark) == 0)
		cgroup_mark(c, mark);
}

bool remains_marked(const struct statedir *d, const char *id, const struct cgroup *c)
{
	char mark[MARK_MAX];

	return make_mark(d, id, mark) == 0 && cgroup_is_marked(c, mark);
}

static int find_cgroups(struct opened *o, const char *id)
{
	struct host_facts f = {0};
	char mark[MARK_MAX];
	int r = make_mark(&o->dir, id, mark);

	if (r == 0)
		r = host_probe_cgroup(&o->arena, &f, NULL);
	if (r < 0)
		return r;
	const char **roots = arena_array(&o->arena, f.n_cgroup_v1 + 1, sizeof(*roots));
	size_t n = 0;
	if (!roots)
		return -ENOMEM;
	for (size_t i = 0; i < f.n_cgroup_v1; i++)
		roots[n++] = f.cgroup_v1[i].mountpoint;
	if (f.cgroup_v2_mountpoint)
		roots[n++] = f.cgroup_v2_mountpoint;
	return cgroup_find_marked(roots, n, mark, &o->arena, &o->record.cgroup_paths,
				  &o->record.n_cgroup_paths);
}

/* Some process in the cgroups; 0: none. */
static int find_member(struct opened *o)
{
	struct cgroup c;
	pid_t *pids;
	size_t n;
	int r = opened_cgroups(o, &c, NULL);

	if (r < 0)
		return r;
	r = cgroup_pids(&c, &o->arena, &pids, &n, NULL);
	cgroup_close(&c);
	return r < 0 ? r : n ? pids[0] : 0;
}

/* Some process of the container; 0: none. -ESTALE: nothing tells. */
static int find_process(struct opened *o, const char *id)
{
	struct id_extent range;
	int r = find_cgroups(o, id), has_range = 0;

	if (r == 0)
		r = has_range = ids_find(o->dir.path, &range);
	if (r < 0)
		return r;
	if (!has_range && o->record.n_cgroup_paths == 0)
		return -ESTALE;
	r = find_member(o);
	return r == 0 && has_range ? range_find_process(&range) : r;
}

static int refuse(struct err *why, int code, const char *what)
{
	if (why->kind != ERR_NONE)
		return err_wrap(why, "%s", what);
	return err_set(why, ERR_STATE, code, "%s: it has no record", what);
}

int remains_check(struct opened *o, const char *id, struct err *why)
{
	char what[128];
	int r = find_process(o, id);

	if (r == 0 || (r == -ESTALE && why->kind == ERR_NONE))
		return 0;
	if (r == -ESTALE)
		return refuse(why, ESTALE,
			      "no id range and no cgroup tells which processes were the "
			      "container's; when none of them runs, remove the directory");
	if (r < 0)
		snprintf(what, sizeof(what), "looking for the container's processes: %s",
			 strerror(-r));
	else
		snprintf(what, sizeof(what), "processes of the container still run (%d)", r);
	return refuse(why, r < 0 ? -r : EBUSY, what);
}

int remains_load(const char *root, const char *id, struct opened *ret, struct err *why)
{
	struct opened o = {.dir = STATEDIR_INIT, .status = CONTAINER_STOPPED};
	int r = statedir_open(root, id, &o.dir, NULL);

	if (r == 0)
		r = statedir_lock(&o.dir, 10, NULL);
	if (r == 0)
		r = remains_check(&o, id, why);
	if (r < 0)
		opened_close(&o);
	else
		*ret = o;
	return r;
}
