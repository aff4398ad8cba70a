/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cgroup_stats_v2.c: what the v2 controllers count: Documentation/admin-guide/cgroup-v2.rst. */
#include "apply/cgroup_stats_priv.h"

#include "base/err.h"

#define NS_PER_US 1000u

static int read_cpu(const struct stats_dir *d)
{
	struct cgroup_stats *s = d->s;
	struct cgroup_named *v = NULL;
	size_t n = 0;
	int r = stats_read_named(d, "cpu.stat", &v, &n);

	s->cpu.total = stats_value(v, n, "usage_usec") * NS_PER_US;
	s->cpu.user = stats_value(v, n, "user_usec") * NS_PER_US;
	s->cpu.kernel = stats_value(v, n, "system_usec") * NS_PER_US;
	return r;
}

static int read_throttling(const struct stats_dir *d)
{
	struct cgroup_stats *s = d->s;
	struct cgroup_named *v = NULL;
	size_t n = 0;
	int r = stats_read_named(d, "cpu.stat", &v, &n);

	s->cpu.periods = stats_value(v, n, "nr_periods");
	s->cpu.throttled_periods = stats_value(v, n, "nr_throttled");
	s->cpu.throttled_time = stats_value(v, n, "throttled_usec") * NS_PER_US;
	return r;
}

static int read_cpuset(const struct stats_dir *d)
{
	struct cgroup_cpuset_stats *s = &d->s->cpuset;
	int r = stats_read_list(d, "cpuset.cpus.effective", &s->cpus);

	return r < 0 ? r : stats_read_list(d, "cpuset.mems.effective", &s->mems);
}

static uint64_t sum(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

/* How often the limit was hit is what v1 calls failcnt. */
static int read_failures(const struct stats_dir *d, const char *file, uint64_t *ret)
{
	struct cgroup_named *v = NULL;
	size_t n = 0;
	int r = stats_read_named(d, file, &v, &n);

	*ret = stats_value(v, n, "max");
	return r;
}

/* v1 counts memory and swap together, and so do the readers of these numbers. */
static int read_swap(const struct stats_dir *d, const struct cgroup_memory_stats *memory,
		     struct cgroup_memory_stats *ret)
{
	struct cgroup_memory_stats swap = {0};
	int r = stats_read_number(d, "memory.swap.current", &swap.usage);

	if (r >= 0)
		r = stats_read_number(d, "memory.swap.max", &swap.limit);
	if (r >= 0)
		r = read_failures(d, "memory.swap.events", &swap.failcnt);
	ret->usage = sum(swap.usage, memory->usage);
	ret->limit = sum(swap.limit, memory->limit);
	ret->failcnt = swap.failcnt;
	return r;
}

static int read_memory(const struct stats_dir *d)
{
	struct cgroup_stats *s = d->s;
	int r = stats_read_named(d, "memory.stat", &s->memory.raw, &s->memory.n_raw);

	s->memory.cache = stats_value(s->memory.raw, s->memory.n_raw, "file");
	if (r >= 0)
		r = stats_read_number(d, "memory.current", &s->memory.usage.usage);
	if (r >= 0)
		r = stats_read_number(d, "memory.max", &s->memory.usage.limit);
	if (r >= 0)
		r = stats_read_number(d, "memory.peak", &s->memory.usage.max);
	if (r >= 0)
		r = read_failures(d, "memory.events", &s->memory.usage.failcnt);
	return r < 0 ? r : read_swap(d, &s->memory.usage, &s->memory.swap);
}

static int read_io(const struct stats_dir *d)
{
	char *text;
	int r = stats_read_text(d, "io.stat", &text);

	if (r <= 0)
		return r;
	r = stats_io(text, d->a, d->s->blkio);
	return r < 0 ? stats_bad(d, "io.stat", r) : 1;
}

static int read_hugetlb(const struct stats_dir *d)
{
	static const struct stats_hugetlb_files files = {.usage = "current", .events = "events"};

	return stats_hugetlb(d, &files);
}

static int read_psi_file(const struct stats_dir *d, const char *file, struct cgroup_psi *ret)
{
	char *text;
	int r = stats_read_text(d, file, &text);

	if (r <= 0)
		return r;
	r = stats_psi(text, ret);
	return r < 0 ? stats_bad(d, file, r) : 1;
}

/* Of the cgroup's processes, whichever hierarchy their controllers are in. */
static int read_psi(const struct stats_dir *d)
{
	int r = read_psi_file(d, "cpu.pressure", &d->s->cpu.psi);

	if (r >= 0)
		r = read_psi_file(d, "memory.pressure", &d->s->memory.psi);
	if (r >= 0)
		r = read_psi_file(d, "io.pressure", &d->s->io_psi);
	return r;
}

const struct stats_reader stats_v2_readers[] = {
	{STATS_CPU, "cpu.stat", read_cpu},
	{STATS_THROTTLING, "cpu.stat", read_throttling},
	{STATS_CPUSET, "cpuset.cpus.effective", read_cpuset},
	{STATS_MEMORY, "memory.stat", read_memory},
	{STATS_PIDS, "pids.current", stats_pids},
	{STATS_BLKIO, "io.stat", read_io},
	{STATS_HUGETLB, NULL, read_hugetlb},
	{STATS_PSI, NULL, read_psi},
	{0},
};
