/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* err.c: see err.h. Owns nothing; pure but for strerror. */
#include "base/err.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int negative(int code)
{
	return code > 0 ? -code : -EINVAL;
}

/* What is too long loses its middle: who it is about stands in front, the cause at the end. */
static void put_cut(char *msg, const char *text, size_t len)
{
	static const char gap[] = " ... ";
	size_t head = ERR_MSG_MAX / 3, tail = ERR_MSG_MAX - head - sizeof(gap);

	memcpy(msg, text, head);
	memcpy(msg + head, gap, sizeof(gap) - 1);
	memcpy(msg + head + sizeof(gap) - 1, text + len - tail, tail + 1);
}

static void put(struct err *e, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));

/* Memory only for what is too long: this runs under the container's system call filter, too. */
static void put(struct err *e, const char *fmt, va_list ap)
{
	char *whole;
	va_list again;

	va_copy(again, ap);
	int n = vsnprintf(e->msg, sizeof(e->msg), fmt, ap);
	if (n >= ERR_MSG_MAX && vasprintf(&whole, fmt, again) == n) {
		put_cut(e->msg, whole, (size_t)n);
		free(whole);
	}
	va_end(again);
}

/* Appends ": tail". */
static void append(struct err *e, const char *tail)
{
	char text[2 * ERR_MSG_MAX + 2];
	int n = snprintf(text, sizeof(text), "%s: %s", e->msg, tail);

	if (n < ERR_MSG_MAX)
		memcpy(e->msg, text, (size_t)n + 1);
	else
		put_cut(e->msg, text, (size_t)n);
}

int err_set(struct err *e, enum err_kind kind, int code, const char *fmt, ...)
{
	va_list ap;

	if (!e || e->kind != ERR_NONE)
		return negative(code);
	e->kind = kind;
	e->code = code;
	va_start(ap, fmt);
	put(e, fmt, ap);
	va_end(ap);
	return negative(code);
}

int err_sys(struct err *e, int code, const char *fmt, ...)
{
	/* strerrordesc_np is not translated and thread safe, unlike strerror. */
	const char *what = strerrordesc_np(code);
	char text[64];
	va_list ap;

	if (!e || e->kind != ERR_NONE)
		return negative(code);
	e->kind = ERR_SYSTEM;
	e->code = code;
	va_start(ap, fmt);
	put(e, fmt, ap);
	va_end(ap);
	snprintf(text, sizeof(text), "%s", what ? what : "unknown error");
	/* Go's spelling: callers grep for lower-case texts ("no such file or directory"). */
	if (text[0] >= 'A' && text[0] <= 'Z')
		text[0] += 'a' - 'A';
	append(e, text);
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
	put(e, fmt, ap);
	va_end(ap);
	append(e, tail);
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
