/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * overlay_options.h: what a mounted overlay says about itself in mountinfo. Pure: text to layers.
 * Whether the paths still lead somewhere is overlay_layers.h's business.
 */
#ifndef BULKHEAD_APPLY_OVERLAY_OPTIONS_H
#define BULKHEAD_APPLY_OVERLAY_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct err;

/* Overlayfs's own limit (fs/overlayfs/params.h, OVL_MAX_STACK). */
#define OVERLAY_MAX_LAYERS 500

/*
 * One layer's path. Kernels disagree about what they print: the mounter's text with its own
 * backslash escapes, or the bare name. `path` is the former reading, `bare` the latter; they are
 * the same string unless the name has a backslash in it.
 */
struct overlay_path {
	const char *path;
	const char *bare;
};

struct overlay_options {
	struct overlay_path *lower; /* topmost first */
	size_t n_lower;
	struct overlay_path upper; /* .path NULL: a read-only overlay without an upper layer */
	bool readonly;		   /* the file system (super block) is mounted read-only */
	bool index;		   /* index=on was said */
	bool index_off;		   /* index=off was said; neither: the module's default */
	const char *extra; /* options to pass on to a second overlay, each with a leading comma */
};

/**
 * overlay_options_parse - split the super options of an overlay's mountinfo entry.
 * @super_options: struct mountinfo.super_options, still escaped
 *
 * Passed on in ->extra: everything that shapes how layers are read and written (metacopy,
 * redirect_dir, userxattr, volatile, fsync, uuid, verity, an LSM's context, options of kernels to
 * come). Not passed on: paths, ro/rw, index, nfs_export and xino, which concern the identity of
 * files within one mount, and seclabel, which is no option.
 *
 * Errors, ERR_HOST: no or too many layers, data-only layers ("::", datadir+), and text that can't
 * be split.
 */
int overlay_options_parse(const char *super_options, struct arena *a, struct overlay_options *ret,
			  struct err *e);

#endif
