/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* range_users.h: which processes live in an id range, as the kernel has it. */
#ifndef BULKHEAD_LIFECYCLE_RANGE_USERS_H
#define BULKHEAD_LIFECYCLE_RANGE_USERS_H

#include <stdbool.h>

struct id_extent;

/**
 * range_has_process - whether the process lives in a user namespace whose map is this range.
 * @pid_fd: its directory in /proc
 */
bool range_has_process(int pid_fd, const struct id_extent *range);

/**
 * range_find_process - some process that has not ended and has an id of this range, in whatever
 * user namespace: one inside the container's has maps of its own.
 * Returns its pid, 0 when there is none, or -errno.
 */
int range_find_process(const struct id_extent *range);

#endif
