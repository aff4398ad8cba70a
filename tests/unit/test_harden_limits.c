/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_harden_limits.c: harden/memory.c, and unified.c as memory and pids use it. */
#include <errno.h>

#include "harden_case.h"

#define SHARE 6442450944 /* three quarters of 8 GiB, in pages */

static void run_resources(struct harden_case *c, const char *resources)
{
	case_doc(c, "", arena_printf(&c->a, ",'resources':{%s}", resources), "");
}

TEST(memory_has_a_default_without_swap)
{
	static const char *const none[] = {"", "'memory':{}", "'memory':{'limit':-1}",
					   "'memory':{'limit':0,'swap':-1}"};

	for (size_t i = 0; i < 4; i++) {
		struct harden_case *c = case_new();
		run_resources(c, none[i]);
		CHECK_MSG(c->r == 0, "%s", c->e.msg);
		const struct spec_memory *m = c->out->linux_->resources->memory;
		CHECK_INT(*m->limit, SHARE);
		CHECK_INT(*m->swap, SHARE);
		CHECK(decision_find(c, DECISION_CHANGE, "memory", "/linux/resources/memory/limit"));
		CHECK(decision_find(c, DECISION_CHANGE, "memory", "/linux/resources/memory/swap"));
	}
}

TEST(a_swap_smaller_than_the_default_limits_memory)
{
	struct harden_case *c = case_new();

	run_resources(c, "'memory':{'swap':1048576}");
	CHECK_CHANGE(c, "memory", "/linux/resources/memory/limit", NULL, "1048576");
	CHECK_INT(*c->out->linux_->resources->memory->swap, 1048576);
	CHECK_INT(decision_count(c, DECISION_CHANGE, "memory"), 1);
}

TEST(swap_without_a_limit_is_no_reason_for_more_swap)
{
	struct harden_case *c = case_new();

	run_resources(c, "'memory':{'swap':17179869184}");
	CHECK_CHANGE(c, "memory", "/linux/resources/memory/limit", NULL, "6442450944");
	CHECK_CHANGE(c, "memory", "/linux/resources/memory/swap", "17179869184", "6442450944");
}

static const char *why_changed(const struct harden_case *c, const char *pointer)
{
	const struct decision *d = decision_find(c, DECISION_CHANGE, "memory", pointer);

	CHECK_MSG(d, "no change at %s", pointer);
	return d->why;
}

TEST(what_moves_from_the_raw_files_is_told)
{
	struct harden_case *c = case_new();

	run_resources(c, "'unified':{'memory.max':'64M','memory.swap.max':'1M'}");
	CHECK_STR(why_changed(c, "/linux/resources/memory/limit"), "as unified asks");
	CHECK_STR(why_changed(c, "/linux/resources/memory/swap"), "as unified asks");
	CHECK_STR(why_changed(c, "/linux/resources/unified/memory.max"),
		  "counts as /linux/resources/memory/limit");
	CHECK_STR(why_changed(c, "/linux/resources/unified/memory.swap.max"),
		  "counts as /linux/resources/memory/swap");
	c = case_new();
	run_resources(c, "'memory':{'swap':67108864},'unified':{'memory.max':'32M','memory.swap."
			 "max':'1M'}");
	CHECK_STR(why_changed(c, "/linux/resources/memory/swap"), "as unified asks");
}

TEST(swap_beyond_a_limit_is_only_what_is_asked_for)
{
	struct harden_case *c = case_new();

	run_resources(c, "'memory':{'limit':1048576}");
	CHECK_CHANGE(c, "memory", "/linux/resources/memory/swap", NULL, "1048576");
	c = case_new();
	run_resources(c, "'memory':{'limit':1048576,'swap':-1}");
	CHECK_CHANGE(c, "memory", "/linux/resources/memory/swap", "-1", "1048576");
	c = case_new();
	run_resources(c, "'memory':{'limit':1048576,'swap':0}");
	CHECK_CHANGE(c, "memory", "/linux/resources/memory/swap", "0", "1048576");
	c = case_new();
	run_resources(c, "'memory':{'limit':1048576,'swap':2097152}");
	CHECK_QUIET(c, "memory");
}

TEST(without_swap_accounting_swap_is_noted)
{
	struct harden_case *c = case_new();

	c->f.swap_accounting = false;
	run_resources(c, "");
	CHECK_INT(*c->out->linux_->resources->memory->limit, SHARE);
	CHECK(!c->out->linux_->resources->memory->swap);
	CHECK(decision_find(c, DECISION_NOTE, "memory", "/linux/resources/memory/swap"));
}

