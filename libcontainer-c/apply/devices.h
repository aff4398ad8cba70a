/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * devices.h: owns the nodes and links of the container's /dev.
 *
 * Nodes are real ones, made by the host's root on a tmpfs of our own: at /dev when the plan has one
 * there, else on a private tmpfs (the store) from which they are bound one by one over files of the
 * image. No inode of the host's /dev is visible (but where mknod(2) is refused to the runtime
 * itself), nothing of the image is trusted to be a device, and the container's root owns the nodes
 * without being able to make others.
 */
#ifndef BULKHEAD_APPLY_DEVICES_H
#define BULKHEAD_APPLY_DEVICES_H

#include <stddef.h>

struct err;
struct mounts_env;
struct mounts_plan;

struct devices {
	int dev_fd;   /* O_PATH of the container's /dev; -1: it has none */
	int null_fd;  /* O_PATH of a node 1:3 of ours, on an attached mount; -1: not needed */
	int store_fd; /* root of the store; -1: not needed. Attached until devices_close() */
};
#define DEVICES_INIT ((struct devices){.dev_fd = -1, .null_fd = -1, .store_fd = -1})

/**
 * devices_make - nodes, then links.
 * @dev_tmpfs_fd: root of the mounted tmpfs p->dev_mount, or -1
 * fsuid and fsgid are the container's root, umask is 0. Without a tmpfs, /dev must be a directory
 * of the image and not a symlink (CVE-2026-41579, CVE-2026-47766). An existing node is accepted if
 * it is the requested one, else an error, as the specification demands; on a store, what exists at
 * the path is covered, not changed.
 */
int devices_make(const struct mounts_plan *p, const struct mounts_env *env, int dev_tmpfs_fd,
		 struct devices *ret, struct err *e);

/** devices_close - detach the store and close the descriptors; what was bound from it stays. */
int devices_close(struct devices *d, struct err *e);

#endif
