/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * overlay_stage.h: the place where layers get short names for one mount(2).
 *
 * Why not hand descriptors of detached clones to fsconfig(2): before 6.8 overlayfs takes only names
 * of attached mounts, and one fsconfig(2) string ends at 255 bytes. Names of one to three letters
 * fit 500 layers into the one page of mount(2)'s options, and keep the host's paths out of the
 * container's mountinfo. It costs 0.1 ms.
 */
#ifndef BULKHEAD_APPLY_OVERLAY_STAGE_H
#define BULKHEAD_APPLY_OVERLAY_STAGE_H

#include <stdbool.h>
#include <stddef.h>

struct err;

struct overlay_stage {
	int fd;	    /* root of the staging tmpfs; the cwd while it is open */
	int cwd_fd; /* the caller's cwd */
	size_t n_lower;
	bool writable;
};
#define OVERLAY_STAGE_INIT ((struct overlay_stage){.fd = -1, .cwd_fd = -1})

/** overlay_stage_open - mount a tmpfs over "/" (names seen from the root are unaffected), chdir. */
int overlay_stage_open(struct overlay_stage *s, struct err *e);

/** overlay_stage_lower - attach the detached mount @fd as the next lower layer, topmost first. */
int overlay_stage_lower(struct overlay_stage *s, int fd, struct err *e);

/** overlay_stage_upper - attach @fd, a clone of the directory that holds @upper and @workdir. */
int overlay_stage_upper(struct overlay_stage *s, int fd, const char *upper, const char *workdir,
			struct err *e);

/**
 * overlay_stage_mount - mount the overlay with the caller's current fsuid, as a detached mount.
 * @extra: more options, each with a leading comma
 * Returns a descriptor or -errno.
 */
int overlay_stage_mount(const struct overlay_stage *s, const char *extra, struct err *e);

/** overlay_stage_close - back to the old cwd, everything unmounted. The overlay keeps private
 * clones of its layers. Idempotent. Returns 0 or -errno. */
int overlay_stage_close(struct overlay_stage *s, struct err *e);

#endif