TEST(unknown_ram_is_refused)
{
	struct harden_case *c = case_new();

	c->f.mem_total = 0;
	run_resources(c, "");
	CHECK_REFUSED(c, "memory", "/linux/resources/memory/limit", "RAM is not known");
	c = case_new();
	c->f.mem_total = 0;
	run_resources(c, "'memory':{'limit':1048576}");
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
}

TEST(the_oom_killer_needs_a_limit_to_be_disabled)
{
	struct harden_case *c = case_new();

	run_resources(c, "'memory':{'disableOOMKiller':true}");
	CHECK_REFUSED(c, "memory", "/linux/resources/memory/disableOOMKiller", "OOM killer");
	c = case_new();
	run_resources(c, "'memory':{'disableOOMKiller':false}");
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
	c = case_new();
	run_resources(c, "'memory':{'disableOOMKiller':true,'limit':1048576,'swap':1048576}");
	CHECK_QUIET(c, "memory");
}

TEST(a_ceiling_holds_for_memory_and_swap)
{
	struct harden_case *c = case_new();

	c->p.memory.ceiling_percent = 10;
	run_resources(c, "'memory':{'limit':4294967296,'swap':8589934592}");
	CHECK_CHANGE(c, "memory", "/linux/resources/memory/limit", "4294967296", "858992640");
	CHECK_CHANGE(c, "memory", "/linux/resources/memory/swap", "8589934592", "1717985280");
	CHECK_HAS(decision_find(c, DECISION_CHANGE, "memory", "/linux/resources/memory/swap")->why,
		  "ceiling");
	/* What was asked for beyond the limit is kept. */
	c = case_new();
	c->p.memory.ceiling_percent = 10;
	run_resources(c, "'memory':{'limit':4294967296,'swap':4294971392}");
	CHECK_INT(*c->out->linux_->resources->memory->limit, 858992640);
	CHECK_INT(*c->out->linux_->resources->memory->swap, 858996736);
	c = case_new();
	c->p.memory.ceiling_percent = 10;
	run_resources(c, "'memory':{'limit':4096,'swap':4294967296}");
	CHECK_CHANGE(c, "memory", "/linux/resources/memory/swap", "4294967296", "858996736");
	c = case_new();
	c->p.memory.ceiling_percent = 10;
	run_resources(c, "'memory':{'limit':858992640,'swap':1717985280}");
	CHECK_QUIET(c, "memory");
	c = case_new();
	c->p.memory.ceiling_percent = 10;
	run_resources(c, "'unified':{'memory.max':'4G','memory.swap.max':'4G'}");
	CHECK_INT(*c->out->linux_->resources->memory->limit, 858992640);
	CHECK_INT(*c->out->linux_->resources->memory->swap, 1717985280);
}

TEST(a_limit_above_the_ram_is_none)
{
	struct harden_case *c = case_new();

	run_resources(c, "'memory':{'limit':8589934593,'swap':8589934593}");
	CHECK_CHANGE(c, "memory", "/linux/resources/memory/limit", "8589934593", "8589934592");
	CHECK_INT(*c->out->linux_->resources->memory->swap, 8589934592);
	c = case_new();
	run_resources(c, "'memory':{'limit':8589934592,'swap':8589934592}");
	CHECK_QUIET(c, "memory");
	c = case_new();
	c->p.memory.ceiling_percent = 0;
	run_resources(c, "'memory':{'limit':85899345920,'swap':858993459200}");
	CHECK_QUIET(c, "memory");
}

TEST(a_swap_below_the_limit_is_left_to_the_plan)
{
	struct harden_case *c = case_new();

	run_resources(c, "'memory':{'limit':8192,'swap':4096}");
	CHECK_QUIET(c, "memory");
}

static const struct cgroup_hierarchy memory_v1[] = {{"memory", "/m", "/"}};

static struct harden_case *on_v1(void)
{
	struct harden_case *c = case_new();

	c->f.cgroup_layout = CGROUP_LAYOUT_HYBRID;
	c->f.cgroup_v1 = memory_v1;
	c->f.n_cgroup_v1 = 1;
	c->f.cgroup_v2_controllers = "hugetlb";
	return c;
}

