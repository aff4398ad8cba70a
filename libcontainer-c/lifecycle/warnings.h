/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * warnings.h: what the specification wants logged although the operation goes on ("MUST log a
 * warning"). Kept until the command ends, because a failure has a log of one line.
 */
#ifndef BULKHEAD_LIFECYCLE_WARNINGS_H
#define BULKHEAD_LIFECYCLE_WARNINGS_H

/** warnings_add - keep a message; beyond the first WARNINGS_MAX they are only counted. */
void warnings_add(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/** warnings_capability - caps_ignored()'s callback: a capability that is not granted, and why. */
void warnings_capability(const char *pointer, const char *name, const char *why);

#define WARNINGS_MAX 16

/** warnings_each - hand on every message since the start of the process, in order. */
void warnings_each(void (*say)(void *arg, const char *msg), void *arg);

#endif
