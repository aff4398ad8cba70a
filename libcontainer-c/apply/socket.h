/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * socket.h: handing a descriptor to the caller of the runtime over a socket that it named:
 * --console-socket and --pidfd-socket.
 */
#ifndef BULKHEAD_APPLY_SOCKET_H
#define BULKHEAD_APPLY_SOCKET_H

struct err;

/** socket_connect - connect to the AF_UNIX stream socket @path. @what: "console", for errors.
 * Returns the socket, on which nothing waits longer than 10 s. */
int socket_connect(const char *path, const char *what, struct err *e);

/**
 * socket_send_fd - one message: @text without its NUL, and @fd. Does not wait for a reader
 * (containerd reads after create has returned). @what: "terminal", for errors.
 */
int socket_send_fd(int sock_fd, const char *text, int fd, const char *what, struct err *e);

#endif
