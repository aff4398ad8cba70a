/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* masks.h: owns linux.maskedPaths and linux.readonlyPaths, by descriptors only. */
#ifndef BULKHEAD_APPLY_MASKS_H
#define BULKHEAD_APPLY_MASKS_H

#include <stdbool.h>
#include <stddef.h>

struct err;
struct mounts_plan;

/**
 * masks_readonly - make the plan's read-only paths read-only, with everything mounted below them:
 * a clone of the tree with its attributes set is moved onto the descriptor it was cloned from.
 * (Binding and remounting by path, as runc does, can be led astray between the two:
 * GHSA-3q8j-pf29-vwv8.) On procfs and sysfs the clone is also nosuid, nodev and noexec. A missing
 * path is no error.
 */
int masks_readonly(const struct mounts_plan *p, int root_fd, struct err *e);

/**
 * masks_hide - cover the plan's masked paths: directories by one shared, empty, read-only tmpfs,
 * everything else by the null device.
 * @null_fd: a null device that no container can replace, verified here to be 1:3 (CVE-2025-31133);
 *           on an attached mount. May be -1 when no file is masked: -ENODEV otherwise
 * Only a masked path that does not exist when it is opened is passed over; if it is a pattern then,
 * what it matches is covered.
 */
int masks_hide(const struct mounts_plan *p, int root_fd, int null_fd, struct err *e);

/** masks_is_pattern - whether @path has characters that make it a pattern. */
bool masks_is_pattern(const char *path);

/* What the patterns of one config have looked at and found so far; starts at 0. */
struct masks_count {
	unsigned entries, matches;
};

/**
 * masks_glob - call @each for every path inside the root that @pattern matches, glob(7) without
 * braces. @each opens the path itself; its first negative result ends the walk and is returned.
 * More than 65536 entries to look at, or 1024 matches, with those that @count has already, are
 * ERR_SPEC, E2BIG.
 */
int masks_glob(int root_fd, const char *pattern, struct masks_count *count,
	       int (*each)(void *arg, const char *path), void *arg, struct err *e);

#endif
