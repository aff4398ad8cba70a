/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cgroup_probe.h: the cgroup and memory part of struct host_facts. */
#ifndef BULKHEAD_HOST_CGROUP_PROBE_H
#define BULKHEAD_HOST_CGROUP_PROBE_H

struct arena;
struct err;
struct host_facts;

/**
 * host_probe_cgroup - fill in layout, hierarchies, v2 controllers, swap accounting, kernel memory
 * accounting and mem_total. Reads /proc/self/cgroup and looks for the usual mount points with
 * statfs(2); reads /proc/self/mountinfo (long on hosts with many containers) only when they are
 * not there. own_path is relative to the mount point. Changes nothing; works without root.
 * ERR_HOST when no cgroup file system is mounted.
 */
int host_probe_cgroup(struct arena *a, struct host_facts *f, struct err *e);

#endif
