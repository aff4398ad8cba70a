/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* net_stats.h: what the network interfaces of a process's namespace have carried. */
#ifndef BULKHEAD_APPLY_NET_STATS_H
#define BULKHEAD_APPLY_NET_STATS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct arena;
struct err;

struct net_stats {
	const char *name;
	uint64_t rx_bytes, rx_packets, rx_errors, rx_dropped;
	uint64_t tx_bytes, tx_packets, tx_errors, tx_dropped;
};

/**
 * net_stats_read - all interfaces but loopback in the network namespace of @pid, in the kernel's
 * order; none when that is the caller's own: what the host carries is nothing of the container's.
 * @pid: in the caller's procfs
 * @ret: in @a
 */
int net_stats_read(pid_t pid, struct arena *a, struct net_stats **ret, size_t *ret_n,
		   struct err *e);

/** net_stats_parse - the same from the text of /proc/PID/net/dev, which is changed. 0 or -errno. */
int net_stats_parse(char *text, struct arena *a, struct net_stats **ret, size_t *ret_n);

#endif
