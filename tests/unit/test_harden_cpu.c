/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_harden_cpu.c: harden/cpu.c. */
#include <errno.h>

#include "harden_case.h"

#define QUOTA  "/linux/resources/cpu/quota"
#define PERIOD "/linux/resources/cpu/period"
#define BURST  "/linux/resources/cpu/burst"

/* Four CPUs of which a container may have half. */
static struct harden_case *half_of_four(void)
{
	struct harden_case *c = case_new();

	c->f.cpus = 4;
	c->p.cpu.ceiling_percent = 50;
	return c;
}

static void run_resources(struct harden_case *c, const char *resources)
{
	case_doc(c, "", arena_printf(&c->a, ",'resources':{%s}", resources), "");
}

TEST(without_a_ceiling_nothing_changes)
{
	struct harden_case *c = case_new();

	run_resources(c, "'cpu':{'quota':1000000,'period':1000},'unified':{'cpu.max':'max'}");
	CHECK_QUIET(c, "cpu");
	CHECK_INT(c->out->linux_->resources->n_unified, 1);
	c = case_new();
	run_resources(c, "");
	CHECK_QUIET(c, "cpu");
	CHECK(!c->out->linux_->resources->cpu);
}

TEST(no_quota_becomes_the_ceiling)
{
	static const char *const none[] = {"", "'cpu':{}", "'cpu':{'quota':0}",
					   "'cpu':{'quota':-1}"};
	static const char *const before[] = {NULL, NULL, "0", "-1"};

	for (size_t i = 0; i < 4; i++) {
		struct harden_case *c = half_of_four();
		run_resources(c, none[i]);
		CHECK_CHANGE(c, "cpu", QUOTA, before[i], "200000");
		CHECK_CHANGE(c, "cpu", PERIOD, NULL, "100000");
		CHECK_INT(*c->out->linux_->resources->cpu->quota, 200000);
		CHECK_INT(*c->out->linux_->resources->cpu->period, 100000);
	}
}

TEST(a_quota_counts_for_its_period)
{
	struct harden_case *c = half_of_four();

	run_resources(c, "'cpu':{'quota':100000,'period':50000,'shares':7,'cpus':'0'}");
	CHECK_QUIET(c, "cpu");
	c = half_of_four();
	run_resources(c, "'cpu':{'quota':100001,'period':50000,'shares':7,'cpus':'0'}");
	CHECK_CHANGE(c, "cpu", QUOTA, "100001", "100000");
	CHECK_INT(decision_count(c, DECISION_CHANGE, "cpu"), 1);
	CHECK_INT(*c->out->linux_->resources->cpu->shares, 7);
	CHECK_STR(c->out->linux_->resources->cpu->cpus, "0");
	c = half_of_four();
	run_resources(c, "'cpu':{'quota':200000}");
	CHECK_QUIET(c, "cpu");
	c = half_of_four();
	run_resources(c, "'cpu':{'quota':200001,'period':0}");
	CHECK_CHANGE(c, "cpu", QUOTA, "200001", "200000");
	CHECK_CHANGE(c, "cpu", PERIOD, "0", "100000");
}

TEST(a_quota_is_never_below_what_the_kernel_takes)
{
	struct harden_case *c = half_of_four();

	c->f.cpus = 1;
	run_resources(c, "'cpu':{'period':1999}");
	CHECK_CHANGE(c, "cpu", QUOTA, NULL, "50000");
	CHECK_CHANGE(c, "cpu", PERIOD, "1999", "100000");
	c = half_of_four();
	c->f.cpus = 1;
	run_resources(c, "'cpu':{'period':2000}");
	CHECK_CHANGE(c, "cpu", QUOTA, NULL, "1000");
	CHECK_INT(decision_count(c, DECISION_CHANGE, "cpu"), 1);
}

TEST(odd_periods_do_not_overflow)
{
	struct harden_case *c = half_of_four();

	run_resources(c, "'cpu':{'quota':5,'period':18446744073709551615}");
	CHECK_QUIET(c, "cpu");
	c = half_of_four();
	run_resources(c, "'cpu':{'quota':5,'period':4611686018427387904}");
	CHECK_QUIET(c, "cpu");
}

