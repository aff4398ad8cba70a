/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ids.h: which container holds which range of 65536 host ids.
 *
 * One directory, /run/bulkhead-ids, for the whole host, whatever --root says, because ranges must
 * be unique across all engines. Slot N is held while a symbolic link "N" exists there; its target
 * is the holder's state directory. symlink(2) makes the record whole or not at all, so there is
 * nothing to repair after a crash: a link whose target is gone is free. Containers that joined the
 * user namespace of a holder hold the slot too, by links "N.1", "N.2", ... All changes happen under
 * flock(2) of the directory, which the kernel drops with its holder.
 */
#ifndef BULKHEAD_LIFECYCLE_IDS_H
#define BULKHEAD_LIFECYCLE_IDS_H

#include <stdint.h>

#include "host/facts.h"

struct err;

/**
 * ids_reserve - take the next free range for the container with state directory @state_dir.
 * @state_dir: absolute; must exist already (a missing one counts as dead)
 * @ret:       {0, first host id, 65536}
 * @ret_source: static text, where the pool comes from
 * The search starts behind the slot taken last, to put off the reuse of ids.
 * ERR_HOST when every slot is held.
 */
int ids_reserve(const char *state_dir, struct id_extent *ret, const char **ret_source,
		struct err *e);

/**
 * ids_share - hold the range that starts at host id @base for one more container.
 * Nothing happens (0) when @base is not from our pool: a range that the caller gave.
 */
int ids_share(const char *state_dir, uint32_t base, struct err *e);

/**
 * ids_release - give back the slot that @state_dir holds (it never holds more than one).
 * @base: first host id of the range if known: spares a scan; 0 if not. Idempotent.
 */
int ids_release(const char *state_dir, uint32_t base, struct err *e);

#endif
