/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* warnings.c: see warnings.h. */
#include "lifecycle/warnings.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"

static char kept[WARNINGS_MAX][ERR_MSG_MAX];
static size_t n_added;

void warnings_add(const char *fmt, ...)
{
	va_list ap;

	if (n_added < WARNINGS_MAX) {
		va_start(ap, fmt);
		vsnprintf(kept[n_added], sizeof(kept[n_added]), fmt, ap);
		va_end(ap);
	}
	n_added++;
}

void warnings_capability(const char *pointer, const char *name, const char *why)
{
	/* runc's words, which its users look for. */
	if (strstr(pointer, "/ambient/"))
		warnings_add("can't raise ambient capability %.64s: %s (%s)", name, why, pointer);
	else
		warnings_add("%s: %.64s is ignored: %s", pointer, name, why);
}

void warnings_each(void (*say)(void *arg, const char *msg), void *arg)
{
	char more[64];

	for (size_t i = 0; i < n_added && i < WARNINGS_MAX; i++)
		say(arg, kept[i]);
	if (n_added <= WARNINGS_MAX)
		return;
	snprintf(more, sizeof(more), "%zu more warnings", n_added - WARNINGS_MAX);
	say(arg, more);
}
