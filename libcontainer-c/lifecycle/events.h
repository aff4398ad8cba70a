/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* events.h: what a running container uses, and when it runs out of memory; for `events`. */
#ifndef BULKHEAD_LIFECYCLE_EVENTS_H
#define BULKHEAD_LIFECYCLE_EVENTS_H

#include <stddef.h>
#include <stdint.h>

#include "apply/cgroup_stats.h"
#include "apply/intel_rdt_stats.h"
#include "apply/net_stats.h"

struct arena;
struct err;

struct container_stats {
	struct cgroup_stats cgroup;
	struct intel_rdt_stats rdt; /* all zero without a class of service */
	struct net_stats *interfaces;
	size_t n_interfaces;
};

/**
 * container_stats - one sample.
 * @ret: in @a
 * ERR_STATE "container with id X is not running" for one that has ended; ERR_HOST for one that has
 * no cgroup, for which nothing is counted.
 */
int container_stats(const char *root, const char *id, struct arena *a, struct container_stats *ret,
		    struct err *e);

/* Who listens. A negative errno ends it. */
struct container_listener {
	void *arg;
	int (*stats)(void *arg, const struct container_stats *s, struct err *e);
	int (*oom)(void *arg, struct err *e);
	void (*trouble)(void *arg, const struct err *why); /* no sample this time */
};

/**
 * container_events - a sample every @interval_ns (> 0) and every time the container runs out of
 * memory, until it ends. The first sample comes after one interval, as in runc.
 * Errors as container_stats(), before the first call of the listener; ERR_HOST also without a
 * cgroup of the memory controller.
 */
int container_events(const char *root, const char *id, int64_t interval_ns,
		     const struct container_listener *to, struct err *e);

#endif
