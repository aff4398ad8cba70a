/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mounts_priv.h: what the files of plan/mounts*.c share. */
#ifndef BULKHEAD_PLAN_MOUNTS_PRIV_H
#define BULKHEAD_PLAN_MOUNTS_PRIV_H

#include "plan/mounts.h"

/** mounts_plan_devices - devices and links of /dev; ret->mounts is complete. */
int mounts_plan_devices(const struct spec *s, const struct namespaces_plan *ns, struct arena *a,
			struct mounts_plan *ret, struct err *e);

/** mounts_plan_cgroups - what a cgroup mount shows, from the host's hierarchies. */
int mounts_plan_cgroups(const struct host_facts *f, struct arena *a, struct mounts_plan *ret,
			struct err *e);

/**
 * mounts_plan_idmap - mounts[].uidMappings and gidMappings into @ret; without "idmap" or "ridmap"
 * they mean "idmap". @index: of the mount; the options have been read.
 */
int mounts_plan_idmap(const struct spec_mount *m, size_t index, const struct namespaces_plan *ns,
		      struct arena *a, struct mount_plan *ret, struct err *e);

/**
 * mounts_plan_idmap_text - the same from an option of crun's:
 * "idmap=uids=A-B-N#...;gids=A-B-N#...", where A is the first id of the file system, B that of the
 * mount, and "@A-B-N" takes B for one of the container. @at: index of the option, for the message
 */
int mounts_plan_idmap_text(const char *option, size_t index, size_t at,
			   const struct namespaces_plan *ns, struct arena *a,
			   struct mount_plan *ret, struct err *e);

/**
 * mounts_clean_path - @path as absolute clean text in @a. @pointer: for the message (ERR_SPEC);
 * refuses "", and "/" itself. Returns 0 or -errno.
 */
int mounts_clean_path(const char *path, const char *pointer, struct arena *a, const char **ret,
		      struct err *e);

#endif
