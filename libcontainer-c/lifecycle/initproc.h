/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* initproc.h: the container's first process, named safely: pid and start time, then a pidfd. */
#ifndef BULKHEAD_LIFECYCLE_INITPROC_H
#define BULKHEAD_LIFECYCLE_INITPROC_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct err;

/* Its name until it executes the user's program. */
#define INITPROC_NAME "bulkhead:init"

/* For one that was killed or has given up to be gone: a loaded machine is slow. */
#define INITPROC_GONE_MS 10000

struct initproc {
	pid_t pid;
	uint64_t start_time; /* field 22 of proc_pid_stat(5), clock ticks since boot */
};

/** initproc_read - start time and state letter ('R', 'S', 'Z', ...) of @pid. 0 or -errno. */
int initproc_read(pid_t pid, uint64_t *ret_start_time, char *ret_state);

/** initproc_alive - the same process still exists and is neither zombie nor dead. */
bool initproc_alive(const struct initproc *p);

/** initproc_is_waiting - it has not executed the user's program yet: it still has our name. */
bool initproc_is_waiting(const struct initproc *p);

/** initproc_is_unborn - @pid is a copy of the runtime that has done nothing yet: it has its name.
 */
bool initproc_is_unborn(pid_t pid);

/**
 * initproc_pidfd - a pidfd of the process, checked against its start time after opening, so that a
 * reused pid is never signalled. -ESRCH when it is gone.
 */
int initproc_pidfd(const struct initproc *p);

/** initproc_wait_gone - wait until the pidfd's process has ended. -ETIMEDOUT after @ms. */
int initproc_wait_gone(int pidfd, int ms);

#endif
