/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The cgroup plan on made-up hosts: resolved paths and writes as golden texts, and refusals. */
#include "tests/unit/cgroup_facts.h"

#include "base/arena.h"
#include "base/err.h"
#include "oci-spec/spec.h"
#include "tests/unit/check.h"

static struct arena arena;
static struct err error;
static struct cgroup_plan plan;

static int make(const struct host_facts *f, struct spec_resources *r, const char *path)
{
	struct spec_linux l = {.resources = r, .cgroups_path = path};
	struct spec s = {.linux_ = &l};

	arena_free(&arena);
	err_clear(&error);
	return cgroup_plan_make(&s, f, "c1", &arena, &plan, &error);
}

static void check_settings(const struct host_facts *f, struct spec_resources *r, const char *want)
{
	AUTO_STRBUF out = STRBUF_INIT;

	CHECK_MSG(make(f, r, "/d/c1") == 0, "%s", error.msg);
	strbuf_adds(&out, "");
	render_settings(&plan, &out);
	bool same = out.buf && strcmp(out.buf, want) == 0;
	if (!same)
		printf("# got:\n%s# want:\n%s", out.buf, want);
	strbuf_free(&out);
	CHECK(same);
	arena_free(&arena);
}

static void check_refused(const struct host_facts *f, struct spec_resources *r, const char *path,
			  enum err_kind kind, const char *message)
{
	CHECK(make(f, r, path) < 0);
	CHECK_STR(error.msg, message);
	CHECK_INT(error.kind, kind);
	arena_free(&arena);
}

#define I64(v) (&(int64_t){v})
#define U64(v) (&(uint64_t){v})
#define U32(v) (&(uint32_t){v})
#define U16(v) (&(uint16_t){v})
#define YES    (&(bool){true})
#define NO     (&(bool){false})

/* Paths. */

static void check_path(const struct host_facts *f, const char *cgroups_path, size_t tree,
		       const char *want)
{
	CHECK_MSG(make(f, NULL, cgroups_path) == 0, "%s", error.msg);
	CHECK(tree < plan.n_paths);
	CHECK_STR(plan.paths[tree], want);
	CHECK_STR(plan.trees[tree].dir, want);
	arena_free(&arena);
}

TEST(path_absolute)
{
	check_path(&host_v1, "/docker/c1", 7, "/cg/memory/docker/c1");
	check_path(&host_v1, "//docker/./c1/", 9, "/cg/cpu,cpuacct/docker/c1");
	check_path(&host_v2, "/docker/c1", 0, "/cg/docker/c1");
	check_path(&host_hybrid, "/docker/c1", 6, "/cg/unified/docker/c1");
}

TEST(path_relative)
{
	check_path(&host_v1, "a/b", 7, "/cg/memory/own/mem/a/b");
	check_path(&host_v1, "a/b", 1, "/cg/pids/a/b");
	check_path(&host_v2, "a/b", 0, "/cg/user.slice/a/b");
	check_path(&host_v2, "system.slice:docker:c1", 0, "/cg/user.slice/system.slice:docker:c1");
	check_path(&host_hybrid, "a/b", 6, "/cg/unified/a/b");
}

TEST(path_absent)
{
	check_path(&host_v1, NULL, 7, "/cg/memory/own/mem/bulkhead-c1");
	check_path(&host_v1, "", 1, "/cg/pids/bulkhead-c1");
	check_path(&host_v2, NULL, 0, "/cg/user.slice/bulkhead-c1");
}

