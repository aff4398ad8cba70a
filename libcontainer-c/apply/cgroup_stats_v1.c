/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cgroup_stats_v1.c: what the v1 controllers count: Documentation/admin-guide/cgroup-v1. */
#include "apply/cgroup_stats_priv.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"

/* cpuacct.stat counts in USER_HZ, which is 100 on every architecture that we run on. */
#define NS_PER_TICK 10000000u

static int read_cpuacct(const struct stats_dir *d)
{
	struct cgroup_stats *s = d->s;
	struct cgroup_named *v = NULL;
	size_t n = 0;
	char *text;
	int r = stats_read_number(d, "cpuacct.usage", &s->cpu.total);

	if (r >= 0)
		r = stats_read_named(d, "cpuacct.stat", &v, &n);
	s->cpu.user = stats_value(v, n, "user") * NS_PER_TICK;
	s->cpu.kernel = stats_value(v, n, "system") * NS_PER_TICK;
	if (r >= 0)
		r = stats_read_text(d, "cpuacct.usage_percpu", &text);
	if (r > 0) {
		r = stats_numbers(text, d->a, &s->cpu.percpu);
		if (r < 0)
			return stats_bad(d, "cpuacct.usage_percpu", r);
	}
	if (r >= 0)
		r = stats_read_text(d, "cpuacct.usage_all", &text);
	if (r > 0) {
		r = stats_usage_all(text, d->a, &s->cpu.percpu_user, &s->cpu.percpu_kernel);
		if (r < 0)
			return stats_bad(d, "cpuacct.usage_all", r);
	}
	return r;
}

static int read_cpu(const struct stats_dir *d)
{
	struct cgroup_named *v = NULL;
	size_t n = 0;
	int r = stats_read_named(d, "cpu.stat", &v, &n);

	d->s->cpu.periods = stats_value(v, n, "nr_periods");
	d->s->cpu.throttled_periods = stats_value(v, n, "nr_throttled");
	d->s->cpu.throttled_time = stats_value(v, n, "throttled_time");
	return r;
}

static int read_level(const struct stats_dir *d, int64_t *ret)
{
	static const char file[] = "cpuset.sched_relax_domain_level";
	char *text;
	int r = stats_read_text(d, file, &text);

	if (r <= 0)
		return r;
	text[strcspn(text, "\n")] = '\0';
	r = str_i64(text, INT64_MIN, INT64_MAX, ret);
	return r < 0 ? stats_bad(d, file, r) : 1;
}

static int read_cpuset(const struct stats_dir *d)
{
	struct cgroup_cpuset_stats *s = &d->s->cpuset;
	const struct {
		const char *file;
		uint64_t *value;
	} numbers[] = {
		{"cpuset.cpu_exclusive", &s->cpu_exclusive},
		{"cpuset.mem_hardwall", &s->mem_hardwall},
		{"cpuset.mem_exclusive", &s->mem_exclusive},
		{"cpuset.memory_migrate", &s->memory_migrate},
		{"cpuset.memory_spread_page", &s->memory_spread_page},
		{"cpuset.memory_spread_slab", &s->memory_spread_slab},
		{"cpuset.memory_pressure", &s->memory_pressure},
		{"cpuset.sched_load_balance", &s->sched_load_balance},
	};
	int r = stats_read_list(d, "cpuset.cpus", &s->cpus);

	if (r >= 0)
		r = stats_read_list(d, "cpuset.mems", &s->mems);
	for (size_t i = 0; r >= 0 && i < sizeof(numbers) / sizeof(numbers[0]); i++)
		r = stats_read_number(d, numbers[i].file, numbers[i].value);
	return r < 0 ? r : read_level(d, &s->sched_relax_domain_level);
}

/* @kind: "memory", "memory.memsw"; what the kernel does not have stays 0 */
static int read_usage(const struct stats_dir *d, const char *kind, struct cgroup_memory_stats *m)
{
	const struct {
		const char *name;
		uint64_t *value;
	} files[] = {
		{"usage_in_bytes", &m->usage},
		{"max_usage_in_bytes", &m->max},
		{"failcnt", &m->failcnt},
		{"limit_in_bytes", &m->limit},
	};
	int r = 1;

	for (size_t i = 0; r > 0 && i < sizeof(files) / sizeof(files[0]); i++) {
		const char *file = arena_printf(d->a, "%s.%s", kind, files[i].name);
		r = file ? stats_read_number(d, file, files[i].value) : stats_bad(d, kind, -ENOMEM);
	}
	return r;
}

