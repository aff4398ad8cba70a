/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* now.c: see now.h. */
#include "lifecycle/now.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>

int now_text(char text[NOW_SIZE])
{
	struct timespec t;
	struct tm tm;

	clock_gettime(CLOCK_REALTIME, &t);
	if (!gmtime_r(&t.tv_sec, &tm))
		return -EOVERFLOW;
	size_t n = strftime(text, NOW_SIZE, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text + n, NOW_SIZE - n, ".%09ldZ", t.tv_nsec);
	return 0;
}
