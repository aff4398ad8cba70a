/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_harden_pids.c: harden/pids.c. */
#include <errno.h>

#include "harden/rule.h"
#include "harden_case.h"

static void run_resources(struct harden_case *c, const char *resources)
{
	case_doc(c, "", arena_printf(&c->a, ",'resources':{%s}", resources), "");
}

TEST(pids_have_a_default)
{
	static const char *const none[] = {"", "'pids':{}", "'pids':{'limit':-1}",
					   "'pids':{'limit':0}"};
	static const char *const before[] = {NULL, NULL, "-1", "0"};

	for (size_t i = 0; i < 4; i++) {
		struct harden_case *c = case_new();
		run_resources(c, none[i]);
		CHECK_CHANGE(c, "pids", "/linux/resources/pids/limit", before[i], "2048");
		CHECK_INT(*c->out->linux_->resources->pids->limit, 2048);
	}
}

static const struct id_extent own_ids[] = {{0, 1000, 1}};

/* Nothing delegated; or a cgroup without the controller. */
static struct harden_case *case_rootless(const char *controllers)
{
	struct harden_case *c = case_new();

	c->f.in_userns = true;
	c->f.caller_ids = (struct id_maps){own_ids, own_ids, 1, 1};
	c->f.cgroup_v2_controllers = controllers;
	if (!controllers)
		c->f.cgroup_v2_mountpoint = NULL;
	return c;
}

TEST(rootless_without_a_cgroup_a_users_processes_are_limited)
{
	static const struct rlimit_fact unlimited[] = {{"RLIMIT_NPROC", UINT64_MAX, UINT64_MAX}};
	static const char *const without[] = {NULL, "", "memory cpu"};

	for (size_t i = 0; i < 3; i++) {
		struct harden_case *c = case_rootless(without[i]);
		c->f.inherited.rlimits = unlimited;
		c->f.inherited.n_rlimits = 1;
		case_doc(c, "", "", "");
		CHECK_MSG(c->r == 0, "%s", c->e.msg);
		CHECK(decision_find(c, DECISION_NOTE, "pids", "/linux/resources/pids/limit"));
		CHECK(!c->out->linux_->resources || !c->out->linux_->resources->pids);
		CHECK(decision_find(c, DECISION_CHANGE, "pids", "/process/rlimits"));
		CHECK_STR(c->out->process->rlimits[0].type, "RLIMIT_NPROC");
		CHECK_INT(c->out->process->rlimits[0].hard, 2048);
	}
}

TEST(rootless_with_a_cgroup_all_is_as_ever)
{
	struct harden_case *c = case_rootless("cpu memory pids");

	case_doc(c, "", "", "");
	CHECK_CHANGE(c, "pids", "/linux/resources/pids/limit", NULL, "2048");
	CHECK(c->out->linux_->resources->memory->limit);
}

TEST(a_policy_can_require_the_limits)
{
	struct harden_case *c = case_rootless(NULL);

	c->p.pids.required = true;
	case_doc(c, "", "", "");
	CHECK_REFUSED(c, "pids", "/linux/resources/pids/limit",
		      "no cgroup with the pids controller");
	c = case_rootless("pids");
	c->p.memory.required = true;
	case_doc(c, "", "", "");
	CHECK_REFUSED(c, "memory", "/linux/resources/memory/limit",
		      "no cgroup with the memory controller");
	c = case_rootless(NULL);
	case_doc(c, "", "", "");
	CHECK(decision_find(c, DECISION_NOTE, "memory", "/linux/resources/memory/limit"));
}

/* For the plan to refuse: nothing counts as that limit. */
TEST(rootless_a_limit_that_is_asked_for_is_kept)
{
	struct harden_case *c = case_rootless(NULL);

	run_resources(c, "'pids':{'limit':5},'memory':{'limit':1048576}");
	CHECK_INT(*c->out->linux_->resources->pids->limit, 5);
	CHECK_INT(*c->out->linux_->resources->memory->limit, 1048576);
}

TEST(a_limit_that_is_asked_for_counts)
{
	struct harden_case *c = case_new();

	run_resources(c, "'pids':{'limit':100000}");
	CHECK_QUIET(c, "pids");
	c = case_new();
	c->p.pids.ceiling = 500;
	run_resources(c, "'pids':{'limit':100000}");
	CHECK_CHANGE(c, "pids", "/linux/resources/pids/limit", "100000", "500");
	c = case_new();
	c->p.pids.ceiling = 500;
	run_resources(c, "");
	CHECK_CHANGE(c, "pids", "/linux/resources/pids/limit", NULL, "500");
}

TEST(zero_is_a_limit_since_1_3)
{
	struct harden_case *c = case_new();

	case_run(c, "{'ociVersion':'1.3.0','linux':{'namespaces':[" NAMESPACES
		    "],'resources':{'pids':{'limit':0}}}}");
	CHECK_QUIET(c, "pids");
}

TEST(why_pids_are_limited)
{
	static const struct {
		int64_t ceiling;
		const char *asked, *why;
	} cases[] = {
		{0, "", "without a limit a fork bomb takes the host down"},
		{0, "'unified':{'pids.max':'max'}",
		 "without a limit a fork bomb takes the host down"},
		{0, "'unified':{'pids.max':'0'}",
		 "without a limit a fork bomb takes the host down"},
		{3000, "", "without a limit a fork bomb takes the host down"},
		{2048, "", "without a limit a fork bomb takes the host down"},
		{500, "", "above the policy's ceiling"},
		{500, "'unified':{'pids.max':'500'}", "as unified asks"},
		{500, "'unified':{'pids.max':'501'}", "above the policy's ceiling"},
		{1, "'pids':{'limit':2}", "above the policy's ceiling"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct harden_case *c = case_new();
		c->p.pids.ceiling = cases[i].ceiling;
		run_resources(c, cases[i].asked);
		CHECK_STR(decision_find(c, DECISION_CHANGE, "pids", "/linux/resources/pids/limit")
				  ->why,
			  cases[i].why);
	}
}

TEST(the_least_limit_is_one)
{
	struct harden_case *c = case_new();

	run_resources(c, "'pids':{'limit':1}");
	CHECK_QUIET(c, "pids");
}

TEST(versions_are_compared_by_number)
{
	static const struct {
		const char *version;
		bool enough;
	} cases[] = {{NULL, false},    {"", false},	 {"1", false},	  {"x.y", false},
		     {"1.2.9", false}, {"0.9.0", false}, {"1.3.0", true}, {"1.3.0-rc1", true},
		     {"1.10.0", true}, {"2.0.0", true}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct spec s = {.version = cases[i].version};
		CHECK_INT(spec_at_least(&s, 1, 3), cases[i].enough);
	}
}
