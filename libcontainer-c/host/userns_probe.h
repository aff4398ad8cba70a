/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* userns_probe.h: the user namespace that the runtime itself is in, and who called it. */
#ifndef BULKHEAD_HOST_USERNS_PROBE_H
#define BULKHEAD_HOST_USERNS_PROBE_H

#include <stdbool.h>
#include <stdint.h>

struct arena;
struct caller_fact;
struct host_facts;

/**
 * host_in_userns - whether the ids of this process are a part of the host's only. In the initial
 * user namespace the map is one line that covers all 2^32 - 1 ids.
 */
bool host_in_userns(void);

/**
 * host_root_is_mapped - whether host root or its group has an id in the user namespace of this
 * process; also when that cannot be told.
 */
bool host_root_is_mapped(void);

/** host_uid_is_mapped - whether @uid, as stat(2) gives it, is an id of our user namespace. */
bool host_uid_is_mapped(uint32_t uid);

/**
 * host_userns_claim - note, for this process and what it executes, that the runtime has made the
 * user namespace it is in: its caller, and his config.json, know the ids of the namespace above.
 * Returns 0 or -errno.
 */
int host_userns_claim(void);

/** host_userns_is_claimed - whether that was noted of the very namespace that we are in. */
bool host_userns_is_claimed(void);

/**
 * host_probe_caller - who called. In a user namespace the ids are those of the namespace above:
 * root of the one would be taken for root of the other.
 */
void host_probe_caller(struct caller_fact *ret);

/**
 * host_probe_userns - fill in caller, in_userns, host_root_mapped, caller_ids and
 * setgroups_denied.
 * Returns 0 or -errno.
 */
int host_probe_userns(struct arena *a, struct host_facts *f);

/**
 * host_caller_is_inside - have caller_ids say that config.json speaks of the ids that are ours: for
 * a container that was made so. 0 or -ENOMEM.
 */
int host_caller_is_inside(struct arena *a, struct host_facts *f);

#endif
