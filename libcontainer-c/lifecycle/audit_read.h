/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* audit_read.h: an audit trail read again, and which container a host id belongs to. */
#ifndef BULKHEAD_LIFECYCLE_AUDIT_READ_H
#define BULKHEAD_LIFECYCLE_AUDIT_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lifecycle/audit_line.h"

struct arena;
struct err;

/* What is looked for; NULL: anything. */
struct audit_filter {
	const char *id;	   /* container id, or its beginning */
	const char *event; /* or "refused", "failed": an outcome */
	const char *since; /* as audit_since() returns it */
};

/**
 * audit_since - a moment as it compares with the times of lines.
 * @text: "2026-11-22", "2026-11-22T15:43:22Z" (UTC), or a time ago: "90s", "15m", "2h", "7d"
 * ERR_STATE for anything else. The result is in @a.
 */
int audit_since(const char *text, struct arena *a, const char **ret, struct err *e);

/** audit_matches - whether the line is what the filter looks for. */
bool audit_matches(const struct audit_filter *f, const struct audit_line *l);

/**
 * audit_each - call @f for each line of the trail, oldest first.
 * @path: the file, and @path.1 before it when there is one (logrotate); "-": stdin
 * @f:    @l and @text (the line's JSON) are valid during the call; a negative value ends the
 * reading
 * @ret_skipped: how many lines are none of ours: torn ones, foreign ones. What stands in front of
 *        the "{" is left out, so that files of a syslog daemon can be read, too.
 * Returns 0, what @f returned, or -errno with @e filled: ERR_STATE when neither file exists.
 */
int audit_each(const char *path,
	       int (*f)(void *arg, const struct audit_line *l, const char *text, struct err *e),
	       void *arg, size_t *ret_skipped, struct err *e);

/* One container that has, or had, the id that is looked for. */
struct audit_holder {
	const char *container;
	const char *bundle; /* NULL: not known */
	const char *from;
	const char *to;	 /* NULL: its end is not in the trail */
	bool held;	 /* its range is reserved now */
	uint32_t inside; /* the id as the container sees it */
};

struct audit_trace {
	uint32_t id; /* on the host */
	bool group;  /* a gid */
	struct arena *a;
	struct audit_holder *holders; /* in the order in which they came */
	size_t n, cap;
};

/** audit_trace_line - take in one line; lines must come in the order of time. 0 or -ENOMEM. */
int audit_trace_line(struct audit_trace *t, const struct audit_line *l);

/**
 * audit_trace_held - mark those that hold the id's range now, and add those that the trail does not
 * know, because it was started later or is elsewhere.
 */
int audit_trace_held(struct audit_trace *t, struct err *e);

#endif
