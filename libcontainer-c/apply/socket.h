/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * socket.h: handing a descriptor over a socket: to the caller of the runtime (--console-socket,
 * --pidfd-socket), and to seccomp agents.
 */
#ifndef BULKHEAD_APPLY_SOCKET_H
#define BULKHEAD_APPLY_SOCKET_H

#include <sys/types.h>

struct err;

/** socket_connect - connect to the AF_UNIX stream socket @path. @what: "console", for errors.
 * Returns the socket, on which nothing waits longer than 10 s. */
int socket_connect(const char *path, const char *what, struct err *e);

/**
 * socket_peer_uid - the user that listens at the other end, as of its listen(2) (unix(7),
 * SO_PEERCRED), in our user namespace: 65534 for one that is not mapped. Errors as above.
 */
int socket_peer_uid(int sock_fd, const char *what, uid_t *ret, struct err *e);

/**
 * socket_send_fd - one message: @text without its NUL, and @fd. Does not wait for a reader
 * (containerd reads after create has returned). @what: "terminal", for errors.
 */
int socket_send_fd(int sock_fd, const char *text, int fd, const char *what, struct err *e);

/**
 * socket_send_pidfd - the message that --pidfd-socket is for.
 * @text: "standard" for a container's first process, "setns" for one of exec, as runc has it
 * ENOSYS (ERR_HOST) where @pidfd is only what stands for one on an old kernel.
 */
int socket_send_pidfd(int sock_fd, const char *text, int pidfd, struct err *e);

#endif
