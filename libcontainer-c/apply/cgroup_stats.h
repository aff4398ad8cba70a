/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cgroup_stats.h: what the kernel has counted for a container's cgroups. One structure for v1, v2
 * and both at once; what a kernel does not count is 0 or empty.
 */
#ifndef BULKHEAD_APPLY_CGROUP_STATS_H
#define BULKHEAD_APPLY_CGROUP_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct cgroup;
struct err;

/* How long tasks had to wait: Documentation/accounting/psi.rst. */
struct cgroup_psi_line {
	uint64_t avg10, avg60, avg300; /* hundredths of a percent */
	uint64_t total;		       /* microseconds */
};
struct cgroup_psi {
	bool known; /* the file exists, and pressure is accounted */
	struct cgroup_psi_line some, full;
};

struct cgroup_numbers {
	uint64_t *v;
	size_t n, cap;
};

/* "name value", in the order of their names. */
struct cgroup_named {
	const char *name;
	uint64_t value;
};

/* Bytes; UINT64_MAX is what v2 calls "max". */
struct cgroup_memory_stats {
	uint64_t limit, usage, max, failcnt;
};

struct cgroup_hugetlb_stats {
	const char *size; /* "2MB" */
	uint64_t usage, max, failcnt;
};

struct cgroup_blkio_entry {
	uint64_t major, minor;
	const char *op; /* "Read", "Write", ...; NULL in tables without */
	uint64_t value;
};
enum cgroup_blkio_table {
	CGROUP_BLKIO_BYTES,
	CGROUP_BLKIO_SERVICED,
	CGROUP_BLKIO_QUEUED,
	CGROUP_BLKIO_SERVICE_TIME,
	CGROUP_BLKIO_WAIT_TIME,
	CGROUP_BLKIO_MERGED,
	CGROUP_BLKIO_TIME,
	CGROUP_BLKIO_SECTORS,
	CGROUP_BLKIO_TABLES,
};
struct cgroup_blkio_stats {
	struct cgroup_blkio_entry *v;
	size_t n, cap;
};

struct cgroup_cpuset_stats {
	struct cgroup_numbers cpus, mems;
	uint64_t cpu_exclusive, mem_hardwall, mem_exclusive, memory_migrate, memory_spread_page,
		memory_spread_slab, memory_pressure, sched_load_balance;
	int64_t sched_relax_domain_level;
};

struct cgroup_stats {
	/* Nanoseconds. */
	struct {
		uint64_t total, kernel, user;
		struct cgroup_numbers percpu, percpu_kernel, percpu_user;
		uint64_t periods, throttled_periods, throttled_time;
		struct cgroup_psi psi;
	} cpu;
	struct cgroup_cpuset_stats cpuset;
	struct {
		uint64_t cache;
		struct cgroup_memory_stats usage, swap /* memory included */, kernel, kernel_tcp;
		struct cgroup_named *raw;
		size_t n_raw;
		struct cgroup_psi psi;
	} memory;
	struct {
		uint64_t current, limit; /* 0: no limit */
	} pids;
	struct cgroup_blkio_stats blkio[CGROUP_BLKIO_TABLES];
	struct cgroup_psi io_psi;
	struct cgroup_hugetlb_stats *hugetlb; /* in the order of their names */
	size_t n_hugetlb;
};

/**
 * cgroup_stats_read - read everything, now. A controller that the container has on v1 is read
 * there, another one on v2.
 * @c: opened with cgroup_open()
 * @ret: in @a
 * A file that is missing is no error, one that cannot be understood is ERR_HOST, and so is a cgroup
 * that is removed meanwhile (-ENODEV).
 */
int cgroup_stats_read(const struct cgroup *c, struct arena *a, struct cgroup_stats *ret,
		      struct err *e);

/* Watches a container's memory cgroup for kills. */
struct cgroup_oom {
	int fd;	      /* to poll, -1: it is gone */
	short events; /* for poll(2) */
	int dir_fd;   /* v1: the cgroup, not owned; -1: v2 */
	uint64_t seen;
};

/**
 * cgroup_oom_watch - begin to count from now on. @c must stay open.
 * -ENOENT with ERR_HOST where the container has no memory cgroup. Release with cgroup_oom_close().
 */
int cgroup_oom_watch(const struct cgroup *c, struct cgroup_oom *ret, struct err *e);

/** cgroup_oom_happened - whether the container ran out of memory since the last call. */
bool cgroup_oom_happened(struct cgroup_oom *w);

void cgroup_oom_close(struct cgroup_oom *w);

#endif