TEST(path_refused)
{
	char longest[300];

	check_refused(&host_v1, NULL, "/docker/../c1", ERR_SPEC,
		      "/linux/cgroupsPath: has a \"..\" component");
	check_refused(&host_v1, NULL, "..", ERR_SPEC, "/linux/cgroupsPath: has a \"..\" component");
	check_refused(&host_v1, NULL, "/", ERR_SPEC,
		      "/linux/cgroupsPath: must name a cgroup below the root cgroup");
	check_refused(&host_v2, NULL, "./.", ERR_SPEC,
		      "/linux/cgroupsPath: must name a cgroup below the root cgroup");
	check_refused(&host_v2, NULL, "/a\nb", ERR_SPEC,
		      "/linux/cgroupsPath: contains a line break");
	memset(longest, 'x', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	check_refused(&host_v2, NULL, longest, ERR_SPEC,
		      "/linux/cgroupsPath: has a component longer than 255 bytes");
	check_path(&host_v1, "/..a/b..", 1, "/cg/pids/..a/b..");
}

TEST(path_host_without_cgroups)
{
	static const struct host_facts none;

	CHECK(make(&none, NULL, "/a") < 0);
	CHECK_INT(error.kind, ERR_HOST);
	arena_free(&arena);
}

TEST(only_cpuset_is_filled)
{
	CHECK_INT(make(&host_v1, NULL, "/a"), 0);
	for (size_t i = 0; i < plan.n_trees; i++)
		CHECK_INT(plan.trees[i].fill_cpuset, i == 8);
	arena_free(&arena);
}

/* Settings. */

static struct spec_memory docker_memory = {
	.limit = &(int64_t){536870912},
	.reservation = &(int64_t){268435456},
	.swap = &(int64_t){1073741824},
	.disable_oom_killer = &(bool){false},
};
static struct spec_cpu docker_cpu = {
	.shares = &(uint64_t){512},
	.quota = &(int64_t){150000},
	.period = &(uint64_t){100000},
	.cpus = "0-1",
	.mems = "0",
};
static struct spec_pids docker_pids = {.limit = &(int64_t){2048}};

TEST(docker_on_v1)
{
	struct spec_resources r = {
		.memory = &docker_memory, .cpu = &docker_cpu, .pids = &docker_pids};

	check_settings(
		&host_v1, &r,
		"1 pids.max <- 2048 [=] /linux/resources/pids/limit\n"
		"7 memory.limit_in_bytes <- 536870912 [# after-next] "
		"/linux/resources/memory/limit\n"
		"7 memory.memsw.limit_in_bytes <- 1073741824 [#] /linux/resources/memory/swap\n"
		"7 memory.soft_limit_in_bytes <- 268435456 [#] "
		"/linux/resources/memory/reservation\n"
		"9 cpu.shares <- 512 [=] /linux/resources/cpu/shares\n"
		"9 cpu.cfs_period_us <- 100000 [= after-next] /linux/resources/cpu/period\n"
		"9 cpu.cfs_quota_us <- 150000 [=] /linux/resources/cpu/quota\n"
		"8 cpuset.cpus <- 0-1 [~] /linux/resources/cpu/cpus\n"
		"8 cpuset.mems <- 0 [~] /linux/resources/cpu/mems\n");
}

TEST(docker_on_v2)
{
	struct spec_resources r = {
		.memory = &docker_memory, .cpu = &docker_cpu, .pids = &docker_pids};

	check_settings(&host_v2, &r,
		       "0 pids.max <- 2048 [=] /linux/resources/pids/limit\n"
		       "0 memory.max <- 536870912 [#] /linux/resources/memory/limit\n"
		       "0 memory.swap.max <- 536870912 [#] /linux/resources/memory/swap\n"
		       "0 memory.low <- 268435456 [#] /linux/resources/memory/reservation\n"
		       "0 cpu.weight <- 20 [=] /linux/resources/cpu/shares\n"
		       "0 cpu.max <- 150000 100000 [=] /linux/resources/cpu/quota\n"
		       "0 cpuset.cpus <- 0-1 [~] /linux/resources/cpu/cpus\n"
		       "0 cpuset.mems <- 0 [~] /linux/resources/cpu/mems\n"
		       "enable pids memory cpu cpuset\n");
}

TEST(docker_on_hybrid_needs_no_v2_controller)
{
	struct spec_resources r = {.memory = &docker_memory, .pids = &docker_pids};

	CHECK_INT(make(&host_hybrid, &r, "/d/c1"), 0);
	CHECK_INT(plan.n_v2_controllers, 0);
	CHECK(plan.devices_v1 && !plan.devices_v2);
	CHECK_STR(plan.trees[plan.devices_tree].controllers, "devices");
	arena_free(&arena);
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

TEST(hugetlb_page_sizes)
{
	struct spec_hugepage_limit h = {.page_size = "../x", .limit = 1};
	struct spec_resources r = {.hugepage_limits = &h, .n_hugepage_limits = 1};
	const char *const bad[] = {"../x", "", "MB", "02MB", "2MBx", "2mb", "99999999GB", NULL};

	for (const char *const *p = bad; *p; p++) {
		h.page_size = *p;
		check_refused(&host_v2, &r, "/a", ERR_SPEC,
			      "/linux/resources/hugepageLimits/0/pageSize: expected a size like "
			      "\"2MB\" or \"1GB\"");
	}
}

TEST(memory_unlimited)
{
	struct spec_memory m = {.limit = I64(-1), .reservation = I64(-1)};
	struct spec_resources r = {.memory = &m};

	check_settings(
		&host_v1, &r,
		"7 memory.limit_in_bytes <- -1 want max [# after-next] "
		"/linux/resources/memory/limit\n"
		"7 memory.memsw.limit_in_bytes <- -1 want max [#] /linux/resources/memory/swap\n"
		"7 memory.soft_limit_in_bytes <- -1 want max [#] "
		"/linux/resources/memory/reservation\n");
	check_settings(&host_v2, &r,
		       "0 memory.max <- max [#] /linux/resources/memory/limit\n"
		       "0 memory.swap.max <- max [#] /linux/resources/memory/swap\n"
		       "0 memory.low <- max [#] /linux/resources/memory/reservation\n"
		       "enable memory\n");
}

TEST(memory_no_swap_beyond)
{
	struct spec_memory m = {.limit = I64(4096), .swap = I64(4096), .check_before_update = YES};
	struct spec_resources r = {.memory = &m};

	check_settings(&host_v2, &r,
		       "0 memory.max <- 4096 [# above-usage] /linux/resources/memory/limit\n"
		       "0 memory.swap.max <- 0 [#] /linux/resources/memory/swap\n"
		       "enable memory\n");
}

TEST(memory_zero_is_not_set)
{
	struct spec_memory m = {.limit = I64(0), .swap = I64(0), .kernel = I64(0)};
	struct spec_cpu c = {.shares = U64(0), .quota = I64(0), .period = U64(0), .cpus = ""};
	struct spec_block_io io = {.weight = U16(0)};
	struct spec_network net = {.class_id = U32(0)};
	struct spec_resources r = {.memory = &m, .cpu = &c, .block_io = &io, .network = &net};

	check_settings(&host_v1, &r, "");
	check_settings(&host_v2, &r, "");
}

TEST(memory_contradictions)
{
	struct spec_memory m = {.swap = I64(4096)};
	struct spec_resources r = {.memory = &m};

	check_refused(&host_v1, &r, "/a", ERR_SPEC,
		      "/linux/resources/memory/swap: needs a memory limit");
	m.limit = I64(8192);
	check_refused(&host_v2, &r, "/a", ERR_SPEC,
		      "/linux/resources/memory/swap: is less than the memory limit");
	m.limit = I64(-2);
	check_refused(&host_v2, &r, "/a", ERR_SPEC,
		      "/linux/resources/memory/limit: expected -1 or more");
}

TEST(memory_without_swap_accounting)
{
	struct host_facts f = host_v1;
	struct spec_memory m = {.limit = I64(8192), .swap = I64(8192)};
	struct spec_resources r = {.memory = &m};

	f.swap_accounting = false;
	check_refused(&f, &r, "/a", ERR_HOST,
		      "/linux/resources/memory/swap: swap accounting is off in this kernel");
	m.swap = I64(-1);
	check_settings(&f, &r,
		       "7 memory.limit_in_bytes <- 8192 [#] /linux/resources/memory/limit\n");
}

TEST(memory_v1_only_knobs)
{
	struct spec_memory m = {
		.swappiness = U64(60), .disable_oom_killer = YES, .use_hierarchy = YES};
	struct spec_resources r = {.memory = &m};

	check_settings(&host_v1, &r,
		       "7 memory.use_hierarchy <- 1 [=] /linux/resources/memory/useHierarchy\n"
		       "7 memory.swappiness <- 60 [=] /linux/resources/memory/swappiness\n"
		       "7 memory.oom_control <- 1 want oom_kill_disable 1 [?] "
		       "/linux/resources/memory/disableOOMKiller\n");
	m.use_hierarchy = NULL;
	check_refused(&host_v2, &r, "/a", ERR_HOST,
		      "/linux/resources/memory/swappiness: cgroup v2 has no such knob");
	m.swappiness = NULL;
	check_refused(&host_v2, &r, "/a", ERR_HOST,
		      "/linux/resources/memory/disableOOMKiller: cgroup v2 has no such knob");
	m.disable_oom_killer = NO;
	m.use_hierarchy = NO;
	check_refused(&host_v2, &r, "/a", ERR_HOST,
		      "/linux/resources/memory/useHierarchy: cgroup v2 is always hierarchical");
	m.swappiness = U64(101);
	m.use_hierarchy = NULL;
	check_refused(&host_v1, &r, "/a", ERR_SPEC,
		      "/linux/resources/memory/swappiness: expected 0 to 100");
}

/* Kernel memory: which knob, and what the record says. */

TEST(kernel_memory_before_5_16)
{
	struct host_facts f = host_v1;
	struct spec_memory m = {.limit = I64(8192)};
	struct spec_resources r = {.memory = &m};

	f.kernel_major = 5;
	f.kernel_minor = 15;
	check_settings(&f, &r,
		       "7 memory.limit_in_bytes <- 8192 [#] /linux/resources/memory/limit\n"
		       "7 memory.kmem.limit_in_bytes <- 8192 [# optional] "
		       "/linux/resources/memory/kernel\n");
	m.kernel = I64(4096);
	check_settings(&f, &r,
		       "7 memory.limit_in_bytes <- 8192 [#] /linux/resources/memory/limit\n"
		       "7 memory.kmem.limit_in_bytes <- 4096 [# optional] "
		       "/linux/resources/memory/kernel\n");
	m.limit = NULL; /* nothing else would limit it: then it has to stick */
	check_settings(&f, &r,
		       "7 memory.kmem.limit_in_bytes <- 4096 [#] /linux/resources/memory/kernel\n");
	CHECK_INT(make(&f, &r, "/a"), 0);
	CHECK_STR(plan.kernel_memory, "limited by memory.kmem.limit_in_bytes");
	arena_free(&arena);
}

TEST(kernel_memory_since_5_16)
{
	struct spec_memory m = {.limit = I64(8192), .kernel = I64(4096), .kernel_tcp = I64(4096)};
	struct spec_resources r = {.memory = &m};

	check_settings(&host_v1, &r,
		       "7 memory.limit_in_bytes <- 8192 [#] /linux/resources/memory/limit\n"
		       "7 memory.kmem.tcp.limit_in_bytes <- 4096 [#] "
		       "/linux/resources/memory/kernelTCP\n");
	CHECK_INT(make(&host_v1, &r, "/a"), 0);
	CHECK_HAS(plan.kernel_memory, "charged to memory.limit_in_bytes");
	CHECK_INT(make(&host_v2, &r, "/a"), 0);
	CHECK_STR(plan.kernel_memory, "charged to memory.max");
	arena_free(&arena);
	m.limit = NULL;
	check_refused(&host_v1, &r, "/a", ERR_HOST,
		      "/linux/resources/memory/kernel: this kernel charges kernel memory to the "
		      "memory limit, and there is none");
	m.kernel = NULL;
	check_refused(&host_v2, &r, "/a", ERR_HOST,
		      "/linux/resources/memory/kernelTCP: cgroup v2 charges socket memory to the "
		      "memory limit, and there is none");
}

TEST(kernel_memory_not_accounted)
{
	struct host_facts f = host_v2;
	struct spec_memory m = {.limit = I64(8192)};
	struct spec_resources r = {.memory = &m};

	f.kmem_accounting_off = true;
	CHECK_INT(make(&f, &r, "/a"), 0);
	CHECK_HAS(plan.kernel_memory, "not accounted");
	m.kernel = I64(4096);
	check_refused(&f, &r, "/a", ERR_HOST,
		      "/linux/resources/memory/kernel: not accounted: this host was booted with "
		      "cgroup.memory=nokmem");
}

TEST(kernel_memory_without_limit)
{
	CHECK_INT(make(&host_v2, NULL, "/a"), 0);
	CHECK_STR(plan.kernel_memory, "not limited: there is no memory limit");
	arena_free(&arena);
}

/* CPU and pids. */

TEST(cpu_shares_to_weight)
{
	const struct {
		uint64_t shares;
		const char *weight;
	} table[] = {{1, "1"},	   {2, "1"},	      {512, "20"},	 {1024, "39"},
		     {2048, "79"}, {262144, "10000"}, {300000, "10000"}, {UINT64_MAX, "10000"}};
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
		       "0 cpu.max <- max 50000 [= after-next] /linux/resources/cpu/quota\n"
		       "0 cpu.max.burst <- 0 [= optional] /linux/resources/cpu/burst\n"
		       "0 cpu.idle <- 0 [= optional] /linux/resources/cpu/idle\n"
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
	dev.key = "a\nb";
	r.network = NULL;
	check_refused(&host_v2, &r, "/a", ERR_SPEC,
		      "/linux/resources/rdma: a key is not the name of a device");
}

/* unified. */

static struct spec_pair pairs[2];

static struct spec_resources *unified(const char *key, const char *value)
{
	static struct spec_resources r;

	pairs[0] = (struct spec_pair){key, value};
	r = (struct spec_resources){.unified = pairs, .n_unified = 1};
	return &r;
}

TEST(unified_on_v2)
{
	check_settings(&host_v2, unified("memory.high", "1G"),
		       "0 memory.high <- 1G [#] /linux/resources/unified/memory.high\n"
		       "enable memory\n");
	check_settings(&host_v2, unified("io.max", "8:0 rbps=1\n8:16 wbps=2\n"),
		       "0 io.max <- 8:0 rbps=1 [?] /linux/resources/unified/io.max\n"
		       "0 io.max <- 8:16 wbps=2 [?] /linux/resources/unified/io.max\n"
		       "enable io\n");
	check_settings(&host_v2, unified("cgroup.max.descendants", "10"),
		       "0 cgroup.max.descendants <- 10 [?] "
		       "/linux/resources/unified/cgroup.max.descendants\n");
}

TEST(unified_elsewhere)
{
	check_settings(&host_hybrid, unified("hugetlb.2MB.max", "0"),
		       "6 hugetlb.2MB.max <- 0 [#] /linux/resources/unified/hugetlb.2MB.max\n"
		       "enable hugetlb\n");
	check_refused(&host_hybrid, unified("memory.high", "1"), "/a", ERR_HOST,
		      "/linux/resources/unified/memory.high: the memory controller is not in a "
		      "cgroup v2 tree of this host");
	check_refused(&host_v1, unified("cgroup.max.depth", "1"), "/a", ERR_HOST,
		      "/linux/resources/unified/cgroup.max.depth: this host has no cgroup v2 tree");
}

TEST(unified_keys_that_are_no_limits)
{
	const char *const runtimes[] = {
		"cgroup.procs",		  "cgroup.threads", "cgroup.kill", "cgroup.type",
		"cgroup.subtree_control", "cgroup.freeze",  NULL};
	const char *const malformed[] = {"memory",    "../cgroup.procs", "a/b.c", ".x", "memory.",
					 "mem ory.x", "memory.max\n",	 "",	  NULL};
	char message[128];

	for (const char *const *p = runtimes; *p; p++) {
		snprintf(message, sizeof(message), "/linux/resources/unified/%s: is not a limit",
			 *p);
		check_refused(&host_v2, unified(*p, "1"), "/a", ERR_SPEC, message);
	}
	for (const char *const *p = malformed; *p; p++)
		check_refused(&host_v2, unified(*p, "1"), "/a", ERR_SPEC,
			      "/linux/resources/unified: a key is not of the form "
			      "CONTROLLER.PARAMETER");
}

TEST(unified_may_not_undo_a_limit)
{
	struct spec_resources *r = unified("memory.max", "max");

	r->memory = &docker_memory;
	check_refused(&host_v2, r, "/a", ERR_SPEC,
		      "/linux/resources/unified/memory.max: contradicts "
		      "/linux/resources/memory/limit");
	pairs[0].value = "536870912";
	CHECK_INT(make(&host_v2, r, "/a"), 0);
	CHECK_INT(plan.n_settings, 3);
	arena_free(&arena);
}

/* Devices. */

TEST(devices_v2_program)
{
	CHECK_INT(make(&host_v2, NULL, "/a"), 0);
	CHECK(!plan.devices_v1 && plan.devices_v2);
	CHECK(plan.devices_lines == NULL);
	CHECK(plan.n_devices_insns > 10);
	arena_free(&arena);
}

TEST(devices_v1_lines)
{
	CHECK_INT(make(&host_v1, NULL, "/a"), 0);
	CHECK(plan.devices_v1 && !plan.devices_v2);
	CHECK_INT(plan.devices.n, 9);
	CHECK_STR(plan.devices_lines[0], "c 1:3 rw");
	CHECK(plan.devices_insns == NULL);
	arena_free(&arena);
}

TEST(devices_nowhere)
{
	struct host_facts f = host_hybrid;

	f.n_cgroup_v1 = 1; /* pids alone, and no v2 tree */
	f.cgroup_v2_mountpoint = NULL;
	check_refused(&f, NULL, "/a", ERR_HOST,
		      "/linux/resources/devices: no cgroup hierarchy of this host can limit "
		      "devices");
}

/* Every allocation fails once: an error each time, never a crash or a half-made plan. */
TEST(out_of_memory)
{
	struct spec_resources r = {
		.memory = &docker_memory, .cpu = &docker_cpu, .pids = &docker_pids};
	struct spec_linux l = {.resources = &r, .cgroups_path = "/d/c1"};
	struct spec s = {.linux_ = &l};
	size_t failures = 0;

	for (size_t limit = 1; limit < 65536; limit += 16) {
		struct arena small = {.limit = limit};
		struct err e = {0};
		int got = cgroup_plan_make(&s, &host_v2, "c1", &small, &plan, &e);
		arena_free(&small);
		if (got == 0)
			break;
		failures++;
		CHECK_INT(got, -12 /* ENOMEM */);
		CHECK_INT(e.kind, ERR_SYSTEM);
	}
	CHECK(failures > 10 && failures < 4000);
}
