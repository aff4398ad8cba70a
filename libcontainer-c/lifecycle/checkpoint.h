/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * checkpoint.h: the processes of a container as files, and back, by CRIU (criu.h).
 *
 * Images say what processes will be, with which privileges; so they are taken only from a directory
 * that nobody but root can write to, and what CRIU made of them stays stopped until the kernel has
 * shown that it is as confined as a container that `create` makes. What cannot be shown, or is lost
 * on the way, is refused: checkpoint_plan.h.
 *
 * Beside CRIU's files there is one of ours in the directory, CHECKPOINT_NOTE.
 */
#ifndef BULKHEAD_LIFECYCLE_CHECKPOINT_H
#define BULKHEAD_LIFECYCLE_CHECKPOINT_H

#include <stdbool.h>

struct container_request;
struct err;
struct policy;

/* What both commands hand on to CRIU. Paths are absolute; all memory is the caller's. */
struct criu_options {
	const char *image_path;
	const char *work_path; /* for its log; NULL: the images' directory */
	bool tcp_established, tcp_skip_in_flight, tcp_close;
	bool ext_unix_sk, shell_job, file_locks, auto_dedup;
	bool empty_net; /* the network namespace is made, but nothing in it */
};

struct checkpoint_request {
	const char *root; /* state root, absolute */
	const char *id;
	const struct policy *policy; /* of the audit trail, and for facts about the host */
	struct criu_options criu;
	const char *parent_path; /* of an earlier pre-dump, relative to image_path; NULL: none */
	bool link_remap;
	bool leave_running;
	bool pre_dump; /* memory alone, for the parent of a later checkpoint; goes on running */
};

struct restore_request {
	const struct container_request *create; /* as for container_run() */
	struct criu_options criu;
	const char *lsm_profile, *lsm_mount_context; /* NULL: as in the images */
};

/**
 * container_checkpoint - write the container's processes to files and, unless they are to go on,
 * delete the container. The images' directory is made (0700) when it is missing.
 * On failure the container runs as before, and there are no images.
 */
int container_checkpoint(const struct checkpoint_request *q, struct err *e);

/**
 * container_restore - make a container as container_create() does, but with the processes of a
 * checkpoint, and let them go on. In the foreground wait and delete, as container_run().
 * @ret_status: as there
 * ERR_POLICY "policy: restore: ..." when what was restored is not as confined as the plan has it.
 */
int container_restore(const struct restore_request *q, int *ret_status, struct err *e);

#endif
