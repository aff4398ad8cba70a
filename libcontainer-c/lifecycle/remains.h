/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* remains.h: what is left of a container whose record somebody has removed. */
#ifndef BULKHEAD_LIFECYCLE_REMAINS_H
#define BULKHEAD_LIFECYCLE_REMAINS_H

#include <stdbool.h>

struct cgroup;
struct err;
struct opened;
struct statedir;

/** remains_mark - mark the container's cgroups, so that they can be found without its record. */
void remains_mark(const struct statedir *d, const char *id, const struct cgroup *c);

/** remains_marked - whether these cgroups are those that were marked for the container. */
bool remains_marked(const struct statedir *d, const char *id, const struct cgroup *c);

/**
 * remains_check - find the cgroups of a container without a record by their mark; they become all
 * that is in its record.
 * @o: with the lock
 * @why: the error of a record that was lost, or none: of a creator that died before it wrote one
 * With what is left go the id range and the last trace. So it is refused while a process is in one
 * of the cgroups or has an id of the range, and for a record that was lost also when neither tells
 * which processes were the container's. The reason is put in front of @why.
 */
int remains_check(struct opened *o, const char *id, struct err *why);

/** remains_load - open and lock what opened_load() does not, for delete --force; checked. */
int remains_load(const char *root, const char *id, struct opened *ret, struct err *why);

#endif
