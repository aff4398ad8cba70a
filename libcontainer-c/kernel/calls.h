/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * calls.h: which of the newer system calls there are.
 *
 * A call is missing when the kernel is older than it, or when a seccomp filter around the runtime
 * does not know it: one says ENOSYS, the other that or EPERM (docker before 20.10.10 and others).
 * EPERM may also be the kernel's honest answer. So it counts only when the call says EPERM even to
 * arguments that the kernel refuses as invalid before it looks at rights.
 *
 * What is known is kept for the life of the process and inherited by clones. A call that is there
 * is never probed, unless it has failed with one of these two.
 */
#ifndef BULKHEAD_KERNEL_CALLS_H
#define BULKHEAD_KERNEL_CALLS_H

#include <stdbool.h>

enum call {
	CALL_OPENAT2,
	CALL_OPEN_TREE,
	CALL_MOVE_MOUNT,
	CALL_FSOPEN,
	CALL_FSCONFIG,
	CALL_FSMOUNT,
	CALL_FSPICK,
	CALL_MOUNT_SETATTR,
	CALL_CLONE3,
	CALL_PIDFD_OPEN,
	CALL_PIDFD_SEND_SIGNAL,
	CALL_CLOSE_RANGE,
	CALL_KINDS
};

/** call_name, call_since - its name, and the Linux that brought it, as "5.6". */
const char *call_name(enum call c);
const char *call_since(enum call c);

/** call_missing - whether it is already known to be missing. No system call. */
bool call_missing(enum call c);

/** call_there - whether it is there; asks the kernel once. Keeps errno. */
bool call_there(enum call c);

/** call_refused - @c has just failed with errno: is that because it is missing? Keeps errno. */
bool call_refused(enum call c);

/**
 * call_mounts_there - whether the whole mount API is there, open_tree to mount_setattr. In part it
 * is of no use: a detached mount can neither be attached nor changed by the older calls.
 */
bool call_mounts_there(void);

#endif
