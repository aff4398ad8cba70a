/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_cgroup_stats.c: what the kernel's files say, from samples of real ones: v1 of Linux 6.18, v2
 * of 6.1. Directories stand in for cgroups: the readers go by files only.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apply/cgroup.h"
#include "apply/cgroup_priv.h"
#include "apply/cgroup_stats.h"
#include "apply/cgroup_stats_priv.h"
#include "apply/intel_rdt_stats.h"
#include "apply/net_stats.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "tests/unit/check.h"

static struct arena arena;
static struct err err;
static struct cgroup_stats stats;

static char *text_of(const char *text)
{
	return arena_strdup(&arena, text);
}

/* A directory that ends with the program. */
static int new_dir(void)
{
	char path[] = "/tmp/bulkhead-stats-XXXXXX";

	CHECK(mkdtemp(path));
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK(fd >= 0);
	return fd;
}

static void put(int dir, const char *name, const char *text)
{
	AUTO_FD fd = openat(dir, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	CHECK(fd >= 0 && fd_write_all(fd, text, strlen(text)) == 0);
}

struct sample {
	const char *file, *text;
};

/* The directory and all that is in it, two levels deep. */
static void remove_dir(int fd)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -r \"$(readlink /proc/%d/fd/%d)\"", (int)getpid(),
		 fd);
	CHECK(system(command) == 0);
	close(fd);
}

static int read_samples(const struct cgroup_ops *ops, const struct sample *samples, size_t n)
{
	struct cgroup c = {.n = 1, .v2 = ops == &cgroup_v2_ops ? 0 : -1};
	int fd = new_dir();

	for (size_t i = 0; i < n; i++)
		put(fd, samples[i].file, samples[i].text);
	c.dirs[0] = (struct cgroup_dir){.ops = ops, .dir_fd = fd, .tasks_fd = -1};
	arena_free(&arena);
	err_clear(&err);
	int r = cgroup_stats_read(&c, &arena, &stats, &err);
	remove_dir(fd);
	return r;
}
#define READ(ops, ...)                                                                             \
	({                                                                                         \
		static const struct sample all[] = {__VA_ARGS__};                                  \
		read_samples(ops, all, sizeof(all) / sizeof(all[0]));                              \
	})

