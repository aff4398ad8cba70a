/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* duration.h: spans of time as Go's time.ParseDuration takes them. */
#ifndef BULKHEAD_RUNTIME_DURATION_H
#define BULKHEAD_RUNTIME_DURATION_H

#include <stdint.h>

/**
 * duration_parse - "5s", "1m30s", "1.5h", "-2ms", "0": numbers with a unit each (ns, us, ms, s, m,
 * h), a sign in front.
 * @ret: nanoseconds
 * Returns 0, or -EINVAL; also for more than 64 bits.
 */
int duration_parse(const char *text, int64_t *ret);

#endif
