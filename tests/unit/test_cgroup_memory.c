/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* linux.resources.memory on made-up hosts, kernel memory included: golden texts and refusals. */
#include "tests/unit/cgroup_facts.h"

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
	m.limit = I64(1); /* as little as there is */
	check_settings(&host_v2, &r,
		       "0 memory.max <- 1 [#] /linux/resources/memory/limit\n"
		       "0 memory.swap.max <- 4095 [#] /linux/resources/memory/swap\n"
		       "enable memory\n");
	m.limit = I64(-2);
	check_refused(&host_v2, &r, "/a", ERR_SPEC,
		      "/linux/resources/memory/limit: expected -1 or more");
}

/* -1 is the least that any of them may be, and each is named. */
TEST(memory_members_below_no_limit)
{
	int64_t least = -1, less = -2;
	static const char *const names[] = {"limit", "reservation", "swap", "kernel", "kernelTCP"};

	for (int i = 0; i < 5; i++) {
		struct spec_memory m = {0};
		struct spec_resources r = {.memory = &m};
		int64_t **members[] = {&m.limit, &m.reservation, &m.swap, &m.kernel, &m.kernel_tcp};
		char message[80];

		*members[i] = &least;
		CHECK_MSG(make(&host_v1, &r, "/a") == 0, "%s: %s", names[i], error.msg);
		CHECK_MSG(make(&host_v2, &r, "/a") == 0, "%s: %s", names[i], error.msg);
		*members[i] = &less;
		snprintf(message, sizeof(message),
			 "/linux/resources/memory/%s: expected -1 or more", names[i]);
		check_refused(&host_v1, &r, "/a", ERR_SPEC, message);
	}
}

TEST(memory_without_swap_accounting)
{
	struct host_facts f = host_v1;
	struct spec_memory m = {.limit = I64(8192), .swap = I64(8192)};
	struct spec_resources r = {.memory = &m};

	f.swap_accounting = false;
	check_refused(&f, &r, "/a", ERR_HOST,
		      "/linux/resources/memory/swap: swap accounting is off in this kernel");
	m.limit = m.swap = I64(1);
	check_refused(&f, &r, "/a", ERR_HOST,
		      "/linux/resources/memory/swap: swap accounting is off in this kernel");
	m.limit = I64(8192);
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
	m.use_hierarchy = YES; /* as it is anyway */
	m.limit = I64(1);
	check_settings(&host_v2, &r,
		       "0 memory.max <- 1 [#] /linux/resources/memory/limit\n"
		       "enable memory\n");
	m.limit = NULL;
	m.use_hierarchy = NO;
	check_settings(&host_v1, &r,
		       "7 memory.use_hierarchy <- 0 [=] /linux/resources/memory/useHierarchy\n");
	m.use_hierarchy = NULL;
	m.disable_oom_killer = NULL;
	m.swappiness = U64(100);
	check_settings(&host_v1, &r,
		       "7 memory.swappiness <- 100 [=] /linux/resources/memory/swappiness\n");
	m.swappiness = U64(101);
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
	m.limit = I64(1);
	check_settings(&f, &r,
		       "7 memory.limit_in_bytes <- 1 [#] /linux/resources/memory/limit\n"
		       "7 memory.kmem.limit_in_bytes <- 4096 [# optional] "
		       "/linux/resources/memory/kernel\n");
	m.limit = NULL; /* nothing else would limit it: then it has to stick */
	check_settings(&f, &r,
		       "7 memory.kmem.limit_in_bytes <- 4096 [#] /linux/resources/memory/kernel\n");
	CHECK_INT(make(&f, &r, "/a"), 0);
	CHECK_STR(plan.kernel_memory, "limited by memory.kmem.limit_in_bytes");
	CHECK_HAS(plan.kernel_memory_fallback, "charged to memory.limit_in_bytes");
	arena_free(&arena);
	f.kernel_major = 4;
	f.kernel_minor = 19;
	CHECK_INT(make(&f, &r, "/a"), 0);
	CHECK_STR(plan.kernel_memory, "limited by memory.kmem.limit_in_bytes");
	arena_free(&arena);
	f.kernel_major = 5;
	f.kernel_minor = 16; /* the first one without */
	check_refused(&f, &r, "/a", ERR_HOST,
		      "/linux/resources/memory/kernel: this kernel charges kernel memory to the "
		      "memory limit, and there is none");
	m.limit = I64(1);
	CHECK_INT(make(&f, &r, "/a"), 0);
	CHECK_HAS(plan.kernel_memory, "charged to memory.limit_in_bytes");
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
	m.limit = I64(1);
	CHECK_INT(make(&host_v2, &r, "/a"), 0);
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
	struct spec_memory m = {.reservation = I64(1)};
	struct spec_resources r = {.memory = &m};
	CHECK_INT(make(&host_v2, &r, "/a"), 0);
	CHECK_STR(plan.kernel_memory, "not limited: there is no memory limit");
	m.limit = I64(-1);
	CHECK_INT(make(&host_v2, &r, "/a"), 0);
	CHECK_STR(plan.kernel_memory, "not limited: there is no memory limit");
	arena_free(&arena);
}
