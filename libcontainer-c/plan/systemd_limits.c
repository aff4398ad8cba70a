/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * systemd_limits.c: the files and values of the cgroup plan as properties of systemd
 * (systemd.resource-control(5)). A file that stands for no property is none of systemd's business:
 * it never writes it.
 */
#include "plan/systemd_priv.h"

#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "plan/cgroup.h"
#include "plan/cgroup_build.h"

#define INFINITE UINT64_MAX

enum form {
	AMOUNT, /* bytes or processes; "max" and -1 are no limit */
	NUMBER,
	WEIGHT,	   /* "100", or "default 100" */
	CPU_MAX,   /* "QUOTA PERIOD" */
	CPU_QUOTA, /* v1, in two files */
	CPU_PERIOD,
	CPU_IDLE,
	BITS, /* a list of numbers */
};

static const struct {
	enum cgroup_version version;
	const char *file, *property;
	enum form form;
	unsigned since;
} rows[] = {
	{CGROUP_V2, "memory.max", "MemoryMax", AMOUNT, 0},
	{CGROUP_V2, "memory.high", "MemoryHigh", AMOUNT, 0},
	{CGROUP_V2, "memory.low", "MemoryLow", AMOUNT, 0},
	{CGROUP_V2, "memory.min", "MemoryMin", AMOUNT, 0},
	{CGROUP_V2, "memory.swap.max", "MemorySwapMax", AMOUNT, 0},
	{CGROUP_V2, "memory.zswap.max", "MemoryZSwapMax", AMOUNT, 253},
	{CGROUP_V2, "cpu.weight", "CPUWeight", NUMBER, 0},
	{CGROUP_V2, "cpu.idle", "CPUWeight", CPU_IDLE, 252},
	{CGROUP_V2, "cpu.max", NULL, CPU_MAX, 0},
	{CGROUP_V2, "cpuset.cpus", "AllowedCPUs", BITS, 0},
	{CGROUP_V2, "cpuset.mems", "AllowedMemoryNodes", BITS, 0},
	{CGROUP_V2, "io.weight", "IOWeight", WEIGHT, 0},
	{CGROUP_V2, "io.bfq.weight", "IOWeight", WEIGHT, 0},
	{CGROUP_V2, "pids.max", "TasksMax", AMOUNT, 0},
	{CGROUP_V1, "memory.limit_in_bytes", "MemoryLimit", AMOUNT, 0},
	{CGROUP_V1, "cpu.shares", "CPUShares", NUMBER, 0},
	{CGROUP_V1, "cpu.cfs_quota_us", NULL, CPU_QUOTA, 0},
	{CGROUP_V1, "cpu.cfs_period_us", NULL, CPU_PERIOD, 0},
	{CGROUP_V1, "blkio.weight", "BlockIOWeight", NUMBER, 0},
	{CGROUP_V1, "blkio.bfq.weight", "BlockIOWeight", NUMBER, 0},
	{CGROUP_V1, "pids.max", "TasksMax", AMOUNT, 0},
};

struct bandwidth {
	uint64_t quota, period; /* us; 0: not set; quota INFINITE: no limit */
};

static bool parse_amount(const char *s, uint64_t *ret)
{
	if (str_eq(s, "max") || str_eq(s, "-1")) {
		*ret = INFINITE;
		return true;
	}
	return str_u64(s, INFINITE, ret) == 0;
}

static void set_bits(struct systemd_list *l, const char *name, const char *list)
{
	uint64_t bits[CGROUP_LIST_BITS / 64] = {0};
	size_t n = 0;

	if (cgroup_list_parse(list, bits) < 0)
		return;
	for (size_t i = 0; i < CGROUP_LIST_BITS; i++)
		if (bits[i / 64] >> (i % 64) & 1)
			n = i / 8 + 1;
	uint64_t *bytes = arena_array(l->a, n + 1, sizeof(*bytes));
	if (!bytes) {
		l->failed = true;
		return;
	}
	for (size_t i = 0; i < n; i++)
		bytes[i] = bits[i / 8] >> (i % 8 * 8) & 0xff;
	systemd_set(l, &(struct systemd_property){
			       .name = name, .type = "ay", .numbers = bytes, .n = n});
}

static void parse_bandwidth(const char *value, struct bandwidth *b)
{
	char quota[24];
	size_t n = strcspn(value, " ");

	if (n >= sizeof(quota))
		return;
	memcpy(quota, value, n);
	quota[n] = '\0';
	parse_amount(quota, &b->quota);
	if (value[n])
		(void)str_u64(value + n + 1, INFINITE, &b->period);
}

/*
 * systemd keeps whole hundredths of a CPU: rounded up, as runc does, so that a limit which systemd
 * writes anew is never below what was asked for.
 */
static void set_bandwidth(struct systemd_list *l, const struct bandwidth *b)
{
	uint64_t period = b->period ? b->period : 100000, us = INFINITE;

	if (b->period)
		systemd_set_number(l, "CPUQuotaPeriodUSec", "t", b->period);
	if (!b->quota)
		return;
	if (b->quota != INFINITE && !__builtin_mul_overflow(b->quota, 1000000u, &us)) {
		us /= period;
		us += us % 10000 ? 10000 - us % 10000 : 0;
	}
	systemd_set_number(l, "CPUQuotaPerSecUSec", "t", us);
}

static void set_one(struct systemd_list *l, size_t row, const char *value, struct bandwidth *b)
{
	const char *name = rows[row].property;
	uint64_t v;

	switch (rows[row].form) {
	case WEIGHT:
		value += str_starts(value, "default ") ? strlen("default ") : 0;
		__attribute__((fallthrough));
	case AMOUNT:
	case NUMBER:
		/* Sizes with a suffix, weights of single devices: only the file has them. */
		if (!parse_amount(value, &v))
			return;
		break;
	case CPU_IDLE:
		if (!str_eq(value, "1"))
			return;
		v = 0;
		break;
	case BITS:
		set_bits(l, name, value);
		return;
	case CPU_MAX:
		parse_bandwidth(value, b);
		return;
	case CPU_QUOTA:
		parse_amount(value, &b->quota);
		return;
	case CPU_PERIOD:
		(void)str_u64(value, INFINITE, &b->period);
		return;
	}
	systemd_set(l, &(struct systemd_property){
			       .name = name, .type = "t", .number = v, .since = rows[row].since});
}

void systemd_list_limits(struct systemd_list *l, const struct cgroup_plan *p)
{
	struct bandwidth b = {0};

	for (size_t i = 0; i < p->n_settings; i++) {
		const struct cgroup_setting *s = &p->settings[i];
		enum cgroup_version version = p->trees[s->tree].version;
		for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++)
			if (rows[k].version == version && str_eq(rows[k].file, s->file))
				set_one(l, k, s->value, &b);
	}
	set_bandwidth(l, &b);
}
