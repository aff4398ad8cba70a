/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Real cgroups: the less common files, so that each one's own way of printing a value has been met.
 */
#include "tests/integration/cgroup_box.h"

#include <sys/sysmacros.h>

#define MIB (1 << 20)

TEST(v1_all_memory_knobs)
{
	struct spec_memory m = {.limit = I64(64 * MIB),
				.kernel = I64(32 * MIB),
				.kernel_tcp = I64(16 * MIB),
				.swappiness = U64(10),
				.disable_oom_killer = &(bool){true},
				.use_hierarchy = &(bool){true}};

	if (!on_v1("memory"))
		NOT_HERE("memory is on v2");
	resources = (struct spec_resources){.memory = &m};
	BOX_CREATE("memory-knobs");
	CHECK_STR(box_read("memory", "memory.swappiness", ""), "10");
	CHECK_HAS(box_read("memory", "memory.oom_control", ""), "oom_kill_disable 1");
	CHECK_STR(box_read("memory", "memory.kmem.tcp.limit_in_bytes", ""), "16777216");
	BOX_END();
}

TEST(cpu_burst_and_idle)
{
	struct spec_cpu c = {.quota = I64(50000), .burst = U64(1000), .idle = I64(1)};

	if (facts.kernel_major < 6)
		NOT_HERE("a kernel without cpu.idle");
	resources = (struct spec_resources){.cpu = &c};
	BOX_CREATE("burst");
	CHECK_STR(box_read("cpu", "cpu.cfs_burst_us", "cpu.max.burst"), "1000");
	CHECK_STR(box_read("cpu", "cpu.idle", "cpu.idle"), "1");
	BOX_END();
}

TEST(v1_network)
{
	struct spec_interface_priority prio = {.name = "lo", .priority = 5};
	struct spec_network net = {
		.class_id = &(uint32_t){0x100001}, .priorities = &prio, .n_priorities = 1};

	if (!on_v1("net_cls") || !on_v1("net_prio"))
		NOT_HERE("no net_cls or no net_prio");
	resources = (struct spec_resources){.network = &net};
	BOX_CREATE("network");
	CHECK_STR(box_read("net_cls", "net_cls.classid", ""), "1048577");
	CHECK_HAS(box_read("net_prio", "net_prio.ifpriomap", ""), "lo 5");
	BOX_END();
}

TEST(v1_huge_pages)
{
	struct spec_hugepage_limit h = {.page_size = "2MB", .limit = 5 * MIB};

	if (!on_v1("hugetlb"))
		NOT_HERE("no hugetlb on v1");
	resources = (struct spec_resources){.hugepage_limits = &h, .n_hugepage_limits = 1};
	BOX_CREATE("huge");
	CHECK_STR(box_read("hugetlb", "hugetlb.2MB.limit_in_bytes", ""), "4194304");
	CHECK_STR(box_read("hugetlb", "hugetlb.2MB.rsvd.limit_in_bytes", ""), "4194304");
	BOX_END();
}

TEST(no_limit_at_all)
{
	struct spec_memory m = {.limit = I64(-1), .swap = facts.swap_accounting ? I64(-1) : NULL};
	struct spec_pids p = {.limit = I64(-1)};
	struct spec_cpu c = {.quota = I64(-1)};

	resources = (struct spec_resources){.memory = &m, .pids = &p, .cpu = &c};
	BOX_CREATE("unlimited");
	CHECK_STR(box_read("pids", "pids.max", "pids.max"), "max");
	CHECK_STR(box_read("memory", "memory.limit_in_bytes", "memory.max"),
		  on_v1("memory") ? "9223372036854771712" : "max");
	BOX_END();
}

