/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kernel_fs.h: file systems in which a kernel shows and takes settings of itself. */
#ifndef BULKHEAD_HARDEN_KERNEL_FS_H
#define BULKHEAD_HARDEN_KERNEL_FS_H

#include <stdbool.h>
#include <stdint.h>

/** kernel_fs_name - the name of such a file system by its statfs(2) f_type, or NULL. */
const char *kernel_fs_name(int64_t f_type);

/** kernel_fs_is - whether @fstype, a name as in /proc/self/mountinfo, is one of them. */
bool kernel_fs_is(const char *fstype);

/** kernel_fs_is_cgroup - whether f_type is a cgroup file system: may be looked at. */
bool kernel_fs_is_cgroup(int64_t f_type);

#endif
