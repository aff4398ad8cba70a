/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cgroup_limits.c: every setting of the plan written once, read back and compared. */
#include "apply/cgroup_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fd.h"

/* Files with one line per device can be long; a value that does not fit is not recognised. */
#define FILE_MAX 16384

struct limits {
	const struct cgroup_plan *p;
	struct cgroup *c;
	struct strbuf *out;
	bool any;	       /* something is in `out` */
	bool kmem_ineffective; /* see kernel_memory_fallback */
};

/* What of a setting was used: its own file or the other one. */
struct target {
	const char *file, *value, *want;
	int fd;
};

static int open_target(struct limits *l, const struct cgroup_setting *s, struct target *ret)
{
	const struct cgroup_dir *d = &l->c->dirs[s->tree];

	*ret = (struct target){.file = s->file, .value = s->value, .want = s->want};
	ret->fd = openat(d->dir_fd, s->file, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (ret->fd < 0 && errno == ENOENT && s->alt_file) {
		*ret = (struct target){
			.file = s->alt_file, .value = s->alt_value, .want = s->alt_want};
		ret->fd = openat(d->dir_fd, s->alt_file, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	}
	return ret->fd < 0 ? -errno : 0;
}

static int open_error(const struct limits *l, const struct cgroup_setting *s, int code,
		      struct err *e)
{
	const char *dir = l->p->trees[s->tree].dir;

	if (code == ENOENT)
		return err_set(e, ERR_HOST, code, "%s: this kernel has no %s%s%s (looked in %s)",
			       s->pointer, s->file, s->alt_file ? " and no " : "",
			       s->alt_file ? s->alt_file : "", dir);
	return err_set(e, ERR_HOST, code, "%s: opening %s/%s: %s", s->pointer, dir, s->file,
		       strerrorname_np(code));
}

static uint64_t usage_of(const struct limits *l, const struct cgroup_setting *s, const char *file)
{
	char text[32];
	uint64_t v = 0;

	if (file_read_at(l->c->dirs[s->tree].dir_fd, file, text, sizeof(text)) > 0) {
		text[strcspn(text, "\n")] = '\0';
		if (str_u64(text, UINT64_MAX, &v) < 0)
			v = 0;
	}
	return v;
}

/* checkBeforeUpdate: a v2 kernel would reclaim and then kill to get below the limit. */
static int check_usage(const struct limits *l, const struct cgroup_setting *s, struct err *e)
{
	uint64_t limit, usage = usage_of(l, s, "memory.current");

	if (!(s->flags & CGROUP_ABOVE_USAGE) || str_u64(s->value, UINT64_MAX, &limit) < 0 ||
	    usage <= limit)
		return 0;
	return err_set(e, ERR_STATE, EBUSY,
		       "%s: rejecting memory limit %" PRIu64 " < usage %" PRIu64, s->pointer, limit,
		       usage);
}

static int write_error(const struct limits *l, const struct cgroup_setting *s,
		       const struct target *t, int code, struct err *e)
{
	/* v1 refuses a limit that it cannot reclaim down to; the words are runc's. */
	if (code == EBUSY && strcmp(t->file, "memory.limit_in_bytes") == 0)
		return err_set(e, ERR_HOST, code,
			       "%s: unable to set memory limit to %s (current usage: %" PRIu64
			       ", peak usage: %" PRIu64 ")",
			       s->pointer, t->value, usage_of(l, s, "memory.usage_in_bytes"),
			       usage_of(l, s, "memory.max_usage_in_bytes"));
	return err_set(e, ERR_HOST, code, "%s: the kernel refuses \"%s\" for %s/%s: %s", s->pointer,
		       t->value, l->p->trees[s->tree].dir, t->file, strerrorname_np(code));
}

static void record(struct limits *l, const struct cgroup_setting *s, const struct target *t,
		   char *got)
{
	const char *dir = l->p->trees[s->tree].dir;
	char *end = strchr(got, '\n');
	bool one_line = !end || end[1] == '\0';

	if (end)
		*end = '\0';
	strbuf_adds(l->out, l->any ? ",{\"pointer\":" : "{\"pointer\":");
	strbuf_json(l->out, s->pointer);
	strbuf_adds(l->out, ",\"directory\":");
	strbuf_json(l->out, dir);
	strbuf_adds(l->out, ",\"file\":");
	strbuf_json(l->out, t->file);
	strbuf_adds(l->out, ",\"value\":");
	/* Of a file with many lines, the one that was looked for. */
	const char *value = one_line && s->check != CGROUP_CHECK_TOKENS ? got : t->want;
	strbuf_json(l->out, value);
	strbuf_addf(&l->c->limits, "%s=%s\n", t->file, value);
	strbuf_addc(l->out, '}');
	l->any = true;
}

/*
 * A v2 cpuset takes CPUs that the machine or the cgroups above do not have, and when none is left
 * it silently uses those of its parent.
 */
static int check_effective(const struct limits *l, const struct cgroup_setting *s,
			   const struct target *t, struct err *e)
{
	char file[64], got[FILE_MAX];
	const struct cgroup_dir *d = &l->c->dirs[s->tree];

	if (s->check != CGROUP_CHECK_LIST || d->ops->version != CGROUP_V2)
		return 0;
	snprintf(file, sizeof(file), "%s.effective", t->file);
	ssize_t n = file_read_at(d->dir_fd, file, got, sizeof(got));
	if (n >= 0 && cgroup_list_within(got, t->want))
		return 0;
	if (n >= 0)
		got[strcspn(got, "\n")] = '\0';
	return err_set(e, ERR_HOST, EIO, "%s: wanted \"%s\", but \"%.200s\" is in force (%s/%s)",
		       s->pointer, t->want, n < 0 ? strerrorname_np((int)-n) : got,
		       l->p->trees[s->tree].dir, file);
}

static int read_back(struct limits *l, const struct cgroup_setting *s, const struct target *t,
		     struct err *e)
{
	char got[FILE_MAX];
	ssize_t n = cgroup_read(t->fd, got, sizeof(got));

	if (n < 0)
		return err_set(e, ERR_HOST, (int)-n, "%s: reading back %s/%s: %s", s->pointer,
			       l->p->trees[s->tree].dir, t->file, strerrorname_np((int)-n));
	if (cgroup_value_matches(s->check, s->flags, t->want, got)) {
		int r = check_effective(l, s, t, e);
		if (r == 0)
			record(l, s, t, got);
		return r;
	}
	if (s->flags & CGROUP_OPTIONAL)
		return 1;
	while (n > 0 && got[n - 1] == '\n')
		got[--n] = '\0';
	return err_set(e, ERR_HOST, EIO, "%s: wanted \"%s\" in %s/%s, got \"%.200s\"", s->pointer,
		       t->want, l->p->trees[s->tree].dir, t->file, got);
}

static int put_into(struct limits *l, const struct cgroup_setting *s, const struct target *t,
		    struct err *e)
{
	int r = check_usage(l, s, e);

	if (r < 0)
		return r;
	r = fd_write_once(t->fd, t->value, strlen(t->value));
	if (r < 0 && (s->flags & CGROUP_OPTIONAL))
		return 1;
	if (r < 0)
		return write_error(l, s, t, -r, e);
	return read_back(l, s, t, e);
}

/* Returns 0, 1 when an optional setting is not in force, or negative errno. */
static int put(struct limits *l, const struct cgroup_setting *s, struct err *e)
{
	const struct cgroup_dir *d = &l->c->dirs[s->tree];
	struct target t;
	int r;

	if (d->dir_fd < 0)
		return err_set(e, ERR_STATE, ENOENT, "cgroup not exist");
	r = open_target(l, s, &t);
	/* update: a controller that no limit needed before is not enabled yet. */
	if (r == -ENOENT && d->ops->version == CGROUP_V2) {
		r = d->ops->prepare(l->p, s->tree, d->dir_fd, e);
		if (r < 0)
			return r;
		r = open_target(l, s, &t);
	}
	if (r == -ENOENT && (s->flags & CGROUP_OPTIONAL))
		r = 1;
	else if (r < 0)
		r = open_error(l, s, -r, e);
	else
		r = put_into(l, s, &t, e);
	fd_closep(&t.fd);
	if (r == 1 && strcmp(s->file, CGROUP_KMEM_FILE) == 0)
		l->kmem_ineffective = true;
	return r;
}

/* Settings that bound each other: where the first is refused, the next one has to move first. */
static int put_from(struct limits *l, size_t i, size_t *ret_next, struct err *e)
{
	const struct cgroup_setting *s = &l->p->settings[i];
	struct err first = {0}, next = {0};
	int r = put(l, s, &first);

	*ret_next = i + 1;
	if (r == -EINVAL && (s->flags & CGROUP_AFTER_NEXT) && i + 1 < l->p->n_settings &&
	    put_from(l, i + 1, ret_next, &next) >= 0) {
		err_clear(&first);
		r = put(l, s, &first);
	}
	if (r < 0 && e && e->kind == ERR_NONE)
		*e = first;
	return r;
}

int cgroup_put_limits(const struct cgroup_plan *p, struct cgroup *c, struct strbuf *out,
		      const char **ret_kernel_memory, struct err *e)
{
	struct limits l = {.p = p, .c = c, .out = out};

	for (size_t i = 0; i < p->n_settings;) {
		int r = put_from(&l, i, &i, e);
		if (r < 0)
			return r;
	}
	*ret_kernel_memory = l.kmem_ineffective ? p->kernel_memory_fallback : p->kernel_memory;
	return 0;
}

/* v1 counts a process that comes by `tasks` without asking the limit. */
static int room_in(const struct cgroup_dir *d, const struct cgroup_setting *s, unsigned n,
		   struct err *e)
{
	char text[32], got[32];
	uint64_t limit;

	if (d->ops->version != CGROUP_V2 || strcmp(s->file, "pids.max") != 0 ||
	    str_u64(s->value, UINT32_MAX, &limit) < 0 || limit > 8)
		return 0;
	snprintf(text, sizeof(text), "%" PRIu64, limit + n);
	int r = file_write_at(d->dir_fd, s->file, text);
	ssize_t len = r < 0 ? r : file_read_at(d->dir_fd, s->file, got, sizeof(got));
	if (len < 0)
		return err_set(e, ERR_HOST, (int)-len, "%s: writing \"%s\": %s", s->pointer, text,
			       strerrorname_np((int)-len));
	got[strcspn(got, "\n")] = '\0';
	if (strcmp(got, text) != 0)
		return err_set(e, ERR_HOST, EIO, "%s: wanted \"%s\", got \"%s\"", s->pointer, text,
			       got);
	return 0;
}

int cgroup_make_room(const struct cgroup_plan *p, const struct cgroup *c, unsigned n, struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < p->n_settings; i++)
		r = room_in(&c->dirs[p->settings[i].tree], &p->settings[i], n, e);
	return r;
}
