/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * foreground.h: a runtime that stays beside a process of the container, for `run` and `exec`
 * without --detach: passes signals on, relays the terminal, waits for the end.
 */
#ifndef BULKHEAD_LIFECYCLE_FOREGROUND_H
#define BULKHEAD_LIFECYCLE_FOREGROUND_H

#include <signal.h>
#include <stdbool.h>

struct err;
struct spawned;

struct foreground {
	int signal_fd; /* -1: not begun */
	int notify_fd; /* notify_listen(); -1: nobody waits for the process to be ready */
	sigset_t old;
};
#define FOREGROUND_INIT ((struct foreground){.signal_fd = -1, .notify_fd = -1})

/**
 * foreground_check_terminal - a terminal needs somebody at its other end: the foreground's relay or
 * the console socket, and never both. @console_socket: NULL: none. runc's words.
 */
int foreground_check_terminal(bool terminal, bool detached, const char *console_socket,
			      struct err *e);

/**
 * foreground_begin - block the signals that are to be passed on; before the process exists, so
 * that none is lost. Pair with foreground_end().
 */
int foreground_begin(struct foreground *f, struct err *e);

/**
 * foreground_stay - until the process has ended; reaps it.
 * @master_fd:  of its terminal, to be relayed to stdin and stdout; -1: none
 * @ret_status: its exit status, or 128 + signal
 */
int foreground_stay(struct foreground *f, struct spawned *proc, int master_fd, int *ret_status,
		    struct err *e);

/** foreground_end - the caller's signal mask is what it was. */
void foreground_end(struct foreground *f);

#endif
