/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* now.h: the time of day as it is written down. */
#ifndef BULKHEAD_LIFECYCLE_NOW_H
#define BULKHEAD_LIFECYCLE_NOW_H

#define NOW_SIZE 32

/**
 * now_text - the time in RFC 3339 with nanoseconds, UTC: "2026-11-22T15:43:22.000000001Z". All have
 * the same length, and sort as text. 0 or -EOVERFLOW.
 */
int now_text(char text[NOW_SIZE]);

#endif
