/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mount_stage.h: the mount API (5.2, mount_setattr 5.12) in terms of mount(2). For kernel/ only.
 *
 * There are no detached mounts without it. What stands for one is a mount in a tmpfs of ours, the
 * stage, in the runtime's private mount namespace, named by an O_PATH descriptor of its root, as a
 * detached one is. It goes when it is moved to its place, or
 * with the namespace's old root, not when the descriptor is closed. The stage is unbindable, so
 * that no bind of "/" brings it along.
 *
 * What mount(2) cannot do is ENOSYS: idmapped mounts, and changing what is mounted elsewhere.
 */
#ifndef BULKHEAD_KERNEL_MOUNT_STAGE_H
#define BULKHEAD_KERNEL_MOUNT_STAGE_H

#include <linux/mount.h>
#include <stdbool.h>

#define STAGE_NAME_MAX 16
#define STAGE_PATH_MAX 64

/* The path of what a descriptor stands for: mount(2) knows no descriptors. */
void stage_fd_path(int fd, char path[STAGE_PATH_MAX]);

/** stage_entry - make a place to mount on: a directory or a file. 0, or -1 with errno. */
int stage_entry(bool dir, char name[STAGE_NAME_MAX], char path[STAGE_PATH_MAX]);

/** stage_open - the root of what is mounted on an entry, O_PATH; -1 with errno. */
int stage_open(const char *name);

/** stage_flags - MOUNT_ATTR_... in the words of mount(2). */
unsigned long stage_flags(unsigned attrs);

/* As the calls whose names they bear; see sys.h. -1 with errno. */
int stage_open_tree(int dirfd, const char *path, unsigned flags);
int stage_move_mount(int from_fd, const char *from, int to_fd, const char *to, unsigned flags);
int stage_fsopen(const char *fstype);
int stage_fsconfig(int fd, unsigned cmd, const char *key, const char *value);
int stage_fsmount(int fd, unsigned attrs);
int stage_mount_setattr(int dirfd, const char *path, unsigned flags, const struct mount_attr *attr);

#endif
