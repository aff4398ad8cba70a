/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * seccomp.h: put a compiled system call filter in force.
 *
 * The names are not seccomp_load() and the like, because libseccomp exports those and the static
 * executable links both.
 */
#ifndef BULKHEAD_APPLY_SECCOMP_H
#define BULKHEAD_APPLY_SECCOMP_H

#include "plan/seccomp.h"

/**
 * seccomp_apply - load the plan's filters into the calling thread, in order.
 *
 * Call it as the last thing before execve(2), with no_new_privs set (prctl(2) PR_SET_NO_NEW_PRIVS):
 * afterwards any system call may be refused or end the process, the ones that report errors
 * included. That is also why nothing is read back here: see seccomp_verify().
 * @ret_listener: the plan's listener, close-on-exec; -1: it has none
 * Returns 0 or a negative errno; on failure filters loaded before stay in force, so the process
 * must exit. Async-signal-safe on success.
 */
int seccomp_apply(const struct seccomp_plan *p, int *ret_listener, struct err *e);

/**
 * seccomp_verify - read back from the kernel that a process runs under filters.
 * @proc_pid_fd: an open /proc/PID directory of a trusted procfs
 * @filters:     how many filters the plan loaded; more may be in force (an inherited one)
 *
 * Checks "Seccomp: 2" and, from 5.9 on, "Seccomp_filters: >= N" in status. Returns 0, or an
 * ERR_SYSTEM error when the filter is not there.
 */
int seccomp_verify(int proc_pid_fd, size_t filters, struct err *e);

#endif
