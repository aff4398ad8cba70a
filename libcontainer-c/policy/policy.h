/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * policy.h: what the administrator wants, as plain data. One struct per rule of harden/, each
 * beginning with the rule's level. The built-in default is policy/default.c, one reason per line.
 * Nothing in config.json can change a policy.
 */
#ifndef BULKHEAD_POLICY_POLICY_H
#define BULKHEAD_POLICY_POLICY_H

#include <stdbool.h>
#include <stdint.h>

enum policy_level {
	POLICY_ENFORCE, /* change the request, or refuse it */
	POLICY_AUDIT,	/* decide and record, change and refuse nothing */
	POLICY_OFF,	/* the rule does not run */
};

/* One entry of a list: the value, and why it is there. Lists end with an entry without a value. */
struct policy_entry {
	const char *value;
	const char *why;
};

/* One device. Lists end with type 0. */
struct policy_device {
	char type; /* 'c' or 'b' */
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

struct policy {
	struct policy_privileged {
		enum policy_level level;
	} privileged;

	struct policy_userns {
		enum policy_level level;
		bool allow_host_root; /* honour maps that contain host id 0 */
	} userns;

	struct policy_namespaces {
		enum policy_level level;
		bool allow_host_pid, allow_host_ipc, allow_host_network, allow_host_uts;
		/* Namespaces by path that are not the host's own but belong to its user namespace.
		 */
		bool allow_host_owned_pid, allow_host_owned_ipc, allow_host_owned_network;
	} namespaces;

	struct policy_capabilities {
		enum policy_level level;
		const struct policy_entry *ceiling; /* "CAP_CHOWN", ... */
		bool allow_ambient; /* then inheritable is made equal to ambient, else both are
				       empty */
	} capabilities;

	struct policy_no_new_privileges {
		enum policy_level level;
	} no_new_privileges;

	struct policy_seccomp {
		enum policy_level level;
		bool allow_spec_allow; /* leave SECCOMP_FILTER_FLAG_SPEC_ALLOW in */
	} seccomp;

	struct policy_paths {
		enum policy_level level;
		const struct policy_entry *masked, *readonly;
	} paths;

	struct policy_rootfs {
		enum policy_level level;
		bool allow_shared_propagation;
	} rootfs;

	struct policy_mounts {
		enum policy_level level;
		const struct policy_entry *types;
		bool allow_shared_propagation;
		bool readonly_kernel_views; /* sysfs and cgroup mounts are made read-only */
	} mounts;

	struct policy_binds {
		enum policy_level level;
		const struct policy_entry *sockets; /* control sockets, where they are expected */
		bool allow_socket_parents;
		const struct policy_storage *storage;
		bool allow_idmap; /* leave idmap options on binds of other host directories in */
	} binds;

	struct policy_devices {
		enum policy_level level;
		const struct policy_device *defaults; /* every container has these */
		const struct policy_device *extra;    /* may be asked for */
	} devices;

	struct policy_pids {
		enum policy_level level;
		int64_t default_limit; /* when none or "unlimited" is asked for */
		int64_t ceiling;       /* 0: none */
	} pids;

	struct policy_memory {
		enum policy_level level;
		unsigned default_percent; /* of the host's RAM, when none is asked for */
		unsigned ceiling_percent; /* 0: none */
	} memory;

	struct policy_sysctl {
		enum policy_level level;
		/* Keys, by the namespace that has to be private; a last component "*" is any rest.
		 */
		const struct policy_entry *ipc, *network;
	} sysctl;

	struct policy_rlimits {
		enum policy_level level;
		bool core_zero; /* RLIMIT_CORE 0 when none is asked for */
	} rlimits;

	struct policy_hooks {
		enum policy_level level;
	} hooks;

	struct policy_annotations {
		enum policy_level level;
		const struct policy_entry
			*ignored; /* prefixes of keys that other runtimes act on */
	} annotations;
};

/** policy_default - the built-in policy: every rule enforced. Static, never NULL. */
const struct policy *policy_default(void);

#endif
