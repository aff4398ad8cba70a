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
	uint32_t pid;
	uint64_t start_time;
	uint32_t owner_uid;
	uint32_t root_uid; /* host uid of the container's root */
	uint64_t userns;   /* inode of the user namespace that the first process was made in */
	uint32_t id_range; /* first host id that we reserved or share; 0: none */
	char **cgroup_paths;
	size_t n_cgroup_paths;
	bool shared_pid_namespace;   /* killing init does not kill the others */
	const char *overlay_source;  /* the engine's overlay mount, when the rootfs is one */
	const char *overlay_workdir; /* our own work directory beside its upper directory */
	uint64_t overlay_device;     /* st_dev of the container's own overlay */
	bool has_poststart, has_poststop;
	struct spec_pair *annotations;
	size_t n_annotations;
};

/** record_write - store the record in the state directory. */
int record_write(const struct statedir *d, const struct record *r, struct err *e);

/**
 * record_read - load it. -ENOENT without an error set when there is none yet (a creator that died
 * at once); ERR_STATE when it is not one of ours (truncated, another format).
 */
int record_read(const struct statedir *d, struct arena *a, struct record *ret, struct err *e);

#endif
