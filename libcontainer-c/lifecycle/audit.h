/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * audit.h: the audit trail: one line of JSON (audit_line.h) for each act on a container, where the
 * policy's section "audit" says. It is a trail of its own: nothing of it goes to --log or stderr.
 *
 *   create      create: up to the waiting first process
 *   run         create and start in one; a line "start" follows only when the start fails
 *   restore     create with the processes of a checkpoint, which go on
 *   start exec update pause resume checkpoint kill delete
 *
 * An act that was refused or failed has a line, too, with its error. What never found a container
 * (kill or delete of an id that does not exist) has none.
 *
 * An act that adds something (create, run, restore, exec, update) calls audit_done() while it can
 * still be undone, and is undone when the policy requires the line and it cannot be written. What
 * takes away (kill, delete, pause) and what was allowed already (start, resume) calls
 * audit_result(): a full disk must not keep anybody from stopping a container.
 */
#ifndef BULKHEAD_LIFECYCLE_AUDIT_H
#define BULKHEAD_LIFECYCLE_AUDIT_H

#include <stdbool.h>
#include <sys/types.h>

struct decisions;
struct err;
struct id_maps;
struct policy;
struct spec_process;

/*
 * What is known of one act; NULL and 0 for the rest. Nothing is kept after the call. Long texts are
 * cut: a process's arguments after 1 KiB in all, the bundle's path after 1 KiB. Of the decisions,
 * refusals come first, then changes, then notes, as far as 8 KiB reach.
 */
struct audit {
	const struct policy *policy; /* says where to, and is named in the line */
	const char *event;
	const char *id;
	const char *bundle;
	const struct spec_process *process; /* create, run, exec: args and user */
	const struct id_maps *maps;	    /* create, run: host ids lead back to the container */
	const struct decisions *decisions;
	const char *limits; /* cgroup_limits(): create, run, update */
	pid_t pid;	    /* of the container's, or of the exec's, first process on the host */
	int signal;	    /* kill */
};

/**
 * audit_done - the line of an act that has succeeded, or will unless this call fails.
 * Returns 0; or, when it cannot be written and the policy requires it, -EPERM with ERR_POLICY
 * "policy: audit: ...".
 */
int audit_done(const struct audit *a, struct err *e);

/**
 * audit_result - the line of an act that has come to its end: "refused" (ERR_POLICY) or "failed"
 * because of @why, or done when @why is NULL. That it cannot be written is no error.
 */
void audit_result(const struct audit *a, const struct err *why);

/**
 * audit_trouble - why a line could not be written although nothing failed because of it; NULL: all
 * lines were written. For the debug log.
 */
const char *audit_trouble(void);

#endif
