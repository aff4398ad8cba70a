/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mount_view.h: reading mounts[] the way the kernel and the plan will. */
#ifndef BULKHEAD_HARDEN_MOUNT_VIEW_H
#define BULKHEAD_HARDEN_MOUNT_VIEW_H

#include <stdbool.h>
#include <stddef.h>

struct bind_fact;
struct harden;
struct host_facts;
struct spec_mount;

/** mount_has - whether option @o stands in the list. */
bool mount_has(const struct spec_mount *m, const char *o);

/** mount_is_idmapped - whether the mount asks for an id map, in any of the ways there are. */
bool mount_is_idmapped(const struct spec_mount *m);

/** mount_is_at - whether the destination is @path, read lexically as below the root. */
bool mount_is_at(const struct spec_mount *m, const char *path);

/** bind_fact - what is known about the source of mount @i; all zero when nothing is. */
const struct bind_fact *bind_fact(const struct host_facts *f, size_t i);

/**
 * bind_source - where the source of mount @i really is: its real path, or when that is not known
 * the source lexically cleaned. NULL for a mount without an absolute source, or after h->oom.
 */
const char *bind_source(struct harden *h, size_t i);

/**
 * mount_kernel_root - which of the kernel's file systems mount @i shows from its root on: "/proc",
 * "/sys", or NULL when neither. Both as a file system of its own and as a bind.
 */
const char *mount_kernel_root(const struct harden *h, size_t i);

/* A change of the options of one mount: collected, then made with one decision. */
struct options_edit {
	size_t index;
	char **list;
	size_t n;
	const char *why; /* "; "-separated reasons; NULL: nothing changed */
};

/** options_edit_begin - start from the options that mount @i has now. */
struct options_edit options_edit_begin(struct harden *h, size_t i);

/** options_remove - take every @o out. */
void options_remove(struct harden *h, struct options_edit *e, const char *o, const char *why);

/** options_remove_prefix - take everything that begins with @prefix out. */
void options_remove_prefix(struct harden *h, struct options_edit *e, const char *prefix,
			   const char *why);

/** options_add - add @o at the end unless it is there. */
void options_add(struct harden *h, struct options_edit *e, const char *o, const char *why);

/** options_edit_end - record the decision and change the mount, if anything changed. */
void options_edit_end(struct harden *h, struct options_edit *e);

#endif
