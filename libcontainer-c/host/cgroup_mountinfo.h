/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cgroup_mountinfo.h: where cgroup hierarchies are mounted, from /proc/self/mountinfo. */
#ifndef BULKHEAD_HOST_CGROUP_MOUNTINFO_H
#define BULKHEAD_HOST_CGROUP_MOUNTINFO_H

#include <stdbool.h>

struct arena;

/* The file, read at the first look-up. Tests set `text` (and `read`) themselves. */
struct cgroup_mounts {
	bool read;
	char *text;
};

/**
 * cgroup_mounts_find - the first mount that shows @own_path of a hierarchy; else the first mount
 * of that hierarchy at all, with "/" as path.
 * @controllers: of a v1 hierarchy as in /proc/self/cgroup; NULL: cgroup2
 * @own_path: as in /proc/self/cgroup
 * @ret_dir: mount point; @ret_path: own_path below it
 * Returns 1, 0 when the hierarchy is not mounted, or negative errno.
 */
int cgroup_mounts_find(struct arena *a, struct cgroup_mounts *m, const char *controllers,
		       const char *own_path, const char **ret_dir, const char **ret_path);

#endif
