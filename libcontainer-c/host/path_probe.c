/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* path_probe.c: see path_probe.h. Reads, never changes, the host. */
#include "host/path_probe.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/str.h"
#include "host/facts.h"
#include "host/mount_table.h"

bool path_is_guarded(const char *real)
{
	char dir[PATH_MAX];
	struct stat st;

	for (const char *p = real; (p = strchr(p, '/')); p++) {
		size_t n = p == real ? 1 : (size_t)(p - real);
		memcpy(dir, real, n);
		dir[n] = '\0';
		if (lstat(dir, &st) < 0 || st.st_uid != 0 ||
		    ((st.st_mode & 022) && !(st.st_mode & S_ISVTX)))
			return false;
	}
	return true;
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
