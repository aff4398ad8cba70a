/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mounts.h: what is mounted where in the container, in the words of the mount API of 5.2 and 5.12,
 * with the devices, links, masks and read-only paths that follow. Pure: see plan.h.
 */
#ifndef BULKHEAD_PLAN_MOUNTS_H
#define BULKHEAD_PLAN_MOUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "host/facts.h"

struct arena;
struct err;
struct namespaces_plan;
struct spec;
struct spec_mount;

enum mount_kind {
	MOUNT_BIND,
	MOUNT_TMPFS,
	MOUNT_DEVPTS,
	MOUNT_PROC,   /* opened inside the container's pid namespace */
	MOUNT_SYSFS,  /* ... network namespace */
	MOUNT_MQUEUE, /* ... ipc namespace */
	MOUNT_CGROUP, /* type "cgroup" or "cgroup2": the container's own cgroups, see cgroup_view */
	MOUNT_OTHER,  /* any other file system that the kernel knows */
};

/* One step of propagation, in the order of the options. */
struct mount_propagation {
	uint64_t type; /* MS_SHARED, MS_SLAVE, MS_PRIVATE or MS_UNBINDABLE */
	bool recursive;
};
#define MOUNT_PROPAGATIONS_MAX 4

/* One parameter of fsconfig(2). */
struct mount_param {
	const char *key;
	const char *value; /* NULL: a flag */
};

enum mount_idmap {
	MOUNT_IDMAP_NONE,
	MOUNT_IDMAP_CONTAINER, /* through the container's user namespace */
	MOUNT_IDMAP_OWN,       /* through maps of its own: mounts[].uidMappings */
};

struct mount_plan {
	size_t index; /* N of /mounts/N */
	enum mount_kind kind;
	const char *type;	 /* file system type, "bind" for binds: for messages */
	const char *destination; /* absolute and clean */
	const char *source;	 /* bind: host path; else the name that the mount table shows */

	bool remount; /* of what is mounted at the destination: nothing new is mounted */

	bool recursive;		     /* bind: rbind */
	bool cgroup2;		     /* MOUNT_CGROUP: of a hybrid host the v2 tree alone */
	bool src_nofollow;	     /* bind: of the symlink itself, if the source is one */
	bool copy_symlink;	     /* bind: a source that is a symlink is made anew instead */
	bool dest_nofollow;	     /* a symlink at the destination is mounted on, not followed */
	uint64_t attr_set, attr_clr; /* MOUNT_ATTR_... of the mount itself */
	bool attr_given;	     /* an option says something of them */
	uint64_t attr_drop; /* bind: cleared if the source has them and if that can be done */
	uint64_t rec_set, rec_clr; /* of it and everything below it ("rro", "rnosuid", ...) */
	struct mount_propagation propagation[MOUNT_PROPAGATIONS_MAX];
	size_t n_propagation;
	/* bind: "shared", and rootfsPropagation says so too: a peer of the host's mount, both ways.
	 */
	bool stays_shared;

	const struct mount_param *params; /* not for binds */
	size_t n_params;
	bool mode_given;    /* tmpfs: else the mode of the mount point is inherited */
	bool copy_up;	    /* tmpfs: "tmpcopyup" */
	bool readonly_last; /* tmpfs: made read-only only after everything else is in place */

	enum mount_idmap idmap;
	bool idmap_recursive;
	struct id_maps maps; /* MOUNT_IDMAP_OWN */

	/* bind: the inode that the rules looked at; another one at mount time is refused. */
	bool check_inode;
	bool unseen; /* there was none when the rules looked: one that appears is refused */
	dev_t dev;
	ino_t ino;
	bool proc_allowed; /* the destination is one of the files that lxcfs covers in /proc */
};

/* One hierarchy as the container sees it below its cgroup mount. */
struct cgroup_view {
	const char *mountpoint; /* on the host: the container's directory is below it */
	const char *name; /* of the directory below the destination; NULL: the destination itself
			     (a cgroup2-only host) */
	const char *const *links; /* further names that point to it (cpu -> cpu,cpuacct) */
	size_t n_links;
};

struct device_plan {
	const char *path;      /* absolute and clean */
	mode_t mode;	       /* S_IFCHR or S_IFIFO and permission bits */
	unsigned major, minor; /* S_IFCHR */
	uint32_t uid, gid;     /* host ids */
	const char *pointer;   /* JSON pointer, or NULL for a default device */
};

struct dev_link {
	const char *name;   /* below /dev */
	const char *target; /* text of the symlink */
	bool optional;	    /* only if the target exists in the container */
};

struct mounts_plan {
	struct mount_plan *mounts; /* in the order of the spec */
	size_t n_mounts;

	const struct cgroup_view *cgroups;
	size_t n_cgroups;

	/*
	 * /dev. A bind mount at /dev brings its own nodes (as with runc): setup_dev is false and
	 * devices below /dev are not made. dev_mount is the index in mounts[] of the tmpfs at /dev,
	 * where real nodes are made, or -1: /dev is the image's directory.
	 */
	bool setup_dev;
	ssize_t dev_mount;
	ssize_t pts_mount; /* index in mounts[] of the devpts at /dev/pts, or -1 */
	const struct device_plan *devices;
	size_t n_devices;
	const struct dev_link *links;
	size_t n_links;
	bool console; /* /process/terminal: /dev/console is made, for the terminal to be bound on */

	const char *const *masked; /* absolute and clean; a missing one is no error */
	size_t n_masked;
	const char *const *readonly;
	size_t n_readonly;
};

/**
 * mounts_plan_drop_flags - as runc and crun do, after the example of mount(8): where an option of a
 * bind is about its flags, those that no option names are cleared. In a user namespace the kernel
 * locks nearly all of them, so there they stay.
 */
void mounts_plan_drop_flags(const struct namespaces_plan *ns, struct mounts_plan *p);

/**
 * mounts_plan_make - see plan_make().
 * @s: the hardened spec. facts->binds[] has the index of mounts[]: hardening may change options and
 *     append mounts, but not move or remove any or change a source.
 * Errors: ERR_SPEC beginning "/mounts/N/...", "/linux/devices/N/...", "/linux/maskedPaths/N" for
 * wrong or contradictory requests and for file systems that a container may never mount.
 */
int mounts_plan_make(const struct spec *s, const struct host_facts *f,
		     const struct namespaces_plan *ns, struct arena *a, struct mounts_plan *ret,
		     struct err *e);

/**
 * mount_options_parse - the options and id mappings of one mount into @ret (attr_*, rec_*,
 * propagation, params, idmap, recursive, copy_up, mode_given). Other members are left alone.
 * @index: N for the messages
 * @ret: ret->kind must be set, all else zero
 * Ids in parameters (uid=, gid=) are the container's and are translated to the host's, because the
 * mounts are made with host credentials.
 */
int mount_options_parse(const struct spec_mount *m, size_t index, const struct namespaces_plan *ns,
			struct arena *a, struct mount_plan *ret, struct err *e);

#endif
