/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* intel_rdt_stats.h: what resctrl says of a container's class of service and has counted for it. */
#ifndef BULKHEAD_APPLY_INTEL_RDT_STATS_H
#define BULKHEAD_APPLY_INTEL_RDT_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct err;

struct intel_rdt_domain {
	uint64_t mbm_total_bytes, mbm_local_bytes, llc_occupancy;
};

struct intel_rdt_stats {
	/* This processor can do it. */
	bool l3, mem_bw, mbm, cmt;
	const char *cbm_mask;
	uint64_t min_cbm_bits, l3_closids;
	uint64_t bandwidth_gran, delay_linear, min_bandwidth, mem_bw_closids;
	/* Lines of schemata, of the root and of the container's class; NULL: there is none. */
	const char *l3_root, *l3_own, *mem_bw_root, *mem_bw_own;
	const char **schemata; /* all lines of the container's class */
	size_t n_schemata;
	struct intel_rdt_domain *domains; /* one per cache, in the order of their names */
	size_t n_domains;
};

/**
 * intel_rdt_stats_read - @root_fd: from intel_rdt_open(); @group: the container's class below it;
 * @monitor: the group that counts, may be the same. What the processor cannot do is left out.
 */
int intel_rdt_stats_read(int root_fd, const char *group, const char *monitor, struct arena *a,
			 struct intel_rdt_stats *ret, struct err *e);

#endif
