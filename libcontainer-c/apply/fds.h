/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fds.h: which descriptors the container's process gets, and whom they belong to. */
#ifndef BULKHEAD_APPLY_FDS_H
#define BULKHEAD_APPLY_FDS_H

#include <stdint.h>

struct err;

/**
 * fds_chown_stdio - give the pipes on 0, 1 and 2 to the container's user, so that it can reopen
 * /dev/stdout. Host side, before start. Nothing else is touched: a device, a file or a named FIFO
 * belongs to somebody on the host (its own /dev/null, say), and a socket cannot be reopened anyway.
 * @uid, @gid: host ids
 */
int fds_chown_stdio(uint32_t uid, uint32_t gid, struct err *e);

/**
 * fds_inherited - how many descriptors from 3 on, without a gap, are open. To be asked before this
 * process opens any of its own: those take the numbers that a caller has promised and not passed.
 */
unsigned fds_inherited(void);

/**
 * fds_preserved - how many descriptors from 3 on the program gets: those that socket activation
 * announced and @asked more, or all that came from the caller. Fewer than asked for is no failure
 * (nor is it for crun), and none of the runtime's own ever counts; none at all is one, as for runc.
 * @inherited: what fds_inherited() said at the start
 * "unable to stat preserved-fd 0 (of 2): bad file descriptor"
 */
int fds_preserved(unsigned listen, unsigned asked, unsigned inherited, unsigned *ret,
		  struct err *e);

/**
 * fds_check_preserved - that neither 3 .. 3+@n-1 nor stdio are directories (ERR_POLICY): what
 * CVE-2024-21626 leaked must not be handed over on purpose.
 */
int fds_check_preserved(unsigned n, struct err *e);

/** fds_listen - number of descriptors that socket activation announces to this process
 * (sd_listen_fds): LISTEN_FDS when LISTEN_PID is the caller's pid or, as for crun, not set; else 0.
 */
unsigned fds_listen(void);

/**
 * fds_seal - mark everything from 3+@keep on close-on-exec and 3 .. 3+@keep-1 not. 5.11.
 */
int fds_seal(unsigned keep, struct err *e);

/**
 * fds_close - close everything from 3+@keep on but @a and @b (-1: none), which become
 * close-on-exec; 3 .. 3+@keep-1 go through execve(2). To be called before any name is looked up in
 * the container: marking is not enough, because the working directory's or the program's path may
 * lead through /proc/self/fd (CVE-2024-21626). @a and @b must not be directories.
 * @proc_fd: the host's procfs, or -1: /proc; closed, too, as the last one.
 */
int fds_close(int proc_fd, unsigned keep, int a, int b, struct err *e);

#endif
