/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * listener.h: the way of a seccomp listener from the process under the filter (C) over the runtime
 * (R) to the agent that linux.seccomp.listenerPath names (config-linux.md, "The Container Process
 * State"; seccomp_unotify(2)).
 *
 *      C                                        R
 *      |  its last steps but execve(2)          |
 *      |------------- HS_FILTER, number ------->|  of the descriptor that the listener will be
 *      |  seccomp(2)                            |
 *      |------------- HS_LISTENER (listener) -->|  or, when this very message is asked about:
 *      |                                        |  pidfd_getfd(2) of that number
 *      |<------------ HS_TAKEN -----------------|
 *      |  closes its own                        |
 *      |------------- HS_CREATED -------------->|  connects to the agent, hands the listener over
 *
 * From seccomp(2) on the kernel may ask about any system call of C, those included that carry this
 * dialogue. Until the agent has the listener R is the one who answers, and lets everything pass: it
 * is its own code that runs. So a filter may ask about sendmsg(2), close(2) or all there is (runc
 * refuses write(2) and NOTIFY as the default action, because its child reports by write(2)), and an
 * agent is not asked about calls of the runtime that it knows nothing of, but for the few of C
 * between HS_CREATED and execve(2).
 *
 * The filter of a container that has a listener is loaded before "created", also with
 * no_new_privs, as runc does it: only R can still undo everything when there is no agent.
 *
 * C and R close their copies: when the agent dies nobody else may have the listener open, or the
 * container would wait for ever instead of seeing ENOSYS.
 */
#ifndef BULKHEAD_LIFECYCLE_LISTENER_H
#define BULKHEAD_LIFECYCLE_LISTENER_H

#include <sys/types.h>

struct err;
struct record;
struct seccomp_listener;
struct seccomp_plan;

/**
 * listener_load - C: load the plan's filters and give the listener to R over @hs_fd.
 * No memory, no stdio. On failure filters may be in force: the process must exit.
 */
int listener_load(const struct seccomp_plan *p, int hs_fd, struct err *e);

/**
 * listener_await - R: from HS_FILTER to HS_CREATED.
 * @pidfd: of C. @ret: the listener, close-on-exec
 * Errors as hs_recv(HS_CREATED); nobody waits longer than for two minutes.
 */
int listener_await(int hs_fd, int pidfd, int *ret, struct err *e);

/**
 * listener_hand_over - R: connect to the agent, send the listener and the state, hang up.
 * @r, @status, @pid: the container; @process: whom the listener is about
 * The path is looked up as the runtime's user and in its mount namespace. Errors begin with the
 * pointer of listenerPath; ERR_POLICY for an agent that @l->own_agent refuses.
 */
int listener_hand_over(const struct seccomp_listener *l, int fd, const struct record *r,
		       const char *status, pid_t pid, pid_t process, struct err *e);

#endif
