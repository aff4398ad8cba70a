/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * policy.h: what the administrator wants, as plain data. One struct per rule of harden/, each
 * beginning with the rule's level. The built-in policy is policy/default.c, one reason per line; a
 * policy file says what differs from it. Nothing in config.json can change a policy.
 *
 * The structs are such that field tables (oci-spec/schema.h) can describe them: a list of names
 * with reasons is an array of struct spec_pair, key the name and value the reason.
 */
#ifndef BULKHEAD_POLICY_POLICY_H
#define BULKHEAD_POLICY_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "oci-spec/spec.h"

/* Values of the level members. */
#define POLICY_ENFORCE "enforce" /* change the request, or refuse it */
#define POLICY_AUDIT   "audit"	 /* decide and record, change and refuse nothing */
#define POLICY_OFF     "off"	 /* the rule does not run */

/* One device. */
struct policy_device {
	const char *type; /* "c" or "b" */
	int64_t major;
	int64_t minor;	    /* -1: every minor of that major */
	const char *access; /* of "rwm" */
	const char *why;
};

/*
 * Storage that belongs to the engine and holds container ids on disk. @pattern: an absolute path,
 * or one that begins with "@", which stands for the engine's data root as found from the rootfs
 * and from the mounts of /etc/hosts and the like. "*" is one path component or a part of one; a
 * last component "**" is any path below.
 */
struct policy_storage {
	const char *pattern;
	bool mounts; /* also when something is mounted exactly there */
	const char *why;
};

/* A directory of the host, and what becomes of a bind of it or of what is below it. */
struct policy_host_path {
	const char *path;
	const char *treatment; /* "refuse", "readonly", "plain" */
	const char *why;
};

/* The most that a config may ask for. */
struct policy_rlimit {
	const char *type; /* "RLIMIT_NOFILE" */
	uint64_t max;
	const char *why;
};

/*
 * An annotation that may change a rule's level for one container, and who may use it. Nothing else
 * in config.json can.
 */
struct policy_exception {
	const char *annotation; /* key */
	const char *value;	/* that it must have */
	const char *rule;	/* name of the rule */
	const char *level;	/* the rule's level then */
	uint32_t *users;	/* uids of the process that calls the runtime */
	size_t n_users;
	uint32_t *login_users; /* or login uids (audit) of it; 4294967295: never logged in */
	size_t n_login_users;
	const char *why;
};

struct policy_privileged {
	const char *level;
};

struct policy_userns {
	const char *level;
	bool allow_host_root; /* honour maps that contain host id 0 */
	const char *pool;     /* name in /etc/subuid and /etc/subgid that ranges come from */
};

struct policy_namespaces {
	const char *level;
	bool allow_host_pid, allow_host_ipc, allow_host_network, allow_host_uts;
	/* Namespaces by path that are not the host's own but belong to its user namespace. */
	bool allow_host_owned_pid, allow_host_owned_ipc, allow_host_owned_network;
	bool allow_pinned_ipc; /* of those, one that is held by a mount, not by a process */
};

struct policy_capabilities {
	const char *level;
	struct spec_pair *ceiling; /* "CAP_CHOWN", ... */
	size_t n_ceiling;
	bool allow_ambient; /* then inheritable is made equal to ambient, else both are empty */
	char **securebits; /* "noroot", "no-setuid-fixup", "no-cap-ambient-raise": set and locked */
	size_t n_securebits;
};

struct policy_no_new_privileges {
	const char *level;
};

struct policy_seccomp {
	const char *level;
	bool allow_spec_allow; /* leave SECCOMP_FILTER_FLAG_SPEC_ALLOW in */
	char **deny;	       /* sets of plan/seccomp_sets.h: "tty-injection", "io-uring", ... */
	size_t n_deny;
	/* A profile in the form of config.json's linux.seccomp instead of the built-in one. */
	const char *profile;		   /* its file, or "" */
	const struct spec_seccomp *loaded; /* its contents; filled in by policy_load() */
	/* Agents that answer for SCMP_ACT_NOTIFY. */
	struct spec_pair *agents; /* directories of their sockets; none: anywhere */
	size_t n_agents;
	bool allow_foreign_agents; /* that run neither as root nor as the runtime's user */
};

