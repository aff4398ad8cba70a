/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* hook_child.h: the process of one hook, from its clone to its execve(2). Private to hooks.c. */
#ifndef BULKHEAD_APPLY_HOOK_CHILD_H
#define BULKHEAD_APPLY_HOOK_CHILD_H

struct hook_plan;
struct hooks_run;

enum hook_step {
	HOOK_STEP_NAMESPACES,
	HOOK_STEP_ROOT,
	HOOK_STEP_STDIO,
	HOOK_STEP_CWD,
	HOOK_STEP_EXEC
};

/* What the process could not do; one write to the report pipe. */
struct hook_report {
	int error; /* positive errno; 0: nothing to report */
	enum hook_step step;
};

/* The process's descriptors 0, 1, 2 and the pipe that execve(2) closes. All above 2. */
struct hook_stdio {
	int in, out, err, report;
	int report_reader; /* the runtime's end of it, which the process must not keep */
};

/**
 * hook_clone - make the process; it never returns from here.
 * Returns its pid (in the caller's pid namespace), @ret_pidfd filled; or -errno.
 */
int hook_clone(const struct hook_plan *hook, const struct hooks_run *how,
	       const struct hook_stdio *io, int *ret_pidfd);

/** hook_report_text - what failed; the hook's path follows in the message. */
const char *hook_report_text(const struct hook_report *r);

#endif
