/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* verify_cgroup.c: membership in every hierarchy, and every limit and device rule read back. */
#include "lifecycle/verify_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "oci-spec/schema.h"
#include "oci-spec/spec.h"

#define AREA	 "cgroup"
#define FILE_MAX 16384

/* Of hardening.json: which limits were in force when they were written. */
struct limit {
	const char *file, *value;
};

struct cgroup_part {
	struct limit *limits;
	size_t n_limits;
};

struct hardening {
	struct cgroup_part *cgroup;
};

static const struct json_field limit_fields[] = {JSON_STR(limit, file, "file"),
						 JSON_STR(limit, value, "value")};
static const struct json_schema limit_schema = JSON_SCHEMA(limit, limit_fields);
static const struct json_field part_fields[] = {
	JSON_OBJS(cgroup_part, limits, "limits", limit, limit_schema)};
static const struct json_schema part_schema = JSON_SCHEMA(cgroup_part, part_fields);
static const struct json_field hardening_fields[] = {
	JSON_OBJ(hardening, cgroup, "cgroup", cgroup_part, part_schema)};
static const struct json_schema hardening_schema = JSON_SCHEMA(hardening, hardening_fields);

/* The value that was read back of @file; NULL: none was. "" when that cannot be known. */
static const char *on_record(const struct verify *v, const char *file)
{
	struct hardening h = {0};
	char *text;
	AUTO_FD fd =
		openat(v->dir.fd, HARDENING_FILE, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	ssize_t n = fd < 0 ? -errno : fd_read_all(fd, v->a, SPEC_MAX_BYTES, &text);

	if (n < 0 || json_parse_object(&hardening_schema, HARDENING_FILE, text, (size_t)n, v->a, &h,
				       JSON_IGNORE, NULL) < 0)
		return "";
	for (size_t i = 0; h.cgroup && i < h.cgroup->n_limits; i++)
		if (str_eq(h.cgroup->limits[i].file, file))
			return h.cgroup->limits[i].value ? h.cgroup->limits[i].value : "";
	return NULL;
}

static const char *tree_name(const struct verify *v, const struct cgroup_tree *t)
{
	return t->version == CGROUP_V2 ? "v2" : arena_printf(v->a, "v1 %s", t->controllers);
}

/* Where the kernel says that the process is, for the reader of the report. */
static const char *place_of(const struct verify *v, const struct cgroup_tree *t)
{
	char **dirs;
	size_t n;

	if (verify_kernel_cgroups(v, &dirs, &n) < 0)
		return "elsewhere";
	for (size_t i = 0; i < n; i++)
		if (path_below(dirs[i], t->mountpoint) && dirs[i][strlen(t->mountpoint)] != '\0')
			return dirs[i];
	return arena_printf(v->a, "%s (the root)", t->mountpoint);
}

/*
 * In the planned cgroup or below it: an init system inside makes some of its own. The list of
 * processes is the same whatever part of the hierarchy is mounted; the path in /proc is not.
 */
static bool is_member(const struct verify *v, size_t i)
{
	struct cgroup one = {
		.dirs = {v->cgroup.dirs[i]}, .n = 1, .v2 = v->cgroup.v2 == (int)i ? 0 : -1};
	pid_t *pids;
	size_t n;

	if (cgroup_pids(&one, v->a, &pids, &n, NULL) < 0)
		return false;
	for (size_t k = 0; k < n; k++)
		if (pids[k] == v->init.pid)
			return true;
	return false;
}

static void check_member(struct verify *v, size_t i)
{
	const struct cgroup_tree *t = &v->plan.cgroup.trees[i];
	const char *dir =
		v->has_record && i < v->record.n_cgroup_paths ? v->record.cgroup_paths[i] : t->dir;
	bool ok = v->cgroup.dirs[i].dir_fd >= 0 && is_member(v, i);

	verify_is(v, ok, AREA, tree_name(v, t), dir, ok ? "in it" : place_of(v, t));
}

/* A later setting of the same file decides, as linux.resources.unified does. */
static bool is_overridden(const struct cgroup_plan *p, size_t i)
{
	const struct cgroup_setting *s = &p->settings[i];

	if (s->check == CGROUP_CHECK_TOKENS)
		return false;
	for (size_t k = i + 1; k < p->n_settings; k++)
		if (p->settings[k].tree == s->tree && strcmp(p->settings[k].file, s->file) == 0)
			return true;
	return false;
}

/*
 * Of an update that was cut short: what was there before it. What is not on record was nobody's to
 * set, so the kernel's default.
 */
static bool is_as_before(const struct verify *v, const struct cgroup_setting *s, const char *file,
			 const char *want, const char *before, const char *got)
{
	char above[FILE_MAX];

	if (before)
		return cgroup_value_matches(s->check, s->flags, before, got);
	ssize_t n = file_read_at(v->cgroup.dirs[s->tree].dir_fd, arena_printf(v->a, "../%s", file),
				 above, sizeof(above));
	return cgroup_is_default(file, v->plan.cgroup.trees[s->tree].version, want, got,
				 n < 0 ? NULL : above);
}

static void check_setting(struct verify *v, const struct cgroup_setting *s)
{
	int dir_fd = v->cgroup.dirs[s->tree].dir_fd;
	const char *file = s->file, *want = s->want;
	char got[FILE_MAX];
	ssize_t n = file_read_at(dir_fd, file, got, sizeof(got));

	if (n == -ENOENT && s->alt_file) {
		file = s->alt_file;
		want = s->alt_want;
		n = file_read_at(dir_fd, file, got, sizeof(got));
	}
	const char *what = arena_printf(v->a, "%s (%s)", file, s->pointer);
	/* What need not stick (kernel memory, for one) has to stay if it did. */
	const char *before = on_record(v, file);
	bool note = (s->flags & CGROUP_OPTIONAL) && !before;
	if (n < 0) {
		verify_add(v, note ? VERIFY_NOTE : VERIFY_FAILED, AREA, what, want,
			   arena_printf(v->a, "cannot be read: %s", strerror((int)-n)));
		return;
	}
	bool ok = cgroup_value_matches(s->check, s->flags, want, got);
	bool was = !ok && v->unsettled && is_as_before(v, s, file, want, before, got);
	while (n > 0 && got[n - 1] == '\n')
		got[--n] = '\0';
	verify_add(v,
		   ok		 ? VERIFY_OK
		   : note || was ? VERIFY_NOTE
				 : VERIFY_FAILED,
		   AREA, what, want,
		   arena_printf(v->a, "%.200s%s", got,
				was ? ", as before an update that has not ended" : ""));
}

static void check_devices(struct verify *v)
{
	const struct cgroup_plan *p = &v->plan.cgroup;
	struct err why = {0};

	if (!p->devices_v1 && !p->devices_v2)
		return;
	int r = cgroup_check_devices(p, &v->cgroup, &why);
	verify_is(v, r == 0, AREA, "devices (/linux/resources/devices)",
		  arena_printf(v->a, "%zu rules, all else %s", p->devices.n,
			       p->devices.default_allow ? "allowed" : "refused"),
		  r == 0 ? "the same" : arena_strdup(v->a, why.msg));
}

static void check_owner(struct verify *v)
{
	const struct cgroup_plan *p = &v->plan.cgroup;
	int dir_fd = cgroup_v2_fd(&v->cgroup);
	struct stat st;

	if (!p->delegate || dir_fd < 0 || fstat(dir_fd, &st) < 0)
		return;
	verify_is(v, st.st_uid == p->owner, AREA, "owner",
		  arena_printf(v->a, "%u on the host", p->owner),
		  arena_printf(v->a, "%u on the host", st.st_uid));
}

void verify_cgroup(struct verify *v)
{
	const struct cgroup_plan *p = &v->plan.cgroup;

	if (!v->has_plan)
		return;
	if (p->n_trees != v->cgroup.n) {
		verify_add(v, VERIFY_FAILED, AREA, "hierarchies",
			   arena_printf(v->a, "%zu", p->n_trees),
			   arena_printf(v->a, "%zu", v->cgroup.n));
		return;
	}
	for (size_t i = 0; i < p->n_trees; i++)
		check_member(v, i);
	for (size_t i = 0; i < p->n_settings; i++)
		if (!is_overridden(p, i))
			check_setting(v, &p->settings[i]);
	check_devices(v);
	check_owner(v);
	if (p->kernel_memory)
		verify_add(v, VERIFY_NOTE, AREA, "kernel memory", "limited or said not to be",
			   p->kernel_memory);
}
