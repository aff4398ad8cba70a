/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* opened.h: an existing container as a command finds it. Private to lifecycle/. */
#ifndef BULKHEAD_LIFECYCLE_OPENED_H
#define BULKHEAD_LIFECYCLE_OPENED_H

#include <stdbool.h>

#include "base/arena.h"
#include "lifecycle/container.h"
#include "lifecycle/initproc.h"
#include "lifecycle/record.h"
#include "lifecycle/statedir.h"

struct cgroup;
struct err;

struct opened {
	struct statedir dir;
	struct arena arena; /* owns the record */
	bool has_record;    /* false: the creator died before it wrote one */
	struct record record;
	struct initproc init;
	enum container_status status;
};

/**
 * opened_load - find a container and its status.
 * @lock: hold the container's lock (waits up to 10 s): for commands that change it
 * ERR_STATE "container does not exist". Release with opened_close().
 */
int opened_load(const char *root, const char *id, bool lock, struct opened *ret, struct err *e);

/** opened_refresh - let the engine's overlay and the container's see each other's changes. */
void opened_refresh(const struct opened *o);

/**
 * opened_cgroups - open the container's cgroups; for one that has none, what stands for them
 * (cgroup_without()). Release with cgroup_close().
 */
int opened_cgroups(const struct opened *o, struct cgroup *ret, struct err *e);

/**
 * opened_kill - a signal to everybody in the container's cgroups. ERR_STATE "container not running"
 * when a creator that has not finished only named them.
 */
int opened_kill(const struct opened *o, int sig, struct err *e);

void opened_close(struct opened *o);

#endif
