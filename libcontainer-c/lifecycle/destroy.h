/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* destroy.h: the end of a container, for delete and for a start that failed. */
#ifndef BULKHEAD_LIFECYCLE_DESTROY_H
#define BULKHEAD_LIFECYCLE_DESTROY_H

struct err;
struct opened;

/**
 * container_destroy - end what still runs, give back everything in the reverse order of its making,
 * run the poststop hooks (runtime.md, steps 12 and 13).
 * @o: loaded with the lock
 * Each step is idempotent, so that another one goes on where one failed.
 */
int container_destroy(struct opened *o, struct err *e);

#endif
