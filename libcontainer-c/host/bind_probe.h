/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bind_probe.h: facts about what a spec hands in from the host, and what the policy says of it. */
#ifndef BULKHEAD_HOST_BIND_PROBE_H
#define BULKHEAD_HOST_BIND_PROBE_H

struct arena;
struct host_facts;
struct policy_binds;
struct spec;

/**
 * host_probe_binds - fill in binds, host_paths, sockets and rootfs of @f.
 * @s: may be NULL; then nothing is looked at
 * What cannot be told is left out. 0 or -ENOMEM.
 */
int host_probe_binds(const struct spec *s, const struct policy_binds *p, struct arena *a,
		     struct host_facts *f);

#endif
