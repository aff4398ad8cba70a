/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * overlay.h: a second overlay (B) over idmapped clones of the layers of an engine's overlay (A).
 *
 * The merged tree of an overlay can't be idmapped (no FS_ALLOW_IDMAP, up to and including 6.18),
 * its layers can. B writes to the same upper layer as A; what each caches of it is the business of
 * rootfs_refresh() and rootfs_pin_guard().
 */
#ifndef BULKHEAD_APPLY_OVERLAY_H
#define BULKHEAD_APPLY_OVERLAY_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

struct err;
struct mountinfo;

struct overlay {
	int fd;			/* detached mount, O_PATH */
	bool readonly;		/* A has no upper layer or is read-only; so is B */
	char workdir[PATH_MAX]; /* our own, made beside the upper layer; "" when readonly */
};
#define OVERLAY_INIT ((struct overlay){.fd = -1})

/**
 * overlay_open - make B, detached, without any attribute set.
 * @a: mountinfo entry of A; its root must be "/"
 * @userns_fd: map for the layers
 * @root_uid, @root_gid: host ids of the container's root: overlayfs does its own work (copy-ups,
 *                       whiteouts, its work dir) as the mounter's fsuid, which must be mapped
 * @context: SELinux label of all its files unless A has such an option; NULL: those on disk
 *
 * The caller's mount namespace must be private and its "/" not shared: layers stand on a staging
 * tmpfs over "/" for a moment. cwd, fsuid and fsgid are as before afterwards.
 * On failure nothing is left. Errors: ERR_HOST for index=on (the kernel lets only one such overlay
 * have an upper layer: EBUSY), data-only layers, layers on file systems that can't be idmapped,
 * and an overlay that came up read-only.
 */
int overlay_open(const struct mountinfo *a, int userns_fd, uint32_t root_uid, uint32_t root_gid,
		 const char *context, struct overlay *ret, struct err *e);

/**
 * overlay_workdir_release - remove the work dir that overlay_open() made for the overlay whose
 * mountinfo entry is @a, if it made one. Only when B is not mounted any more.
 */
int overlay_workdir_release(const struct mountinfo *a, uint32_t root_uid, struct err *e);

#endif
