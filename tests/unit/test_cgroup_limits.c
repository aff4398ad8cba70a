/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cpu, pids, blockIO, hugepages, network, rdma on made-up hosts: texts and refusals. */
#include "tests/unit/cgroup_facts.h"

/* CPU and pids. */

TEST(cpu_shares_to_weight)
{
	const struct {
		uint64_t shares;
		const char *weight;
	} table[] = {{1, "1"},		{2, "1"},	   {3, "2"},
		     {10, "4"},		{512, "59"},	   {1023, "100"},
		     {1024, "100"},	{1025, "101"},	   {2048, "174"},
		     {102400, "4429"},	{204800, "8064"},  {262143, "10000"},
		     {262144, "10000"}, {300000, "10000"}, {UINT64_MAX, "10000"}};
	struct spec_cpu c = {0};
	struct spec_resources r = {.cpu = &c};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		c.shares = U64(table[i].shares);
		CHECK_INT(make(&host_v2, &r, "/a"), 0);
		CHECK_STR(plan.settings[0].value, table[i].weight);
	}
	arena_free(&arena);
}

TEST(cpu_all_of_v1)
{
	struct spec_cpu c = {.period = U64(50000),
			     .quota = I64(-1),
			     .burst = U64(10),
			     .realtime_period = U64(1000000),
			     .realtime_runtime = I64(950000),
			     .idle = I64(1)};
	struct spec_resources r = {.cpu = &c};

	check_settings(
		&host_v1, &r,
		"9 cpu.cfs_period_us <- 50000 [= after-next] /linux/resources/cpu/period\n"
		"9 cpu.cfs_quota_us <- -1 [= after-next] /linux/resources/cpu/quota\n"
		"9 cpu.cfs_burst_us <- 10 [=] /linux/resources/cpu/burst\n"
		"9 cpu.rt_period_us <- 1000000 [= after-next] /linux/resources/cpu/realtimePeriod\n"
		"9 cpu.rt_runtime_us <- 950000 [=] /linux/resources/cpu/realtimeRuntime\n"
		"9 cpu.idle <- 1 [=] /linux/resources/cpu/idle\n");
	check_refused(&host_v2, &r, "/a", ERR_HOST,
		      "/linux/resources/cpu/realtimePeriod: cgroup v2 has no real-time limits");
	c.realtime_period = NULL;
	c.realtime_runtime = NULL;
	c.idle = I64(0);
	c.burst = U64(0);
	check_settings(&host_v2, &r,
		       "0 cpu.idle <- 0 [= optional] /linux/resources/cpu/idle\n"
		       "0 cpu.max <- max 50000 [= after-next] /linux/resources/cpu/quota\n"
		       "0 cpu.max.burst <- 0 [= optional] /linux/resources/cpu/burst\n"
		       "enable cpu\n");
	c.idle = I64(2);
	check_refused(&host_v2, &r, "/a", ERR_SPEC, "/linux/resources/cpu/idle: expected 0 or 1");
}

TEST(cpu_quota_alone)
{
	struct spec_cpu c = {.quota = I64(20000)};
	struct spec_resources r = {.cpu = &c};

	check_settings(&host_v2, &r,
		       "0 cpu.max <- 20000 100000 [=] /linux/resources/cpu/quota\n"
		       "enable cpu\n");
	c.quota = I64(1); /* that the kernel wants 1000 is the kernel's to say */
	check_settings(&host_v1, &r, "9 cpu.cfs_quota_us <- 1 [=] /linux/resources/cpu/quota\n");
}

