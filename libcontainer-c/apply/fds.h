/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fds.h: which descriptors the container's process gets, and whom they belong to. */
#ifndef BULKHEAD_APPLY_FDS_H
#define BULKHEAD_APPLY_FDS_H

#include <stdint.h>

struct err;

/**
 * fds_chown_stdio - give pipes and sockets on 0, 1 and 2 to the container's user, so that it can
 * reopen /dev/stdout. Host side, before start. Character devices, regular files and everything else
 * are left alone: they are the host's (its own /dev/null, say).
 * @uid, @gid: host ids
 */
int fds_chown_stdio(uint32_t uid, uint32_t gid, struct err *e);

/**
 * fds_check_preserved - that 3 .. 3+@n-1 are open.
 * "unable to stat preserved-fd 4 (of 2): bad file descriptor"
 */
int fds_check_preserved(unsigned n, struct err *e);

/** fds_listen - number of descriptors passed by socket activation to this process (sd_listen_fds):
 * LISTEN_FDS when LISTEN_PID is the caller's pid, else 0. */
unsigned fds_listen(void);

/**
 * fds_seal - mark everything from 3+@keep on close-on-exec and 3 .. 3+@keep-1 not; to be called
 * right before execve(2). 5.11.
 */
int fds_seal(unsigned keep, struct err *e);

#endif
