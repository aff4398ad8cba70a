/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mount_options.c: see mount_options.h. */
#include "oci-spec/mount_options.h"

#include <linux/mount.h>
#include <stddef.h>
#include <string.h>
#include <sys/mount.h>

#ifndef MOUNT_ATTR_NOSYMFOLLOW
#define MOUNT_ATTR_NOSYMFOLLOW 0x00200000 /* 5.14 */
#endif

#define ATIME MOUNT_ATTR__ATIME

/* clang-format off */
/* Access times are one field of several values: changing it means clearing all of it (mount_setattr(2)). */
static const struct mount_option options[] = {
	{"acl",		   OPTION_NOTHING,	   0, 0},
	{"async",	   OPTION_NOTHING,	   0, 0},
	{"atime",	   OPTION_ATTR,		   0, ATIME},
	{"bind",	   OPTION_BIND,		   0, 0},
	{"copy-symlink",   OPTION_COPY_SYMLINK,	   0, 0},
	{"defaults",	   OPTION_NOTHING,	   0, 0},
	{"dest-nofollow",  OPTION_DEST_NOFOLLOW,   0, 0},
	{"dev",		   OPTION_ATTR,		   0, MOUNT_ATTR_NODEV},
	{"diratime",	   OPTION_ATTR,		   0, MOUNT_ATTR_NODIRATIME},
	{"dirsync",	   OPTION_SUPERBLOCK,	   0, 0},
	{"exec",	   OPTION_ATTR,		   0, MOUNT_ATTR_NOEXEC},
	{"idmap",	   OPTION_IDMAP,	   0, 0},
	{"iversion",	   OPTION_SUPERBLOCK,	   0, 0},
	{"lazytime",	   OPTION_SUPERBLOCK,	   0, 0},
	{"loud",	   OPTION_NOTHING,	   0, 0},
	{"mand",	   OPTION_SUPERBLOCK,	   0, 0},
	{"noacl",	   OPTION_NOTHING,	   0, 0},
	{"noatime",	   OPTION_ATTR,		   MOUNT_ATTR_NOATIME, ATIME},
	{"nodev",	   OPTION_ATTR,		   MOUNT_ATTR_NODEV, 0},
	{"nodiratime",	   OPTION_ATTR,		   MOUNT_ATTR_NODIRATIME, 0},
	{"noexec",	   OPTION_ATTR,		   MOUNT_ATTR_NOEXEC, 0},
	{"noiversion",	   OPTION_NOTHING,	   0, 0},
	{"nolazytime",	   OPTION_NOTHING,	   0, 0},
	{"nomand",	   OPTION_NOTHING,	   0, 0},
	{"norelatime",	   OPTION_NOTHING,	   0, 0},
	{"nostrictatime",  OPTION_ATTR,		   0, ATIME},
	{"nosuid",	   OPTION_ATTR,		   MOUNT_ATTR_NOSUID, 0},
	{"nosymfollow",	   OPTION_ATTR,		   MOUNT_ATTR_NOSYMFOLLOW, 0},
	{"private",	   OPTION_PROPAGATION,	   MS_PRIVATE, 0},
	{"ratime",	   OPTION_REC,		   0, ATIME},
	{"rbind",	   OPTION_RBIND,	   0, 0},
	{"rdev",	   OPTION_REC,		   0, MOUNT_ATTR_NODEV},
	{"rdiratime",	   OPTION_REC,		   0, MOUNT_ATTR_NODIRATIME},
	{"relatime",	   OPTION_ATTR,		   MOUNT_ATTR_RELATIME, ATIME},
	{"remount",	   OPTION_REMOUNT,	   0, 0},
	{"rexec",	   OPTION_REC,		   0, MOUNT_ATTR_NOEXEC},
	{"ridmap",	   OPTION_RIDMAP,	   0, 0},
	{"rnoatime",	   OPTION_REC,		   MOUNT_ATTR_NOATIME, ATIME},
	{"rnodev",	   OPTION_REC,		   MOUNT_ATTR_NODEV, 0},
	{"rnodiratime",	   OPTION_REC,		   MOUNT_ATTR_NODIRATIME, 0},
	{"rnoexec",	   OPTION_REC,		   MOUNT_ATTR_NOEXEC, 0},
	{"rnorelatime",	   OPTION_NOTHING,	   0, 0},
	{"rnostrictatime", OPTION_REC,		   0, ATIME},
	{"rnosuid",	   OPTION_REC,		   MOUNT_ATTR_NOSUID, 0},
	{"rnosymfollow",   OPTION_REC,		   MOUNT_ATTR_NOSYMFOLLOW, 0},
	{"ro",		   OPTION_ATTR,		   MOUNT_ATTR_RDONLY, 0},
	{"rprivate",	   OPTION_PROPAGATION_REC, MS_PRIVATE, 0},
	{"rrelatime",	   OPTION_REC,		   MOUNT_ATTR_RELATIME, ATIME},
	{"rro",		   OPTION_REC,		   MOUNT_ATTR_RDONLY, 0},
	{"rrw",		   OPTION_REC,		   0, MOUNT_ATTR_RDONLY},
	{"rshared",	   OPTION_PROPAGATION_REC, MS_SHARED, 0},
	{"rslave",	   OPTION_PROPAGATION_REC, MS_SLAVE, 0},
	{"rstrictatime",   OPTION_REC,		   MOUNT_ATTR_STRICTATIME, ATIME},
	{"rsuid",	   OPTION_REC,		   0, MOUNT_ATTR_NOSUID},
	{"rsymfollow",	   OPTION_REC,		   0, MOUNT_ATTR_NOSYMFOLLOW},
	{"runbindable",	   OPTION_PROPAGATION_REC, MS_UNBINDABLE, 0},
	{"rw",		   OPTION_ATTR,		   0, MOUNT_ATTR_RDONLY},
	{"shared",	   OPTION_PROPAGATION,	   MS_SHARED, 0},
	{"silent",	   OPTION_NOTHING,	   0, 0},
	{"slave",	   OPTION_PROPAGATION,	   MS_SLAVE, 0},
	{"src-nofollow",   OPTION_SRC_NOFOLLOW,	   0, 0},
	{"strictatime",	   OPTION_ATTR,		   MOUNT_ATTR_STRICTATIME, ATIME},
	{"suid",	   OPTION_ATTR,		   0, MOUNT_ATTR_NOSUID},
	{"symfollow",	   OPTION_ATTR,		   0, MOUNT_ATTR_NOSYMFOLLOW},
	{"sync",	   OPTION_SUPERBLOCK,	   0, 0},
	{"tmpcopyup",	   OPTION_COPY_UP,	   0, 0},
	{"unbindable",	   OPTION_PROPAGATION,	   MS_UNBINDABLE, 0},
};
/* clang-format on */
#define N_OPTIONS (sizeof(options) / sizeof(options[0]))

const struct mount_option *mount_option_find(const char *name)
{
	for (size_t i = 0; i < N_OPTIONS; i++)
		if (strcmp(options[i].name, name) == 0)
			return &options[i];
	return NULL;
}

const char *const *mount_option_names(void)
{
	static const char *names[N_OPTIONS + 1];

	/* Filled anew each time: same values. */
	for (size_t i = 0; i < N_OPTIONS; i++)
		names[i] = options[i].name;
	names[N_OPTIONS] = NULL;
	return names;
}
