/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bind_probe.c: see bind_probe.h. Reads, never changes, the host. */
#include "host/bind_probe.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fd.h"
#include "base/str.h"
#include "host/facts.h"
#include "host/mount_table.h"
#include "host/path_probe.h"
#include "host/socket_probe.h"
#include "oci-spec/mount_options.h"
#include "oci-spec/spec.h"
#include "policy/policy.h"

static int probe_host_paths(const struct policy_binds *p, const struct mount_table *t,
			    struct arena *a, struct host_facts *f)
{
	struct path_fact *v = arena_array(a, p->n_host_paths, sizeof(*v));
	int r = v ? 0 : -ENOMEM;

	for (size_t i = 0; r >= 0 && i < p->n_host_paths; i++)
		r = path_probe(p->host_paths[i].path, t, a, &v[i]);
	if (r < 0)
		return r;
	f->host_paths = v;
	f->n_host_paths = p->n_host_paths;
	return 0;
}

static bool is_inside(const struct mount_line *m, const char *real)
{
	return path_below(m->point, real) && strcmp(m->point, real) != 0;
}

/* The place of @real, then those of the mounts below it. */
static int probe_places(const char *real, const struct mount_table *t, struct arena *a,
			struct bind_fact *f)
{
	struct place_fact own;
	size_t n = 1;
	int r = path_place(real, t, a, &own);

	if (r <= 0)
		return r;
	for (size_t i = 0; i < t->n; i++)
		n += is_inside(&t->v[i], real);
	struct place_fact *v = arena_array(a, n, sizeof(*v));
	if (!v)
		return -ENOMEM;
	v[0] = own;
	n = 1;
	for (size_t i = 0; i < t->n; i++)
		if (is_inside(&t->v[i], real))
			v[n++] = (struct place_fact){t->v[i].dev, t->v[i].root, t->v[i].fstype};
	f->places = v;
	f->n_places = n;
	return 0;
}

/* The real path of a symlink itself; -1: @source is none, or cannot be looked at. */
static int real_link(const char *source, char real[PATH_MAX], struct stat *st)
{
	char dir[PATH_MAX];
	const char *slash = strrchr(source, '/');
	size_t n = slash ? (size_t)(slash - source) : 0;

	if (lstat(source, st) < 0 || !S_ISLNK(st->st_mode) || n >= sizeof(dir))
		return -1;
	memcpy(dir, source, n);
	dir[n] = '\0';
	if (!realpath(!slash ? "." : n ? dir : "/", real))
		return -1;
	n = strlen(real);
	return snprintf(real + n, PATH_MAX - n, "%s%s", n > 1 ? "/" : "",
			slash ? slash + 1 : source) < (int)(PATH_MAX - n)
		       ? 0
		       : -1;
}

/* What the source leads to; with "src-nofollow" and "copy-symlink" a symlink itself. */
static int real_source(const struct spec_mount *m, char real[PATH_MAX], struct stat *st)
{
	for (size_t i = 0; i < m->n_options; i++) {
		const struct mount_option *o = mount_option_find(m->options[i]);
		if (o && (o->what == OPTION_SRC_NOFOLLOW || o->what == OPTION_COPY_SYMLINK) &&
		    real_link(m->source, real, st) == 0)
			return 0;
	}
	return stat(m->source, st) < 0 || !realpath(m->source, real) ? -1 : 0;
}

/* statfs(2), which follows a symlink. */
static int file_system(const char *real, struct statfs *ret)
{
	AUTO_FD fd = open(real, O_PATH | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 ? -1 : fstatfs(fd, ret);
}

static int probe_bind(const struct spec_mount *m, const struct mount_table *t, struct arena *a,
		      struct bind_fact *ret)
{
	char real[PATH_MAX];
	struct stat st;
	struct statfs fs;
	struct statx sx = {0};

	if (real_source(m, real, &st) < 0 || file_system(real, &fs) < 0)
		return 0;
	/* What cannot be told counts as a mount of its own: it is then never idmapped. */
	bool known = statx(AT_FDCWD, real, AT_SYMLINK_NOFOLLOW, 0, &sx) == 0 &&
		     (sx.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT);
	struct bind_fact f = {
		.exists = true,
		.real = arena_strdup(a, real),
		.guarded = path_is_guarded(real),
		.mode = st.st_mode,
		.uid = st.st_uid,
		.dev = st.st_dev,
		.rdev = st.st_rdev,
		.ino = st.st_ino,
		.mount_root = !known || (sx.stx_attributes & STATX_ATTR_MOUNT_ROOT),
		.fs_type = fs.f_type,
	};
	if (!f.real || probe_places(real, t, a, &f) < 0 ||
	    (f.mount_root && path_aliases(real, t, a, &f) < 0))
		return -ENOMEM;
	*ret = f;
	return 0;
}

static int probe_binds(const struct spec *s, const struct mount_table *t, struct arena *a,
		       struct host_facts *f)
{
	struct bind_fact *v = arena_array(a, s->n_mounts, sizeof(*v));
	int r = v ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && i < s->n_mounts; i++)
		if (spec_mount_is_bind(&s->mounts[i]) && s->mounts[i].source)
			r = probe_bind(&s->mounts[i], t, a, &v[i]);
	if (r < 0)
		return r;
	f->binds = v;
	f->n_binds = s->n_mounts;
	return 0;
}

static int probe_rootfs(const struct spec *s, const struct mount_table *t, struct arena *a,
			struct host_facts *f)
{
	/* A relative one counts from the bundle, in which the runtime is. */
	int r = s->root && s->root->path ? path_probe(s->root->path, t, a, &f->rootfs) : 0;

	if (r == 1)
		f->rootfs_guarded = path_is_guarded(f->rootfs.path);
	return r < 0 ? r : 0;
}

/* A socket can come in by itself or in a directory. */
static bool may_hold_sockets(const struct host_facts *f)
{
	for (size_t i = 0; i < f->n_binds; i++)
		if (f->binds[i].exists && (S_ISDIR(f->binds[i].mode) || S_ISSOCK(f->binds[i].mode)))
			return true;
	return false;
}

int host_probe_binds(const struct spec *s, const struct policy_binds *p, struct arena *a,
		     struct host_facts *f)
{
	struct mount_table t = {0};

	if (!s)
		return 0;
	/* Without the table no place is known, and names and inodes have to do. */
	if (mount_table_read(a, &t) == -ENOMEM)
		return -ENOMEM;
	int r = probe_rootfs(s, &t, a, f);
	if (r == 0)
		r = probe_binds(s, &t, a, f);
	if (r == 0)
		r = probe_host_paths(p, &t, a, f);
	if (r == 0)
		r = host_probe_sockets(p, &t, may_hold_sockets(f), a, f);
	return r;
}
