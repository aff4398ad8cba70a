/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* own_dir.h: directories below /run that only we write to, one process at a time. */
#ifndef BULKHEAD_LIFECYCLE_OWN_DIR_H
#define BULKHEAD_LIFECYCLE_OWN_DIR_H

struct err;

/**
 * own_dir_lock - make @path (0700) if missing, refuse one that somebody else could have prepared,
 * wait for its lock. Returns a descriptor; the lock ends when it is closed.
 */
int own_dir_lock(const char *path, struct err *e);

#endif
