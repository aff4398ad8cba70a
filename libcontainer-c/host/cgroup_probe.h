/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cgroup_probe.h: the cgroup and memory part of struct host_facts. */
#ifndef BULKHEAD_HOST_CGROUP_PROBE_H
#define BULKHEAD_HOST_CGROUP_PROBE_H

struct arena;
struct err;
struct host_facts;

/**
 * host_probe_cgroup - fill in layout, hierarchies, v2 controllers, swap and kernel memory
 * accounting. Reads /proc/self/cgroup and looks for the usual mount points with statfs(2); reads
 * /proc/self/mountinfo (long on hosts with many containers) only when something is not where it
 * usually is. own_path is relative to the mount point. Changes nothing; works without root.
 * A host without any cgroup file system is no error here (explain runs anywhere), only for
 * cgroup_plan_make(). -ENOMEM or ERR_SYSTEM when /proc cannot be read.
 */
int host_probe_cgroup(struct arena *a, struct host_facts *f, struct err *e);

#endif
