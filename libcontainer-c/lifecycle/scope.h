/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * scope.h: the systemd unit in the life of a container. Every function does nothing for a container
 * whose cgroups are made without systemd.
 */
#ifndef BULKHEAD_LIFECYCLE_SCOPE_H
#define BULKHEAD_LIFECYCLE_SCOPE_H

#include <stdbool.h>

struct cgroup_plan;
struct creation;
struct err;
struct record;

/** scope_start - have the unit made: its cgroups are there then, with the place-holder in them. */
int scope_start(struct creation *c, struct err *e);

/** scope_before_spawn, scope_after_spawn - around the birth of the first process, which takes the
 * place-holder's place. */
int scope_before_spawn(struct creation *c, struct err *e);
int scope_after_spawn(struct creation *c, struct err *e);

/** scope_join - before a process of exec is born: move to where the runtime may put it in. */
int scope_join(const struct record *r, struct err *e);

/** scope_fill_record - which unit, and which cgroup it has by now. */
void scope_fill_record(struct creation *c);

/** scope_undo - after the container's processes, before its cgroups. */
void scope_undo(struct creation *c);

/**
 * scope_replaced - whether the unit's cgroup is another one than the container had: its own has
 * ended, as a scope does with its last process, and somebody else uses the name.
 */
bool scope_replaced(const struct record *r);

/** scope_stop - for delete: all processes of it have ended. */
int scope_stop(const struct record *r, struct err *e);

/** scope_update - tell systemd the limits of @p. */
int scope_update(const struct record *r, const struct cgroup_plan *p, struct err *e);

#endif
