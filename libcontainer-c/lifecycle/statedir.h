/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * statedir.h: the directory <root>/<id> of a container, its lock and its files.
 *
 *   state.json      record.h: written early (before anything else exists) and again when created
 *   config.json     the hardened configuration
 *   hardening.json  documents.h: measures and decisions of the hardening, limits as read back
 *   start.sock      exists from "created" until `start`
 *
 * The lock is flock(2) of the directory: create holds it until it ends, so that a state.json that
 * says "creating" without a lock holder belongs to a creator that died.
 */
#ifndef BULKHEAD_LIFECYCLE_STATEDIR_H
#define BULKHEAD_LIFECYCLE_STATEDIR_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct arena;
struct err;
struct seal;

#define STATE_FILE     "state.json"
#define CONFIG_FILE    "config.json"
#define HARDENING_FILE "hardening.json"
#define START_SOCKET   "start.sock"
#define ROOT_DIR       "root" /* where a root without a mount namespace of its own is mounted */

struct statedir {
	int fd; /* O_DIRECTORY; holds the lock once taken */
	char path[PATH_MAX];
	struct seal *seal; /* statedir_write() adds the digest of what it writes; may be NULL */
};
#define STATEDIR_INIT ((struct statedir){.fd = -1})

/** statedir_create - make <root> (0700) if missing and <root>/<id> (0700), and lock it.
 * ERR_STATE "container with given ID already exists" when it is there. */
int statedir_create(const char *root, const char *id, struct statedir *ret, struct err *e);

/** statedir_open - open an existing one, unlocked. ERR_STATE -ENOENT "container does not exist". */
int statedir_open(const char *root, const char *id, struct statedir *ret, struct err *e);

/** statedir_lock - wait at most @seconds for the lock (0: try once). -EWOULDBLOCK when held;
 * ERR_STATE -ENOENT when the directory was removed, or replaced by a new one, before we had it. */
int statedir_lock(const struct statedir *d, unsigned seconds, struct err *e);

/** statedir_is_locked - whether some other process holds the lock now. */
bool statedir_is_locked(const struct statedir *d);

/** statedir_write - write a file whole or not at all (temporary name and rename). */
int statedir_write(const struct statedir *d, const char *name, const char *text, size_t len,
		   struct err *e);

/** statedir_remove - unlink the files above and remove the directory. Idempotent. */
int statedir_remove(struct statedir *d, struct err *e);

/** statedir_close - close and reset. */
void statedir_close(struct statedir *d);

#endif
