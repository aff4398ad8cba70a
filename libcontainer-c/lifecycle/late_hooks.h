/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* late_hooks.h: poststart and poststop, from the hardened config.json kept in the state. */
#ifndef BULKHEAD_LIFECYCLE_LATE_HOOKS_H
#define BULKHEAD_LIFECYCLE_LATE_HOOKS_H

struct err;
struct opened;

/** late_hooks_poststart - run them; the first failure is returned (runtime.md, step 9). */
int late_hooks_poststart(const struct opened *o, struct err *e);

/** late_hooks_poststop - run all of them. Failures do not stop the deletion: each one is only a
 * warning (runtime.md, step 13), returned as the number of failures with the first one in @e. */
int late_hooks_poststop(const struct opened *o, struct err *e);

#endif
