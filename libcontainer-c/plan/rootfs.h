/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rootfs.h: which directory becomes the container's "/", and how its mount is set up. Pure: paths
 * are joined and cleaned as text here; they are resolved by descriptor in apply/rootfs.c.
 */
#ifndef BULKHEAD_PLAN_ROOTFS_H
#define BULKHEAD_PLAN_ROOTFS_H

#include <stdbool.h>
#include <stdint.h>

struct arena;
struct err;
struct host_facts;
struct measures;
struct spec;

struct rootfs_plan {
	const char *path; /* absolute and lexically clean; symlinks not resolved */
	bool no_pivot;	  /* moved onto "/", where the host's root stays below it */
	bool readonly;	  /* root.readonly: set last, after the mount points have been made */

	/*
	 * MS_SLAVE|MS_REC or MS_PRIVATE|MS_REC: how the runtime's private mount namespace hangs on
	 * the host's. linux.rootfsPropagation; default and all others: rslave.
	 */
	uint64_t propagation;
	uint64_t own; /* of "/" after the pivot: MS_SHARED or MS_UNBINDABLE, [MS_REC]; 0: private */
	const char *context; /* SELinux label of all files, where nobody has given one; or NULL */
	uint64_t attrs; /* MOUNT_ATTR_NOSUID, _NODEV, _NOEXEC: what the image may not bring along */
};

/**
 * rootfs_plan_make - from root and linux.rootfsPropagation of @s, and @m.
 * @bundle: absolute; a relative root.path is below it
 * Errors: ERR_SPEC for a missing root, a path that is "/" (the host's own tree would be mapped to
 * the container's root user), and an unknown propagation.
 */
int rootfs_plan_make(const struct spec *s, const struct measures *m, const struct host_facts *f,
		     const char *bundle, struct arena *a, struct rootfs_plan *ret, struct err *e);

#endif
