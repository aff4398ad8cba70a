/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cgroup_stats.c: see cgroup_stats.h; and reading for the files of both versions. */
#include "apply/cgroup_stats.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apply/cgroup_priv.h"
#include "apply/cgroup_stats_priv.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"

#define FILE_BYTES (4u << 20) /* memory.stat has 2 KiB; per CPU or per device it can be more */

int stats_bad(const struct stats_dir *d, const char *file, int r)
{
	if (r == -ENOMEM)
		return err_sys(d->e, ENOMEM, "read %s", file);
	if (r == -ENODEV)
		return err_set(d->e, ERR_HOST, ENODEV, "the container's cgroup is gone");
	return err_set(d->e, ERR_HOST, -r, "the cgroup file %s cannot be read: %s", file,
		       strerrorname_np(-r));
}

int stats_read_text(const struct stats_dir *d, const char *file, char **ret)
{
	AUTO_FD fd = openat(d->fd, file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return errno == ENOENT ? 0 : stats_bad(d, file, -errno);
	ssize_t n = fd_read_all(fd, d->a, FILE_BYTES, ret);
	/* Pressure on a kernel that was told not to account for it; threaded cgroups. */
	if (n == -EOPNOTSUPP)
		return 0;
	return n < 0 ? stats_bad(d, file, (int)n) : 1;
}

int stats_read_number(const struct stats_dir *d, const char *file, uint64_t *ret)
{
	char *text;
	int r = stats_read_text(d, file, &text);

	if (r <= 0)
		return r;
	r = stats_number(text, ret);
	return r < 0 ? stats_bad(d, file, r) : 1;
}

int stats_read_named(const struct stats_dir *d, const char *file, struct cgroup_named **ret,
		     size_t *ret_n)
{
	char *text;
	int r = stats_read_text(d, file, &text);

	if (r <= 0)
		return r;
	r = stats_named(text, d->a, ret, ret_n);
	return r < 0 ? stats_bad(d, file, r) : 1;
}

int stats_read_list(const struct stats_dir *d, const char *file, struct cgroup_numbers *ret)
{
	char *text;
	int r = stats_read_text(d, file, &text);

	if (r <= 0)
		return r;
	r = stats_list(text, d->a, ret);
	return r < 0 ? stats_bad(d, file, r) : 1;
}

int stats_pids(const struct stats_dir *d)
{
	uint64_t limit = 0;
	int r = stats_read_number(d, "pids.current", &d->s->pids.current);

	if (r >= 0)
		r = stats_read_number(d, "pids.max", &limit);
	d->s->pids.limit = limit == UINT64_MAX ? 0 : limit;
	return r;
}

static int hugetlb_number(const struct stats_dir *d, const char *prefix, const char *name,
			  uint64_t *ret)
{
	const char *file = name ? arena_printf(d->a, "%s.%s", prefix, name) : NULL;

	if (!name)
		return 0;
	return file ? stats_read_number(d, file, ret) : stats_bad(d, prefix, -ENOMEM);
}

static int hugetlb_events(const struct stats_dir *d, const char *prefix, const char *name,
			  uint64_t *ret)
{
	const char *file = name ? arena_printf(d->a, "%s.%s", prefix, name) : NULL;
	struct cgroup_named *v = NULL;
	size_t n = 0;

	if (!name)
		return 0;
	int r = file ? stats_read_named(d, file, &v, &n) : stats_bad(d, prefix, -ENOMEM);
	if (r > 0)
		*ret = stats_value(v, n, "max");
	return r;
}

/* A reservation is what the limit is about, where the kernel tells them apart (5.7). */
static int hugetlb_size(const struct stats_dir *d, const struct stats_hugetlb_files *f,
			const char *size, struct cgroup_hugetlb_stats *ret)
{
	const char *plain = arena_printf(d->a, "hugetlb.%s", size);
	const char *rsvd = arena_printf(d->a, "hugetlb.%s.rsvd", size);
	int r = plain && rsvd ? hugetlb_number(d, rsvd, f->usage, &ret->usage)
			      : stats_bad(d, "hugetlb", -ENOMEM);
	const char *prefix = r > 0 ? rsvd : plain;

	ret->size = size;
	if (r == 0)
		r = hugetlb_number(d, plain, f->usage, &ret->usage);
	if (r >= 0)
		r = hugetlb_number(d, prefix, f->max, &ret->max);
	if (r >= 0)
		r = hugetlb_number(d, prefix, f->failcnt, &ret->failcnt);
	if (r >= 0)
		r = hugetlb_events(d, plain, f->events, &ret->failcnt);
	return r < 0 ? r : 0;
}

/* "2MB" of "hugetlb.2MB.current"; NULL: another file */
static char *hugetlb_name(const char *file, const char *usage, struct arena *a)
{
	static const char prefix[] = "hugetlb.";

	if (!str_starts(file, prefix))
		return NULL;
	const char *size = file + strlen(prefix);
	size_t n = strcspn(size, ".");
	return size[n] && strcmp(size + n + 1, usage) == 0 ? arena_strndup(a, size, n) : NULL;
}

static int by_size(const void *x, const void *y)
{
	const struct cgroup_hugetlb_stats *a = x, *b = y;

	return strcmp(a->size, b->size);
}

int stats_hugetlb(const struct stats_dir *d, const struct stats_hugetlb_files *f)
{
	struct cgroup_stats *s = d->s;
	size_t cap = 0;
	int r = 0, fd = openat(d->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir) {
		r = stats_bad(d, ".", -errno);
		fd_closep(&fd);
		return r;
	}
	for (struct dirent *x; r == 0 && (x = readdir(dir));) {
		const char *size = hugetlb_name(x->d_name, f->usage, d->a);
		if (!size)
			continue;
		void *room = arena_grow(d->a, s->hugetlb, s->n_hugetlb, &cap, sizeof(*s->hugetlb));
		if (!room) {
			r = stats_bad(d, x->d_name, -ENOMEM);
			break;
		}
		s->hugetlb = room;
		r = hugetlb_size(d, f, size, &s->hugetlb[s->n_hugetlb]);
		s->n_hugetlb += r == 0;
	}
	closedir(dir);
	if (s->n_hugetlb)
		qsort(s->hugetlb, s->n_hugetlb, sizeof(*s->hugetlb), by_size);
	return r < 0 ? r : s->n_hugetlb > 0;
}

static int read_dir(const struct stats_dir *d, const struct stats_reader *x, unsigned *done)
{
	for (; x->part; x++) {
		if (*done & x->part)
			continue;
		if (x->marker && faccessat(d->fd, x->marker, F_OK, 0) < 0)
			continue;
		int r = x->read(d);
		if (r < 0)
			return r;
		if (x->marker || r > 0)
			*done |= x->part;
	}
	return 0;
}

static int read_version(const struct cgroup *c, enum cgroup_version version, struct stats_dir d,
			unsigned *done)
{
	const struct stats_reader *x = version == CGROUP_V1 ? stats_v1_readers : stats_v2_readers;

	for (size_t i = 0; i < c->n; i++) {
		d.fd = c->dirs[i].dir_fd;
		if (d.fd < 0 || c->dirs[i].ops->version != version)
			continue;
		int r = read_dir(&d, x, done);
		if (r < 0)
			return r;
	}
	return 0;
}

int cgroup_stats_read(const struct cgroup *c, struct arena *a, struct cgroup_stats *ret,
		      struct err *e)
{
	struct stats_dir d = {.fd = -1, .a = a, .s = ret, .e = e};
	unsigned done = 0;
	pid_t *pids;
	size_t n;

	*ret = (struct cgroup_stats){0};
	int r = read_version(c, CGROUP_V1, d, &done);
	if (r == 0)
		r = read_version(c, CGROUP_V2, d, &done);
	/* Nobody counts for us. */
	if (r == 0 && !(done & STATS_PIDS)) {
		r = cgroup_pids(c, a, &pids, &n, e);
		ret->pids.current = r == 0 ? n : 0;
	}
	return r;
}