TEST(socket_buffers_have_a_share_on_v1)
{
	static const char pointer[] = "/linux/resources/memory/kernelTCP";
	struct harden_case *c = on_v1();

	run_resources(c, "'memory':{'limit':1048576,'swap':1048576}");
	CHECK_QUIET(c, "memory");
	c = on_v1();
	c->p.memory.kernel_tcp_percent = 25;
	run_resources(c, "'memory':{'limit':1048576,'swap':1048576}");
	CHECK_CHANGE(c, "memory", pointer, NULL, "262144");
	c = on_v1();
	c->p.memory.kernel_tcp_percent = 25;
	run_resources(c, "'memory':{'limit':1048576,'swap':1048576,'kernelTCP':262145}");
	CHECK_CHANGE(c, "memory", pointer, "262145", "262144");
	c = on_v1();
	c->p.memory.kernel_tcp_percent = 25;
	run_resources(c, "'memory':{'limit':1048576,'swap':1048576,'kernelTCP':262144}");
	CHECK_QUIET(c, "memory");
	c = on_v1();
	c->p.memory.kernel_tcp_percent = 1;
	run_resources(c, "'memory':{'limit':8192,'swap':8192,'kernelTCP':-1}");
	CHECK_CHANGE(c, "memory", pointer, "-1", "4096");
	/* v2 has no such file. */
	c = case_new();
	c->p.memory.kernel_tcp_percent = 25;
	run_resources(c, "'memory':{'limit':1048576,'swap':1048576}");
	CHECK_QUIET(c, "memory");
	CHECK_HAS(decision_find(c, DECISION_NOTE, "memory", pointer)->why, "memory.max");
	c = on_v1();
	c->p.memory.kernel_tcp_percent = 25;
	c->f.mem_total = 0; /* no limit to have a share of */
	run_resources(c, "");
	CHECK(!decision_find(c, DECISION_CHANGE, "memory", pointer));
}

TEST(the_oom_killer_ends_the_whole_container)
{
	static const char pointer[] = "/linux/resources/unified/memory.oom.group";
	struct harden_case *c = case_new();

	c->f.cgroup_v2_controllers = "cpu memory pids";
	run_resources(c, "'unified':{'memory.oom.group':'0'}");
	CHECK(!decision_find(c, DECISION_CHANGE, "memory", pointer));
	c->p.memory.oom_group = true;
	run_resources(c, "");
	CHECK_CHANGE(c, "memory", pointer, NULL, "\"1\"");
	CHECK_INT(c->out->linux_->resources->n_unified, 1);
	run_resources(c, "'unified':{'io.weight':'5','memory.oom.group':'0','memory.low':'0'}");
	CHECK_CHANGE(c, "memory", pointer, "\"0\"", "\"1\"");
	CHECK_INT(c->out->linux_->resources->n_unified, 3);
	CHECK_STR(c->out->linux_->resources->unified[0].value, "5");
	CHECK_STR(c->out->linux_->resources->unified[1].value, "1");
	CHECK_STR(c->in->linux_->resources->unified[1].value, "0");
	run_resources(c, "'unified':{'memory.oom.group':'1'}");
	CHECK(!decision_find(c, DECISION_CHANGE, "memory", pointer));
	c = on_v1();
	c->p.memory.oom_group = true;
	run_resources(c, "");
	CHECK(!decision_find(c, DECISION_CHANGE, "memory", pointer));
	CHECK_HAS(decision_find(c, DECISION_NOTE, "memory", "/linux/resources/unified")->why,
		  "cgroup v1 has no memory.oom.group");
	c = case_new();
	c->p.memory.oom_group = true; /* and nothing known of controllers */
	run_resources(c, "");
	CHECK(!decision_find(c, DECISION_CHANGE, "memory", pointer));
}

TEST(kernel_memory_that_is_not_accounted_is_told)
{
	struct harden_case *c = case_new();

	c->f.kmem_accounting_off = true;
	run_resources(c, "");
	CHECK_HAS(decision_find(c, DECISION_NOTE, "memory", "/linux/resources/memory/kernel")->why,
		  "cgroup.memory=nokmem");
}

TEST(huge_hosts_do_not_overflow)
{
	struct harden_case *c = case_new();

	c->f.mem_total = UINT64_MAX;
	run_resources(c, "");
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
	CHECK_INT(*c->out->linux_->resources->memory->limit, INT64_MAX / 2);
	c = case_new();
	c->f.mem_total = 5ull << 60; /* three quarters of it are a little less than that */
	run_resources(c, "");
	CHECK_INT(*c->out->linux_->resources->memory->limit, 4323455642275676160);
}

static const char *kernel_note(struct harden_case *c, const char *memory)
{
	run_resources(c, memory);
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
	const struct decision *d =
		decision_find(c, DECISION_NOTE, "memory", "/linux/resources/memory/kernel");
	CHECK(d);
	return d->why;
}

