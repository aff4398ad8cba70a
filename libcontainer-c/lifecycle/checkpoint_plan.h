/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * checkpoint_plan.h: which containers CRIU can take apart and put together again so that nothing of
 * their confinement is lost; the same for both commands, so that none is taken apart in vain.
 */
#ifndef BULKHEAD_LIFECYCLE_CHECKPOINT_PLAN_H
#define BULKHEAD_LIFECYCLE_CHECKPOINT_PLAN_H

#include <stdbool.h>

struct criu;
struct err;
struct mountinfo;
struct plan;

/* CRIU's name for a network namespace that was given by path. */
#define CHECKPOINT_NET "bulkhead-net"

/**
 * checkpoint_check - ERR_POLICY "policy: RULE: ..." when it would be less confined afterwards,
 * ERR_HOST when it cannot be put together again at all.
 */
int checkpoint_check(const struct plan *p, const struct criu *criu, struct err *e);

/**
 * checkpoint_is_external - whether a mount of the container is one that CRIU has to be given: what
 * comes from the host, and /dev with its nodes. All others, and what is in
 * them, are made anew from the images: proc, sysfs, mqueue, devpts, tmpfs.
 * @all, @n: the container's mounts; a bind of a file system that it has as a whole is CRIU's, too
 * @m: one of them; m->mountpoint as seen in the container
 */
bool checkpoint_is_external(const struct mountinfo *all, unsigned long n,
			    const struct mountinfo *m);

#endif
