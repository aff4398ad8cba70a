/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The cgroup plan on made-up hosts: paths, what docker sends, devices, exhausted memory. */
#include <errno.h>

#include "tests/unit/cgroup_facts.h"

static int fail_after = -1;

bool arena_test_fail(void)
{
	return fail_after >= 0 && fail_after-- == 0;
}

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
	check_path(&host_v1, NULL, 7, "/cg/memory/own/mem/c1");
	check_path(&host_v1, "", 1, "/cg/pids/c1");
	check_path(&host_v2, NULL, 0, "/cg/user.slice/c1");
	/* Not what systemd may have, empty, beside the runtime. */
	const struct spec s = {0};
	CHECK_INT(cgroup_plan_make(&s, &measures, &host_v2, "machine.slice", &arena, &plan, &error),
		  0);
	CHECK_STR(plan.paths[0], "/cg/user.slice/bulkhead-machine.slice");
	arena_free(&arena);
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
	check_path(&host_v1, "/.a/b./...", 1, "/cg/pids/.a/b./...");
	/* too long in itself, and only together with where the tree is mounted */
	static char path[5000];
	for (size_t i = 0; i < sizeof(path); i += 100) {
		memset(path + i, 'x', 100);
		path[i] = '/';
	}
	path[4999] = '\0';
	check_refused(&host_v2, NULL, path, ERR_SPEC, "/linux/cgroupsPath: is too long");
	path[4096] = '\0';
	check_refused(&host_v2, NULL, path, ERR_SPEC, "/linux/cgroupsPath: is too long");
	path[4095 - 3] = '\0';
	CHECK_INT(make(&host_v2, NULL, path), 0);
	path[4095 - 3] = 'x';
	path[4095 - 2] = '\0';
	check_refused(&host_v2, NULL, path, ERR_SPEC, "/linux/cgroupsPath: is too long");
	/* the longest component */
	longest[255] = '\0';
	CHECK_INT(make(&host_v2, NULL, longest), 0);
	longest[255] = 'x';
	longest[256] = '\0';
	CHECK(make(&host_v2, NULL, longest) < 0);
	arena_free(&arena);
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
		       "0 cpu.weight <- 59 [=] /linux/resources/cpu/shares\n"
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
	CHECK_INT(plan.devices.n, 8);
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

/* Every allocation fails once, and the next ones do not: an error each time, and no half-made plan.
 */
static void check_memory(const struct host_facts *f, struct spec_resources *r)
{
	struct spec_linux l = {.resources = r};
	struct spec s = {.linux_ = &l};
	int failures = 0;

	for (;; failures++) {
		AUTO_ARENA struct arena a = ARENA_INIT;
		struct cgroup_plan p = {.n_trees = 99};
		struct err e = {0};

		fail_after = failures;
		int got = cgroup_plan_make(&s, &measures, f, "c1", &a, &p, &e);
		bool none_failed = fail_after >= 0;
		fail_after = -1;
		if (none_failed) {
			CHECK_INT(got, 0);
			break;
		}
		CHECK_MSG(got == -ENOMEM, "allocation %d: %s", failures, e.msg);
		CHECK_INT(e.kind, ERR_SYSTEM);
	}
	CHECK(failures > 20);
}

TEST(out_of_memory)
{
	struct spec_memory memory = {.limit = I64(1), .swap = I64(2), .reservation = I64(1)};
	struct spec_cpu cpu = {.shares = U64(3),
			       .period = U64(50000),
			       .quota = I64(20000),
			       .burst = U64(1),
			       .idle = I64(1),
			       .cpus = "0",
			       .mems = "0"};
	struct spec_weight_device disk = {.major = 8, .weight = U16(20)};
	struct spec_throttle_device reads = {.major = 8, .rate = 7}, writes = {.major = 8};
	struct spec_block_io io = {.weight = U16(10),
				   .weight_device = &disk,
				   .n_weight_device = 1,
				   .throttle_read_bps_device = &reads,
				   .n_throttle_read_bps_device = 1,
				   .throttle_write_bps_device = &writes,
				   .n_throttle_write_bps_device = 1};
	struct spec_hugepage_limit huge = {.page_size = "2MB", .limit = 1};
	struct spec_rdma rdma = {.key = "a", .hca_handles = U32(1), .hca_objects = U32(2)};
	struct spec_pair lines = {"cpu.pressure", "some\nfull"};
	struct spec_resources r = {.memory = &memory,
				   .cpu = &cpu,
				   .pids = &docker_pids,
				   .block_io = &io,
				   .hugepage_limits = &huge,
				   .n_hugepage_limits = 1,
				   .rdma = &rdma,
				   .n_rdma = 1,
				   .unified = &lines,
				   .n_unified = 1};

	check_memory(&host_v2, &r);
	struct spec_interface_priority eth0 = {.name = "eth0", .priority = 1};
	struct spec_network net = {.class_id = U32(1), .priorities = &eth0, .n_priorities = 1};
	memory.swappiness = U64(1);
	memory.kernel_tcp = I64(5);
	memory.disable_oom_killer = YES;
	cpu.realtime_period = U64(9);
	cpu.realtime_runtime = I64(8);
	io.leaf_weight = U16(10);
	disk.leaf_weight = U16(10);
	r.network = &net;
	r.n_unified = 0;
	check_memory(&host_v1, &r);
}