TEST(v2_unified)
{
	struct spec_pair pairs[] = {
		{"memory.high", "64M"},	   {"memory.oom.group", "1"}, {"memory.max", "134217728"},
		{"cpu.max", "50000"},	   {"cpuset.mems", "0"},      {"io.weight", "default 200"},
		{"cgroup.max.depth", "3"},
	};
	struct spec_memory m = {.limit = I64(128 * MIB)};

	if (on_v1("memory") || on_v1("cpuset") || on_v1("cpu"))
		NOT_HERE("not all controllers are on v2");
	resources = (struct spec_resources){.memory = &m, .unified = pairs, .n_unified = 7};
	if (box_create("unified") < 0) {
		/* io.weight needs a kernel with iocost. */
		CHECK_HAS(error.msg, "/linux/resources/unified/io.weight: this kernel has no");
		CHECK_INT(box_dirs(true), 0);
		pairs[5] = (struct spec_pair){"pids.max", "max"};
		resources = (struct spec_resources){.memory = &m, .unified = pairs, .n_unified = 7};
		BOX_CREATE("unified");
	}
	CHECK_STR(box_read("memory", "", "memory.high"), "67108864");
	CHECK_STR(box_read("memory", "", "memory.oom.group"), "1");
	CHECK_STR(box_read("memory", "", "cpu.max"), "50000 100000");
	CHECK_STR(box_read("memory", "", "cgroup.max.depth"), "3");
	BOX_END();
}

/* A CPU that the kernel could have but this machine has not: v2 takes it and uses all others. */
TEST(v2_cpus_that_are_not_there)
{
	char possible[64], cpu[16];
	struct spec_cpu c = {.cpus = cpu};
	ssize_t n = file_read_at(AT_FDCWD, "/sys/devices/system/cpu/possible", possible,
				 sizeof(possible));
	const char *last = n > 0 ? strpbrk(possible, "-,") : NULL;

	if (on_v1("cpuset") || !last || sysconf(_SC_NPROCESSORS_ONLN) > atoi(last + 1))
		NOT_HERE("cpuset is on v1, or all CPUs are online");
	snprintf(cpu, sizeof(cpu), "%d", atoi(last + 1));
	resources = (struct spec_resources){.cpu = &c};
	CHECK(box_create("cpus") < 0);
	CHECK_HAS(error.msg, "/linux/resources/cpu/cpus: wanted");
	CHECK_HAS(error.msg, "is in force");
	CHECK_INT(box_dirs(true), 0);
}

TEST(v2_unified_file_that_is_no_limit)
{
	struct spec_pair reclaim = {"memory.reclaim", "0"};

	if (on_v1("memory"))
		NOT_HERE("memory is on v1");
	resources = (struct spec_resources){.unified = &reclaim, .n_unified = 1};
	CHECK(box_create("reclaim") < 0);
	CHECK_HAS(error.msg, "/linux/resources/unified/memory.reclaim: ");
	CHECK_INT(box_dirs(true), 0);
}

TEST(huge_pages_in_the_tree_that_has_them)
{
	struct spec_hugepage_limit h = {.page_size = "2MB", .limit = 4 * MIB};

	if (!facts.cgroup_v2_controllers || !strstr(facts.cgroup_v2_controllers, "hugetlb"))
		NOT_HERE("no hugetlb on v2");
	resources = (struct spec_resources){.hugepage_limits = &h, .n_hugepage_limits = 1};
	BOX_CREATE("huge");
	CHECK_STR(box_read("hugetlb", "", "hugetlb.2MB.max"), "4194304");
	BOX_END();
}

/* A throttle on whatever disk there is, set and lifted. */
TEST(block_io_throttle)
{
	struct stat st;
	struct spec_throttle_device t = {.rate = MIB};
	struct spec_block_io io = {.throttle_read_bps_device = &t, .n_throttle_read_bps_device = 1};
	const char *const disks[] = {"/dev/vda", "/dev/sda", "/dev/nvme0n1", "/dev/loop0", NULL};
	const char *const *disk = disks;

	while (*disk && (stat(*disk, &st) < 0 || !S_ISBLK(st.st_mode)))
		disk++;
	if (!*disk)
		NOT_HERE("no disk");
	t.major = major(st.st_rdev);
	t.minor = minor(st.st_rdev);
	resources = (struct spec_resources){.block_io = &io};
	BOX_CREATE("io");
	CHECK_HAS(box_read("blkio", "blkio.throttle.read_bps_device", "io.max"), "1048576");
	t.rate = 0;
	resources = (struct spec_resources){.block_io = &io};
	CHECK_INT(box_plan(box_path), 0);
	resources = (struct spec_resources){0};
	CHECK_MSG(cgroup_apply_limits(&plan, &cgroup, &error) == 0, "%s", error.msg);
	CHECK(strstr(box_read("blkio", "blkio.throttle.read_bps_device", "io.max"), "1048576") ==
	      NULL);
	BOX_END();
}
