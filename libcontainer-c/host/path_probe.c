/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* path_probe.c: see path_probe.h. Reads, never changes, the host. */
#include "host/path_probe.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/str.h"
#include "host/facts.h"
#include "host/mount_table.h"

size_t path_guarded(const char *real)
{
	char dir[PATH_MAX];
	struct stat st;

	for (const char *p = real; (p = strchr(p, '/')); p++) {
		size_t n = p == real ? 1 : (size_t)(p - real);
		memcpy(dir, real, n);
		dir[n] = '\0';
		if (lstat(dir, &st) < 0 || st.st_uid != 0 ||
		    ((st.st_mode & 022) && !(st.st_mode & S_ISVTX)))
			return n;
	}
	return strlen(real);
}

bool path_is_guarded(const char *real)
{
	return path_guarded(real) == strlen(real);
}

static const struct mount_line *find_mount(const struct mount_table *t, const char *real)
{
	struct statx sx;

	/* 5.8; on older kernels places are not known. */
	if (statx(AT_FDCWD, real, AT_SYMLINK_NOFOLLOW, STATX_MNT_ID, &sx) < 0 ||
	    !(sx.stx_mask & STATX_MNT_ID))
		return NULL;
	for (size_t i = 0; i < t->n; i++)
		if (t->v[i].id == sx.stx_mnt_id)
			return &t->v[i];
	return NULL;
}

/* A path without its slash when it is "/", so that another one can be put behind it. */
static const char *as_prefix(const char *path)
{
	return strcmp(path, "/") == 0 ? "" : path;
}

int path_place(const char *real, const struct mount_table *t, struct arena *a,
	       struct place_fact *ret)
{
	const struct mount_line *m = find_mount(t, real);

	if (!m || !path_below(real, m->point))
		return 0;
	/* The mount's root, and what @real has behind the mount point. */
	const char *rest = as_prefix(real) + strlen(as_prefix(m->point));
	char *path = arena_printf(a, "%s%s", as_prefix(m->root), rest);
	if (!path)
		return -ENOMEM;
	*ret = (struct place_fact){.dev = m->dev, .path = *path ? path : "/", .fstype = m->fstype};
	return 1;
}

/* The path of @place through @m; false: there is none, or something else is mounted over it. */
static bool seen_through(const struct mount_line *m, const struct bind_fact *f, char ret[PATH_MAX])
{
	const struct place_fact *place = &f->places[0];
	struct stat st;

	if (m->dev != place->dev || !path_below(place->path, m->root))
		return false;
	int n = snprintf(ret, PATH_MAX, "%s%s", as_prefix(m->point),
			 as_prefix(place->path) + strlen(as_prefix(m->root)));
	return n > 0 && n < PATH_MAX && lstat(ret, &st) == 0 && st.st_dev == f->dev &&
	       st.st_ino == f->ino;
}

int path_aliases(const char *real, const struct mount_table *t, struct arena *a,
		 struct bind_fact *f)
{
	char path[PATH_MAX];
	struct alias_fact *v = f->n_places ? arena_array(a, t->n, sizeof(*v)) : NULL;
	size_t n = 0;

	if (!v)
		return f->n_places ? -ENOMEM : 0;
	for (size_t i = 0; i < t->n; i++) {
		const struct mount_line *m = &t->v[i];
		if (strcmp(m->point, real) == 0 || !seen_through(m, f, path))
			continue;
		v[n] = (struct alias_fact){arena_strdup(a, path), strlen(as_prefix(m->point)),
					   path_guarded(path)};
		if (!v[n++].path)
			return -ENOMEM;
	}
	f->aliases = v;
	f->n_aliases = n;
	return 0;
}

int path_probe(const char *path, const struct mount_table *t, struct arena *a,
	       struct path_fact *ret)
{
	char real[PATH_MAX];
	struct stat st;

	if (!realpath(path, real) || lstat(real, &st) < 0)
		return 0;
	struct path_fact f = {.path = arena_strdup(a, real), .dev = st.st_dev, .ino = st.st_ino};
	if (!f.path || path_place(real, t, a, &f.place) < 0)
		return -ENOMEM;
	*ret = f;
	return 1;
}