/* Which of the two is there decides what is waited for. */
TEST(cpu_one_of_two)
{
	struct spec_cpu c = {.period = U64(50000)};
	struct spec_resources r = {.cpu = &c};

	check_settings(&host_v1, &r,
		       "9 cpu.cfs_period_us <- 50000 [=] /linux/resources/cpu/period\n");
	check_settings(&host_v2, &r,
		       "0 cpu.max <- max 50000 [=] /linux/resources/cpu/period\n"
		       "enable cpu\n");
	c = (struct spec_cpu){.realtime_period = U64(1000000)};
	check_settings(&host_v1, &r,
		       "9 cpu.rt_period_us <- 1000000 [=] /linux/resources/cpu/realtimePeriod\n");
	c = (struct spec_cpu){.realtime_runtime = I64(950000)};
	check_settings(&host_v1, &r,
		       "9 cpu.rt_runtime_us <- 950000 [=] /linux/resources/cpu/realtimeRuntime\n");
	check_refused(&host_v2, &r, "/a", ERR_HOST,
		      "/linux/resources/cpu/realtimeRuntime: cgroup v2 has no real-time limits");
	c = (struct spec_cpu){.burst = U64(1)};
	check_settings(&host_v1, &r, "9 cpu.cfs_burst_us <- 1 [=] /linux/resources/cpu/burst\n");
	check_settings(&host_v2, &r,
		       "0 cpu.max.burst <- 1 [=] /linux/resources/cpu/burst\n"
		       "enable cpu\n");
	c = (struct spec_cpu){.idle = I64(1)};
	check_settings(&host_v1, &r, "9 cpu.idle <- 1 [=] /linux/resources/cpu/idle\n");
	c = (struct spec_cpu){.quota = I64(1), .idle = I64(1)};
	check_settings(&host_v2, &r,
		       "0 cpu.max <- 1 100000 [=] /linux/resources/cpu/quota\n"
		       "0 cpu.idle <- 1 [=] /linux/resources/cpu/idle\n"
		       "enable cpu\n");
}

TEST(cpuset_lists)
{
	const char *const bad[] = {"a",	 "1-",	"-1",	"2-1", "0,,1",
				   "0,", "0 1", "8192", "0;1", NULL};
	struct spec_cpu c = {0};
	struct spec_resources r = {.cpu = &c};

	for (const char *const *p = bad; *p; p++) {
		c.cpus = *p;
		check_refused(&host_v1, &r, "/a", ERR_SPEC,
			      "/linux/resources/cpu/cpus: expected a list like \"0-3,7\"");
	}
	c.cpus = "8191";
	check_settings(&host_v1, &r, "8 cpuset.cpus <- 8191 [~] /linux/resources/cpu/cpus\n");
}

/* Without a hierarchy for it, the member that asks is named. */
TEST(cpuset_of_either_kind)
{
	struct host_facts f = host_v2;
	struct spec_cpu c = {.mems = "0"};
	struct spec_resources r = {.cpu = &c};

	check_settings(&host_v1, &r, "8 cpuset.mems <- 0 [~] /linux/resources/cpu/mems\n");
	f.cgroup_v2_controllers = "cpu memory";
	check_refused(&f, &r, "/a", ERR_HOST,
		      "/linux/resources/cpu/mems: no cgroup hierarchy of this host has the cpuset "
		      "controller");
	c.cpus = "0";
	check_refused(&f, &r, "/a", ERR_HOST,
		      "/linux/resources/cpu/cpus: no cgroup hierarchy of this host has the cpuset "
		      "controller");
	c.mems = "0-";
	check_refused(&host_v2, &r, "/a", ERR_SPEC,
		      "/linux/resources/cpu/mems: expected a list like \"0-3,7\"");
	c = (struct spec_cpu){.cpus = "0"};
	check_settings(&host_v1, &r, "8 cpuset.cpus <- 0 [~] /linux/resources/cpu/cpus\n");
}

TEST(pids)
{
	struct spec_pids p = {.limit = I64(-1)};
	struct spec_resources r = {.pids = &p};

	check_settings(&host_v1, &r, "1 pids.max <- max [=] /linux/resources/pids/limit\n");
	p.limit = I64(0);
	check_settings(&host_v1, &r, "1 pids.max <- 1 [=] /linux/resources/pids/limit\n");
	p.limit = NULL;
	check_settings(&host_v1, &r, "");
	p.limit = I64(-2);
	check_refused(&host_v1, &r, "/a", ERR_SPEC,
		      "/linux/resources/pids/limit: expected -1 or more");
}