TEST(the_note_tells_what_limits_kernel_memory)
{
	static const struct cgroup_hierarchy v1[] = {{"cpuset,cpuacct", "/c", "/"},
						     {"cpu,memory", "/m", "/"}};
	struct harden_case *c = case_new();

	CHECK_HAS(kernel_note(c, ""), "charged to memory.max, which is its limit");
	CHECK_HAS(kernel_note(c, "'memory':{'kernel':4096}"), "no limit of its own");
	c->f.cgroup_layout = CGROUP_LAYOUT_HYBRID;
	c->f.cgroup_v1 = v1;
	c->f.n_cgroup_v1 = 2;
	CHECK_HAS(kernel_note(c, ""), "charged to memory.limit_in_bytes, which is its limit");
	CHECK_HAS(kernel_note(c, "'memory':{'kernel':4096}"), "no limit of its own");
	c->f.kernel_major = 5;
	c->f.kernel_minor = 15;
	CHECK_HAS(kernel_note(c, "'memory':{'kernel':4096}"), "memory.kmem.limit_in_bytes");
	CHECK_HAS(kernel_note(c, "'memory':{'kernel':0}"), "limit_in_bytes, which is its limit");
	c->f.kernel_minor = 16;
	CHECK_HAS(kernel_note(c, "'memory':{'kernel':4096}"), "no limit of its own");
	CHECK(!strstr(kernel_note(c, "'memory':{'kernel':0}"), "no limit of its own"));
	c->f.kernel_major = 4;
	c->f.kernel_minor = 19;
	CHECK_HAS(kernel_note(c, "'memory':{'kernel':4096}"), "memory.kmem.limit_in_bytes");
	c->f.n_cgroup_v1 = 1; /* a hybrid host whose memory controller is on v2 */
	CHECK_HAS(kernel_note(c, ""), "charged to memory.max");
}

TEST(raw_files_count_like_the_members)
{
	struct harden_case *c = case_new();

	run_resources(c, "'unified':{'pids.max':'5000','io.weight':'7','memory.max':'64M',"
			 "'memory.swap.max':'1048576'}");
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
	const struct spec_resources *r = c->out->linux_->resources;
	CHECK_INT(*r->pids->limit, 5000);
	CHECK_INT(*r->memory->limit, 67108864);
	CHECK_INT(*r->memory->swap, 68157440);
	CHECK_INT(r->n_unified, 1);
	CHECK_STR(r->unified[0].key, "io.weight");
	CHECK_CHANGE(c, "pids", "/linux/resources/unified/pids.max", "\"5000\"", NULL);
	CHECK_CHANGE(c, "memory", "/linux/resources/unified/memory.max", "\"64M\"", NULL);
	CHECK_CHANGE(c, "memory", "/linux/resources/unified/memory.swap.max", "\"1048576\"", NULL);
	CHECK_STR(decision_find(c, DECISION_CHANGE, "memory", "/linux/resources/memory/swap")->why,
		  "as unified asks");
}

TEST(unlimited_raw_files_do_not_get_around_the_defaults)
{
	struct harden_case *c = case_new();

	run_resources(c, "'unified':{'pids.max':'max','memory.max':'max','memory.swap.max':'max'}");
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
	const struct spec_resources *r = c->out->linux_->resources;
	CHECK_INT(*r->pids->limit, 2048);
	CHECK_INT(*r->memory->limit, SHARE);
	CHECK_INT(*r->memory->swap, SHARE);
	CHECK_INT(r->n_unified, 0);
	CHECK_STR(why_changed(c, "/linux/resources/memory/limit"),
		  "without a limit one container takes the host's memory");
	CHECK_STR(why_changed(c, "/linux/resources/memory/swap"),
		  "no swap beyond the memory limit");
	CHECK_STR(why_changed(c, "/linux/resources/unified/memory.max"),
		  "unlimited is not possible");
}

TEST(raw_files_beside_the_members_are_left_to_the_plan)
{
	struct harden_case *c = case_new();

	run_resources(c, "'pids':{'limit':5},'memory':{'limit':4096,'swap':8192},'unified':{"
			 "'pids.max':'max','memory.max':'max','memory.swap.max':'max'}");
	CHECK_QUIET(c, "pids");
	CHECK_QUIET(c, "memory");
	CHECK_INT(c->out->linux_->resources->n_unified, 3);
}

