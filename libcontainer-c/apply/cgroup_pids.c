/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cgroup_pids.c: the processes of a container's cgroups. */
#include "apply/cgroup_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"

int cgroup_pid_add(struct cgroup_pid_list *l, struct arena *a, pid_t pid)
{
	if (l->n == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 64;
		pid_t *p = arena_array(a, cap, sizeof(*p));
		if (!p)
			return -ENOMEM;
		if (l->n)
			memcpy(p, l->pids, l->n * sizeof(*p));
		l->pids = p;
		l->cap = cap;
	}
	l->pids[l->n++] = pid;
	return 0;
}

/* Decimal numbers, one a line; a number may be cut by the end of the buffer. */
struct pid_parser {
	pid_t value;
	bool digits;
};

static int parse_chunk(struct pid_parser *p, const char *buf, size_t n, struct arena *a,
		       struct cgroup_pid_list *l)
{
	for (size_t i = 0; i < n; i++) {
		if (buf[i] >= '0' && buf[i] <= '9') {
			p->value = p->value * 10 + (buf[i] - '0');
			p->digits = true;
			continue;
		}
		l->n_hidden += p->digits && p->value == 0;
		if (p->digits && p->value > 0) {
			int r = cgroup_pid_add(l, a, p->value);
			if (r < 0)
				return r;
		}
		*p = (struct pid_parser){0};
	}
	return 0;
}

static int read_procs(int dir_fd, const char *file, struct arena *a, struct cgroup_pid_list *l)
{
	AUTO_FD fd = openat(dir_fd, file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct pid_parser p = {0};
	char buf[4096];

	if (fd < 0)
		return -errno;
	for (;;) {
		ssize_t n = read(fd, buf, sizeof(buf));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : 0;
		int r = parse_chunk(&p, buf, (size_t)n, a, l);
		if (r < 0)
			return r;
	}
}

struct pid_walk {
	struct arena *a;
	struct cgroup_pid_list *l;
};

static int visit_procs(int parent_fd, const char *name, void *arg)
{
	struct pid_walk *w = arg;
	const char *file = arena_printf(w->a, "%s/cgroup.procs", name);
	int r = file ? read_procs(parent_fd, file, w->a, w->l) : -ENOMEM;

	/* Removed meanwhile; or threaded (v2): their domain lists the processes. */
	return r == -ENOENT || r == -ENODEV || r == -EOPNOTSUPP ? 0 : r;
}

int cgroup_dir_pids(int dir_fd, struct arena *a, struct cgroup_pid_list *l, struct err *e)
{
	struct pid_walk w = {.a = a, .l = l};
	int r = read_procs(dir_fd, "cgroup.procs", a, l);

	/* The cgroup was removed meanwhile (ENODEV: while open): nobody is in it. */
	if (r == -ENOENT || r == -ENODEV)
		return 0;
	if (r == 0)
		r = cgroup_walk(dir_fd, visit_procs, &w);
	if (r < 0)
		return err_set(e, ERR_SYSTEM, -r, "reading the container's processes: %s",
			       strerrorname_np(-r));
	return 0;
}

const struct cgroup_dir *cgroup_v1_dir(const struct cgroup *c)
{
	const struct cgroup_dir *any = NULL;

	for (size_t i = 0; i < c->n; i++) {
		const struct cgroup_dir *d = &c->dirs[i];
		if (d->dir_fd < 0 || d->ops->version != CGROUP_V1)
			continue;
		if (faccessat(d->dir_fd, "freezer.state", F_OK, 0) == 0)
			return d;
		any = any ? any : d;
	}
	return any;
}

/*
 * The v2 tree and one v1 tree: a process that is only in one of them (a runtime that was killed
 * while it attached one) is found all the same.
 */
static int collect(const struct cgroup *c, struct arena *a, struct cgroup_pid_list *l,
		   struct err *e)
{
	const struct cgroup_dir *v1 = cgroup_v1_dir(c);
	int r = 0;

	if (c->init > 0)
		return cgroup_pidns_pids(c->init, c->init_alone, a, l, e);
	if (cgroup_v2_fd(c) >= 0)
		r = cgroup_dir_pids(cgroup_v2_fd(c), a, l, e);
	if (r == 0 && v1)
		r = cgroup_dir_pids(v1->dir_fd, a, l, e);
	return r;
}

static int compare(const void *a, const void *b)
{
	pid_t x = *(const pid_t *)a, y = *(const pid_t *)b;

	return (x > y) - (x < y);
}

int cgroup_pids(const struct cgroup *c, struct arena *a, pid_t **ret, size_t *ret_n, struct err *e)
{
	struct cgroup_pid_list l = {0};
	size_t n = 0;
	int r = collect(c, a, &l, e);

	if (r < 0)
		return r;
	if (l.n)
		qsort(l.pids, l.n, sizeof(*l.pids), compare);
	for (size_t i = 0; i < l.n; i++)
		if (i == 0 || l.pids[i] != l.pids[i - 1])
			l.pids[n++] = l.pids[i];
	*ret = l.pids;
	*ret_n = n;
	return 0;
}
