/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* groups.h: the supplementary groups of the runtime's caller, for a container that asks for them.
 */
#ifndef BULKHEAD_LIFECYCLE_GROUPS_H
#define BULKHEAD_LIFECYCLE_GROUPS_H

struct arena;
struct err;
struct spec;

/**
 * groups_keep - when @hardened has the annotation for it (oci-spec/annotations.h): the caller's
 * groups become process.user.additionalGids, besides those that are there; so exec and verify know
 * them. Not with a user namespace, where they are not mapped.
 */
int groups_keep(struct spec *hardened, struct arena *a, struct err *e);

#endif
