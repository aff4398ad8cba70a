/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * container.h: the life of a container, as the command line calls it. Each function is one command
 * of the OCI runtime specification's operations (runtime.md) with runc's behaviour and error texts.
 * Nothing here prints; nothing is left behind on failure.
 */
#ifndef BULKHEAD_LIFECYCLE_CONTAINER_H
#define BULKHEAD_LIFECYCLE_CONTAINER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct arena;
struct err;
struct policy;
struct spec_pair;

/* create and run */
struct container_request {
	const char *root; /* state root, absolute */
	const char *id;
	bool need_cgroup;	    /* also of a caller who is not root */
	const char *bundle;	    /* absolute */
	const char *console_socket; /* NULL: none */
	const char *pidfd_socket;   /* NULL: none */
	const char *pid_file;	    /* NULL: none */
	const struct policy *policy;
	bool systemd_cgroup; /* the cgroups are a unit of systemd */
	unsigned preserve_fds;
	unsigned inherited_fds; /* fds_inherited() as of the start of the process */
	bool no_new_keyring;
	bool no_pivot;	   /* the root is moved to "/", and chroot(2) */
	bool detach;	   /* run only */
	bool keep;	   /* run only */
	bool no_subreaper; /* run only */
};

enum container_status {
	CONTAINER_CREATING,
	CONTAINER_CREATED,
	CONTAINER_RUNNING,
	CONTAINER_PAUSED,
	CONTAINER_STOPPED,
};

/** container_status_name - "creating", "created", ... as the specification spells them. */
const char *container_status_name(enum container_status s);

/* What `state` and `list` show. Strings live in the caller's arena. */
struct container_state {
	const char *oci_version;
	const char *id;
	pid_t pid; /* 0 when stopped */
	enum container_status status;
	const char *bundle;
	const char *rootfs;
	const char *created; /* RFC 3339 with nanoseconds, UTC */
	uid_t owner_uid;
	const struct spec_pair *annotations;
	size_t n_annotations;
};

/** container_id_check - refuse an id outside [A-Za-z0-9_+.-]+, ".", "..", or longer than 1024... */
int container_id_check(const char *id, struct err *e);

/** container_create - up to "created": init waits on exec.fifo. */
int container_create(const struct container_request *req, struct err *e);

/**
 * container_run - create, start and, unless detached, wait and delete.
 * @ret_status: the exit status to return: the process's, or 128 + signal
 */
int container_run(const struct container_request *req, int *ret_status, struct err *e);

/* @policy, here and below: where to and what for the audit trail */
int container_start(const char *root, const char *id, const struct policy *policy, struct err *e);

/** container_kill - send @sig; @all is runc's obsolete --all: "not running" is then no error. */
int container_kill(const char *root, const char *id, int sig, bool all, const struct policy *policy,
		   struct err *e);

/** container_delete - release everything. @force: kill first; a missing container is no error. */
int container_delete(const char *root, const char *id, bool force, const struct policy *policy,
		     struct err *e);

/** container_pause, container_resume - freeze and thaw every process of a container. */
int container_pause(const char *root, const char *id, const struct policy *policy, struct err *e);
int container_resume(const char *root, const char *id, const struct policy *policy, struct err *e);

/** container_pids - every process in the container's cgroups, by its number here; none is no error.
 */
int container_pids(const char *root, const char *id, struct arena *a, pid_t **ret, size_t *ret_n,
		   struct err *e);

/** container_query - the state of one container; ERR_STATE "container does not exist". */
int container_query(const char *root, const char *id, struct arena *a, struct container_state *ret,
		    struct err *e);

/**
 * container_list - the states of all containers below @root, sorted by id. Entries that cannot be
 * read are passed to @bad (may be NULL) and skipped. A missing @root is -ENOENT.
 */
int container_list(const char *root, struct arena *a, struct container_state **ret, size_t *ret_n,
		   void (*bad)(const char *id, const struct err *why), struct err *e);

#endif
