/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * facts.h: what hardening and planning may know about the host. Plain data: harden/ and plan/ are
 * pure functions of (spec, policy, facts), and tests make these up. Only host/ fills them in.
 */
#ifndef BULKHEAD_HOST_FACTS_H
#define BULKHEAD_HOST_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* One extent of a user or group id map, as in /proc/PID/uid_map. */
struct id_extent {
	uint32_t inside, outside, size;
};

struct id_maps {
	const struct id_extent *uid, *gid;
	size_t n_uid, n_gid;
};

enum cgroup_layout {
	CGROUP_LAYOUT_V1,     /* v1 hierarchies only */
	CGROUP_LAYOUT_HYBRID, /* v1 hierarchies and a cgroup2 tree at .../unified */
	CGROUP_LAYOUT_V2,     /* one cgroup2 tree */
};

/* One mounted v1 hierarchy, e.g. {"cpu,cpuacct", "/sys/fs/cgroup/cpu,cpuacct", "/"}. */
struct cgroup_hierarchy {
	const char *controllers; /* comma-separated as in /proc/self/cgroup; "name=systemd" */
	const char *mountpoint;
	const char *own_path; /* the runtime's own cgroup, below the mount point */
};

/* Who owns a namespace given by path (ioctl_ns(2) NS_GET_USERNS, 4.9). */
enum ns_owner {
	NS_OWNER_HOST,	  /* our own user namespace */
	NS_OWNER_FOREIGN, /* another one, e.g. of the container whose network is joined */
};

/* Same index as linux.namespaces[] of the spec. Zero for entries without a path. */
struct ns_fact {
	bool exists; /* the path could be opened and is a namespace of that type */
	int error;   /* errno: it could not even be opened */
	bool is_own; /* it is the namespace the runtime itself is in (the host's) */
	bool pinned; /* the path is a mount of it (STATX_ATTR_MOUNT_ROOT, 5.8), no /proc/PID/ns */
	enum ns_owner owner; /* for type "user": FOREIGN unless is_own */
	uint64_t owner_ino;  /* inode of the owning user namespace (of itself for type "user") */
	struct id_maps maps; /* maps of the owner when FOREIGN, as seen from the runtime */
};

/*
 * Where something is whatever it is mounted on: a directory has one place, and as many paths as it
 * is bound to.
 */
struct place_fact {
	dev_t dev;	    /* of the file system, as /proc/self/mountinfo has it */
	const char *path;   /* from the root of the file system; NULL: not known */
	const char *fstype; /* "ext4" */
};

/* Another path to what is mounted somewhere: docker hands in a part of a volume by a mount of it.
 */
struct alias_fact {
	const char *path; /* without symlinks */
	size_t mount;	/* length of the mount point in front, below which nothing is mounted in its
			   way */
	size_t guarded; /* length of the part that nobody but host root can change */
};

/* Same index as mounts[] of the spec. Zero for mounts that are not binds. */
struct bind_fact {
	bool exists;
	const char *real; /* realpath of the source */
	bool guarded;	  /* nobody but host root can change what this path leads to */
	mode_t mode;	  /* st_mode */
	uid_t uid;	  /* st_uid */
	dev_t dev, rdev;
	ino_t ino;
	bool mount_root; /* something is mounted exactly there (STATX_ATTR_MOUNT_ROOT, 5.8) */
	int64_t fs_type; /* statfs(2) f_type: PROC_SUPER_MAGIC, ... */
	/* Its place, and those of the mounts below it, which a recursive bind brings along. */
	const struct place_fact *places;
	size_t n_places;
	const struct alias_fact *aliases; /* none unless @mount_root */
	size_t n_aliases;
};

/* A file or directory of this host that the policy names. */
struct path_fact {
	const char *path; /* realpath; NULL: it does not exist */
	dev_t dev;
	ino_t ino;
	struct place_fact place;
};

/* Who called the runtime. */
struct caller_fact {
	uid_t uid; /* real user id; of the namespace above where ours is a user namespace */
	uint32_t login_uid; /* /proc/self/loginuid; UINT32_MAX: never logged in */
};

/* What a profile of AppArmor does. */
enum profile_mode {
	PROFILE_UNKNOWN, /* not looked for, or the list cannot be read */
	PROFILE_NOT_LOADED,
	PROFILE_ENFORCED,
	PROFILE_COMPLAINS,  /* what it denies is logged and happens all the same */
	PROFILE_UNCONFINED, /* a name for no confinement at all */
};

