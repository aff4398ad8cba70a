/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * log.h: where errors go and how they are spelled (logrus, as runc uses it).
 *
 * One failure is one line. containerd decodes the log as a stream of JSON objects and takes the
 * last error; podman decodes the whole file as one JSON value, and conmon and CRI-O show what was
 * on stderr. So: exactly one line in the log, the bare message on stderr besides when the log is
 * another place, and nothing at all on success.
 */
#ifndef BULKHEAD_RUNTIME_LOG_H
#define BULKHEAD_RUNTIME_LOG_H

#include <stdbool.h>
#include <time.h>

#include "runtime/log_target.h"

struct err;
struct strbuf;

struct log {
	struct log_target to;
	bool json;
	bool debug;
};

/* Text on stderr: what is in force until the options are read. */
#define LOG_INIT ((struct log){.to = LOG_TARGET_STDERR})

/**
 * log_open - apply --log, --log-format and --debug.
 * @where:  see log_target_open(); NULL or "" for stderr
 * @format: "text", "json", NULL or "" for text
 * On failure @l stays usable as it was.
 */
int log_open(struct log *l, const char *where, const char *format, bool debug, struct err *e);

/** log_close - close what --log named. */
void log_close(struct log *l);

/** log_error - report the failure of the whole command: call it once. Keeps going when the disk is
 * full. */
void log_error(const struct log *l, const struct err *why);

/** log_warning - one line at level warning. */
void log_warning(const struct log *l, const char *msg);

/** log_warn_plain - one bare line on stderr and nowhere else, for `list`'s unreadable entries. */
void log_warn_plain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/** log_debug - one line at level debug; nothing without --debug. */
void log_debug(const struct log *l, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/**
 * log_format_line - one line of the log, newline included.
 * @level: "error", "warning", "debug"
 * @now:   seconds since the epoch; written in UTC
 * @kind:  NULL, or a further field "kind" (whose fault: "spec", "policy", ...), shown with --debug
 */
void log_format_line(bool json, const char *level, const char *msg, time_t now, const char *kind,
		     struct strbuf *out);

#endif
