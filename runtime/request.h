/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* request.h: what `create` and `run` have in common: their options and the request made of them. */
#ifndef BULKHEAD_RUNTIME_REQUEST_H
#define BULKHEAD_RUNTIME_REQUEST_H

#include <stdbool.h>

struct container_request;
struct context;
struct err;

struct request_options {
	const char *bundle, *console_socket, *pidfd_socket, *pid_file;
	bool no_pivot, no_new_keyring;
	unsigned preserve_fds;
};

/* Rows of an option table; @o is a static struct request_options. */
#define REQUEST_OPTIONS(o)                                                                         \
	{.name = "bundle",                                                                         \
	 .key = 'b',                                                                               \
	 .text = &(o).bundle,                                                                      \
	 .help = "path to the bundle directory (default: the current directory)"},                 \
		{.name = "console-socket",                                                         \
		 .text = &(o).console_socket,                                                      \
		 .help = "AF_UNIX socket that receives the master end of the pseudoterminal"},     \
		{.name = "pidfd-socket",                                                           \
		 .text = &(o).pidfd_socket,                                                        \
		 .help = "AF_UNIX socket that receives a pidfd of the container's first process"}, \
		{.name = "pid-file",                                                               \
		 .text = &(o).pid_file,                                                            \
		 .help = "file to write the process id to"},                                       \
		{.name = "no-pivot",                                                               \
		 .flag = &(o).no_pivot,                                                            \
		 .help = "set the root with MS_MOVE and chroot: refused unless the policy allows " \
			 "it"},                                                                    \
		{.name = "no-new-keyring",                                                         \
		 .flag = &(o).no_new_keyring,                                                      \
		 .help = "do not make a session keyring of its own for the container"},            \
	{                                                                                          \
		.name = "preserve-fds", .number = &(o).preserve_fds, .initial = "0",               \
		.help = "pass N more file descriptors to the container (stdio + $LISTEN_FDS + N)"  \
	}

/**
 * request_make - check the options and fill a request from them. Changes the working directory to
 * the bundle, as runc does: relative sockets are relative to it; --pid-file is not.
 * @ret: points into static memory and @o; detach, keep and no_subreaper are left false
 */
int request_make(const struct context *c, const struct request_options *o, const char *id,
		 struct container_request *ret, struct err *e);

#endif
