/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* socket_probe.h: control sockets of engines. */
#ifndef BULKHEAD_HOST_SOCKET_PROBE_H
#define BULKHEAD_HOST_SOCKET_PROBE_H

#include <stdbool.h>

struct arena;
struct host_facts;
struct mount_table;
struct policy_binds;

/**
 * host_probe_sockets - fill in sockets of @f: those of the policy that exist; and, if @everywhere,
 * every socket that somebody listens on whose name is the one of a listed socket: engines can be
 * told to put theirs elsewhere (dockerd -H unix:///srv/docker.sock). 0 or -ENOMEM.
 */
int host_probe_sockets(const struct policy_binds *p, const struct mount_table *t, bool everywhere,
		       struct arena *a, struct host_facts *f);

#endif
