/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* procfs.h: files of a procfs that is proved to be one (CVE-2019-16884, CVE-2025-52881). */
#ifndef BULKHEAD_APPLY_PROCFS_H
#define BULKHEAD_APPLY_PROCFS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/** procfs_check - 0 when @proc_fd is the root directory of a procfs, else -errno (-EXDEV). */
int procfs_check(int proc_fd);

/**
 * procfs_open - open @path below the procfs root @proc_fd, which is checked first. Neither another
 * mount nor a magic link is crossed, and no symlink but "self". Allocates nothing; fd or -errno.
 */
int procfs_open(int proc_fd, const char *path, uint64_t flags);

/** procfs_write - one write(2) of @text to @path. 0 or -errno. */
int procfs_write(int proc_fd, const char *path, const char *text);

/** procfs_read - up to @size - 1 bytes of @path, NUL-terminated. Length or -errno. */
ssize_t procfs_read(int proc_fd, const char *path, char *buf, size_t size);

#endif
