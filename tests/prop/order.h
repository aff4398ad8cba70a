/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * order.h: the one place where "not weaker" is written down. A partial order on documents: A is at
 * least as strong as B when a container made from A can do nothing that one made from B cannot.
 *
 *   namespaces      new >= joined (the same path) >= the host's
 *   maps, ids       the same (a user namespace may be added)
 *   capabilities    each set is a subset; absent is the empty set, as the specification says
 *   noNewPrivileges false <= true
 *   seccomp         the same, but SECCOMP_FILTER_FLAG_SPEC_ALLOW may go
 *   masked paths    a superset; read-only paths a superset, masked ones counted in
 *   mounts          the same list; of the options nosuid, nodev, noexec, ro (and the recursive
 *                   ones) at least as many are in force; idmap only with an added user namespace
 *   device rules    a request that passes in A passes in B
 *   pids, memory, swap, kernelTCP    at most as much, absent is no limit; the raw files of cgroup
 * v2 that stand for them may be taken out, then the members are at most as much as those
 *   memory.oom.group    1 may be added
 *   cpu             at most as much time per period; the raw file counts as above; burst at most as
 *                   much
 *   root            read-only >= writable
 *   sysctl          a subset; kernel.domainname may become /domainname
 *   rlimits         at most as high; RLIMIT_CORE 0 may be added, and others that are no higher than
 *                   what would be inherited
 *   scheduling      nice value and OOM score at least as high; what would be inherited as real-time
 *                   or with a lower value may be replaced
 *   labels          of AppArmor, SELinux and mounts: the same, or one where there was none
 *   hooks           the same programs, by their real paths
 *   all else        the same
 */
#ifndef BULKHEAD_TESTS_ORDER_H
#define BULKHEAD_TESTS_ORDER_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct host_facts;
struct spec;

/**
 * order_at_least - whether @a is at least as strong as @b on a host with @f.
 * @ret_why: text in @mem that names where it is not
 */
bool order_at_least(const struct spec *a, const struct spec *b, const struct host_facts *f,
		    struct arena *mem, const char **ret_why);

#endif
