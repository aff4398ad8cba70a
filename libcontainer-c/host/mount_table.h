/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mount_table.h: reading /proc/self/mountinfo (proc_pid_mountinfo(5)). */
#ifndef BULKHEAD_HOST_MOUNT_TABLE_H
#define BULKHEAD_HOST_MOUNT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct arena;

/* One mount. The texts are those of the line, unescaped. */
struct mount_line {
	uint64_t id;
	dev_t dev;		   /* of the file system */
	const char *root;	   /* which directory of the file system is mounted */
	const char *point;	   /* where */
	const char *fstype;	   /* "ext4" */
	const char *super_options; /* of the file system */
};

struct mount_table {
	struct mount_line *v;
	size_t n;
};

/** mount_line_cut - parse one line without its newline, in place. False: not such a line. */
bool mount_line_cut(char *line, struct mount_line *ret);

/** mount_table_text - the file as it is, in @a. The length or -errno. */
ssize_t mount_table_text(struct arena *a, char **ret);

/** mount_table_read - every mount of the runtime's mount namespace. 0 or -errno. */
int mount_table_read(struct arena *a, struct mount_table *ret);

#endif