TEST(controller_that_no_hierarchy_has)
{
	struct host_facts f = host_hybrid;
	struct spec_resources r = {.pids = &docker_pids};

	f.cgroup_v1++; /* without pids */
	f.n_cgroup_v1--;
	check_refused(&f, &r, "/a", ERR_HOST,
		      "/linux/resources/pids/limit: no cgroup hierarchy of this host has the pids "
		      "controller");
}

TEST(hugetlb_on_all_three)
{
	struct spec_hugepage_limit h = {.page_size = "2MB", .limit = 3145728};
	struct spec_resources r = {.hugepage_limits = &h, .n_hugepage_limits = 1};

	check_settings(&host_v1, &r,
		       "4 hugetlb.2MB.limit_in_bytes <- 3145728 want 2097152 [#] "
		       "/linux/resources/hugepageLimits/0\n"
		       "4 hugetlb.2MB.rsvd.limit_in_bytes <- 3145728 want 2097152 [# optional] "
		       "/linux/resources/hugepageLimits/0\n");
	check_settings(&host_hybrid, &r,
		       "6 hugetlb.2MB.max <- 3145728 want 2097152 [#] "
		       "/linux/resources/hugepageLimits/0\n"
		       "6 hugetlb.2MB.rsvd.max <- 3145728 want 2097152 [# optional] "
		       "/linux/resources/hugepageLimits/0\n"
		       "enable hugetlb\n");
}

TEST(hugetlb_units)
{
	const struct {
		const char *size;
		uint64_t bytes;
	} table[] = {{"64KB", 1ull << 16},
		     {"1048576KB", 1ull << 30},
		     {"16MB", 1ull << 24},
		     {"1GB", 1ull << 30},
		     {"16GB", 1ull << 34}};
	struct spec_hugepage_limit h = {0};
	struct spec_resources r = {.hugepage_limits = &h, .n_hugepage_limits = 1};
	char want[32];

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		h.page_size = table[i].size;
		h.limit = 4 * table[i].bytes - 1;
		CHECK_INT(make(&host_v2, &r, "/a"), 0);
		snprintf(want, sizeof(want), "%llu", 3ull * table[i].bytes);
		CHECK_STR(plan.settings[0].want, want);
		h.limit = 4 * table[i].bytes;
		CHECK_INT(make(&host_v2, &r, "/a"), 0);
		CHECK_STR(plan.settings[0].want, plan.settings[0].value);
	}
	arena_free(&arena);
}

TEST(hugetlb_page_sizes)
{
	struct spec_hugepage_limit h = {.page_size = "../x", .limit = 1};
	struct spec_resources r = {.hugepage_limits = &h, .n_hugepage_limits = 1};
	const char *const bad[] = {"../x", "",		 "MB",	      "02MB", "2MBx",
				   "2mb",  "99999999GB", "1048577KB", NULL};

	for (const char *const *p = bad; *p; p++) {
		h.page_size = *p;
		check_refused(&host_v2, &r, "/a", ERR_SPEC,
			      "/linux/resources/hugepageLimits/0/pageSize: expected a size like "
			      "\"2MB\" or \"1GB\"");
	}
}

/* Block I/O, network, rdma. */

static struct spec_weight_device weights[] = {{.major = 8, .minor = 0, .weight = &(uint16_t){500}}};
static struct spec_throttle_device rate = {.major = 8, .minor = 0, .rate = 1048576};
static struct spec_throttle_device lifted = {.major = 8, .minor = 16, .rate = 0};

