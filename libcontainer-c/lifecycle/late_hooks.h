/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* late_hooks.h: poststart and poststop, from the hardened config.json kept in the state. */
#ifndef BULKHEAD_LIFECYCLE_LATE_HOOKS_H
#define BULKHEAD_LIFECYCLE_LATE_HOOKS_H

#include <stdbool.h>

struct err;
struct hook_list;
struct opened;
struct record;

/** late_hooks_poststart - run them; the first failure is returned (runtime.md, step 9). */
int late_hooks_poststart(const struct opened *o, struct err *e);

/**
 * late_hooks_poststop - run all of them, in order. Failures do not stop the deletion: each one is
 * a warning (runtime.md, step 13).
 */
void late_hooks_poststop(const struct opened *o);

/**
 * late_hooks_undo - late_hooks_poststop() of a container whose creation failed, with the hooks at
 * hand.
 * @leave_keyring: as in struct hooks_run
 */
void late_hooks_undo(const struct hook_list *list, const struct record *r, bool leave_keyring);

#endif
