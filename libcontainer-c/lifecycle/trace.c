/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* trace.c: see trace.h. */
#include "lifecycle/trace.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include "base/err.h"

static void (*say_to)(const void *arg, const char *msg);
static const void *say_arg;

void trace_to(void (*say)(const void *arg, const char *msg), const void *arg)
{
	say_to = say;
	say_arg = arg;
}

void trace(const char *fmt, ...)
{
	char msg[ERR_MSG_MAX];
	va_list ap;

	if (!say_to)
		return;
	va_start(ap, fmt);
	vsnprintf(msg, sizeof(msg), fmt, ap);
	va_end(ap);
	say_to(say_arg, msg);
}
