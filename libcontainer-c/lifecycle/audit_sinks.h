/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* audit_sinks.h: where a line of the audit trail can go. Private to lifecycle/audit*.c. */
#ifndef BULKHEAD_LIFECYCLE_AUDIT_SINKS_H
#define BULKHEAD_LIFECYCLE_AUDIT_SINKS_H

#include <stdbool.h>
#include <stddef.h>

struct audit_line;
struct err;

/**
 * audit_file_write - append one line to a file of ours alone.
 * @path: absolute; made with mode 0600 when it is missing, its directory with 0700
 * @text: @len bytes with the newline at the end; one write(2)
 * @sync: wait until it is on the disk
 * Refuses (-EPERM) what is not a regular file with one name that belongs to us and that nobody else
 * can write: links, pipes, terminals, prepared files. Errors name the path.
 */
int audit_file_write(const char *path, const char *text, size_t len, bool sync, struct err *e);

/**
 * audit_syslog_write - one datagram to the syslog daemon, facility authpriv.
 * @socket: SYSLOG_SOCKET but in tests
 * @text: @len bytes, without newline
 * @alarm: severity warning instead of notice
 * Waits at most a second for a daemon that does not read.
 */
int audit_syslog_write(const char *socket, const char *text, size_t len, bool alarm, struct err *e);

/**
 * audit_journal_write - one entry of the systemd journal: MESSAGE is @text; BULKHEAD_EVENT,
 * BULKHEAD_CONTAINER and BULKHEAD_OUTCOME are fields that journalctl can select by.
 * @socket: JOURNAL_SOCKET but in tests. Otherwise as audit_syslog_write().
 */
int audit_journal_write(const char *socket, const struct audit_line *l, const char *text,
			size_t len, bool alarm, struct err *e);

#endif
