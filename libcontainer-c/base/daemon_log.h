/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * daemon_log.h: what the host's log daemons take, syslog's and the systemd journal's, each one
 * datagram per message. Not syslog(3): it writes to the console or to nothing when the daemon is
 * gone, and tells nobody.
 */
#ifndef BULKHEAD_BASE_DAEMON_LOG_H
#define BULKHEAD_BASE_DAEMON_LOG_H

#include <stddef.h>

struct err;
struct strbuf;

#define SYSLOG_SOCKET  "/dev/log"
#define JOURNAL_SOCKET "/run/systemd/journal/socket"

/**
 * daemon_log_connect - a descriptor for daemon_log_send(), close-on-exec.
 * @path: the daemon's Unix socket
 * Returns the descriptor, which is the caller's, or a negative errno (ERR_HOST; the message names
 * the path, and the error by its symbol, because engines read "no such file" as something else).
 */
int daemon_log_connect(const char *path, struct err *e);

/**
 * daemon_log_send - one message. Waits at most a second for a daemon that does not read; after
 * any failure the descriptor takes nothing more, so that a stuck daemon costs that second once.
 */
int daemon_log_send(int fd, const char *data, size_t len, struct err *e);

/** daemon_log_to - connect, one message, close. */
int daemon_log_to(const char *path, const char *data, size_t len, struct err *e);

/**
 * syslog_message - the form that syslog(3) sends and every daemon reads (RFC 3164, section 4.1):
 * local time without a year, in the C locale.
 * @priority: facility and severity of <syslog.h>, or-ed
 * @ident:    who speaks; "[" and ":" would end it
 */
void syslog_message(struct strbuf *out, int priority, const char *ident, const char *text,
		    size_t len);

/**
 * journal_message - the first fields of an entry in the journal's native protocol
 * (systemd.io/JOURNAL_NATIVE_PROTOCOL): MESSAGE, PRIORITY, SYSLOG_FACILITY, SYSLOG_IDENTIFIER.
 * Parameters as for syslog_message(); any text is right in any of them.
 */
void journal_message(struct strbuf *out, int priority, const char *ident, const char *text,
		     size_t len);

/** journal_field - one more field, in the protocol's form for values of any content. */
void journal_field(struct strbuf *out, const char *name, const char *value, size_t len);

#endif
