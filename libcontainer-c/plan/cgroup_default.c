/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cgroup_default.c: what a new cgroup has in its files before anybody writes to them. Pure. */
#include "plan/cgroup_build.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"

/* cgroup-v1/, cgroup-v2.rst of the kernel's documentation; the texts are the kernel's own. */
static const struct {
	const char *file;
	enum cgroup_check check; /* TOKENS: a line per key, or none; `value` is what follows it */
	const char *value;	 /* NULL: as in the cgroup above */
} defaults[] = {
	{"cgroup.max.depth", CGROUP_CHECK_TEXT, "max"},
	{"cgroup.max.descendants", CGROUP_CHECK_TEXT, "max"},
	{"pids.max", CGROUP_CHECK_TEXT, "max"},

	{"cpu.cfs_period_us", CGROUP_CHECK_TEXT, "100000"},
	{"cpu.cfs_quota_us", CGROUP_CHECK_TEXT, "-1"},
	{"cpu.cfs_burst_us", CGROUP_CHECK_TEXT, "0"},
	{"cpu.rt_period_us", CGROUP_CHECK_TEXT, "1000000"},
	{"cpu.rt_runtime_us", CGROUP_CHECK_TEXT, "0"},
	{"cpu.shares", CGROUP_CHECK_TEXT, "1024"},
	{"cpu.max", CGROUP_CHECK_TEXT, "max 100000"},
	{"cpu.max.burst", CGROUP_CHECK_TEXT, "0"},
	{"cpu.weight", CGROUP_CHECK_TEXT, "100"},
	{"cpu.weight.nice", CGROUP_CHECK_TEXT, "0"},
	{"cpu.idle", CGROUP_CHECK_TEXT, "0"},
	{"cpu.uclamp.min", CGROUP_CHECK_TEXT, "0.00"},
	{"cpu.uclamp.max", CGROUP_CHECK_TEXT, "max"},
	{"cpuset.cpus", CGROUP_CHECK_LIST, NULL},
	{"cpuset.mems", CGROUP_CHECK_LIST, NULL},
	{"cpuset.cpus.partition", CGROUP_CHECK_TEXT, "member"},

	{"memory.limit_in_bytes", CGROUP_CHECK_SIZE, "max"},
	{"memory.memsw.limit_in_bytes", CGROUP_CHECK_SIZE, "max"},
	{"memory.soft_limit_in_bytes", CGROUP_CHECK_SIZE, "max"},
	{CGROUP_KMEM_FILE, CGROUP_CHECK_SIZE, "max"},
	{"memory.kmem.tcp.limit_in_bytes", CGROUP_CHECK_SIZE, "max"},
	{"memory.swappiness", CGROUP_CHECK_TEXT, NULL},
	{"memory.use_hierarchy", CGROUP_CHECK_TEXT, NULL},
	{"memory.oom_control", CGROUP_CHECK_TOKENS, "0"},
	{"memory.max", CGROUP_CHECK_SIZE, "max"},
	{"memory.high", CGROUP_CHECK_SIZE, "max"},
	{"memory.low", CGROUP_CHECK_SIZE, "0"},
	{"memory.min", CGROUP_CHECK_SIZE, "0"},
	{"memory.swap.max", CGROUP_CHECK_SIZE, "max"},
	{"memory.swap.high", CGROUP_CHECK_SIZE, "max"},
	{"memory.zswap.max", CGROUP_CHECK_SIZE, "max"},
	{"memory.zswap.writeback", CGROUP_CHECK_TEXT, "1"},
	{"memory.oom.group", CGROUP_CHECK_TEXT, "0"},

	{"blkio.weight", CGROUP_CHECK_TEXT, "500"}, /* CFQ's */
	{"blkio.leaf_weight", CGROUP_CHECK_TEXT, "500"},
	{"blkio.bfq.weight", CGROUP_CHECK_TEXT, "100"},
	{"blkio.weight_device", CGROUP_CHECK_TOKENS, ""},
	{"blkio.leaf_weight_device", CGROUP_CHECK_TOKENS, ""},
	{"blkio.bfq.weight_device", CGROUP_CHECK_TOKENS, ""},
	{"blkio.throttle.read_bps_device", CGROUP_CHECK_TOKENS, ""},
	{"blkio.throttle.write_bps_device", CGROUP_CHECK_TOKENS, ""},
	{"blkio.throttle.read_iops_device", CGROUP_CHECK_TOKENS, ""},
	{"blkio.throttle.write_iops_device", CGROUP_CHECK_TOKENS, ""},
	{"io.weight", CGROUP_CHECK_TOKENS, "100"},
	{"io.bfq.weight", CGROUP_CHECK_TOKENS, "100"},
	{"io.max", CGROUP_CHECK_TOKENS, "rbps=max wbps=max riops=max wiops=max"},

	{"net_cls.classid", CGROUP_CHECK_TEXT, NULL},
	{"net_prio.ifpriomap", CGROUP_CHECK_TOKENS, "0"},
	{"rdma.max", CGROUP_CHECK_TOKENS, "hca_handle=max hca_object=max"},
	{"misc.max", CGROUP_CHECK_TOKENS, "max"},
};

/* A line with the key of @want has @value, or is not there; "": must not be there. */
static bool line_is(const char *want, const char *value, const char *got)
{
	char line[512];
	size_t n = strcspn(want, " \n");

	if (n + strlen(value) + 2 > sizeof(line))
		return false;
	snprintf(line, sizeof(line), "%.*s %s", (int)n, want, *value ? value : "none");
	return cgroup_value_matches(CGROUP_CHECK_TOKENS, CGROUP_MAY_VANISH, line, got);
}

bool cgroup_is_default(const char *file, enum cgroup_version version, const char *want,
		       const char *got, const char *above)
{
	if (str_starts(file, "hugetlb."))
		return cgroup_value_matches(CGROUP_CHECK_SIZE, 0, "max", got);
	for (size_t i = 0; i < sizeof(defaults) / sizeof(defaults[0]); i++) {
		enum cgroup_check check = defaults[i].check;
		const char *value = defaults[i].value;
		if (strcmp(defaults[i].file, file) != 0)
			continue;
		if (check == CGROUP_CHECK_TOKENS)
			return line_is(want, value, got);
		/* A new cpuset of v1 is useless: it is filled from the one above. */
		if (!value)
			value = check == CGROUP_CHECK_LIST && version == CGROUP_V2 ? "" : above;
		return value && cgroup_value_matches(check, 0, value, got);
	}
	return false;
}
