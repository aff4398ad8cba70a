/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * measures.h: what hardening decides that config.json has no words for. Together with the hardened
 * spec it is all that plan/ is made from. It is kept in the state directory as a document of its
 * own, so that exec, update and verify use the very same.
 *
 * All zero is what a runtime without a hardening layer does.
 */
#ifndef BULKHEAD_HARDEN_MEASURES_H
#define BULKHEAD_HARDEN_MEASURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "oci-spec/schema.h"

struct spec_device_cgroup;
struct spec_pair;
struct spec_seccomp;

struct measures {
	/* The mount at "/": rule rootfs. */
	bool rootfs_nosuid, rootfs_nodev, rootfs_noexec;

	/* A bind keeps the flags of what it is made from until an option clears them: rules mounts
	   and binds. Without it an option of the mount clears all others (MS_REMOUNT). */
	bool keep_bind_flags;

	/* Filters in force besides the config's: rule seccomp. */
	bool seccomp_builtin;		      /* the built-in profile ... */
	struct spec_seccomp *seccomp_profile; /* ... or the administrator's own instead */
	char **seccomp_deny;		      /* names of sets, plan/seccomp_sets.h */
	size_t n_seccomp_deny;
	bool seccomp_own_agent; /* the agent has to be root's or the runtime's user's */

	/* SECBIT_... of prctl(2) PR_SET_SECUREBITS, locks included: rule capabilities. */
	uint32_t securebits;

	/* What the container may always open instead of the devices of the specification: rule
	   device-rules. */
	bool devices_listed;
	struct spec_device_cgroup *devices;
	size_t n_devices;

	/* Landlock: rule landlock. */
	char **landlock_readonly; /* hierarchies that are not written to */
	size_t n_landlock_readonly;
	bool landlock_scope_sockets, landlock_scope_signals;
};

extern const struct json_schema measures_schema;

#endif