struct policy_paths {
	const char *level;
	struct spec_pair *masked;
	size_t n_masked;
	struct spec_pair *readonly;
	size_t n_readonly;
};

struct policy_rootfs {
	const char *level;
	bool allow_shared_propagation;
	bool readonly; /* root.readonly for everybody */
	bool noexec;   /* only what is on other mounts can be executed */
};

struct policy_mounts {
	const char *level;
	struct spec_pair *types;
	size_t n_types;
	bool allow_shared_propagation;
	bool readonly_kernel_views; /* sysfs and cgroup mounts are made read-only */
};

struct policy_binds {
	const char *level;
	struct spec_pair *sockets; /* control sockets, where they are expected */
	size_t n_sockets;
	bool allow_socket_parents;
	struct policy_storage *storage;
	size_t n_storage;
	bool allow_idmap; /* leave idmap options on binds of other host directories in */
	struct policy_host_path *host_paths; /* the longest path that matches counts */
	size_t n_host_paths;
	bool noexec; /* binds of host directories, engines' storage excepted */
};

struct policy_devices {
	const char *level;
	struct policy_device *defaults; /* every container has these */
	size_t n_defaults;
	struct policy_device *extra; /* may be asked for */
	size_t n_extra;
};

struct policy_net_devices {
	const char *level;
	/* Names of devices of the host that may be handed over; a final "*" is any rest. */
	struct spec_pair *allowed;
	size_t n_allowed;
};

struct policy_intel_rdt {
	const char *level;
	bool allow_own;		    /* linux.intelRdt without closID: a class of its own */
	struct spec_pair *clos_ids; /* classes of service that a config may name */
	size_t n_clos_ids;
};

struct policy_pids {
	const char *level;
	int64_t default_limit; /* when none or "unlimited" is asked for */
	int64_t ceiling;       /* 0: none */
	bool required;	       /* refuse where no cgroup can count them (rootless) */
};

struct policy_memory {
	const char *level;
	uint32_t default_percent;    /* of the host's RAM, when none is asked for */
	uint32_t ceiling_percent;    /* of RAM, and of swap as much again; 0: none */
	bool oom_group;		     /* v2: the OOM killer ends the whole container */
	uint32_t kernel_tcp_percent; /* v1: memory.kmem.tcp of the memory limit; 0: none */
	bool required;		     /* refuse where no cgroup can limit it (rootless) */
};

struct policy_cpu {
	const char *level;
	uint32_t ceiling_percent; /* of all CPUs of the host; 0: none */
};

struct policy_cgroup_path {
	const char *level;
	/* What linux.cgroupsPath must be below, "/docker"; none: anything but a slice. */
	struct spec_pair *prefixes;
	size_t n_prefixes;
};

struct policy_sysctl {
	const char *level;
	/* Keys, by the namespace that has to be private; a last component "*" is any rest. */
	struct spec_pair *ipc;
	size_t n_ipc;
	struct spec_pair *network;
	size_t n_network;
};

struct policy_rlimits {
	const char *level;
	bool core_zero; /* RLIMIT_CORE 0 when none is asked for */
	struct policy_rlimit *ceilings;
	size_t n_ceilings;
};

struct policy_scheduling {
	const char *level;
	int32_t oom_score_adj_min; /* a lower one makes others die in the container's place */
	bool allow_realtime;	   /* SCHED_FIFO, SCHED_RR, SCHED_DEADLINE, IOPRIO_CLASS_RT */
	int32_t nice_min;
};