TEST(block_io)
{
	struct spec_block_io io = {.weight = U16(100),
				   .weight_device = weights,
				   .n_weight_device = 1,
				   .throttle_read_bps_device = &rate,
				   .n_throttle_read_bps_device = 1,
				   .throttle_write_iops_device = &lifted,
				   .n_throttle_write_iops_device = 1};
	struct spec_resources r = {.block_io = &io};

	check_settings(
		&host_v1, &r,
		"3 blkio.weight <- 100 or blkio.bfq.weight <- 100 want 100 [=] "
		"/linux/resources/blockIO/weight\n"
		"3 blkio.weight_device <- 8:0 500 or blkio.bfq.weight_device <- 8:0 500 want 8:0 "
		"500 [?] /linux/resources/blockIO/weightDevice/0\n"
		"3 blkio.throttle.read_bps_device <- 8:0 1048576 [?] "
		"/linux/resources/blockIO/throttleReadBpsDevice/0\n"
		"3 blkio.throttle.write_iops_device <- 8:16 0 [? may-vanish] "
		"/linux/resources/blockIO/throttleWriteIOPSDevice/0\n");
	check_settings(
		&host_v2, &r,
		"0 io.bfq.weight <- 100 want default 100 or io.weight <- default 910 want default "
		"910 [?] /linux/resources/blockIO/weight\n"
		"0 io.bfq.weight <- 8:0 500 or io.weight <- 8:0 4950 want 8:0 4950 [?] "
		"/linux/resources/blockIO/weightDevice/0\n"
		"0 io.max <- 8:0 rbps=1048576 [?] "
		"/linux/resources/blockIO/throttleReadBpsDevice/0\n"
		"0 io.max <- 8:16 wiops=max [? may-vanish] "
		"/linux/resources/blockIO/throttleWriteIOPSDevice/0\n"
		"enable io\n");
}

TEST(block_io_throttles)
{
	struct spec_block_io io = {.throttle_read_bps_device = &rate,
				   .n_throttle_read_bps_device = 1,
				   .throttle_write_bps_device = &rate,
				   .n_throttle_write_bps_device = 1,
				   .throttle_read_iops_device = &rate,
				   .n_throttle_read_iops_device = 1,
				   .throttle_write_iops_device = &rate,
				   .n_throttle_write_iops_device = 1};
	struct spec_resources r = {.block_io = &io};

	check_settings(&host_v1, &r,
		       "3 blkio.throttle.read_bps_device <- 8:0 1048576 [?] "
		       "/linux/resources/blockIO/throttleReadBpsDevice/0\n"
		       "3 blkio.throttle.write_bps_device <- 8:0 1048576 [?] "
		       "/linux/resources/blockIO/throttleWriteBpsDevice/0\n"
		       "3 blkio.throttle.read_iops_device <- 8:0 1048576 [?] "
		       "/linux/resources/blockIO/throttleReadIOPSDevice/0\n"
		       "3 blkio.throttle.write_iops_device <- 8:0 1048576 [?] "
		       "/linux/resources/blockIO/throttleWriteIOPSDevice/0\n");
	check_settings(&host_v2, &r,
		       "0 io.max <- 8:0 rbps=1048576 [?] "
		       "/linux/resources/blockIO/throttleReadBpsDevice/0\n"
		       "0 io.max <- 8:0 wbps=1048576 [?] "
		       "/linux/resources/blockIO/throttleWriteBpsDevice/0\n"
		       "0 io.max <- 8:0 riops=1048576 [?] "
		       "/linux/resources/blockIO/throttleReadIOPSDevice/0\n"
		       "0 io.max <- 8:0 wiops=1048576 [?] "
		       "/linux/resources/blockIO/throttleWriteIOPSDevice/0\n"
		       "enable io\n");
}

/* More settings than the list begins with. */
TEST(block_io_of_forty_disks)
{
	struct spec_throttle_device disks[40];
	struct spec_block_io io = {.throttle_read_bps_device = disks,
				   .n_throttle_read_bps_device = 40};
	struct spec_resources r = {.block_io = &io};

	for (int i = 0; i < 40; i++)
		disks[i] = (struct spec_throttle_device){.major = 8, .minor = i, .rate = 7};
	CHECK_INT(make(&host_v1, &r, "/a"), 0);
	for (int i = 0; i < 40; i++) {
		char want[32];

		snprintf(want, sizeof(want), "8:%d 7", i);
		CHECK_STR(plan.settings[i].value, want);
	}
	arena_free(&arena);
}