struct profile_fact {
	const char *name;
	enum profile_mode mode;
};

struct rlimit_fact {
	const char *type; /* "RLIMIT_NOFILE" */
	uint64_t soft, hard;
};

/* What the container's process has from the runtime unless the config says otherwise. */
struct inherited_fact {
	const struct rlimit_fact *rlimits;
	size_t n_rlimits;
	int oom_score_adj;
	int scheduler; /* SCHED_... of sched(7) */
	int nice;
	int io_class; /* IOPRIO_CLASS_... of ioprio_set(2) */
};

/*
 * The program of a hook that runs on the host: hooks.prestart, createRuntime, createContainer,
 * poststart and poststop, in this order. Only where the policy says where they may lie.
 */
struct hook_fact {
	const char *real; /* realpath of the program; NULL: there is no such file */
	const char *weak; /* it, or a directory above it, that others than root can change */
};

/* The manager that makes the container's cgroup, when that is asked for. */
struct systemd_fact {
	bool on;	  /* --systemd-cgroup */
	bool user;	  /* the user's manager, not the system's */
	const char *root; /* the manager's own root in every hierarchy; "": the mount point */
};

struct host_facts {
	struct caller_fact caller;
	unsigned kernel_major, kernel_minor;
	uint64_t mem_total; /* bytes of RAM */
	uint64_t last_cap;  /* /proc/sys/kernel/cap_last_cap */
	bool swap_accounting;
	bool kmem_accounting_off;	     /* booted with cgroup.memory=nokmem */
	bool apparmor, selinux;		     /* enabled in the running kernel */
	const struct profile_fact *profiles; /* of AppArmor: those that this container may get */
	size_t n_profiles;
	bool selinux_enforcing;
	bool selinux_label_known; /* the loaded SELinux policy takes our policy's label */
	int landlock_abi;	  /* landlock(7); 0: none */
	unsigned cpus;		  /* online */
	const char
		*mem_nodes; /* NUMA nodes with memory, "0-1"; NULL: not known, or not asked for */
	/* SECCOMP_FILTER_FLAG_... that the kernel takes; looked for where the config has some. */
	bool seccomp_flags_known;
	uint32_t seccomp_flags;
	unsigned
		recent_creations; /* of this container id within the policy's time, with this one */
	unsigned restart_pause;	  /* seconds until it may be created again; 0: now */
	bool no_pivot;		  /* the caller wants a root without pivot_root(2) */
	bool in_userns; /* the runtime itself runs in a user namespace that maps not all ids */
	/* In it, host root or its group has an id: then its root may be host root itself. */
	bool host_root_mapped;
	/*
	 * Only then: from the ids that are ours (inside) to those that config.json speaks of
	 * (outside). The same ones, unless the runtime made that namespace itself: then its caller
	 * knows only his own.
	 */
	struct id_maps caller_ids;
	bool setgroups_denied; /* for ever in that namespace: user_namespaces(7) */

	enum cgroup_layout cgroup_layout;
	const struct cgroup_hierarchy *cgroup_v1; /* V1, HYBRID */
	size_t n_cgroup_v1;
	const char *cgroup_v2_mountpoint; /* HYBRID, V2: where cgroup2 is mounted; else NULL */
	const char *cgroup_v2_own_path;
	/*
	 * Space-separated, of the tree's root. In a user namespace: of where the container's cgroup
	 * is made; hierarchies in which none can be made are left out there, v1 and v2.
	 */
	const char *cgroup_v2_controllers;
	struct systemd_fact systemd;

	/* Id range reserved for this container; size 0: none was needed (maps given or joined). */
	struct id_extent range;
	const char *range_source; /* "/etc/subuid" or "built-in default" */
	struct id_extent pool;	  /* that such ranges come from */

	const struct ns_fact *ns;
	size_t n_ns;
	const struct bind_fact *binds;
	size_t n_binds;
	/* Control sockets of engines: those of the policy that exist, and others of such a name. */
	const struct path_fact *sockets;
	size_t n_sockets;
	const struct path_fact *host_paths; /* same index as the policy's binds.host_paths */
	size_t n_host_paths;
	struct path_fact rootfs; /* root.path */
	bool rootfs_guarded;	 /* as bind_fact.guarded */
	const char *resctrl;	 /* mount point of resctrl; NULL: none, or not asked for */
	const struct hook_fact *hooks;
	size_t n_hooks;
	struct inherited_fact inherited;
};

#endif
