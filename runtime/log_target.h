/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* log_target.h: where --log sends its lines: stderr, a file, or one of the host's log daemons. */
#ifndef BULKHEAD_RUNTIME_LOG_TARGET_H
#define BULKHEAD_RUNTIME_LOG_TARGET_H

#include <stddef.h>

struct err;

enum log_kind { LOG_TO_STDERR, LOG_TO_FILE, LOG_TO_SYSLOG, LOG_TO_JOURNAL };

struct log_target {
	enum log_kind kind;
	int fd;
	const char *ident; /* of a daemon's messages; points into argv */
};

#define LOG_TARGET_STDERR ((struct log_target){.fd = 2})

/**
 * log_target_open - open what --log names.
 * @where: "PATH" or "file:PATH", appended to and made with 0644; "syslog:IDENT", "journald:IDENT";
 *         as for crun. Any other word in front of a colon belongs to a path, as for runc.
 * Never waits: a pipe without a reader and a daemon that is not there are errors, which name the
 * path. On failure @t is as it was.
 */
int log_target_open(const char *where, struct log_target *t, struct err *e);

/** log_target_close - give the descriptor back; @t is stderr then. */
void log_target_close(struct log_target *t);

/**
 * log_target_write - @text, whole, to a file or to stderr. Who does not read what --log names holds
 * us up for no more than a second (stderr is waited for, as by every program), nor does a pipe
 * without a reader end us, or a file at RLIMIT_FSIZE: a runtime that dies in the middle of create
 * leaves a container. Returns 0 or -errno.
 */
int log_target_write(int fd, const char *text, size_t len);

/** log_target_message - one message to a daemon. @severity: LOG_ERR, ... of <syslog.h> */
int log_target_message(const struct log_target *t, int severity, const char *text, size_t len);

#endif