static int read_memory(const struct stats_dir *d)
{
	struct cgroup_stats *s = d->s;
	int r = stats_read_named(d, "memory.stat", &s->memory.raw, &s->memory.n_raw);

	s->memory.cache = stats_value(s->memory.raw, s->memory.n_raw, "cache");
	if (r >= 0)
		r = read_usage(d, "memory", &s->memory.usage);
	if (r >= 0)
		r = read_usage(d, "memory.memsw", &s->memory.swap);
	if (r >= 0)
		r = read_usage(d, "memory.kmem", &s->memory.kernel);
	if (r >= 0)
		r = read_usage(d, "memory.kmem.tcp", &s->memory.kernel_tcp);
	return r;
}

#define TABLES(prefix)                                                                             \
	{                                                                                          \
		[CGROUP_BLKIO_BYTES] = prefix "io_service_bytes_recursive",                        \
		[CGROUP_BLKIO_SERVICED] = prefix "io_serviced_recursive",                          \
		[CGROUP_BLKIO_QUEUED] = prefix "io_queued_recursive",                              \
		[CGROUP_BLKIO_SERVICE_TIME] = prefix "io_service_time_recursive",                  \
		[CGROUP_BLKIO_WAIT_TIME] = prefix "io_wait_time_recursive",                        \
		[CGROUP_BLKIO_MERGED] = prefix "io_merged_recursive",                              \
		[CGROUP_BLKIO_TIME] = prefix "time_recursive",                                     \
		[CGROUP_BLKIO_SECTORS] = prefix "sectors_recursive",                               \
	}

/* Who counts depends on the scheduler of each disk; the first that has counted anything is it. */
static const char *const blkio_files[][CGROUP_BLKIO_TABLES] = {
	TABLES("blkio.bfq."),
	TABLES("blkio."),
	{[CGROUP_BLKIO_BYTES] = "blkio.throttle.io_service_bytes_recursive",
	 [CGROUP_BLKIO_SERVICED] = "blkio.throttle.io_serviced_recursive"},
	{[CGROUP_BLKIO_BYTES] = "blkio.throttle.io_service_bytes",
	 [CGROUP_BLKIO_SERVICED] = "blkio.throttle.io_serviced"},
};

static int read_blkio_set(const struct stats_dir *d, const char *const *files)
{
	for (size_t i = 0; i < CGROUP_BLKIO_TABLES; i++) {
		char *text;
		int r = files[i] ? stats_read_text(d, files[i], &text) : 0;
		if (r > 0) {
			r = stats_blkio(text, d->a, &d->s->blkio[i]);
			if (r < 0)
				return stats_bad(d, files[i], r);
		}
		if (r < 0)
			return r;
	}
	return d->s->blkio[CGROUP_BLKIO_SERVICED].n > 0;
}

static int read_blkio(const struct stats_dir *d)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof(blkio_files) / sizeof(blkio_files[0]); i++)
		r = read_blkio_set(d, blkio_files[i]);
	return r;
}

static int read_hugetlb(const struct stats_dir *d)
{
	static const struct stats_hugetlb_files files = {
		.usage = "usage_in_bytes", .max = "max_usage_in_bytes", .failcnt = "failcnt"};

	return stats_hugetlb(d, &files);
}

const struct stats_reader stats_v1_readers[] = {
	{STATS_CPU, "cpuacct.usage", read_cpuacct}, {STATS_THROTTLING, "cpu.stat", read_cpu},
	{STATS_CPUSET, "cpuset.cpus", read_cpuset}, {STATS_MEMORY, "memory.stat", read_memory},
	{STATS_PIDS, "pids.current", stats_pids},   {STATS_BLKIO, "blkio.reset_stats", read_blkio},
	{STATS_HUGETLB, NULL, read_hugetlb},	    {0},
};
