/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_events.c: the interval of `events`, and its lines to the byte, as runc writes them. */
#include <errno.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"
#include "lifecycle/events.h"
#include "runtime/duration.h"
#include "runtime/events_json.h"
#include "tests/unit/check.h"

TEST(durations)
{
	static const struct {
		const char *text;
		int64_t want;
	} good[] = {
		{"5s", 5000000000},
		{"1m30s", 90000000000},
		{"1.5h", 5400000000000},
		{".5s", 500000000},
		{"5.s", 5000000000},
		{"100ms", 100000000},
		{"1us", 1000},
		{"1\u00b5s", 1000},
		{"1\u03bcs", 1000},
		{"7ns", 7},
		{"+2m", 120000000000},
		{"-3s", -3000000000},
		{"0", 0},
		{"-0", 0},
		{"0s", 0},
		{"1h1m1s1ms1us1ns", 3661001001001},
		{"0.000000001s", 1},
		{"0.33333333333333333333h", 1200000000000},
		{"9223372036854775807ns", INT64_MAX},
	};
	static const char *const bad[] = {
		"",	    "5",
		"s",	    "5x",
		"5 s",	    " 5s",
		"5s ",	    "+",
		"--5s",	    ".s",
		"1e3s",	    "0x5s",
		"m5",	    "1m-5s",
		"5S",	    "9223372036854775808ns",
		"2562048h", "1h9223372036854775807ns",
		"5sec",	    "1,5s",
	};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		int64_t v = -7;
		CHECK_MSG(duration_parse(good[i].text, &v) == 0 && v == good[i].want, "%s: %lld",
			  good[i].text, (long long)v);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		int64_t v;
		CHECK_MSG(duration_parse(bad[i], &v) == -EINVAL, "%s", bad[i]);
	}
}

static const char *stats_line(const struct container_stats *s)
{
	static struct strbuf out;

	strbuf_free(&out);
	events_stats_json(&out, "box", s);
	return out.buf;
}

TEST(nothing_counted)
{
	const struct container_stats s = {0};

	CHECK_STR(
		stats_line(&s),
		"{\"type\":\"stats\",\"id\":\"box\",\"data\":{"
		"\"cpu\":{\"usage\":{\"kernel\":0,\"user\":0},\"throttling\":{}},"
		"\"cpuset\":{\"cpu_exclusive\":0,\"mem_hardwall\":0,\"mem_exclusive\":0,"
		"\"memory_migrate\":0,\"memory_spread_page\":0,\"memory_spread_slab\":0,"
		"\"memory_pressure\":0,\"sched_load_balance\":0,\"sched_relax_domain_level\":0},"
		"\"memory\":{\"usage\":{\"limit\":0,\"failcnt\":0},\"swap\":{\"limit\":0,"
		"\"failcnt\":0},\"kernel\":{\"limit\":0,\"failcnt\":0},\"kernelTCP\":{\"limit\":0,"
		"\"failcnt\":0}},\"pids\":{},\"blkio\":{},\"hugetlb\":{},\"intel_rdt\":{},"
		"\"network_interfaces\":null}}\n");
}

