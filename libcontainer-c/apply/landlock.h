/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* landlock.h: a Landlock domain around the container's process and all it starts. */
#ifndef BULKHEAD_APPLY_LANDLOCK_H
#define BULKHEAD_APPLY_LANDLOCK_H

struct err;
struct landlock_plan;

/**
 * landlock_apply - enter the planned domain, for good; nothing planned costs nothing.
 * To be called in the container's process, in its own root and with no_new_privs set. Allocates
 * nothing. Descriptors that are open stay as they are.
 *
 * Landlock knows only what is allowed, so read-only hierarchies mean: everything beside them is
 * allowed, and what lies beside them is what is there now. Names that appear later next to a
 * read-only hierarchy or next to a directory above it cannot be written to.
 */
int landlock_apply(const struct landlock_plan *p, struct err *e);

#endif
