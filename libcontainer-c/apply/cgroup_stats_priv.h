/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cgroup_stats_priv.h: what apply/cgroup_stats*.c share. Not for anybody else but their test. */
#ifndef BULKHEAD_APPLY_CGROUP_STATS_PRIV_H
#define BULKHEAD_APPLY_CGROUP_STATS_PRIV_H

#include "apply/cgroup_stats.h"

/* Reading one directory. */
struct stats_dir {
	int fd;
	struct arena *a;
	struct cgroup_stats *s;
	struct err *e;
};

/* Parsers of kernel files: 0, -EINVAL for what no kernel writes, -ENOMEM. @text may be changed. */

/** stats_number - "123\n"; "max" is UINT64_MAX, and less than 0 is 0. */
int stats_number(char *text, uint64_t *ret);
/** stats_named - lines "name value", sorted by name. */
int stats_named(char *text, struct arena *a, struct cgroup_named **ret, size_t *ret_n);
/** stats_value - the value of @name, 0 when it is not there. */
uint64_t stats_value(const struct cgroup_named *v, size_t n, const char *name);
/** stats_numbers - numbers with blanks in between. */
int stats_numbers(char *text, struct arena *a, struct cgroup_numbers *ret);
/** stats_list - "0-3,7". */
int stats_list(char *text, struct arena *a, struct cgroup_numbers *ret);
/** stats_usage_all - v1 cpuacct.usage_all: a head, then "cpu user system". */
int stats_usage_all(char *text, struct arena *a, struct cgroup_numbers *user,
		    struct cgroup_numbers *kernel);
/** stats_blkio - v1: "8:0 Read 4096" or "8:0 4096"; the sum of all devices is left out. */
int stats_blkio(char *text, struct arena *a, struct cgroup_blkio_stats *ret);
/** stats_io - v2 io.stat, as v1's tables CGROUP_BLKIO_BYTES and CGROUP_BLKIO_SERVICED. */
int stats_io(char *text, struct arena *a, struct cgroup_blkio_stats *tables);
/** stats_psi - "some avg10=0.00 avg60=0.00 avg300=0.00 total=0", and "full". */
int stats_psi(char *text, struct cgroup_psi *ret);

/* Reading files of a directory: 1 read, 0 there is no such file (@ret stays), negative error. */

int stats_read_text(const struct stats_dir *d, const char *file, char **ret);
int stats_read_number(const struct stats_dir *d, const char *file, uint64_t *ret);
int stats_read_named(const struct stats_dir *d, const char *file, struct cgroup_named **ret,
		     size_t *ret_n);
int stats_read_list(const struct stats_dir *d, const char *file, struct cgroup_numbers *ret);
/** stats_bad - the error of a file that was not understood; returns it. */
int stats_bad(const struct stats_dir *d, const char *file, int r);

/** stats_hugetlb - "hugetlb.SIZE.@usage" of every size; the other files as given. */
struct stats_hugetlb_files {
	const char *usage, *max, *failcnt; /* "usage_in_bytes"; NULL: none */
	const char *events;		   /* v2, with the line "max": instead of failcnt */
};
int stats_hugetlb(const struct stats_dir *d, const struct stats_hugetlb_files *f);

/*
 * One controller in one version: read when its marker exists and no cgroup before had it. Without a
 * marker the reader itself says so: 1, or 0 for what this cgroup does not have.
 */
enum stats_part {
	STATS_CPU = 1 << 0,
	STATS_THROTTLING = 1 << 1,
	STATS_CPUSET = 1 << 2,
	STATS_MEMORY = 1 << 3,
	STATS_PIDS = 1 << 4,
	STATS_BLKIO = 1 << 5,
	STATS_HUGETLB = 1 << 6,
	STATS_PSI = 1 << 7,
};
struct stats_reader {
	unsigned part;
	const char *marker;
	int (*read)(const struct stats_dir *d);
};
/* End with an entry without a part. */
extern const struct stats_reader stats_v1_readers[], stats_v2_readers[];

/** stats_pids - pids.current and pids.max, which are the same in both versions. */
int stats_pids(const struct stats_dir *d);

#endif
