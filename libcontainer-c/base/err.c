/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* err.c: see err.h. Owns nothing; pure but for strerror. */
#include "base/err.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int negative(int code)
{
	return code > 0 ? -code : -EINVAL;
}

static void record(struct err *e, enum err_kind kind, int code, const char *fmt, va_list ap)
	__attribute__((format(printf, 4, 0)));

static void record(struct err *e, enum err_kind kind, int code, const char *fmt, va_list ap)
{
	if (!e || e->kind != ERR_NONE)
		return;
	e->kind = kind;
	e->code = code;
	vsnprintf(e->msg, sizeof(e->msg), fmt, ap);
}

int err_set(struct err *e, enum err_kind kind, int code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	record(e, kind, code, fmt, ap);
	va_end(ap);
	return negative(code);
}

int err_sys(struct err *e, int code, const char *fmt, ...)
{
	va_list ap;

	if (!e || e->kind != ERR_NONE)
		return negative(code);
	va_start(ap, fmt);
	record(e, ERR_SYSTEM, code, fmt, ap);
	va_end(ap);
	size_t n = strlen(e->msg);
	/* strerrordesc_np is not translated and thread safe, unlike strerror. */
	const char *what = strerrordesc_np(code);
	/* Go's spelling: callers grep for lower-case texts ("no such file or directory"). */
	int len = snprintf(e->msg + n, sizeof(e->msg) - n, ": %s", what ? what : "unknown error");
	if (len > 2 && n + 2 < sizeof(e->msg) && e->msg[n + 2] >= 'A' && e->msg[n + 2] <= 'Z')
		e->msg[n + 2] += 'a' - 'A';
	return negative(code);
}

int err_wrap(struct err *e, const char *fmt, ...)
{
	char tail[ERR_MSG_MAX];
	va_list ap;

	if (!e || e->kind == ERR_NONE)
		return -EINVAL;
	memcpy(tail, e->msg, sizeof(tail));
	va_start(ap, fmt);
	int n = vsnprintf(e->msg, sizeof(e->msg), fmt, ap);
	va_end(ap);
	if (n >= 0 && (size_t)n < sizeof(e->msg)) {
		size_t room = sizeof(e->msg) - (size_t)n;
		/* A tail that no longer fits is cut: the cause stays readable from its start. */
		snprintf(e->msg + n, room, ": %.*s", (int)(room > 3 ? room - 3 : 0), tail);
	}
	return negative(e->code);
}

void err_clear(struct err *e)
{
	if (!e)
		return;
	e->kind = ERR_NONE;
	e->code = 0;
	e->msg[0] = '\0';
}
