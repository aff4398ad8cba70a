/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pidfile.h: --pid-file. */
#ifndef BULKHEAD_LIFECYCLE_PIDFILE_H
#define BULKHEAD_LIFECYCLE_PIDFILE_H

#include <sys/types.h>

struct err;

/**
 * pidfile_write - the pid in decimal, without a newline (go-runc parses the raw content), whole or
 * not at all: a temporary file ".<name>" in the same directory is renamed.
 */
int pidfile_write(const char *path, pid_t pid, struct err *e);

#endif
