/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* idmap.h: detached, idmapped clones of mounts (MOUNT_ATTR_IDMAP, 5.12). */
#ifndef BULKHEAD_APPLY_IDMAP_H
#define BULKHEAD_APPLY_IDMAP_H

#include <stdbool.h>
#include <stdint.h>

struct err;

/**
 * idmap_clone - a detached clone of the mount that holds @path, rooted there, with attributes set
 * before anybody can reach it.
 * @dirfd, @path: as open_tree(2); @path "" stands for @dirfd itself (may be O_PATH). Symlinks are
 *                followed when @path is not "": pass a descriptor for anything inside a rootfs.
 * @userns_fd: the clone's ids are mapped through this user namespace; -1: not idmapped
 * @attr_set: MOUNT_ATTR_RDONLY, _NOSUID, _NODEV, _NOEXEC, _NOATIME ... to add
 * @recursive: with the mounts below; all of them get the attributes and the map, or none is made
 * @what: what it is, for the error text ("rootfs", "layer 3", "/mounts/4")
 *
 * Returns a descriptor (O_PATH, close-on-exec, owned by the caller; closing it undoes everything)
 * or -errno. -EINVAL, -EPERM and -ENOSYS of the idmapping are ERR_HOST "WHAT filesystem TYPE can't
 * be idmapped on this kernel": callers that may go on without a map test for ERR_HOST.
 */
int idmap_clone(int dirfd, const char *path, int userns_fd, uint64_t attr_set, bool recursive,
		const char *what, struct err *e);

#endif
