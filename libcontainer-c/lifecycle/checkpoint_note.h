/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* checkpoint_note.h: what `restore` has to know of a checkpoint besides CRIU's own files. */
#ifndef BULKHEAD_LIFECYCLE_CHECKPOINT_NOTE_H
#define BULKHEAD_LIFECYCLE_CHECKPOINT_NOTE_H

#include <stddef.h>
#include <stdint.h>

struct arena;
struct err;

#define CHECKPOINT_NOTE	  "bulkhead.json"
#define CHECKPOINT_FORMAT 1u

struct checkpoint_note {
	uint32_t format;
	/* CRIU's names of the files that were the first process's 0, 1 and 2; "" for one that was
	 * closed, or is in the container. */
	char **stdio;
	size_t n_stdio;
	uint32_t *null; /* those of them that were /dev/null: the caller's need not be */
	size_t n_null;
	uint32_t *stopped; /* processes that were stopped by a signal, by their numbers inside */
	size_t n_stopped;
};

/** checkpoint_note_write - a new file in the directory @image_fd. */
int checkpoint_note_write(int image_fd, const struct checkpoint_note *n, struct err *e);

/** checkpoint_note_read - ERR_STATE when there is none, or none of ours. @a owns what is in it. */
int checkpoint_note_read(int image_fd, struct arena *a, struct checkpoint_note *ret, struct err *e);

#endif
