/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* checkpoint_priv.h: what the parts of `checkpoint` share. */
#ifndef BULKHEAD_LIFECYCLE_CHECKPOINT_PRIV_H
#define BULKHEAD_LIFECYCLE_CHECKPOINT_PRIV_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/arena.h"
#include "lifecycle/checkpoint.h"
#include "lifecycle/checkpoint_note.h"
#include "lifecycle/criu.h"
#include "lifecycle/opened.h"
#include "plan/plan.h"

struct dumping {
	const struct checkpoint_request *q;
	struct arena arena;
	struct opened o;
	struct plan plan;
	struct criu criu;
	struct checkpoint_note note;
	int pid_fd; /* /proc/PID of the first process */
	bool made_dir, begun;
	bool closed; /* the images' directory, which had this mode */
	mode_t mode;
};

/**
 * checkpoint_images_open - the directories of the images and of the work, and with them d->criu:
 * nobody else's to read, and without images. Refuses what CRIU cannot do (checkpoint_check()).
 */
int checkpoint_images_open(struct dumping *d, struct err *e);

/** checkpoint_images_undo - no image stays behind a failure; the log does. */
void checkpoint_images_undo(struct dumping *d);

/**
 * checkpoint_command - CRIU's options for this container, and what the note says beside its images.
 * Refuses descriptors and mounts that CRIU cannot be told of.
 */
int checkpoint_command(struct dumping *d, struct err *e);

#endif
