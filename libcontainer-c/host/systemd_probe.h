/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* systemd_probe.h: which systemd makes the cgroups, and where. */
#ifndef BULKHEAD_HOST_SYSTEMD_PROBE_H
#define BULKHEAD_HOST_SYSTEMD_PROBE_H

struct arena;
struct err;
struct host_facts;

/**
 * host_probe_systemd - which systemd makes the cgroups, and where its own are; for --systemd-cgroup
 * only. @f: as host_probe() left it; fills f->systemd.
 * A user's manager is asked where its root is (ERR_HOST when there is none); the system's is where
 * process 1 is.
 */
int host_probe_systemd(struct arena *a, struct host_facts *f, struct err *e);

#endif
