/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * intel_rdt.h: groups of the resctrl file system: made, written to, joined, removed. Everything is
 * done below a descriptor of its root, so that it never depends on what a path means later.
 */
#ifndef BULKHEAD_APPLY_INTEL_RDT_H
#define BULKHEAD_APPLY_INTEL_RDT_H

#include <stddef.h>
#include <sys/types.h>

struct arena;
struct err;
struct intel_rdt_line;
struct intel_rdt_plan;

/**
 * intel_rdt_open - the root of the resctrl file system at @mountpoint; anything else that is there
 * is ERR_HOST. A descriptor, or -errno.
 */
int intel_rdt_open(const char *mountpoint, struct err *e);

/**
 * intel_rdt_check_free - whether the groups that are to be the container's own do not exist: before
 * they are written down as its own, and with it as what `delete` removes.
 */
int intel_rdt_check_free(const struct intel_rdt_plan *p, int root_fd, struct err *e);

/**
 * intel_rdt_make - make the groups of the plan that are missing and write the schemata, each line
 * read back. A class that exists is compared and never written to. On failure what it has made is
 * gone again.
 */
int intel_rdt_make(const struct intel_rdt_plan *p, int root_fd, struct err *e);

/**
 * intel_rdt_schemata - write @lines to the group's schemata, in their order; each is read back.
 * @group: below @root_fd
 */
int intel_rdt_schemata(int root_fd, const char *group, const struct intel_rdt_line *lines, size_t n,
		       struct err *e);

/**
 * intel_rdt_snapshot - the schemata of @group as they are, for intel_rdt_restore(); in @a.
 * 0, or ERR_HOST.
 */
int intel_rdt_snapshot(int root_fd, const char *group, struct arena *a, char **ret, struct err *e);

/** intel_rdt_restore - put a snapshot back, as far as the kernel takes it. 0 or -errno. */
int intel_rdt_restore(int root_fd, const char *group, const char *snapshot);

/**
 * intel_rdt_join - put process @pid into each of @groups, in their order, and see that it is there;
 * children that it makes later are, too.
 */
int intel_rdt_join(int root_fd, const char *const *groups, size_t n, pid_t pid, struct err *e);

/** intel_rdt_has - 1: process @pid is in @group; 0: it is not; or -errno. */
int intel_rdt_has(int root_fd, const char *group, pid_t pid);

/** intel_rdt_check - whether the plan's class has the plan's schemata; ERR_HOST that names the
 * line. */
int intel_rdt_check(const struct intel_rdt_plan *p, int root_fd, struct err *e);

/** intel_rdt_remove - rmdir(2) of @groups, the last one first; one that is gone is no error. */
int intel_rdt_remove(int root_fd, const char *const *groups, size_t n, struct err *e);

#endif
