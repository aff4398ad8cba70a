/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* console.h: the container's terminal: made in its own devpts, sent to the caller, or relayed. */
#ifndef BULKHEAD_APPLY_CONSOLE_H
#define BULKHEAD_APPLY_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct err;

struct console {
	int master_fd, slave_fd; /* owned by the caller: console_close() */
	char name[32];		 /* "/dev/pts/0", as the container names it */
};
#define CONSOLE_INIT ((struct console){.master_fd = -1, .slave_fd = -1})

/**
 * console_open - make a pty in a devpts instance.
 * @devpts_fd: root of the container's devpts mount (may be detached); verified to be a devpts
 * @uid:  host uid that shall own the slave
 * @rows, @cols: window size; 0, 0: leave
 *
 * Nothing is looked up by a name that the container controls: "ptmx" is opened inside the verified
 * devpts root, the slave through TIOCGPTPEER (CVE-2025-52565).
 */
int console_open(int devpts_fd, uint32_t uid, uint16_t rows, uint16_t cols, struct console *ret,
		 struct err *e);

/**
 * console_keep_newlines - a line ends in "\n" alone on its way out, as it does for runc: when the
 * master stays with us, its output may go into a file. The caller's terminal adds its own "\r".
 */
int console_keep_newlines(const struct console *c, struct err *e);

void console_close(struct console *c);

/** console_send - send the master over @sock_fd (apply/socket.h) with the pty's name. */
int console_send(int sock_fd, const struct console *c, struct err *e);

/**
 * console_adopt - the child: new session, @slave_fd as controlling terminal and as 0, 1 and 2;
 * closes @slave_fd. Allocates nothing.
 */
int console_adopt(int slave_fd, struct err *e);

#endif