TEST(everything_counted)
{
	uint64_t list[] = {0, UINT64_MAX};
	const struct cgroup_numbers two = {.v = list, .n = 2};
	const struct cgroup_psi psi = {
		.known = true,
		.some = {.avg10 = 150, .avg60 = 7, .avg300 = 10000, .total = 9},
		.full = {.avg10 = 1234}};
	struct cgroup_named raw[] = {{"cache", 0}, {"rss", 5}};
	struct cgroup_blkio_entry entries[] = {{8, 0, "Read", 4096}, {0, 0, NULL, 0}};
	struct cgroup_hugetlb_stats pages[] = {{"1GB", 0, 0, 0}, {"2MB", 1, 2, 3}};
	struct net_stats net[] = {{"eth0", 1, 2, 3, 4, 5, 6, 7, 8}, {.name = "x\"\\y"}};
	const char *lines[] = {"MB:0=20", "L3:0=7f0"};
	struct intel_rdt_domain domains[] = {{1, 2, 3}, {0, 0, 0}};
	struct container_stats s = {
		.cgroup.cpu = {.total = 1,
			       .kernel = 2,
			       .user = 3,
			       .percpu = two,
			       .percpu_kernel = two,
			       .percpu_user = two,
			       .periods = 4,
			       .throttled_periods = 5,
			       .throttled_time = 6,
			       .psi = psi},
		.cgroup.cpuset = {.cpus = two,
				  .mems = two,
				  .cpu_exclusive = 1,
				  .sched_relax_domain_level = -1},
		.cgroup.memory = {.cache = 1,
				  .usage = {2, 3, 4, 5},
				  .swap = {UINT64_MAX, 0, 0, 0},
				  .kernel = {1, 2, 3, 4},
				  .kernel_tcp = {1, 2, 3, 4},
				  .raw = raw,
				  .n_raw = 2,
				  .psi = psi},
		.cgroup.pids = {.current = 3, .limit = 2048},
		.cgroup.io_psi = psi,
		.cgroup.hugetlb = pages,
		.cgroup.n_hugetlb = 2,
		.rdt = {.l3 = true,
			.mem_bw = true,
			.mbm = true,
			.cmt = true,
			.cbm_mask = "7ff",
			.min_cbm_bits = 1,
			.l3_closids = 16,
			.bandwidth_gran = 10,
			.delay_linear = 1,
			.min_bandwidth = 10,
			.mem_bw_closids = 8,
			.l3_root = "L3:0=7ff",
			.l3_own = "L3:0=7f0",
			.mem_bw_root = "MB:0=100",
			.mem_bw_own = "MB:0=20",
			.schemata = lines,
			.n_schemata = 2,
			.domains = domains,
			.n_domains = 2},
		.interfaces = net,
		.n_interfaces = 2,
	};
#define PSI                                                                                        \
	"\"psi\":{\"some\":{\"avg10\":1.5,\"avg60\":0.07,\"avg300\":100,\"total\":9},"             \
	"\"full\":{\"avg10\":12.34,\"avg60\":0,\"avg300\":0,\"total\":0}}"
#define TWO   "[0,18446744073709551615]"
#define TABLE "[{\"major\":8,\"op\":\"Read\",\"value\":4096},{}]"

	for (size_t i = 0; i < CGROUP_BLKIO_TABLES; i++)
		s.cgroup.blkio[i] = (struct cgroup_blkio_stats){.v = entries, .n = 2};
	CHECK_STR(stats_line(&s),
		  "{\"type\":\"stats\",\"id\":\"box\",\"data\":{"
		  "\"cpu\":{\"usage\":{\"total\":1,\"percpu\":" TWO ",\"percpu_kernel\":" TWO
		  ",\"percpu_user\":" TWO ",\"kernel\":2,\"user\":3},\"throttling\":{\"periods\":4,"
		  "\"throttledPeriods\":5,\"throttledTime\":6}," PSI "},"
		  "\"cpuset\":{\"cpus\":" TWO ",\"cpu_exclusive\":1,\"mems\":" TWO
		  ",\"mem_hardwall\":0,\"mem_exclusive\":0,\"memory_migrate\":0,"
		  "\"memory_spread_page\":0,\"memory_spread_slab\":0,\"memory_pressure\":0,"
		  "\"sched_load_balance\":0,\"sched_relax_domain_level\":-1},"
		  "\"memory\":{\"cache\":1,\"usage\":{\"limit\":2,\"usage\":3,\"max\":4,"
		  "\"failcnt\":5},"
		  "\"swap\":{\"limit\":18446744073709551615,\"failcnt\":0},\"kernel\":{\"limit\":1,"
		  "\"usage\":2,\"max\":3,\"failcnt\":4},\"kernelTCP\":{\"limit\":1,\"usage\":2,"
		  "\"max\":3,\"failcnt\":4},\"raw\":{\"cache\":0,\"rss\":5}," PSI "},"
		  "\"pids\":{\"current\":3,\"limit\":2048},\"blkio\":{"
		  "\"ioServiceBytesRecursive\":" TABLE ",\"ioServicedRecursive\":" TABLE
		  ",\"ioQueueRecursive\":" TABLE ",\"ioServiceTimeRecursive\":" TABLE
		  ",\"ioWaitTimeRecursive\":" TABLE ",\"ioMergedRecursive\":" TABLE
		  ",\"ioTimeRecursive\":" TABLE ",\"sectorsRecursive\":" TABLE "," PSI "},"
		  "\"hugetlb\":{\"1GB\":{\"failcnt\":0},\"2MB\":{\"usage\":1,\"max\":2,\"failcnt\":"
		  "3}},"
		  "\"intel_rdt\":{\"l3_cache_info\":{\"cbm_mask\":\"7ff\",\"min_cbm_bits\":1,"
		  "\"num_closids\":16},\"l3_cache_schema_root\":\"L3:0=7ff\","
		  "\"l3_cache_schema\":\"L3:0=7f0\",\"mem_bw_info\":{\"bandwidth_gran\":10,"
		  "\"delay_linear\":1,\"min_bandwidth\":10,\"num_closids\":8},"
		  "\"mem_bw_schema_root\":\"MB:0=100\",\"mem_bw_schema\":\"MB:0=20\","
		  "\"schemata\":[\"MB:0=20\",\"L3:0=7f0\"],"
		  "\"mbm_stats\":[{\"mbm_total_bytes\":1,\"mbm_local_bytes\":2},{}],"
		  "\"cmt_stats\":[{\"llc_occupancy\":3},{}]},"
		  "\"network_interfaces\":[{\"Name\":\"eth0\",\"RxBytes\":1,\"RxPackets\":2,"
		  "\"RxErrors\":3,\"RxDropped\":4,\"TxBytes\":5,\"TxPackets\":6,\"TxErrors\":7,"
		  "\"TxDropped\":8},{\"Name\":\"x\\\"\\\\y\",\"RxBytes\":0,\"RxPackets\":0,"
		  "\"RxErrors\":0,\"RxDropped\":0,\"TxBytes\":0,\"TxPackets\":0,\"TxErrors\":0,"
		  "\"TxDropped\":0}]}}\n");
}

TEST(out_of_memory)
{
	AUTO_STRBUF out = STRBUF_INIT;

	events_oom_json(&out, "box");
	CHECK_STR(out.buf, "{\"type\":\"oom\",\"id\":\"box\"}\n");
}
