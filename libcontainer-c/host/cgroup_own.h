/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cgroup_own.h: which cgroup hierarchies a runtime without host root can use: delegation. */
#ifndef BULKHEAD_HOST_CGROUP_OWN_H
#define BULKHEAD_HOST_CGROUP_OWN_H

#include <stddef.h>

struct arena;
struct host_facts;

/**
 * host_own_cgroups - take those hierarchies out of @f in which no cgroup can be made for a
 * container with this linux.cgroupsPath (NULL: the default one), and those controllers of v2 that
 * would not be there. On v2 a process must also be allowed to move there: cgroup.procs of the
 * common ancestor has to be writable (cgroups(7), "Delegation containment").
 * 0 or -ENOMEM.
 */
int host_own_cgroups(const char *cgroups_path, struct arena *a, struct host_facts *f);

/** host_keep_cgroups - the same for a container that exists: the hierarchies of @paths stay. */
int host_keep_cgroups(const char *const *paths, size_t n, struct arena *a, struct host_facts *f);

#endif
