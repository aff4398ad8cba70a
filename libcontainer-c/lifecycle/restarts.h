/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * restarts.h: how often containers of the same id were made lately, for the rule restart. A file
 *for each state root and id in RESTARTS_DIR, which outlives the container and is gone with the next
 * boot:
 *
 *	created 1234567       milliseconds of CLOCK_BOOTTIME, one line for each time, ascending
 *	paused 1239999        until then nothing is made
 *
 * Nothing is read or written while the rule is off.
 */
#ifndef BULKHEAD_LIFECYCLE_RESTARTS_H
#define BULKHEAD_LIFECYCLE_RESTARTS_H

#include <stddef.h>
#include <stdint.h>

struct err;
struct policy_restart;

#define RESTARTS_DIR "/run/bulkhead-restarts"

enum {
	RESTARTS_MAX = 1000,   /* times in a file; what a policy may count to */
	RESTARTS_FILES = 1024, /* the oldest goes when there are more */
};

struct restarts {
	uint64_t created[RESTARTS_MAX];
	size_t n;
	uint64_t paused; /* 0: not */
};

/** restarts_parse - the contents of a file, changed in place. 0 or -EINVAL. */
int restarts_parse(char *text, struct restarts *ret);

/**
 * restarts_judge - one more creation at @now, in milliseconds: count it, or begin a pause. During a
 * pause nothing is counted; after it the count begins again.
 * @ret_recent: creations within the policy's time, with this one
 * Returns the seconds that it has to wait; 0: none.
 */
unsigned restarts_judge(struct restarts *h, const struct policy_restart *p, uint64_t now,
			unsigned *ret_recent);

/**
 * restarts_count - the same with the file of container @id in the state root @root.
 * @ret_recent, @ret_pause: for host_facts
 */
int restarts_count(const struct policy_restart *p, const char *root, const char *id,
		   unsigned *ret_recent, unsigned *ret_pause, struct err *e);

#endif
