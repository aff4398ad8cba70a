/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rootfs_source.h: what the engine put at root.path, looked at once, by descriptor. */
#ifndef BULKHEAD_APPLY_ROOTFS_SOURCE_H
#define BULKHEAD_APPLY_ROOTFS_SOURCE_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "kernel/mountinfo.h"
#include "base/str.h"

struct err;

struct rootfs_source {
	int fd;		     /* the directory, O_PATH */
	char path[PATH_MAX]; /* its real path */
	uint32_t uid;	     /* owner */
	bool overlay;	     /* on overlayfs */
	bool is_mount_root;
	bool is_host_root;	/* the host's own "/" */
	bool shared_root;	/* what is mounted over "/" would appear elsewhere too */
	const char *inside;	/* mount point of a mount below path, or NULL; in text */
	struct mountinfo mount; /* of the mount it is on; strings live in text */
	struct strbuf text;
};
#define ROOTFS_SOURCE_INIT ((struct rootfs_source){.fd = -1})
#define AUTO_ROOTFS_SOURCE __attribute__((cleanup(rootfs_source_close))) struct rootfs_source

/**
 * rootfs_source_open - open @path and find its mount by mount id, not by name. Changes nothing.
 */
int rootfs_source_open(const char *path, struct rootfs_source *ret, struct err *e);

/**
 * rootfs_source_check - whether a root mount may be made of it.
 * Refuses (ERR_HOST) the host's "/", directories of its system (/etc, /usr/...), and a directory
 * with mounts below it, and (ERR_BUG) a mount namespace that is not private.
 */
int rootfs_source_check(const struct rootfs_source *s, struct err *e);

void rootfs_source_close(struct rootfs_source *s);

#endif
