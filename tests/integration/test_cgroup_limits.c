/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Real cgroups: made, limited, read back, in force, undone. */
#include "tests/integration/cgroup_box.h"

#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sysmacros.h>

#define MIB (1 << 20)

static struct spec_memory memory_16m(void)
{
	static int64_t limit = 16 * MIB;

	return (struct spec_memory){.limit = &limit, .swap = facts.swap_accounting ? &limit : NULL};
}

static int wait_for_signal(void)
{
	wait_forever();
}

TEST(limits_are_in_the_files_and_in_the_record)
{
	struct spec_memory m = {.limit = I64(64 * MIB), .reservation = I64(32 * MIB)};
	struct spec_pids p = {.limit = I64(100)};
	struct spec_cpu c = {
		.shares = U64(512), .quota = I64(50000), .period = U64(100000), .cpus = "0"};

	resources = (struct spec_resources){.memory = &m, .pids = &p, .cpu = &c};
	BOX_CREATE("limits");
	CHECK_STR(box_read("pids", "pids.max", "pids.max"), "100");
	CHECK_STR(box_read("memory", "memory.limit_in_bytes", "memory.max"), "67108864");
	CHECK_STR(box_read("memory", "memory.soft_limit_in_bytes", "memory.low"), "33554432");
	CHECK_STR(box_read("cpu", "cpu.shares", "cpu.weight"), on_v1("cpu") ? "512" : "59");
	CHECK_STR(box_read("cpu", "cpu.cfs_quota_us", "cpu.max"),
		  on_v1("cpu") ? "50000" : "50000 100000");
	CHECK_STR(box_read("cpuset", "cpuset.cpus", "cpuset.cpus"), "0");
	const char *record = cgroup_record(&cgroup);
	CHECK_HAS(record, "{\"limits\":[{\"pointer\":\"/linux/resources/pids/limit\"");
	CHECK_HAS(record, "\"value\":\"67108864\"");
	CHECK_HAS(record, "\"devices\":{");
	CHECK_HAS(record, "\"kernelMemory\":\"charged to memory.");
	BOX_END();
}

TEST(v1_cpuset_is_filled_down_the_path)
{
	if (!on_v1("cpuset"))
		NOT_HERE("no cpuset on v1");
	BOX_CREATE("a/b/c");
	CHECK(box_read("cpuset", "cpuset.cpus", "")[0] != '\0');
	CHECK(box_read("cpuset", "../../cpuset.mems", "")[0] != '\0');
	cgroup_close(&cgroup);
	CHECK_INT(cgroup_destroy(plan.paths, plan.n_paths, &error), 0);
	/* The parents a/b and a are ours only while create fails: later they may be shared. */
	for (size_t i = 0; i < plan.n_paths; i++) {
		char path[4096];
		*strrchr(strcpy(path, plan.paths[i]), '/') = '\0';
		CHECK_INT(rmdir(path), 0);
		*strrchr(path, '/') = '\0';
		CHECK_INT(rmdir(path), 0);
		*strrchr(path, '/') = '\0';
		CHECK_INT(rmdir(path), 0);
	}
}

TEST(path_absent_is_beside_or_below_our_own)
{
	fds_before = count_fds();
	CHECK_INT(box_plan(NULL), 0);
	CHECK_MSG(cgroup_create(&plan, &cgroup, &error) == 0, "%s", error.msg);
	CHECK_INT(box_dirs(false), plan.n_paths);
	CHECK_INT(cgroup_destroy(plan.paths, plan.n_paths, &error), 0);
	cgroup_close(&cgroup);
	CHECK_INT(box_dirs(false), 0);
	CHECK_INT(count_fds(), fds_before);
}

/* A value that this machine refuses: the pointer is named and nothing is left, parents included. */
TEST(failure_undoes_everything)
{
	struct spec_cpu c = {.cpus = "0,4000"};

	resources = (struct spec_resources){.cpu = &c};
	CHECK(box_create("fail/deep") < 0);
	CHECK_INT(error.kind, ERR_HOST);
	CHECK_HAS(error.msg, "/linux/resources/cpu/cpus: ");
	CHECK_INT(box_dirs(false), 0);
	CHECK_INT(box_dirs(true), 0);
	CHECK_INT(count_fds(), fds_before);
	remove_parents();
	snprintf(box_path, sizeof(box_path), "%s/x", parent);
	CHECK_INT(box_plan(box_path), 0);
	CHECK_INT(box_dirs(true), 0);
}

TEST(failure_leaves_parents_that_were_there)
{
	struct spec_cpu c = {.cpus = "4000"};
	struct cgroup_plan first;
	struct cgroup second;

	BOX_CREATE("first");
	first = plan;
	resources = (struct spec_resources){.cpu = &c};
	snprintf(box_path, sizeof(box_path), "%s/second", parent);
	int r = box_plan(box_path);
	resources = (struct spec_resources){0};
	CHECK_INT(r, 0);
	CHECK(cgroup_create(&plan, &second, &error) < 0);
	CHECK_INT(box_dirs(false), 0);
	CHECK_INT(box_dirs(true), plan.n_paths);
	plan = first;
	BOX_END();
}

