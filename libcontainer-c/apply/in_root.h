/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * in_root.h: names inside a root file system that nobody trusts.
 *
 * Every path of the image is reached from one descriptor of its root with openat2(2)
 * RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS (5.6): symlinks, absolute ones and ".." included, end
 * inside the root, whatever a process that shares a volume renames meanwhile (CVE-2021-30465,
 * CVE-2024-45310, CVE-2026-41579). What is missing is made with mkdirat(2) and mknodat(2), which
 * neither follow nor truncate.
 *
 * @path is absolute or relative, both seen from the root. All functions return a descriptor or 0,
 * or -errno, and set no struct err: the caller knows what the path was for. New inodes belong to
 * the caller's fsuid and fsgid (apply/fsids.h) and get exactly @mode only when umask(2) is 0; the
 * set-group-ID bit of the parent directory is inherited, as the kernel does it.
 */
#ifndef BULKHEAD_APPLY_IN_ROOT_H
#define BULKHEAD_APPLY_IN_ROOT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/**
 * in_root_open - open @path, following symlinks inside the root.
 * @flags: O_... of open(2); O_CLOEXEC is added. With O_NOFOLLOW the last component may not be a
 *         symlink (with O_PATH too it is opened itself).
 */
int in_root_open(int root_fd, const char *path, uint64_t flags);

/** in_root_open_plain - the same, but no component may be a symlink: -ELOOP. */
int in_root_open_plain(int root_fd, const char *path, uint64_t flags);

/**
 * in_root_mkdir_p - open the directory @path (O_PATH), making what is missing.
 * A dangling symlink on the way or at the end is followed and its target made: images have them
 * as mount points, and runc had to allow them again (3f925525b).
 * @ret_made: may be NULL; whether the last component was made. Written on success only.
 * -ENOTDIR when a component or @path itself exists and is not a directory.
 */
int in_root_mkdir_p(int root_fd, const char *path, mode_t mode, bool *ret_made);

/** in_root_mkdir_p_plain - the same, but no component may be a symlink: -ELOOP. */
int in_root_mkdir_p_plain(int root_fd, const char *path, mode_t mode, bool *ret_made);

/**
 * in_root_create_file - open @path (O_PATH), making missing parents (0755) and an empty regular
 * file when nothing is there. An existing object of any type is opened, never truncated; a
 * dangling symlink is followed as above.
 */
int in_root_create_file(int root_fd, const char *path, mode_t mode, bool *ret_made);

/**
 * in_root_make_nofollow - open the last component of @path itself (O_PATH), also when it is a
 * symlink; symlinks on the way are followed as above. What is missing is made: a directory, or with
 * @file an empty regular file; parents 0755.
 */
int in_root_make_nofollow(int root_fd, const char *path, bool file, mode_t mode, bool *ret_made);

/**
 * in_root_same_mount - whether @path now leads to the root of the mount that @mount_fd is in:
 * asked after move_mount(2), because the pinned target may have been renamed away meanwhile.
 * Returns 1, 0 or -errno.
 */
int in_root_same_mount(int root_fd, const char *path, int mount_fd);

/** in_root_same_mount_nofollow - the same for a mount whose root may be a symlink. */
int in_root_same_mount_nofollow(int root_fd, const char *path, int mount_fd);

#endif
