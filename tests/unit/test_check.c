/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_check.c: what `check` makes of hosts that this one is not: other kernels, security modules.
 */
#include "host/check_priv.h"

#include "base/str.h"
#include "policy/policy.h"
#include "tests/unit/check.h"

struct box {
	struct arena arena;
	struct policy policy;
	struct check_request request;
	struct check_report report;
	struct check check;
};

static struct check *box_open(struct box *b)
{
	*b = (struct box){.policy = *policy_default()};
	b->request = (struct check_request){.policy = &b->policy, .program = "bulkhead"};
	b->check = (struct check){
		.q = &b->request, .a = &b->arena, .report = &b->report, .root = true};
	b->check.facts.kernel_major = 6;
	b->check.facts.kernel_minor = 1;
	return &b->check;
}

static const struct check_row *find(const struct box *b, const char *what)
{
	static const struct check_row none = {"", "", "", "", CHECK_OK};

	for (size_t i = 0; i < b->report.n; i++)
		if (str_starts(b->report.rows[i].what, what))
			return &b->report.rows[i];
	return &none;
}

static void expect(const struct box *b, const char *what, enum check_result result,
		   const char *seen)
{
	const struct check_row *r = find(b, what);

	CHECK_STR(check_result_name(r->result), check_result_name(result));
	CHECK_HAS(r->seen, seen);
	CHECK_MSG((r->todo[0] == '\0') == (result == CHECK_OK), "%s: \"%s\"", what, r->todo);
}

/* The profile of the policy in each of its states, wanted and required. */
TEST(apparmor)
{
	static const struct {
		enum profile_mode mode;
		enum check_result wanted, required;
		const char *seen;
	} cases[] = {
		{PROFILE_ENFORCED, CHECK_OK, CHECK_OK, "enforced"},
		{PROFILE_COMPLAINS, CHECK_WARN, CHECK_FAIL, "enforces nothing"},
		{PROFILE_UNCONFINED, CHECK_WARN, CHECK_FAIL, "enforces nothing"},
		{PROFILE_NOT_LOADED, CHECK_WARN, CHECK_FAIL, "not loaded"},
		{PROFILE_UNKNOWN, CHECK_WARN, CHECK_FAIL, "cannot be read"},
	};
	struct box b;

	for (size_t i = 0; i < 2 * sizeof(cases) / sizeof(cases[0]); i++) {
		bool required = i % 2;
		struct check *c = box_open(&b);
		struct profile_fact fact = {b.policy.apparmor.profile, cases[i / 2].mode};
		b.policy.apparmor.require = required;
		c->facts.apparmor = true;
		c->facts.profiles = &fact;
		c->facts.n_profiles = 1;
		check_security(c);
		expect(&b, "AppArmor profile",
		       required ? cases[i / 2].required : cases[i / 2].wanted, cases[i / 2].seen);
		CHECK_STR(find(&b, "AppArmor or SELinux")->what, "");
		arena_free(&b.arena);
	}
}

TEST(apparmor_that_the_policy_does_not_care_for)
{
	struct box b;
	struct check *c = box_open(&b);

	c->facts.apparmor = true;
	b.policy.apparmor.level = POLICY_OFF;
	check_security(c);
	CHECK_STR(find(&b, "AppArmor")->what, "");
	arena_free(&b.arena);
}

TEST(selinux)
{
	struct box b;
	struct check *c = box_open(&b);

	c->facts.selinux = c->facts.selinux_enforcing = c->facts.selinux_label_known = true;
	check_security(c);
	expect(&b, "SELinux", CHECK_OK, "enforcing");
	expect(&b, "SELinux label", CHECK_OK, b.policy.selinux.label);
	arena_free(&b.arena);

	c = box_open(&b);
	c->facts.selinux = true;
	check_security(c);
	expect(&b, "SELinux", CHECK_WARN, "permissive");
	expect(&b, "SELinux label", CHECK_WARN, "does not know it");
	arena_free(&b.arena);

	c = box_open(&b);
	c->facts.selinux = true;
	b.policy.selinux.require = true;
	check_security(c);
	expect(&b, "SELinux label", CHECK_FAIL, "does not know it");
	c->root = false;
	b.report = (struct check_report){0};
	check_security(c);
	expect(&b, "SELinux label", CHECK_WARN, "not tried");
	arena_free(&b.arena);
}

