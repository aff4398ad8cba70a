/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * caps.h: the capability sets of the calling process. For the container's child: raw system calls,
 * no memory, no stdio. Everything that is set is read back.
 */
#ifndef BULKHEAD_APPLY_CAPS_H
#define BULKHEAD_APPLY_CAPS_H

#include <stdint.h>

struct caps_plan;
struct err;

/**
 * caps_drop_bounding - drop every capability that is not in @keep from the bounding set.
 * Needs CAP_SETPCAP in the caller's user namespace. Reads back.
 */
int caps_drop_bounding(uint64_t keep, struct err *e);

/**
 * caps_apply - permitted, effective, inheritable and ambient sets and securebits, exactly as
 * planned; clears PR_SET_KEEPCAPS. To be called after the change of user (made under
 * PR_SET_KEEPCAPS, so that the permitted set is still there). Reads all of them back, and the
 * bounding set.
 */
int caps_apply(const struct caps_plan *p, struct err *e);

#endif
