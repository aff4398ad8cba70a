/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * trace.h: what a command does at the moment, for `--debug`. Unlike a warning each line is handed
 * on at once: it is for those who look for the place where something hangs or fails.
 */
#ifndef BULKHEAD_LIFECYCLE_TRACE_H
#define BULKHEAD_LIFECYCLE_TRACE_H

/** trace_to - who gets the lines from here on; without it there are none. */
void trace_to(void (*say)(const void *arg, const char *msg), const void *arg);

/** trace - one line. Not in the container's processes, which share no log with the runtime. */
void trace(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
