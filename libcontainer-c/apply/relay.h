/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * relay.h: foreground `run` with a terminal: copies between the caller's terminal and the master of
 * the container's. Made to live in the caller's own poll(2) loop, which also waits for signals.
 * The caller ignores SIGPIPE meanwhile: a reader that goes away must not leave a raw terminal.
 */
#ifndef BULKHEAD_APPLY_RELAY_H
#define BULKHEAD_APPLY_RELAY_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <termios.h>

struct err;

#define RELAY_FDS 3
#define RELAY_BUF 8192

struct relay_pipe {
	char buf[RELAY_BUF];
	size_t start, end; /* bytes waiting in buf */
	bool closed;	   /* nothing more comes in */
};

struct relay {
	int in_fd, out_fd, master_fd; /* borrowed */
	bool raw;		      /* in_fd is a terminal that was put into raw mode */
	struct termios saved;
	struct relay_pipe up, down; /* to the container, from it */
	bool done;		    /* the last holder of the slave is gone and all is written */
};

/**
 * relay_begin - raw input on @in_fd when it is a terminal; its window size goes to the master.
 * Pair with relay_end() on every way out.
 */
int relay_begin(struct relay *r, int in_fd, int out_fd, int master_fd, struct err *e);

/** relay_poll - fill @fds with what to poll for; unused entries have fd -1. */
void relay_poll(const struct relay *r, struct pollfd fds[RELAY_FDS]);

/** relay_step - after poll(2): move what can be moved, without waiting. Sets r->done at the end. */
int relay_step(struct relay *r, const struct pollfd fds[RELAY_FDS], struct err *e);

/** relay_resize - pass the caller's window size on; to be called on SIGWINCH. */
void relay_resize(struct relay *r);

/**
 * relay_drain - the container has ended: write what is still in the pty, without waiting for
 * processes that keep the slave open.
 */
void relay_drain(struct relay *r);

/** relay_end - give the caller's terminal its old mode back. Safe to call twice. */
void relay_end(struct relay *r);

#endif
