/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * host_paths.h: directories of the host that the policy names, and the binds that lead there by
 * whatever way.
 */
#ifndef BULKHEAD_HARDEN_HOST_PATHS_H
#define BULKHEAD_HARDEN_HOST_PATHS_H

#include <stdbool.h>
#include <stddef.h>

struct harden;
struct place_fact;
struct policy_host_path;

/** place_below - whether @x is in @dir, or is it. Unknown places are nowhere. */
bool place_below(const struct place_fact *x, const struct place_fact *dir);

/** bind_places - how many of bind_fact.places mount @i brings along: those below only by "rbind".
 */
size_t bind_places(const struct harden *h, size_t i);

/**
 * host_path_of - the strictest of the policy's entries that mount @i has to do with; NULL: none, or
 * only what is left as it is.
 * @source: bind_source()
 *
 * A bind of a listed directory or of something in it goes by the longest entry that matches, once
 * for each way to look at it: its path, its place, its inode, and the places of the mounts that
 * come along. A bind of something that holds a listed directory goes by that one's entry as well.
 */
const struct policy_host_path *host_path_of(const struct harden *h, size_t i, const char *source);

/**
 * host_path_of_root - the same for the root file system. Only where it really is counts: engines
 * mount theirs below /run, which a policy may well keep out of containers. An entry for "/" is one
 * for the host's own root alone.
 */
const struct policy_host_path *host_path_of_root(const struct harden *h);

#endif
