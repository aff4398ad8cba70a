/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* id_map.h: writing the id maps of a user namespace, and reading them back. */
#ifndef BULKHEAD_APPLY_ID_MAP_H
#define BULKHEAD_APPLY_ID_MAP_H

#include <stddef.h>

struct err;
struct id_extent;

/**
 * id_map_write - write @file ("uid_map", "gid_map") of a process, and read it back.
 * @proc_fd: its directory in /proc
 */
int id_map_write(int proc_fd, const char *file, const struct id_extent *v, size_t n, struct err *e);

/** id_map_check - whether @file has exactly these extents: 0, or -EIO with the error. */
int id_map_check(int proc_fd, const char *file, const struct id_extent *v, size_t n, struct err *e);

#endif
