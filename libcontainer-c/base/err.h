/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * err.h: how a fallible function says what went wrong.
 *
 * Convention of the whole library: a fallible function returns an int, >= 0 on success and a
 * negative errno on failure, and on failure has filled the caller-owned `struct err`. It never
 * prints, logs or exits. Outputs named ret_* are written on success only. A `struct err` holds one
 * error: the first one set wins until err_clear(), so that undo paths cannot hide the cause.
 *
 * The words matter: engines turn some of them into exit codes (docker maps "permission denied" to
 * 126 and "no such file or directory" to 127). Refusals by policy are therefore phrased without
 * strerror() texts.
 */
#ifndef BULKHEAD_BASE_ERR_H
#define BULKHEAD_BASE_ERR_H

#include <stdarg.h>
#include <stddef.h>

/* Whose fault it is. */
enum err_kind {
	ERR_NONE = 0,
	ERR_SPEC,   /* config.json is wrong: the message begins with a JSON pointer */
	ERR_POLICY, /* a hardening rule refuses: the message begins "policy: RULE: " */
	ERR_HOST,   /* this host cannot do what was asked */
	ERR_STATE,  /* wrong container state, unknown id, wrong usage */
	ERR_SYSTEM, /* a system call failed */
	ERR_BUG,    /* we are wrong */
};

#define ERR_MSG_MAX 1024

/* Plain data, no pointers: a child sends it to its parent with one write(2). */
struct err {
	enum err_kind kind;
	int code; /* positive errno, or 0 */
	char msg[ERR_MSG_MAX];
};

/**
 * err_set - record an error.
 * @e:    where to record it; NULL is allowed and drops the message
 * @kind: whose fault
 * @code: positive errno to return (negated); 0 stands for EINVAL in the return value. It is NOT
 *        put into the text: use err_sys() for that.
 * @fmt:  the message, without a trailing newline or full stop; what is longer than ERR_MSG_MAX
 *        loses its middle
 *
 * Returns -@code, or -EINVAL when @code is 0. Does not overwrite an error already recorded.
 */
int err_set(struct err *e, enum err_kind kind, int code, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/**
 * err_sys - record a failed system call: ERR_SYSTEM, with ": strerror(code)" appended.
 * @code: positive errno (pass errno). Returns -@code.
 */
int err_sys(struct err *e, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/**
 * err_wrap - put "context: " in front of the recorded message, for the composite texts that
 * callers know. Does nothing when no error is recorded. Returns the negative errno of the error.
 */
int err_wrap(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** err_clear - forget the recorded error. */
void err_clear(struct err *e);

#endif
