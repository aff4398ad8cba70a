/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * outer.h: rootless. An ordinary user cannot make a container's mounts or enter its namespaces, but
 * he can be root of a user namespace of his own. So the runtime makes one around itself, the outer
 * one, and executes itself again in it; from there on it is what rootless podman or `unshare -r`
 * call: root of a user namespace, and there is one way for both.
 *
 * Executed again, not only moved: the kernel judges by the namespace of the last execve(2) who may
 * look into a process that is not dumpable (mm->user_ns), and so the first process of a container,
 * before its own execve(2), could be looked into by nobody but host root.
 */
#ifndef BULKHEAD_LIFECYCLE_OUTER_H
#define BULKHEAD_LIFECYCLE_OUTER_H

struct err;

/**
 * outer_make - for a caller who is not root: a new outer user namespace, with all his subordinate
 * ids where newuidmap(1) and newgidmap(1) are installed and /etc/subuid and /etc/subgid name him,
 * else with his own id alone. Returns only when that fails: ERR_HOST with the reason.
 */
int outer_make(struct err *e);

/**
 * outer_enter - the one that a container of the caller's is in, found by its first process; a new
 * one where that is gone or was never there. Returns 0 when there is none to enter because the
 * container's processes are in the caller's own user namespace, else only when it fails.
 */
int outer_enter(const char *root, const char *id, struct err *e);

/**
 * outer_own_mounts - in a user namespace: a mount namespace of its own, if the present one belongs
 * to the one above (unshare -Ur), and setns(2) would let nobody back into that.
 */
int outer_own_mounts(struct err *e);

#endif
