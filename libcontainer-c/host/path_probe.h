/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* path_probe.h: what a path of this host leads to. */
#ifndef BULKHEAD_HOST_PATH_PROBE_H
#define BULKHEAD_HOST_PATH_PROBE_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct bind_fact;
struct mount_table;
struct path_fact;
struct place_fact;

/**
 * path_guarded - length of the longest beginning of @real that is guarded: all of it, or as far as
 * the first directory that is not host root's alone. @real: absolute, without symlinks
 */
size_t path_guarded(const char *real);

/**
 * path_is_guarded - whether every directory above @real is host root's and not for others to write.
 * In a sticky one others can make names, but not take away what is root's.
 * @real: absolute, without symlinks
 */
bool path_is_guarded(const char *real);

/** path_place - where @real (as above) is. 1, 0 when it is not known, -ENOMEM. */
int path_place(const char *real, const struct mount_table *t, struct arena *a,
	       struct place_fact *ret);

/**
 * path_aliases - other paths of what is mounted at @real, in f->aliases: where its place is seen
 * through another mount of the same file system. @f: with its inode and its place. 0 or -ENOMEM.
 */
int path_aliases(const char *real, const struct mount_table *t, struct arena *a,
		 struct bind_fact *f);

/** path_probe - what @path leads to. 1, 0 when it does not exist, -ENOMEM. */
int path_probe(const char *path, const struct mount_table *t, struct arena *a,
	       struct path_fact *ret);

#endif
