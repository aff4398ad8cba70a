/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * handshake.h: the dialogue between the runtime (R) and the container's first process (C) during
 * create. One SOCK_SEQPACKET pair, one packet per message, each end held by one process only, so
 * that the death of either shows as end of file and nobody waits for ever.
 *
 *      C                                        R
 *      |  in its cgroup and namespaces          |  writes and reads back the id maps
 *      |------------- HS_READY ---------------->|
 *      |                                        |  root file system, mounts, sysctls, hooks,
 *      |                                        |  pivot_root, rlimits
 *      |<------------ HS_ROOT ------------------|  where that was not to be
 *      |<------------ HS_MOUNTED ---------------|
 *      |  locks its mounts, drops privileges,   |
 *      |  looks its program up                  |
 *      |------------- HS_CREATED -------------->|
 *      |                                        |  writes the state
 *      |<------------ HS_RUN -------------------|  `run`: go on to execve
 *      |   or HS_WAIT (`create`): outlive R, close, accept on start.sock
 *      |   (end of file: outlived / executed)   |
 *
 * Instead of its next message C may send HS_ERROR with a struct err, once, and exit; HS_HOOK_ERROR
 * when it was a startContainer hook that failed.
 */
#ifndef BULKHEAD_LIFECYCLE_HANDSHAKE_H
#define BULKHEAD_LIFECYCLE_HANDSHAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

enum hs_type {
	HS_READY = 1,
	HS_ROOT, /* with the root of its file system: where C has to chroot(2) */
	HS_MOUNTED,
	HS_FILTER, /* the next three: listener.h */
	HS_LISTENER,
	HS_TAKEN,
	HS_CREATED,
	HS_RUN,
	HS_WAIT,
	HS_ERROR,
	HS_HOOK_ERROR
};

/** hs_pair - ret[0] for the runtime, ret[1] for the container's process; both close-on-exec. */
int hs_pair(int ret[2], struct err *e);

/**
 * hs_limit - let every receive on @fd fail after @seconds; 0: wait for ever, as at first.
 * Whoever shares a pid namespace with C can stop it; the runtime must not hang with it.
 */
int hs_limit(int fd, unsigned seconds, struct err *e);

/** hs_send - send a message without content. Async-signal-safe. 0 or -errno. */
int hs_send(int fd, enum hs_type type);

/** hs_send_number - hs_send() with a number. */
int hs_send_number(int fd, enum hs_type type, int number);

/** hs_send_fd - hs_send() with a descriptor passed along (SCM_RIGHTS); @passed stays the caller's.
 * @passed -1 sends none. */
int hs_send_fd(int fd, enum hs_type type, int passed);

/**
 * hs_send_error - send @e; errors of the sending itself are ignored.
 * @type: HS_ERROR or HS_HOOK_ERROR
 */
void hs_send_error(int fd, enum hs_type type, const struct err *e);

/**
 * hs_recv - wait for @want.
 * The peer's HS_ERROR becomes @e. End of file and any other message are errors.
 * Returns 0 or -errno.
 */
int hs_recv(int fd, enum hs_type want, struct err *e);

/** hs_recv_fd - hs_recv() that also takes a descriptor: *@ret_passed is close-on-exec, or -1. */
int hs_recv_fd(int fd, enum hs_type want, int *ret_passed, struct err *e);

/** hs_recv_number - hs_recv() of a message with a number. */
int hs_recv_number(int fd, enum hs_type want, int *ret, struct err *e);

/** hs_recv_any - as hs_recv() but returns whichever message came (> 0), or -errno. */
int hs_recv_any(int fd, struct err *e);

/** hs_recv_any_fd - hs_recv_any() that also takes a descriptor: close-on-exec, or -1. */
int hs_recv_any_fd(int fd, int *ret_passed, struct err *e);

/**
 * hs_recv_exec - wait for end of file, which says that execve(2) closed the peer's end.
 * @ret_hook: on failure whether it was a hook's; may be NULL
 * Returns 0, or the peer's error. A process killed in between looks like success: its exit status
 * tells.
 */
int hs_recv_exec(int fd, bool *ret_hook, struct err *e);

#endif