TEST(block_io_of_two_disks)
{
	struct spec_weight_device two[] = {{.major = 8, .minor = 0, .weight = U16(10)},
					   {.major = 8, .minor = 16, .weight = U16(1000)}};
	struct spec_block_io io = {.weight_device = two, .n_weight_device = 2};
	struct spec_resources r = {.block_io = &io};

	check_settings(&host_v2, &r,
		       "0 io.bfq.weight <- 8:0 10 or io.weight <- 8:0 1 want 8:0 1 [?] "
		       "/linux/resources/blockIO/weightDevice/0\n"
		       "0 io.bfq.weight <- 8:16 1000 or io.weight <- 8:16 10000 want 8:16 10000 "
		       "[?] /linux/resources/blockIO/weightDevice/1\n"
		       "enable io\n");
	two[1].weight = U16(1001);
	check_refused(&host_v2, &r, "/a", ERR_SPEC,
		      "/linux/resources/blockIO/weightDevice/1: expected 10 to 1000");
	two[1].weight = U16(9);
	check_refused(&host_v1, &r, "/a", ERR_SPEC,
		      "/linux/resources/blockIO/weightDevice/1: expected 10 to 1000");
}

TEST(block_io_leaf_weights)
{
	struct spec_weight_device leaf = {.major = 8, .minor = 0, .leaf_weight = U16(500)};
	struct spec_block_io io = {
		.leaf_weight = U16(10), .weight_device = &leaf, .n_weight_device = 1};
	struct spec_resources r = {.block_io = &io};

	check_settings(&host_v1, &r,
		       "3 blkio.leaf_weight <- 10 [=] /linux/resources/blockIO/leafWeight\n"
		       "3 blkio.leaf_weight_device <- 8:0 500 [?] "
		       "/linux/resources/blockIO/weightDevice/0\n");
	io.leaf_weight = NULL;
	check_refused(&host_v2, &r, "/a", ERR_HOST,
		      "/linux/resources/blockIO/weightDevice/0: cgroup v2 has no leaf weights");
	leaf.leaf_weight = U16(1001);
	check_refused(&host_v1, &r, "/a", ERR_SPEC,
		      "/linux/resources/blockIO/weightDevice/0: expected 10 to 1000");
}

TEST(block_io_refused)
{
	struct spec_block_io io = {.weight = U16(9)};
	struct spec_resources r = {.block_io = &io};

	check_refused(&host_v1, &r, "/a", ERR_SPEC,
		      "/linux/resources/blockIO/weight: expected 10 to 1000");
	io.weight = NULL;
	io.leaf_weight = U16(100);
	check_refused(&host_v2, &r, "/a", ERR_HOST,
		      "/linux/resources/blockIO/leafWeight: cgroup v2 has no leaf weights");
}

TEST(network_and_rdma)
{
	struct spec_interface_priority prio = {.name = "eth0", .priority = 5};
	struct spec_network net = {
		.class_id = U32(0x100001), .priorities = &prio, .n_priorities = 1};
	struct spec_rdma dev = {.key = "mlx4_0", .hca_objects = U32(2000)};
	struct spec_resources r = {.network = &net, .rdma = &dev, .n_rdma = 1};

	check_settings(&host_v1, &r,
		       "2 net_cls.classid <- 1048577 [=] /linux/resources/network/classID\n"
		       "2 net_prio.ifpriomap <- eth0 5 [?] /linux/resources/network/priorities/0\n"
		       "5 rdma.max <- mlx4_0 hca_object=2000 [?] /linux/resources/rdma/mlx4_0\n");
	check_refused(&host_v2, &r, "/a", ERR_HOST,
		      "/linux/resources/network/classID: no cgroup hierarchy of this host has the "
		      "net_cls controller");
	prio.name = "eth0 1\nlo";
	check_refused(&host_v1, &r, "/a", ERR_SPEC,
		      "/linux/resources/network/priorities/0/name: expected the name of an "
		      "interface");
	struct host_facts f = host_v1;
	struct spec_resources only_rdma = {.rdma = &dev, .n_rdma = 1};
	struct cgroup_hierarchy others[sizeof(v1_hierarchies) / sizeof(v1_hierarchies[0])];
	memcpy(others, v1_hierarchies, sizeof(others));
	others[5].controllers = "misc"; /* for rdma */
	f.cgroup_v1 = others;
	check_refused(&f, &only_rdma, "/a", ERR_HOST,
		      "/linux/resources/rdma: no cgroup hierarchy of this host has the rdma "
		      "controller");
	dev.key = "a\nb";
	r.network = NULL;
	check_refused(&host_v2, &r, "/a", ERR_SPEC,
		      "/linux/resources/rdma: a key is not the name of a device");
}