TEST(what_is_saved_up_is_no_more_than_the_quota)
{
	struct harden_case *c = half_of_four();

	run_resources(c, "'cpu':{'quota':300000,'burst':200001}");
	CHECK_CHANGE(c, "cpu", BURST, "200001", "200000");
	c = half_of_four();
	run_resources(c, "'cpu':{'quota':300000,'burst':200000}");
	CHECK(!decision_find(c, DECISION_CHANGE, "cpu", BURST));
	CHECK_INT(*c->out->linux_->resources->cpu->burst, 200000);
}

TEST(an_unknown_number_of_cpus_is_refused)
{
	struct harden_case *c = half_of_four();

	c->f.cpus = 0;
	run_resources(c, "'cpu':{'quota':1000}");
	CHECK_REFUSED(c, "cpu", QUOTA, "number of the host's CPUs is not known");
}

TEST(the_raw_file_counts_like_the_members)
{
	static const struct {
		const char *value, *quota, *period;
	} files[] = {
		{"150000", "150000", NULL},	   {"1", "1", NULL},
		{"25000 50000", "25000", "50000"}, {"100001 50000", "100000", "50000"},
		{"max 50000", "100000", "50000"},  {"max", "200000", "100000"},
	};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct harden_case *c = half_of_four();
		run_resources(c, arena_printf(&c->a, "'unified':{'io.weight':'1','cpu.max':'%s'}",
					      files[i].value));
		CHECK_MSG(c->r == 0, "%s", c->e.msg);
		const struct spec_resources *r = c->out->linux_->resources;
		CHECK_INT(r->n_unified, 1);
		CHECK_STR(r->unified[0].key, "io.weight");
		CHECK(decision_find(c, DECISION_CHANGE, "cpu", "/linux/resources/unified/cpu.max"));
		CHECK_STR(arena_printf(&c->a, "%lld", (long long)*r->cpu->quota), files[i].quota);
		CHECK(!files[i].period == !r->cpu->period);
		if (files[i].period)
			CHECK_STR(arena_printf(&c->a, "%llu", (unsigned long long)*r->cpu->period),
				  files[i].period);
	}
}

TEST(a_raw_file_that_contradicts_is_left_to_the_plan)
{
	static const char *const both[] = {
		"'cpu':{'quota':5000},'unified':{'cpu.max':'6000 100000'}",
		"'cpu':{'quota':1},'unified':{'cpu.max':'6000 100000'}",
		"'cpu':{'period':50000},'unified':{'cpu.max':'6000 100000'}",
		"'unified':{'cpu.max':'0'}",
		"'unified':{'cpu.max':'x 100000'}",
		"'unified':{'cpu.max':'5000 x'}",
		"'unified':{'cpu.max':' 5000'}",
	};

	for (size_t i = 0; i < sizeof(both) / sizeof(both[0]); i++) {
		struct harden_case *c = half_of_four();
		run_resources(c, both[i]);
		CHECK_MSG(c->r == 0, "%s", c->e.msg);
		CHECK_INT(c->out->linux_->resources->n_unified, 1);
	}
}

TEST(what_moves_from_the_raw_file_is_told)
{
	struct harden_case *c = half_of_four();

	run_resources(c, "'cpu':{'quota':0},'unified':{'cpu.max':'25000 50000'}");
	CHECK_STR(decision_find(c, DECISION_CHANGE, "cpu", "/linux/resources/unified/cpu.max")->why,
		  "counts as /linux/resources/cpu/quota");
	CHECK_CHANGE(c, "cpu", QUOTA, "0", "25000");
	CHECK_CHANGE(c, "cpu", PERIOD, NULL, "50000");
	CHECK_STR(decision_find(c, DECISION_CHANGE, "cpu", QUOTA)->why, "as unified asks");
}

TEST(the_least_quota_is_one)
{
	struct harden_case *c = half_of_four();

	run_resources(c, "'cpu':{'quota':1}");
	CHECK_QUIET(c, "cpu");
}