TEST(numbers)
{
	static const struct {
		const char *text;
		int r;
		uint64_t want;
	} cases[] = {
		{"0\n", 0, 0},
		{"9223372036854771712\n", 0, 9223372036854771712u},
		{"max\n", 0, UINT64_MAX},
		{"18446744073709551615", 0, UINT64_MAX},
		{"-1\n", 0, 0},
		{"", -EINVAL, 0},
		{"12 \n", -EINVAL, 0},
		{"maximum\n", -EINVAL, 0},
		{"18446744073709551616\n", -EINVAL, 0},
		{"0x10\n", -EINVAL, 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t v = 7;
		CHECK_INT(stats_number(text_of(cases[i].text), &v), cases[i].r);
		CHECK_MSG(cases[i].r || v == cases[i].want, "%s", cases[i].text);
	}
}

TEST(named_values_are_sorted)
{
	struct cgroup_named *v;
	size_t n;

	CHECK_INT(stats_named(text_of("usage_usec 12\nanon max\nuser_usec 3\n"), &arena, &v, &n),
		  0);
	CHECK_INT(n, 3);
	CHECK_STR(v[0].name, "anon");
	CHECK_STR(v[1].name, "usage_usec");
	CHECK(v[0].value == UINT64_MAX && v[2].value == 3);
	CHECK_INT(stats_value(v, n, "usage_usec"), 12);
	CHECK_INT(stats_value(v, n, "usage"), 0);
	CHECK_INT(stats_named(text_of(""), &arena, &v, &n), 0);
	CHECK_INT(n, 0);
	CHECK_INT(stats_named(text_of("alone\n"), &arena, &v, &n), -EINVAL);
	CHECK_INT(stats_named(text_of("two words 3\n"), &arena, &v, &n), -EINVAL);
}

TEST(lists_of_cpus)
{
	struct cgroup_numbers l = {0};
	static const char *const bad[] = {"3-1\n", "1-2-3\n", "a\n", "-1\n", "0-65536\n", "1,,x\n"};

	CHECK_INT(stats_list(text_of("0-2,5,7-8\n"), &arena, &l), 0);
	static const uint64_t want[] = {0, 1, 2, 5, 7, 8};
	CHECK(l.n == 6 && memcmp(l.v, want, sizeof(want)) == 0);
	CHECK_INT(stats_list(text_of("\n"), &arena, &l), 0);
	CHECK_INT(l.n, 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_MSG(stats_list(text_of(bad[i]), &arena, &l) == -EINVAL, "%s", bad[i]);
	/* A list is not longer than there can be CPUs, however often one is named. */
	CHECK_INT(stats_list(text_of("0-65535,0-65535\n"), &arena, &l), -ENOMEM);
}

TEST(pressure)
{
	struct cgroup_psi p = {0};

	CHECK_INT(stats_psi(text_of("some avg10=1.53 avg60=0.07 avg300=100.00 total=4294967296123\n"
				    "full avg10=0.00 avg60=12.30 avg300=0.01 total=9\n"),
			    &p),
		  0);
	CHECK(p.known && p.some.avg10 == 153 && p.some.avg60 == 7 && p.some.avg300 == 10000);
	CHECK(p.some.total == 4294967296123u && p.full.avg60 == 1230 && p.full.avg300 == 1 &&
	      p.full.total == 9);
	/* cpu.pressure before 5.13 */
	CHECK_INT(stats_psi(text_of("some avg10=0.10 avg60=0.00 avg300=0.00 total=5\n"), &p), 0);
	CHECK(p.some.avg10 == 10 && p.full.avg60 == 0);
	CHECK_INT(stats_psi(text_of("some avg10=1 avg60=0.00 avg300=0.00 total=5\n"), &p), -EINVAL);
	CHECK_INT(stats_psi(text_of("some avg10=-1.00 total=5\n"), &p), -EINVAL);
	CHECK_INT(stats_psi(text_of("full avg10=1.00 total=many\n"), &p), -EINVAL);
}

TEST(tables_of_block_devices)
{
	struct cgroup_blkio_stats t = {0}, two[CGROUP_BLKIO_TABLES] = {0};

	CHECK_INT(stats_blkio(text_of("254:0 Read 1282048\n254:0 Write 0\n254:0 Total 1282048\n"
				      "Total 1282048\n"),
			      &arena, &t),
		  0);
	CHECK_INT(t.n, 3);
	CHECK(t.v[0].major == 254 && t.v[0].minor == 0 && t.v[0].value == 1282048);
	CHECK_STR(t.v[1].op, "Write");
	CHECK_INT(stats_blkio(text_of("8:16 6792\n"), &arena, &t), 0);
	CHECK(t.n == 1 && !t.v[0].op && t.v[0].minor == 16 && t.v[0].value == 6792);
	CHECK_INT(stats_blkio(text_of("Total 0\n"), &arena, &t), 0);
	CHECK_INT(t.n, 0);
	CHECK_INT(stats_blkio(text_of("8:0\n"), &arena, &t), -EINVAL);
	CHECK_INT(stats_blkio(text_of("8 Read 5\n"), &arena, &t), -EINVAL);

	/* A device without numbers, of a kernel before 5.13; discards have no name in v1. */
	CHECK_INT(
		stats_io(
			text_of("8:0 254:16 rbytes=4096 wbytes=8192 rios=1 wios=2 dbytes=3 dios=4\n"
				"254:0 rbytes=1 wbytes=0 rios=1 wios=0 dbytes=0 dios=0\n"),
			&arena, two),
		0);
	CHECK_INT(two[CGROUP_BLKIO_BYTES].n, 4);
	CHECK_INT(two[CGROUP_BLKIO_SERVICED].n, 4);
	const struct cgroup_blkio_entry *x = &two[CGROUP_BLKIO_BYTES].v[1];
	CHECK(x->major == 254 && x->minor == 16 && x->value == 8192);
	CHECK_STR(x->op, "Write");
	CHECK_INT(stats_io(text_of("rbytes=1\n"), &arena, two), -EINVAL);
	CHECK_INT(stats_io(text_of("8:0 rbytes=x\n"), &arena, two), -EINVAL);
}

TEST(cpu_time_of_v1)
{
	CHECK_INT(READ(&cgroup_v1_ops, {"cpuacct.usage", "8618807\n"},
		       {"cpuacct.stat", "user 123\nsystem 4\n"},
		       {"cpuacct.usage_percpu", "4054502 4564305 \n"},
		       {"cpuacct.usage_all", "cpu user system\n0 4054502 0\n1 4000000 564305\n"},
		       {"cpu.stat", "nr_periods 9\nnr_throttled 5\nthrottled_time 777\n"
				    "nr_bursts 0\nburst_time 0\n"}),
		  0);
	CHECK_INT(stats.cpu.total, 8618807);
	CHECK_INT(stats.cpu.user, 1230000000);
	CHECK_INT(stats.cpu.kernel, 40000000);
	CHECK(stats.cpu.percpu.n == 2 && stats.cpu.percpu.v[1] == 4564305);
	CHECK(stats.cpu.percpu_user.n == 2 && stats.cpu.percpu_user.v[1] == 4000000);
	CHECK(stats.cpu.percpu_kernel.v[0] == 0 && stats.cpu.percpu_kernel.v[1] == 564305);
	CHECK(stats.cpu.periods == 9 && stats.cpu.throttled_periods == 5 &&
	      stats.cpu.throttled_time == 777);
	CHECK(!stats.cpu.psi.known);
}

TEST(cpu_time_of_v2)
{
	CHECK_INT(
		READ(&cgroup_v2_ops,
		     {"cpu.stat", "usage_usec 21\nuser_usec 13\nsystem_usec 8\nnr_periods 2\n"
				  "nr_throttled 1\nthrottled_usec 4\nnr_bursts 0\nburst_usec 0\n"},
		     {"cpu.pressure", "some avg10=0.50 avg60=0.00 avg300=0.00 total=1\n"
				      "full avg10=0.00 avg60=0.00 avg300=0.00 total=0\n"}),
		0);
	CHECK(stats.cpu.total == 21000 && stats.cpu.user == 13000 && stats.cpu.kernel == 8000);
	CHECK(stats.cpu.periods == 2 && stats.cpu.throttled_periods == 1 &&
	      stats.cpu.throttled_time == 4000);
	CHECK(stats.cpu.psi.known && stats.cpu.psi.some.avg10 == 50);
	CHECK(!stats.memory.psi.known && stats.cpu.percpu.n == 0);
}

TEST(memory_of_v1)
{
	CHECK_INT(READ(&cgroup_v1_ops,
		       {"memory.stat", "cache 135168\nrss 0\ntotal_cache 135168\n"
				       "hierarchical_memory_limit 67108864\n"},
		       {"memory.usage_in_bytes", "516096\n"},
		       {"memory.max_usage_in_bytes", "66060288\n"}, {"memory.failcnt", "12\n"},
		       {"memory.limit_in_bytes", "67108864\n"},
		       {"memory.kmem.usage_in_bytes", "77824\n"},
		       {"memory.kmem.max_usage_in_bytes", "86016\n"},
		       {"memory.kmem.failcnt", "0\n"},
		       {"memory.kmem.limit_in_bytes", "9223372036854771712\n"}),
		  0);
	CHECK_INT(stats.memory.cache, 135168);
	CHECK(stats.memory.n_raw == 4 && strcmp(stats.memory.raw[0].name, "cache") == 0 &&
	      strcmp(stats.memory.raw[3].name, "total_cache") == 0);
	CHECK(stats.memory.usage.usage == 516096 && stats.memory.usage.max == 66060288 &&
	      stats.memory.usage.failcnt == 12 && stats.memory.usage.limit == 67108864);
	CHECK(stats.memory.kernel.limit == 9223372036854771712u);
	/* A kernel without swap accounting. */
	CHECK(stats.memory.swap.limit == 0 && stats.memory.swap.usage == 0);
}

TEST(memory_of_v2)
{
	CHECK_INT(READ(&cgroup_v2_ops, {"memory.stat", "anon 40960\nfile 8192\nkernel 77824\n"},
		       {"memory.current", "126976\n"}, {"memory.max", "67108864\n"},
		       {"memory.peak", "200704\n"},
		       {"memory.events", "low 0\nhigh 0\nmax 3\noom 1\noom_kill 1\n"},
		       {"memory.swap.current", "4096\n"}, {"memory.swap.max", "1048576\n"},
		       {"memory.swap.events", "high 0\nmax 2\nfail 0\n"}),
		  0);
	CHECK_INT(stats.memory.cache, 8192);
	CHECK(stats.memory.usage.usage == 126976 && stats.memory.usage.limit == 67108864 &&
	      stats.memory.usage.max == 200704 && stats.memory.usage.failcnt == 3);
	/* Memory and swap, as v1 has it. */
	CHECK(stats.memory.swap.usage == 131072 && stats.memory.swap.limit == 68157440 &&
	      stats.memory.swap.failcnt == 2);

	CHECK_INT(READ(&cgroup_v2_ops, {"memory.stat", "file 0\n"}, {"memory.current", "10\n"},
		       {"memory.max", "67108864\n"}, {"memory.swap.current", "0\n"},
		       {"memory.swap.max", "max\n"}),
		  0);
	CHECK(stats.memory.swap.limit == UINT64_MAX && stats.memory.usage.max == 0);
}

TEST(cpusets)
{
	CHECK_INT(READ(&cgroup_v1_ops, {"cpuset.cpus", "0-1\n"}, {"cpuset.mems", "0\n"},
		       {"cpuset.cpu_exclusive", "0\n"}, {"cpuset.mem_hardwall", "1\n"},
		       {"cpuset.sched_load_balance", "1\n"},
		       {"cpuset.sched_relax_domain_level", "-1\n"}),
		  0);
	CHECK(stats.cpuset.cpus.n == 2 && stats.cpuset.mems.n == 1 &&
	      stats.cpuset.mem_hardwall == 1 && stats.cpuset.sched_load_balance == 1);
	CHECK_INT(stats.cpuset.sched_relax_domain_level, -1);
	CHECK_INT(READ(&cgroup_v2_ops, {"cpuset.cpus.effective", "1-3\n"},
		       {"cpuset.mems.effective", "0\n"}),
		  0);
	CHECK(stats.cpuset.cpus.n == 3 && stats.cpuset.cpus.v[0] == 1 && stats.cpuset.mems.n == 1);
}

TEST(limits_on_processes)
{
	CHECK_INT(READ(&cgroup_v2_ops, {"pids.current", "3\n"}, {"pids.max", "2048\n"}), 0);
	CHECK(stats.pids.current == 3 && stats.pids.limit == 2048);
	CHECK_INT(READ(&cgroup_v1_ops, {"pids.current", "3\n"}, {"pids.max", "max\n"}), 0);
	CHECK_INT(stats.pids.limit, 0);
	/* Without the controller they are counted one by one. */
	CHECK_INT(READ(&cgroup_v2_ops, {"cgroup.procs", "7\n8\n9\n"}), 0);
	CHECK(stats.pids.current == 3 && stats.pids.limit == 0);
}

TEST(block_devices_are_counted_by_who_has_counted)
{
	CHECK_INT(READ(&cgroup_v1_ops, {"blkio.reset_stats", ""},
		       {"blkio.bfq.io_serviced_recursive", "Total 0\n"},
		       {"blkio.bfq.io_service_bytes_recursive", "Total 0\n"},
		       {"blkio.throttle.io_serviced_recursive", "254:0 Read 5\nTotal 5\n"},
		       {"blkio.throttle.io_service_bytes_recursive",
			"254:0 Read 20480\nTotal 20480\n"},
		       {"blkio.throttle.io_serviced", "254:0 Read 1\nTotal 1\n"}),
		  0);
	CHECK(stats.blkio[CGROUP_BLKIO_SERVICED].n == 1 &&
	      stats.blkio[CGROUP_BLKIO_SERVICED].v[0].value == 5);
	CHECK_INT(stats.blkio[CGROUP_BLKIO_BYTES].v[0].value, 20480);
	CHECK_INT(READ(&cgroup_v2_ops, {"io.stat", "254:0 rbytes=20480 wbytes=0 rios=5 wios=0\n"}),
		  0);
	CHECK_INT(stats.blkio[CGROUP_BLKIO_BYTES].n, 2);
}

TEST(huge_pages)
{
	CHECK_INT(READ(&cgroup_v1_ops, {"hugetlb.2MB.usage_in_bytes", "0\n"},
		       {"hugetlb.2MB.rsvd.usage_in_bytes", "2097152\n"},
		       {"hugetlb.2MB.rsvd.max_usage_in_bytes", "4194304\n"},
		       {"hugetlb.2MB.rsvd.failcnt", "1\n"},
		       {"hugetlb.2MB.max_usage_in_bytes", "7\n"},
		       {"hugetlb.1GB.usage_in_bytes", "5\n"}, {"hugetlb.1GB.failcnt", "2\n"}),
		  0);
	CHECK_INT(stats.n_hugetlb, 2);
	CHECK_STR(stats.hugetlb[0].size, "1GB");
	CHECK(stats.hugetlb[0].usage == 5 && stats.hugetlb[0].failcnt == 2);
	CHECK(stats.hugetlb[1].usage == 2097152 && stats.hugetlb[1].max == 4194304 &&
	      stats.hugetlb[1].failcnt == 1);
	CHECK_INT(READ(&cgroup_v2_ops, {"hugetlb.64KB.current", "65536\n"},
		       {"hugetlb.64KB.events", "max 6\n"}, {"hugetlb.64KB.max", "max\n"}),
		  0);
	CHECK(stats.n_hugetlb == 1 && stats.hugetlb[0].usage == 65536 &&
	      stats.hugetlb[0].failcnt == 6);
	CHECK_STR(stats.hugetlb[0].size, "64KB");
}

TEST(what_cannot_be_understood_is_an_error)
{
	CHECK_INT(READ(&cgroup_v1_ops, {"memory.stat", "cache\n"}), -EINVAL);
	CHECK_HAS(err.msg, "memory.stat");
	CHECK_INT(READ(&cgroup_v2_ops, {"pids.current", "many\n"}), -EINVAL);
	CHECK_HAS(err.msg, "pids.current");
	CHECK_INT(READ(&cgroup_v1_ops, {"cpuacct.usage", "1\n"},
		       {"cpuacct.usage_all", "cpu user\n0 1\n"}),
		  -EINVAL);
	CHECK_HAS(err.msg, "cpuacct.usage_all");
}

/* Both layouts at once: what v1 has counts, and v2 adds what only it has. */
TEST(hybrid)
{
	struct cgroup c = {.n = 2, .v2 = 1};
	int v1 = new_dir(), v2 = new_dir();

	put(v1, "cpuacct.usage", "100\n");
	put(v2, "cpu.stat", "usage_usec 9\nuser_usec 4\nsystem_usec 5\nnr_periods 6\n");
	put(v2, "memory.pressure", "some avg10=0.00 avg60=0.00 avg300=0.00 total=3\n");
	put(v2, "hugetlb.2MB.current", "0\n");
	c.dirs[0] = (struct cgroup_dir){.ops = &cgroup_v2_ops, .dir_fd = v2, .tasks_fd = -1};
	c.dirs[1] = (struct cgroup_dir){.ops = &cgroup_v1_ops, .dir_fd = v1, .tasks_fd = -1};
	CHECK_INT(cgroup_stats_read(&c, &arena, &stats, &err), 0);
	CHECK(stats.cpu.total == 100 && stats.cpu.user == 0 && stats.cpu.periods == 6);
	CHECK(stats.memory.psi.known && stats.memory.psi.some.total == 3);
	CHECK_INT(stats.n_hugetlb, 1);
	remove_dir(v1);
	remove_dir(v2);
}

TEST(out_of_memory_on_v2)
{
	struct cgroup c = {.n = 1, .v2 = 0};
	struct cgroup_oom w;
	int fd = new_dir();

	c.dirs[0] = (struct cgroup_dir){.ops = &cgroup_v2_ops, .dir_fd = fd, .tasks_fd = -1};
	err_clear(&err);
	CHECK_INT(cgroup_oom_watch(&c, &w, &err), -ENOENT);
	CHECK_HAS(err.msg, "memory controller");
	put(fd, "memory.events", "oom 1\noom_kill 1\n");
	CHECK_INT(cgroup_oom_watch(&c, &w, &err), 0);
	CHECK(!cgroup_oom_happened(&w));
	put(fd, "memory.events", "oom 2\noom_kill 1\n");
	CHECK(!cgroup_oom_happened(&w));
	put(fd, "memory.events", "oom 2\noom_kill 2\n");
	CHECK(cgroup_oom_happened(&w));
	CHECK(!cgroup_oom_happened(&w));
	cgroup_oom_close(&w);
	CHECK(!cgroup_oom_happened(&w));
	remove_dir(fd);
}

TEST(network_interfaces)
{
	struct net_stats *v;
	size_t n;

	CHECK_INT(
		net_stats_parse(
			text_of("Inter-|   Receive                                                "
				"|  "
				"Transmit\n"
				" face |bytes    packets errs drop fifo frame compressed multicast|"
				"bytes    packets errs drop fifo colls carrier compressed\n"
				"    lo:  100       1    0    0    0     0          0         0    "
				"  "
				"100       1    0    0    0     0       0          0\n"
				"  eth0: 1234       5    6    7    8     9         10        11 "
				"18446744073709551615       13   14   15   16    17      18 19\n"
				"a|b:1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n"),
			&arena, &v, &n),
		0);
	CHECK_INT(n, 2);
	CHECK_STR(v[0].name, "eth0");
	CHECK(v[0].rx_bytes == 1234 && v[0].rx_packets == 5 && v[0].rx_errors == 6 &&
	      v[0].rx_dropped == 7);
	CHECK(v[0].tx_bytes == UINT64_MAX && v[0].tx_packets == 13 && v[0].tx_errors == 14 &&
	      v[0].tx_dropped == 15);
	CHECK_STR(v[1].name, "a|b");
	CHECK_INT(v[1].tx_bytes, 9);
	CHECK_INT(net_stats_parse(text_of("eth0: 1 2 3\n"), &arena, &v, &n), -EINVAL);
	CHECK_INT(net_stats_parse(text_of("eth0 1 2 3\n"), &arena, &v, &n), -EINVAL);
	/* Our own namespace is the host's. */
	CHECK_INT(net_stats_read(getpid(), &arena, &v, &n, &err), 0);
	CHECK_INT(n, 0);
}

static void make(int root, const char *dir)
{
	CHECK_INT(mkdirat(root, dir, 0755), 0);
}

TEST(classes_of_service)
{
	struct intel_rdt_stats s;
	int root = new_dir();
	static const char *const dirs[] = {"info",
					   "info/L3",
					   "info/MB",
					   "info/L3_MON",
					   "box",
					   "box/mon_groups",
					   "box/mon_data",
					   "box/mon_data/mon_L3_01",
					   "box/mon_data/mon_L3_00"};
	static const struct sample files[] = {
		{"info/L3/cbm_mask", "7ff\n"},
		{"info/L3/min_cbm_bits", "1\n"},
		{"info/L3/num_closids", "16\n"},
		{"info/MB/bandwidth_gran", "10\n"},
		{"info/MB/delay_linear", "1\n"},
		{"info/MB/min_bandwidth", "10\n"},
		{"info/MB/num_closids", "8\n"},
		{"info/L3_MON/mon_features", "llc_occupancy\nmbm_total_bytes\nmbm_local_bytes\n"},
		{"schemata", "    MB:0=100;1=100\n    L3:0=7ff;1=7ff\n"},
		{"box/schemata", "    MB:0=20;1=100\n    L3:0=7f0;1=1f\n"},
		{"box/mon_data/mon_L3_00/llc_occupancy", "123456\n"},
		{"box/mon_data/mon_L3_00/mbm_total_bytes", "88\n"},
		{"box/mon_data/mon_L3_00/mbm_local_bytes", "77\n"},
		{"box/mon_data/mon_L3_01/llc_occupancy", "Unavailable\n"},
	};

	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		make(root, dirs[i]);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		put(root, files[i].file, files[i].text);
	CHECK_INT(intel_rdt_stats_read(root, "box", "box", &arena, &s, &err), 0);
	CHECK(s.l3 && s.mem_bw && s.mbm && s.cmt);
	CHECK_STR(s.cbm_mask, "7ff");
	CHECK(s.min_cbm_bits == 1 && s.l3_closids == 16 && s.bandwidth_gran == 10 &&
	      s.mem_bw_closids == 8);
	CHECK_STR(s.l3_root, "L3:0=7ff;1=7ff");
	CHECK_STR(s.l3_own, "L3:0=7f0;1=1f");
	CHECK_STR(s.mem_bw_own, "MB:0=20;1=100");
	CHECK_INT(s.n_schemata, 2);
	CHECK(s.n_domains == 2 && s.domains[0].llc_occupancy == 123456 &&
	      s.domains[0].mbm_local_bytes == 77 && s.domains[1].llc_occupancy == 0);
	err_clear(&err);
	CHECK_INT(intel_rdt_stats_read(root, "other", "other", &arena, &s, &err), -ENOENT);
	CHECK_HAS(err.msg, "other");
	remove_dir(root);
}