TEST(raw_files_with_odd_values_are_left_to_the_plan)
{
	static const char *const odd[] = {"",
					  "0",
					  "5x",
					  "5MM",
					  "-1",
					  "M",
					  " 5",
					  "99999999999999999999",
					  "9999999999999T",
					  "100000000000000000000000",
					  "1000000000000000000000000"};

	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		struct harden_case *c = case_new();
		run_resources(c, arena_printf(&c->a, "'unified':{'memory.max':'%s'}", odd[i]));
		CHECK_INT(*c->out->linux_->resources->memory->limit, SHARE);
		CHECK_STR(why_changed(c, "/linux/resources/memory/limit"),
			  "without a limit one container takes the host's memory");
		CHECK_INT(c->out->linux_->resources->n_unified, 1);
	}
}

TEST(sizes_of_raw_files)
{
	static const struct {
		const char *text;
		int64_t bytes;
	} sizes[] = {{"1k", 1 << 10},	{"1K", 1 << 10},	   {"3m", 3 << 20},
		     {"2G", 2ll << 30}, {"1t", 1ll << 40},	   {"1", 1},
		     {"9T", 9ll << 40}, {"1234567890", 1234567890}};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct harden_case *c = case_new();
		c->p.memory.ceiling_percent = 0;
		run_resources(c,
			      arena_printf(&c->a, "'unified':{'memory.max':'%s'}", sizes[i].text));
		CHECK_INT(*c->out->linux_->resources->memory->limit, sizes[i].bytes);
	}
}

TEST(swap_of_raw_files_stays_within_what_is_asked_for)
{
	struct harden_case *c = case_new();

	run_resources(c, "'memory':{'swap':1048576},'unified':{'memory.max':'64M'}");
	CHECK_INT(*c->out->linux_->resources->memory->limit, 1048576);
	CHECK_INT(*c->out->linux_->resources->memory->swap, 1048576);
	c = case_new();
	run_resources(c, "'memory':{'limit':1048576},'unified':{'memory.swap.max':'0'}");
	CHECK_INT(*c->out->linux_->resources->memory->swap, 1048576);
	CHECK_INT(c->out->linux_->resources->n_unified, 0);
	c = case_new();
	c->p.memory.ceiling_percent = 0;
	run_resources(c,
		      "'memory':{'limit':9223372036854775807},'unified':{'memory.swap.max':'9'}");
	CHECK_INT(*c->out->linux_->resources->memory->swap, INT64_MAX);
}

TEST(an_odd_swap_file_is_left_to_the_plan)
{
	struct harden_case *c = case_new();

	run_resources(c, "'memory':{'limit':1048576},'unified':{'memory.swap.max':'x'}");
	CHECK_INT(*c->out->linux_->resources->memory->swap, 1048576);
	CHECK_INT(c->out->linux_->resources->n_unified, 1);
}

TEST(the_least_limits_are_one)
{
	struct harden_case *c = case_new();

	run_resources(c, "'pids':{'limit':1},'memory':{'limit':1,'swap':5}");
	CHECK_QUIET(c, "pids");
	CHECK_QUIET(c, "memory");
	c = case_new();
	run_resources(c, "'unified':{'pids.max':'1','memory.max':'1','memory.swap.max':'1'}");
	CHECK_INT(*c->out->linux_->resources->pids->limit, 1);
	CHECK_INT(*c->out->linux_->resources->memory->limit, 1);
	CHECK_INT(*c->out->linux_->resources->memory->swap, 2);
	c = case_new();
	c->f.mem_total = 8192;
	run_resources(c, "'memory':{'limit':1,'swap':100000}");
	CHECK_CHANGE(c, "memory", "/linux/resources/memory/swap", "100000", "8193");
	CHECK_STR(why_changed(c, "/linux/resources/memory/swap"), "above the policy's ceiling");
}

TEST(shares_are_whole_pages_of_the_exact_number)
{
	static const struct {
		uint64_t total;
		int64_t limit;
	} hosts[] = {
		{409599, 74 * 4096}, {409600, 75 * 4096}, {16384, 3 * 4096},	 {16383, 2 * 4096},
		{5462, 4096},	     {5461, 0},		  {1000003, 183 * 4096}, {99, 0}};

	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		struct harden_case *c = case_new();
		c->f.mem_total = hosts[i].total;
		run_resources(c, "");
		if (hosts[i].limit)
			CHECK_INT(*c->out->linux_->resources->memory->limit, hosts[i].limit);
		else
			CHECK_REFUSED(c, "memory", "/linux/resources/memory/limit", "RAM");
	}
}
