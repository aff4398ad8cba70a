/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* overlay_layers.h: from the names an overlay shows to its directories, as they are found now. */
#ifndef BULKHEAD_APPLY_OVERLAY_LAYERS_H
#define BULKHEAD_APPLY_OVERLAY_LAYERS_H

#include <limits.h>
#include <stddef.h>

struct arena;
struct err;
struct overlay_options;

struct overlay_layers {
	int base_fd;	    /* what relative names are relative to, O_PATH; -1: all are absolute */
	const char **lower; /* topmost first; symlinks (docker's l/XYZ) not yet followed */
	size_t n_lower;
	const char *upper; /* NULL: none */
};
#define OVERLAY_LAYERS_INIT ((struct overlay_layers){.base_fd = -1})
#define AUTO_OVERLAY_LAYERS __attribute__((cleanup(overlay_layers_close))) struct overlay_layers

/**
 * overlay_layers_find - make sure that every layer is a directory that can be reached.
 * @mountpoint: of the overlay, absolute
 *
 * Names may be relative: an engine with more layers than fit into one page of mount options
 * changes into its storage directory first. That directory is looked for among the ancestors of
 * the mount point, of the upper layer and of the first absolute lower layer: the deepest one below
 * which all relative names are directories.
 * Errors: ERR_HOST naming the layer.
 */
int overlay_layers_find(const struct overlay_options *o, const char *mountpoint, struct arena *a,
			struct overlay_layers *ret, struct err *e);

void overlay_layers_close(struct overlay_layers *l);

/* The writable part of an overlay: the upper layer and where a work dir can stand beside it. */
struct overlay_upper {
	int parent_fd;		 /* directory that holds the upper layer, O_PATH */
	char parent[PATH_MAX];	 /* its path */
	char name[NAME_MAX + 1]; /* of the upper layer in it */
};
#define OVERLAY_UPPER_INIT ((struct overlay_upper){.parent_fd = -1})
#define AUTO_OVERLAY_UPPER __attribute__((cleanup(overlay_upper_close))) struct overlay_upper

/**
 * overlay_upper_find - the directory that holds @l's upper layer.
 * Verifies that the upper layer is reached from there under its name, without a symlink or a mount
 * in between: a work dir must be on the same mount as the upper layer.
 */
int overlay_upper_find(const struct overlay_layers *l, struct overlay_upper *ret, struct err *e);

void overlay_upper_close(struct overlay_upper *u);

#endif