struct policy_hooks {
	const char *level;
	struct spec_pair *directories; /* where programs of hooks may lie; none: anywhere */
	size_t n_directories;
};

struct policy_apparmor {
	const char *level;
	const char *profile;   /* for configs without one, when the kernel has it loaded */
	bool require;	       /* refuse where AppArmor is on and the profile is not loaded */
	bool allow_unconfined; /* honour "unconfined" in a config */
};

struct policy_selinux {
	const char *level;
	const char *label;	 /* "user:role:type" for configs without one */
	const char *mount_label; /* the same for what is mounted for them */
	bool categories;	 /* with a pair of categories of the container's own */
	bool require;		 /* refuse where SELinux is on and the label is not valid */
	bool allow_unconfined;	 /* honour unconfined types in a config */
};

struct policy_landlock {
	const char *level;
	struct spec_pair *readonly; /* hierarchies that are not written to */
	size_t n_readonly;
	bool scope_sockets; /* abstract sockets of the container's own only (ABI 6) */
	bool scope_signals; /* signals to the container's own processes only (ABI 6) */
};

struct policy_restart {
	const char *level;
	uint32_t count;	  /* more creations of one id than this ... */
	uint32_t seconds; /* ... within this time are refused ... */
	uint32_t pause;	  /* ... until so many seconds have gone by */
};

struct policy_exec {
	const char *level;
	bool allow_root; /* exec as the container's root when init is another user (CIS 5.24) */
};

struct policy_annotations {
	const char *level;
	struct spec_pair *ignored; /* prefixes of keys that other runtimes act on */
	size_t n_ignored;
	struct spec_pair *systemd_properties; /* of the scope, "TimeoutStopUSec": may be set */
	size_t n_systemd_properties;
};

/* The audit trail; not a rule. */
struct policy_audit {
	const char *destination; /* "file", "syslog", "journald", "none" */
	const char *file;	 /* absolute */
	bool required;		 /* nothing is created that cannot be recorded */
	bool sync;		 /* wait until the line is on the disk */
};

struct policy {
	uint32_t version; /* of the form of policy files: 1 */
	struct policy_privileged privileged;
	struct policy_userns userns;
	struct policy_namespaces namespaces;
	struct policy_capabilities capabilities;
	struct policy_no_new_privileges no_new_privileges;
	struct policy_seccomp seccomp;
	struct policy_paths paths;
	struct policy_rootfs rootfs;
	struct policy_mounts mounts;
	struct policy_binds binds;
	struct policy_devices devices;
	struct policy_net_devices net_devices;
	struct policy_intel_rdt intel_rdt;
	struct policy_pids pids;
	struct policy_memory memory;
	struct policy_cpu cpu;
	struct policy_cgroup_path cgroup_path;
	struct policy_sysctl sysctl;
	struct policy_rlimits rlimits;
	struct policy_scheduling scheduling;
	struct policy_hooks hooks;
	struct policy_apparmor apparmor;
	struct policy_selinux selinux;
	struct policy_landlock landlock;
	struct policy_restart restart;
	struct policy_exec exec;
	struct policy_annotations annotations;
	struct policy_exception *exceptions;
	size_t n_exceptions;
	struct policy_audit audit;

	/* Where it comes from; not part of a policy file. */
	const char *source; /* the file's path, or "built-in" */
	const char *digest; /* SHA-256 of the file in hexadecimal, or "built-in VERSION" */
};

/** policy_default - the built-in policy. Static, never NULL. */
const struct policy *policy_default(void);

/**
 * policy_level - the level of the @i-th section of @p, to be read or changed; NULL behind the last.
 * @ret_name: of the section's rule
 */
const char **policy_level(struct policy *p, size_t i, const char **ret_name);

/**
 * policy_section - the name that exceptions have for the rules whose level stands at offset @level
 * of struct policy; several rules can share a section. NULL: there is none.
 */
const char *policy_section(size_t level);

#endif
