/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_lsm_probe.c: what the kernel says about its security modules (host/lsm_probe.h). */
#include "check.h"

#include "base/arena.h"
#include "host/lsm_probe.h"
#include "policy/policy.h"

static enum profile_mode parse(char *buf, size_t size, const char *line)
{
	snprintf(buf, size, "%s", line);
	return lsm_profile_line(buf);
}

TEST(lines_of_the_list)
{
	static const struct {
		const char *line, *name;
		enum profile_mode mode;
	} cases[] = {
		{"docker-default (enforce)", "docker-default", PROFILE_ENFORCED},
		{"a (complain)", "a", PROFILE_COMPLAINS},
		{"a (prompt)", "a", PROFILE_COMPLAINS},
		{"a (user)", "a", PROFILE_COMPLAINS},
		{"a (kill)", "a", PROFILE_ENFORCED},
		{"ubuntu (unconfined)", "ubuntu", PROFILE_UNCONFINED},
		{"with two spaces (enforce)", "with two spaces", PROFILE_ENFORCED},
		{"odd (enforce) name (complain)", "odd (enforce) name", PROFILE_COMPLAINS},
		{"/usr/bin/man//filter (enforce)", "/usr/bin/man//filter", PROFILE_ENFORCED},
	};
	char buf[64];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CHECK_INT(parse(buf, sizeof(buf), cases[i].line), cases[i].mode);
		CHECK_STR(buf, cases[i].name);
	}
}

TEST(lines_that_are_none)
{
	static const char *const bad[] = {
		"",	"(", " (enforce)", "a(enforce)",  "a (enforce", "a (enforced)",
		"a ()", "a", "(enforce)",  "a (enforce) "};
	char buf[64];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK_MSG(parse(buf, sizeof(buf), bad[i]) == PROFILE_UNKNOWN, "\"%s\"", bad[i]);
		CHECK_STR(buf, bad[i]);
	}
}

/* Whatever this host is: nothing fails, and what is off says nothing. */
TEST(this_host)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct host_facts f = {0};

	CHECK_INT(host_probe_lsm(NULL, policy_default(), &a, &f), 0);
	CHECK(f.landlock_abi >= 0 && f.landlock_abi < 1000);
	if (!f.apparmor)
		CHECK_INT(f.n_profiles, 0);
	else
		CHECK_STR(f.profiles[0].name, "bulkhead-default");
	if (!f.selinux)
		CHECK(!f.selinux_enforcing && !f.selinux_label_known);
}
