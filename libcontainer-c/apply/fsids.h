/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fsids.h: make files as the container's root while keeping the host's capabilities.
 *
 * On an idmapped mount, or an overlay over idmapped layers, the host's uid 0 has no id: creating
 * anything as fsuid 0 is EOVERFLOW. Only fsuid and fsgid change here; setfsuid(2) takes the file
 * capabilities (CAP_CHOWN, CAP_DAC_OVERRIDE, ...) away from the effective set, so they are taken
 * back from the permitted one.
 *
 * Side effects of any change of fsuid (kernel, commit_creds()): the calling thread's
 * PR_SET_PDEATHSIG is cleared and the process becomes non-dumpable, its /proc/self files then
 * belonging to root. Set the death signal after the last call.
 */
#ifndef BULKHEAD_APPLY_FSIDS_H
#define BULKHEAD_APPLY_FSIDS_H

#include <stdint.h>

struct err;

/**
 * fsids_enter - fsuid @uid and fsgid @gid (host ids), effective capabilities = permitted.
 * Read back; async-signal-safe. Returns 0, or -errno with the old ids in force again:
 * -EPERM when the ids or capabilities could not be set.
 */
int fsids_enter(uint32_t uid, uint32_t gid);

/**
 * fsids_leave - back to fsuid = euid, fsgid = egid, effective = permitted. Read back.
 * Returns 0 or -EPERM; a caller that gets an error must not go on creating files.
 */
int fsids_leave(void);

/**
 * fsids_run - @run between fsids_enter() and fsids_leave(), with a umask of 0.
 * Returns what @run does, or -EPERM with @e set when one of the two failed.
 */
int fsids_run(uint32_t uid, uint32_t gid, int (*run)(void *arg), void *arg, struct err *e);

#endif