/* The n-th open fails, for every n: no directory and no descriptor may stay behind. */
TEST(every_open_fails_once)
{
	struct spec_memory m = memory_16m();
	struct spec_pids p = {.limit = I64(100)};
	struct rlimit old, small;
	int failures = 0, r = -1;

	CHECK_INT(getrlimit(RLIMIT_NOFILE, &old), 0);
	for (unsigned n = 3; r < 0 && n < 200; n++) {
		resources = (struct spec_resources){.memory = &m, .pids = &p};
		small = (struct rlimit){.rlim_cur = n, .rlim_max = old.rlim_max};
		snprintf(box_path, sizeof(box_path), "%s/nofile", parent);
		CHECK_INT(box_plan(box_path), 0);
		fds_before = count_fds();
		CHECK_INT(setrlimit(RLIMIT_NOFILE, &small), 0);
		r = cgroup_create(&plan, &cgroup, &error);
		CHECK_INT(setrlimit(RLIMIT_NOFILE, &old), 0);
		if (r == 0)
			break;
		failures++;
		CHECK_MSG(error.kind != ERR_NONE, "%u descriptors", n);
		CHECK_INT(box_dirs(false), 0);
		CHECK_INT(box_dirs(true), 0);
		CHECK_INT(count_fds(), fds_before);
	}
	CHECK_INT(r, 0);
	CHECK(failures > (int)plan.n_trees);
	BOX_END();
}

/* A write to kmem.limit_in_bytes that succeeds and does nothing must not pass for a limit. */
TEST(v1_kernel_memory_knob_without_effect)
{
	struct host_facts real = facts;
	struct spec_memory m = {.kernel = I64(8 * MIB)};

	if (!on_v1("memory") || facts.kernel_major < 6)
		NOT_HERE("no memory on v1, or a kernel whose knob works");
	facts.kernel_major = 5;
	facts.kernel_minor = 15;
	resources = (struct spec_resources){.memory = &m};
	int r = box_create("kmem");
	CHECK(r < 0);
	CHECK_INT(error.kind, ERR_HOST);
	CHECK_HAS(error.msg, "/linux/resources/memory/kernel: ");
	CHECK_INT(box_dirs(true), 0);
	m.limit = I64(16 * MIB); /* the fallback, and the record tells */
	resources = (struct spec_resources){.memory = &m};
	r = box_create("kmem");
	facts = real;
	CHECK_MSG(r == 0, "%s", error.msg);
	CHECK_HAS(cgroup_record(&cgroup),
		  "\"kernelMemory\":\"charged to memory.limit_in_bytes; this kernel ignores");
	BOX_END();
}

/* update: both of memory and memory plus swap up, then down; each alone would be refused. */
TEST(limits_change_in_any_direction)
{
	static const int64_t sizes[] = {16 * MIB, 64 * MIB, 32 * MIB};
	struct spec_memory m = {0};
	struct spec_cpu c = {0};
	int64_t limit, quota;
	uint64_t period;

	for (size_t i = 0; i < 3; i++) {
		char want[32];
		limit = sizes[i];
		quota = sizes[i] / 1024;
		period = (uint64_t)sizes[i] / 256;
		m.limit = &limit;
		m.swap = facts.swap_accounting ? &limit : NULL;
		c = (struct spec_cpu){.quota = &quota, .period = &period};
		resources = (struct spec_resources){.memory = &m, .cpu = &c};
		if (i == 0) {
			BOX_CREATE("update");
		} else {
			CHECK_INT(box_plan(box_path), 0);
			CHECK_MSG(cgroup_apply_limits(&plan, &cgroup, &error) == 0, "%s",
				  error.msg);
			CHECK(strstr(cgroup_record(&cgroup), "devices") == NULL);
		}
		snprintf(want, sizeof(want), "%lld", (long long)limit);
		CHECK_STR(box_read("memory", "memory.limit_in_bytes", "memory.max"), want);
		if (facts.swap_accounting)
			CHECK_STR(box_read("memory", "memory.memsw.limit_in_bytes",
					   "memory.swap.max"),
				  on_v1("memory") ? want : "0");
	}
	resources = (struct spec_resources){0};
	BOX_END();
}

/* "No internal processes": the parent of our cgroup may not have any, and the error says so. */
TEST(v2_parent_with_processes)
{
	struct spec_memory m = memory_16m();
	char below[128];

	if (on_v1("memory"))
		NOT_HERE("memory is on v1");
	BOX_CREATE("inner");
	pid_t pid = box_spawn(wait_for_signal);
	CHECK(pid > 0);
	struct cgroup_plan upper = plan;
	struct cgroup second;
	snprintf(below, sizeof(below), "%s/inner/below", parent);
	resources = (struct spec_resources){.memory = &m};
	int r = box_plan(below);
	resources = (struct spec_resources){0};
	CHECK_INT(r, 0);
	CHECK(cgroup_create(&plan, &second, &error) < 0);
	CHECK_INT(error.kind, ERR_HOST);
	CHECK_HAS(error.msg, "/linux/resources/memory/limit: the memory controller cannot be "
			     "enabled in ");
	CHECK_HAS(error.msg, "has processes of its own");
	CHECK_INT(box_dirs(false), 0);
	plan = upper;
	CHECK_INT(kill(pid, SIGKILL), 0);
	CHECK_INT(exit_status(pid), 128 + SIGKILL);
	BOX_END();
}