TEST(no_security_module)
{
	struct box b;

	check_security(box_open(&b));
	expect(&b, "AppArmor or SELinux", CHECK_WARN, "neither");
	expect(&b, "Landlock", CHECK_WARN, "not in this kernel");
	arena_free(&b.arena);
}

/* The three worlds of kernel memory, and the two of limits on swap. */
TEST(kernel_memory)
{
	static const struct cgroup_hierarchy v1[] = {
		{"memory", "/m", "/"}, {"pids", "/p", "/"}, {"cpu,cpuacct", "/c", "/"}};
	struct box b;
	struct check *c = box_open(&b);

	c->facts.cgroup_v1 = v1;
	c->facts.n_cgroup_v1 = 3;
	c->facts.kernel_major = 5;
	c->facts.kernel_minor = 10;
	check_cgroups(c);
	expect(&b, "limit on kernel memory", CHECK_OK, "memory.kmem.limit_in_bytes");
	expect(&b, "limit on swap", CHECK_WARN, "not accounted");
	expect(&b, "controller cpu", CHECK_OK, "v1");
	expect(&b, "controller blkio", CHECK_WARN, "missing");
	expect(&b, "layout", CHECK_OK, "v1");
	arena_free(&b.arena);

	c = box_open(&b);
	c->facts.cgroup_v1 = v1;
	c->facts.n_cgroup_v1 = 2;
	c->facts.swap_accounting = true;
	check_cgroups(c);
	expect(&b, "limit on kernel memory", CHECK_OK, "part of memory.limit_in_bytes");
	expect(&b, "limit on swap", CHECK_OK, "can be set");
	expect(&b, "controller cpu", CHECK_WARN, "missing");
	arena_free(&b.arena);

	c = box_open(&b);
	c->facts.cgroup_layout = CGROUP_LAYOUT_V2;
	c->facts.cgroup_v2_mountpoint = "/nowhere";
	c->facts.cgroup_v2_controllers = "cpu io memory pids";
	c->facts.kmem_accounting_off = true;
	check_cgroups(c);
	expect(&b, "limit on kernel memory", CHECK_WARN, "nokmem");
	expect(&b, "controller blkio", CHECK_OK, "v2");
	expect(&b, "controller cpuset", CHECK_WARN, "missing");
	expect(&b, "device rules", CHECK_FAIL, "none");
	expect(&b, "cgroup.kill", CHECK_OK, "5.14");
	arena_free(&b.arena);
}

TEST(nothing_to_limit_with)
{
	struct box b;

	check_cgroups(box_open(&b));
	expect(&b, "layout", CHECK_FAIL, "no hierarchy");
	expect(&b, "controller pids", CHECK_FAIL, "missing");
	expect(&b, "controller memory", CHECK_FAIL, "missing");
	CHECK_INT(b.report.n_failed, 4);
	arena_free(&b.arena);
}

TEST(an_old_kernel)
{
	struct box b;
	struct check *c = box_open(&b);

	c->facts.kernel_major = 5;
	c->facts.kernel_minor = 11;
	check_kernel(c);
	CHECK_INT(find(&b, "version")->result, CHECK_FAIL);
	arena_free(&b.arena);
	c = box_open(&b);
	c->facts.kernel_major = 5;
	c->facts.kernel_minor = 12;
	check_kernel(c);
	CHECK_INT(find(&b, "version")->result, CHECK_OK);
	arena_free(&b.arena);
}

TEST(memory_runs_out)
{
	struct box b;
	struct check *c = box_open(&b);

	b.arena.limit = 1;
	check_cgroups(c);
	CHECK(b.report.out_of_memory);
	CHECK_INT(b.report.n, 0);
	arena_free(&b.arena);
}
