/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mount_options.h: the table of mount options of config.md ("Linux mount options") and those that
 * crun(1) adds. What is not in it is a parameter of the file system. The rules and the plan read
 * the same table: what one takes for a flag is none of the other's parameters.
 */
#ifndef BULKHEAD_SPEC_MOUNT_OPTIONS_H
#define BULKHEAD_SPEC_MOUNT_OPTIONS_H

#include <stdint.h>

enum mount_option_what {
	OPTION_NOTHING, /* the kernel's default, or without meaning today */
	OPTION_ATTR,	/* of the mount */
	OPTION_REC,	/* of the mount and those below it */
	OPTION_PROPAGATION,
	OPTION_PROPAGATION_REC,
	OPTION_SUPERBLOCK, /* a flag of the file system, so not of a bind mount */
	OPTION_BIND,
	OPTION_RBIND,
	OPTION_IDMAP,
	OPTION_RIDMAP,
	OPTION_COPY_UP,
	OPTION_REMOUNT,
	OPTION_SRC_NOFOLLOW,  /* crun: a symlink as source is bound itself */
	OPTION_DEST_NOFOLLOW, /* crun: a symlink at the destination is mounted on */
	OPTION_COPY_SYMLINK,  /* crun: a symlink as source is made anew in the container */
};

struct mount_option {
	const char *name;
	enum mount_option_what what;
	uint64_t set,
		clr; /* MOUNT_ATTR_... of mount_setattr(2); propagation: set is MS_SHARED, ... */
};

/** mount_option_find - the option called @name, or NULL: a parameter of the file system. */
const struct mount_option *mount_option_find(const char *name);

/** mount_option_names - NULL-terminated list of every option in the table, for `features`. */
const char *const *mount_option_names(void);

#endif