/* In force: memory, kernel memory, processes, devices. */

static int hog_memory(void)
{
	char *p = mmap(NULL, 64 * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return 1;
	memset(p, 1, 64 * MIB);
	return 0;
}

TEST(memory_hog_dies_inside_its_limit)
{
	struct spec_memory m = memory_16m();

	resources = (struct spec_resources){.memory = &m};
	BOX_CREATE("hog");
	CHECK_INT(box_run(hog_memory), 128 + SIGKILL);
	BOX_END();
}

/* Pipe buffers are kernel memory: 400 of 64 KiB are 25 MiB. Returns how many could be filled. */
static int hog_kernel_memory(void)
{
	static char page[4096];

	for (int n = 0; n < 200; n++) {
		int fds[2];
		if (pipe2(fds, O_NONBLOCK | O_CLOEXEC) < 0 || fcntl(fds[1], F_SETPIPE_SZ, MIB) < 0)
			return 1;
		for (int i = 0; i < 256; i++)
			if (write(fds[1], page, sizeof(page)) < 0)
				return 2;
	}
	return 0;
}

TEST(kernel_memory_hog_stays_inside_its_limit)
{
	struct spec_memory m = memory_16m();

	resources = (struct spec_resources){.memory = &m};
	BOX_CREATE("kernel-hog");
	int status = box_run(hog_kernel_memory);
	CHECK_MSG(status == 2 || status == 128 + SIGKILL, "status %d", status);
	BOX_END();
}

static int fork_until_refused(void)
{
	int n = 0;

	for (; n < 100; n++) {
		pid_t pid = fork();
		if (pid < 0)
			return n;
		if (pid == 0)
			wait_forever();
	}
	return n;
}

TEST(fork_bomb_hits_its_limit)
{
	struct spec_pids p = {.limit = I64(20)};

	resources = (struct spec_resources){.pids = &p};
	BOX_CREATE("bomb");
	CHECK_INT(box_run(fork_until_refused), 19);
	CHECK_INT(box_pids(), 19);
	CHECK_INT(cgroup_kill(&cgroup, SIGKILL, &error), 0);
	CHECK_MSG(cgroup_wait_empty(&cgroup, 5000, &error) == 0, "%s", error.msg);
	BOX_END();
}

/* 0 as "no process besides init": init itself can still be made. */
TEST(pids_limit_of_nothing)
{
	struct spec_pids p = {.limit = I64(0)};

	resources = (struct spec_resources){.pids = &p};
	BOX_CREATE("lonely");
	CHECK_INT(box_run(fork_until_refused), 0);
	BOX_END();
}

static char node[64];

static int open_null_and_memory(void)
{
	int r = 0;

	if (open("/dev/null", O_RDWR | O_CLOEXEC) < 0)
		r |= 1;
	if (open(node, O_RDONLY | O_CLOEXEC) >= 0 || errno != EPERM)
		r |= 2;
	unlink(node);
	if (mknod(node, S_IFCHR | 0600, makedev(1, 3)) == 0 || errno != EPERM)
		r |= 4;
	return r;
}

/* The node is one that may be opened outside: 1:11, the kernel log, else 1:1, memory. */
TEST(devices_in_force)
{
	snprintf(node, sizeof(node), "/tmp/bulkhead-test-node-%d", getpid());
	CHECK_INT(mknod(node, S_IFCHR | 0600, makedev(1, 11)), 0);
	int fd = open(node, O_RDONLY | O_CLOEXEC);
	int saved = errno;
	fd_closep(&fd);
	int r = box_create("devices");
	int status = r == 0 ? box_run(open_null_and_memory) : -1;
	unlink(node);
	CHECK_MSG(r == 0, "%s", error.msg);
	CHECK_MSG(saved == 0 || saved != EPERM, "the node cannot be opened outside either");
	CHECK_INT(status, 0);
	BOX_END();
}

static char fuse_type[] = "c", fuse_access[] = "rwm";

TEST(devices_that_are_allowed)
{
	struct spec_device_cgroup rules[] = {
		{.allow = false, .access = fuse_access},
		{.allow = true,
		 .type = fuse_type,
		 .major = I64(1),
		 .minor = I64(11),
		 .access = fuse_access},
	};

	resources = (struct spec_resources){.devices = rules, .n_devices = 2};
	snprintf(node, sizeof(node), "/tmp/bulkhead-test-node-%d", getpid());
	CHECK_INT(mknod(node, S_IFCHR | 0600, makedev(1, 11)), 0);
	int r = box_create("devices2");
	int status = r == 0 ? box_run(open_null_and_memory) : -1;
	unlink(node);
	CHECK_MSG(r == 0, "%s", error.msg);
	CHECK_INT(status, 2); /* this one opens; mknod of another one is still refused */
	BOX_END();
}