/* What goes into a line of words: one word, no longer than the kernel's names. */
TEST(names_in_lines)
{
	struct spec_interface_priority prio = {.priority = 5};
	struct spec_network net = {.priorities = &prio, .n_priorities = 1};
	struct spec_rdma dev = {.hca_handles = U32(3)};
	struct spec_resources with_net = {.network = &net}, with_rdma = {.rdma = &dev, .n_rdma = 1};
	static const char *const bad[] = {"", "a b", "a/b", "~a", "a\x7f", "a\n", NULL};
	char text[65];

	memset(text, 'x', sizeof(text));
	for (size_t n = 15; n <= 16; n++) {
		text[n] = '\0';
		prio.name = text;
		CHECK_INT(make(&host_v1, &with_net, "/a") == 0, n == 15);
		text[n] = 'x';
	}
	for (size_t n = 63; n <= 64; n++) {
		text[n] = '\0';
		dev.key = text;
		CHECK_INT(make(&host_v2, &with_rdma, "/a") == 0, n == 63);
		text[n] = 'x';
	}
	for (const char *const *p = bad; *p; p++) {
		prio.name = *p;
		dev.key = *p;
		check_refused(&host_v1, &with_net, "/a", ERR_SPEC,
			      "/linux/resources/network/priorities/0/name: expected the name of an "
			      "interface");
		check_refused(&host_v1, &with_rdma, "/a", ERR_SPEC,
			      "/linux/resources/rdma: a key is not the name of a device");
	}
	prio.name = NULL;
	CHECK(make(&host_v1, &with_net, "/a") < 0);
	dev.key = "!";
	check_settings(&host_v1, &with_rdma,
		       "5 rdma.max <- ! hca_handle=3 [?] /linux/resources/rdma/!\n");
	dev.hca_objects = U32(4);
	check_settings(&host_v1, &with_rdma,
		       "5 rdma.max <- ! hca_handle=3 hca_object=4 [?] /linux/resources/rdma/!\n");
	dev.hca_handles = dev.hca_objects = NULL;
	check_settings(&host_v1, &with_rdma, "");
}
/* The member that asks is named. */
TEST(members_without_a_controller)
{
	struct spec_hugepage_limit h = {.page_size = "2MB", .limit = 1};
	struct spec_throttle_device disk = {.major = 8, .rate = 1};
	struct spec_block_io io = {.throttle_read_bps_device = &disk,
				   .n_throttle_read_bps_device = 1};
	struct spec_interface_priority prio = {.name = "eth0"};
	struct spec_network net = {.priorities = &prio, .n_priorities = 1};
	struct spec_memory memory = {.limit = I64(1)};
	struct {
		struct spec_resources r;
		const char *member, *controller;
	} table[] = {
		{{.hugepage_limits = &h, .n_hugepage_limits = 1}, "hugepageLimits", "hugetlb"},
		{{.block_io = &io}, "blockIO", "blkio"},
		{{.network = &net}, "network/priorities", "net_prio"},
		{{.memory = &memory}, "memory", "memory"},
		{{.cpu = &docker_cpu}, "cpu", "cpu"},
		{{.pids = &docker_pids}, "pids/limit", "pids"},
	};
	struct host_facts f = host_v2;

	f.cgroup_v2_controllers = "misc";
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		char message[160];

		snprintf(message, sizeof(message),
			 "/linux/resources/%s: no cgroup hierarchy of this host has the %s "
			 "controller",
			 table[i].member, table[i].controller);
		check_refused(&f, &table[i].r, "/a", ERR_HOST, message);
	}
}
