/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ids.h: which container holds which range of 65536 host ids.
 *
 * One directory, /run/bulkhead-ids, for the whole host, whatever --root says, because ranges must
 * be unique across all engines and policies. The range from host id N on is held while a symbolic
 * link "N" exists there; its target is the holder's state directory. symlink(2) makes the record
 * whole or not at all, so there is nothing to repair after a crash: a link whose target is gone is
 * free. Containers that joined the user namespace of a holder hold the range too, by links "N.1",
 * "N.2",
 * ... All changes happen under flock(2) of the directory, which the kernel drops with its holder.
 */
#ifndef BULKHEAD_LIFECYCLE_IDS_H
#define BULKHEAD_LIFECYCLE_IDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/facts.h"

struct arena;
struct err;

#define IDS_DIR "/run/bulkhead-ids"

/**
 * ids_reserve - take the next free range for the container with state directory @state_dir.
 * @state_dir: absolute; must exist already (a missing one counts as dead)
 * @pool:      name of the entry in /etc/subuid and /etc/subgid; see host_probe_range()
 * @ret:       {0, first host id, 65536}
 * @ret_source: static text, where the pool comes from
 * The search starts behind the range taken last, to put off the reuse of ids.
 * ERR_POLICY when every range is held.
 */
int ids_reserve(const char *state_dir, const char *pool, struct id_extent *ret,
		const char **ret_source, struct err *e);

/**
 * ids_share - hold the range that starts at host id @base for one more container.
 * Nothing happens (0) when nobody holds such a range: it is one that a caller gave.
 */
int ids_share(const char *state_dir, uint32_t base, struct err *e);

/* A container that holds a range. */
struct ids_holder {
	const char *state_dir;
	uint32_t first; /* first host id of the range */
};

/**
 * ids_holders - which containers hold the range that host id @id lies in; none when it is in
 * none. Changes nothing. @ret is in @a.
 */
int ids_holders(uint32_t id, struct arena *a, struct ids_holder **ret, size_t *ret_n,
		struct err *e);

/**
 * ids_release - give back the range that @state_dir holds (it never holds more than one).
 * @base: first host id of the range if known: spares a scan; 0 if not. Idempotent.
 */
int ids_release(const char *state_dir, uint32_t base, struct err *e);

/**
 * ids_find - the range that the directory @state_dir holds, or shares, by the links alone; without
 * the lock: the links of a container that is neither being made nor removed stay.
 * Returns 1 and fills @ret, 0 when there is none, or -errno (-ENOENT: no such directory).
 */
int ids_find(const char *state_dir, struct id_extent *ret);

/** ids_is_shared - whether more than one container holds the range from host id @base on. */
bool ids_is_shared(uint32_t base);

#endif
