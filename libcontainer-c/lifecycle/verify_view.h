/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * verify_view.h: the container's file system as the kernel has it: the mount table of its mount
 * namespace, and names looked up from that namespace's root. Not from /proc/PID/root: a process may
 * have left that root (chroot(2)), and its mountinfo then hides what lies outside.
 */
#ifndef BULKHEAD_LIFECYCLE_VERIFY_VIEW_H
#define BULKHEAD_LIFECYCLE_VERIFY_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "kernel/mountinfo.h"
#include "base/str.h"

struct err;
struct verify;

struct view_mount {
	struct mountinfo m;
	bool known; /* some part of the plan accounts for it */
};

struct view {
	int root_fd;
	struct strbuf text; /* that the strings of the mounts are in */
	struct view_mount *mounts;
	size_t n;
};
#define VIEW_INIT ((struct view){.root_fd = -1})

/* What a name leads to. */
struct view_place {
	struct view_mount *mount; /* the mount it is on */
	bool is_root;		  /* it is the root of that mount: something is mounted there */
	uint32_t uid;		  /* owner, on the host */
	mode_t mode;
	dev_t dev, rdev;
	ino_t ino;
	int fd; /* O_PATH; the caller's to close */
};

/**
 * view_open - read the mount table. The caller enters the container's mount namespace for that and
 * comes back, with the root and working directory it had; it must have a single thread.
 */
int view_open(const struct verify *v, struct view *ret, struct err *e);

/** view_find - follow @path inside the root. Returns 0, or -errno: -ENOENT when nothing is there.
 */
int view_find(const struct view *w, const char *path, bool follow, struct view_place *ret);

void view_close(struct view *w);

/** view_options - "nosuid,nodev,ro": those of the MOUNT_ATTR_ flags; in the order of the kernel. */
const char *view_options(const struct verify *v, uint64_t attrs);

/** view_lacks - those of the MOUNT_ATTR_ flags @attrs that the mount does not have. */
uint64_t view_lacks(const struct mountinfo *m, uint64_t attrs);

/* Areas of verify_mounts.c in files of their own. */
void verify_paths(struct verify *v, const struct view *w);
void verify_devices(struct verify *v, const struct view *w);

#endif
