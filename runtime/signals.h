/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* signals.h: signals as they are written on a command line. */
#ifndef BULKHEAD_RUNTIME_SIGNALS_H
#define BULKHEAD_RUNTIME_SIGNALS_H

/**
 * signal_parse - a signal number, or -EINVAL.
 * @text: a number from 0 (which only tests for existence) to 64, or a name in upper or lower case
 *        with or without "SIG": "KILL", "sigterm", "SIGRTMIN+3"
 */
int signal_parse(const char *text);

#endif
