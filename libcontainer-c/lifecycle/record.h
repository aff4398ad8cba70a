/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * record.h: state.json, what later commands need to know about a container. The format is private
 * to bulkhead; `state` prints the specification's.
 */
#ifndef BULKHEAD_LIFECYCLE_RECORD_H
#define BULKHEAD_LIFECYCLE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "oci-spec/spec.h"

struct arena;
struct err;
struct statedir;

#define RECORD_FORMAT 1u

struct record {
	uint32_t format; /* RECORD_FORMAT; another one is refused */
	const char *oci_version;
	const char *id;
	const char *bundle;
	const char *rootfs;
	const char *created; /* RFC 3339 */
	bool complete;	     /* false: create has not finished */
	bool restored;	     /* its processes are CRIU's, which gives them clocks that go on */
	/* Nobody has looked at them yet, or hooks are to come: they may be ended, and no more. */
	bool restoring;
	uint32_t pid;
	uint64_t start_time;
	uint32_t owner_uid;
	uint32_t root_uid; /* host uid of the container's root */
	/* Without host root: config.json speaks of the ids in the runtime's own user namespace, not
	 * of those above (facts.h, caller_ids). */
	bool ids_inside;
	uint64_t userns;   /* inode of the user namespace that the first process was made in */
	uint32_t id_range; /* first host id that we reserved or share; 0: none */
	char **cgroup_paths;
	size_t n_cgroup_paths;
	const char *systemd_unit; /* NULL: cgroups were made without systemd */
	bool systemd_user;	  /* the unit is the user's manager's */
	/* Of the unit's cgroup: whoever has one of that path later has another one. */
	const char *systemd_cgroup;
	uint64_t systemd_cgroup_inode;
	bool shared_pid_namespace;   /* killing init does not kill the others */
	bool shared_mount_namespace; /* its root is mounted at ROOT_DIR, on the host */
	const char *overlay_source;  /* the engine's overlay mount, when the rootfs is one */
	const char *overlay_workdir; /* our own work directory beside its upper directory */
	uint64_t overlay_device;     /* st_dev of the container's own overlay */
	const char *rdt_root;	     /* mount point of resctrl; NULL: not in any of its groups */
	char **rdt_groups;	     /* below it, that the container's processes are in */
	size_t n_rdt_groups;
	char **rdt_own; /* those that go with the container */
	size_t n_rdt_own;
	bool has_poststart, has_poststop;
	struct spec_pair *annotations;
	size_t n_annotations;
};

/** record_write - store the record in the state directory. */
int record_write(const struct statedir *d, const struct record *r, struct err *e);

/**
 * record_read - load it. -ENOENT without an error set when there is none yet (a creator that died
 * at once); ERR_STATE when it is not one of ours (truncated, another format), and with it -ENODATA
 * when it is gone from beside the documents of a container that was made.
 */
int record_read(const struct statedir *d, struct arena *a, struct record *ret, struct err *e);

#endif
