/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mount_id.h: which mount a descriptor is in. */
#ifndef BULKHEAD_KERNEL_MOUNT_ID_H
#define BULKHEAD_KERNEL_MOUNT_ID_H

#include <stdint.h>

/**
 * mount_id - the id of the mount that @fd (O_PATH serves) is in, as in mountinfo: from statx(2)
 * (5.8), else from /proc/self/fdinfo. Returns 0 or -errno.
 */
int mount_id(int fd, uint64_t *ret);

#endif
