/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_harden_seccomp.c: harden/seccomp.c, what it says of agents. */
#include <errno.h>

#include "harden_case.h"

#define POINTER "/linux/seccomp/listenerPath"

static struct spec_pair directories[] = {{"/run/agents", "packages"}, {"/opt/a", "ours"}};

static struct harden_case *case_agent(size_t n_directories, const char *action, const char *path)
{
	struct harden_case *c = case_new();

	c->p.seccomp.agents = directories;
	c->p.seccomp.n_agents = n_directories;
	case_doc(c, "",
		 arena_printf(&c->a,
			      ",'seccomp':{'defaultAction':'SCMP_ACT_ALLOW','syscalls':[{'names':["
			      "'mkdir'],'action':'SCMP_ACT_%s'}]%s%s%s}",
			      action, path ? ",'listenerPath':'" : "", path ? path : "",
			      path ? "'" : ""),
		 "");
	return c;
}

TEST(an_agent_is_noted_and_has_to_be_roots)
{
	struct harden_case *c = case_agent(0, "NOTIFY", "/tmp/x.sock");

	CHECK_QUIET(c, "seccomp");
	CHECK(c->m.seccomp_own_agent);
	CHECK_HAS(decision_find(c, DECISION_NOTE, "seccomp", POINTER)->why,
		  "the agent at /tmp/x.sock answers system calls");
	/* no one is asked */
	c = case_agent(0, "ERRNO", "/tmp/x.sock");
	CHECK_QUIET(c, "seccomp");
	CHECK(!c->m.seccomp_own_agent);
	CHECK(!decision_find(c, DECISION_NOTE, "seccomp", POINTER));
	/* the plan says what is missing */
	c = case_agent(2, "NOTIFY", NULL);
	CHECK_QUIET(c, "seccomp");
}

TEST(a_policy_may_let_others_answer)
{
	struct harden_case *c = case_new();

	c->p.seccomp.allow_foreign_agents = true;
	case_doc(c, "",
		 ",'seccomp':{'defaultAction':'SCMP_ACT_NOTIFY','listenerPath':'/tmp/x.sock'}", "");
	CHECK_QUIET(c, "seccomp");
	CHECK(!c->m.seccomp_own_agent);
	c = case_new();
	c->p.seccomp.level = POLICY_OFF;
	case_doc(c, "",
		 ",'seccomp':{'defaultAction':'SCMP_ACT_NOTIFY','listenerPath':'/tmp/x.sock'}", "");
	CHECK(!c->m.seccomp_own_agent);
}

TEST(directories_of_agents)
{
	static const char *const good[] = {"/run/agents/a.sock", "/run/agents/b/c", "/opt/a/x"};
	static const char *const bad[] = {"/tmp/a.sock",
					  "/run/agents2/a",
					  "/run/agents/../x",
					  "/run//agents/a",
					  "/run/agents/./a",
					  "run/agents/a",
					  "@a",
					  "/opt/b",
					  "/run"};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		CHECK_QUIET(case_agent(2, "NOTIFY", good[i]), "seccomp");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct harden_case *c = case_agent(2, "NOTIFY", bad[i]);

		CHECK_REFUSED(c, "seccomp", POINTER, "is outside of the policy's directories");
		c = case_agent(2, "ERRNO", bad[i]);
		CHECK_QUIET(c, "seccomp");
	}
	CHECK_REFUSED(case_agent(1, "NOTIFY", "/opt/a/x"), "seccomp", POINTER, "/opt/a/x");
}
