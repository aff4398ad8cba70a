/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_harden_hooks.c: harden/hooks.c and restart.c, and exceptions (harden.c). */
#include <errno.h>

#include "harden_case.h"

static struct spec_pair directories[] = {{"/usr/libexec/oci", "packages put them there"},
					 {"/opt/hooks", "ours"}};
static struct hook_fact facts[6];

/* Two of prestart, one of each other kind; each is @real. */
static struct harden_case *case_hooks(const char *real, const char *weak)
{
	struct harden_case *c = case_new();

	c->p.hooks.directories = directories;
	c->p.hooks.n_directories = 2;
	for (size_t i = 0; i < 6; i++)
		facts[i] = (struct hook_fact){real, weak};
	c->f.hooks = facts;
	c->f.n_hooks = 6;
	return c;
}

static void run_hooks(struct harden_case *c)
{
#define HOOK "{'path':'/opt/hooks/a','env':[]}"
	static const char hooks[] = ",'hooks':{"
				    "'prestart':[" HOOK "," HOOK "],"
				    "'createRuntime':[" HOOK "],"
				    "'createContainer':[" HOOK "],"
				    "'startContainer':[{'path':'/inside'}],"
				    "'poststart':[" HOOK "],"
				    "'poststop':[" HOOK "]}";

	case_doc(c, "", "", hooks);
}

TEST(hooks_in_the_directories_pass)
{
	struct harden_case *c = case_hooks("/opt/hooks/a", NULL);

	run_hooks(c);
	CHECK_QUIET(c, "hooks");
	CHECK_STR(decision_find(c, DECISION_NOTE, "hooks", "/hooks/prestart")->why,
		  "2 programs run with the host's root privileges");
	CHECK_STR(decision_find(c, DECISION_NOTE, "hooks", "/hooks/poststop")->why,
		  "1 program runs with the host's root privileges");
	CHECK(!decision_find(c, DECISION_NOTE, "hooks", "/hooks/startContainer"));
	/* without a list nobody is asked */
	c = case_hooks(NULL, NULL);
	c->p.hooks.n_directories = 0;
	run_hooks(c);
	CHECK_QUIET(c, "hooks");
	c = case_hooks(NULL, NULL);
	case_doc(c, "", "", "");
	CHECK_QUIET(c, "hooks");
}

TEST(no_environment_but_their_own)
{
	struct harden_case *c = case_new();

	case_doc(c, "", "",
		 ",'hooks':{'prestart':[{'path':'/a','env':['A=1']},{'path':'/b'}],"
		 "'startContainer':[{'path':'/inside'}],'poststop':[{'path':'/c'}]}");
	CHECK_INT(decision_count(c, DECISION_CHANGE, "hooks"), 2);
	CHECK_CHANGE(c, "hooks", "/hooks/prestart/1/env", NULL, "[]");
	CHECK_CHANGE(c, "hooks", "/hooks/poststop/0/env", NULL, "[]");
	CHECK(c->out->hooks->prestart[1].env && c->out->hooks->prestart[1].n_env == 0);
	CHECK_INT(c->out->hooks->prestart[0].n_env, 1);
	CHECK(!c->out->hooks->start_container[0].env);
}

static const char *const places[] = {"/hooks/prestart/0/path",	    "/hooks/prestart/1/path",
				     "/hooks/createRuntime/0/path", "/hooks/createContainer/0/path",
				     "/hooks/poststart/0/path",	    "/hooks/poststop/0/path"};
static const char *const names[] = {"prestart hook 0 is",      "prestart hook 1 is",
				    "createRuntime hook 0 is", "createContainer hook 0 is",
				    "poststart hook 0 is",     "poststop hook 0 is"};

TEST(each_hook_is_judged_by_its_own_program)
{
	for (size_t i = 0; i < 6; i++) {
		struct harden_case *c = case_hooks("/opt/hooks/a", NULL);
		facts[i].real = "/tmp/evil";
		run_hooks(c);
		CHECK_REFUSED(c, "hooks", places[i], names[i]);
		CHECK_HAS(c->e.msg, "/tmp/evil, outside of the policy's directories");
		CHECK_INT(decision_count(c, DECISION_REFUSE, "hooks"), 1);
		c = case_hooks("/opt/hooks/a", NULL);
		facts[i].real = NULL;
		run_hooks(c);
		CHECK_REFUSED(c, "hooks", places[i], "is not a file on this host");
		c = case_hooks("/opt/hooks/a", NULL);
		facts[i].weak = "/opt/hooks";
		run_hooks(c);
		CHECK_REFUSED(c, "hooks", places[i], "others than root can change /opt/hooks");
		c = case_hooks("/opt/hooks/a", NULL);
		c->f.n_hooks = i;
		run_hooks(c);
		CHECK_REFUSED(c, "hooks", places[i], "is not a file on this host");
		CHECK_INT(decision_count(c, DECISION_REFUSE, "hooks"), 6 - i);
	}
}

TEST(directories_are_whole_names)
{
	static const struct {
		const char *real;
		bool inside;
	} cases[] = {
		{"/opt/hooks/x/y", true},   {"/opt/hooks-x/y", false}, {"/usr/libexec/oci/h", true},
		{"/usr/libexec/oc", false}, {"/opt", false},	       {"/tmp/opt/hooks/a", false}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct harden_case *c = case_hooks(cases[i].real, NULL);
		run_hooks(c);
		CHECK_MSG((c->r == 0) == cases[i].inside, "%s: %s", cases[i].real, c->e.msg);
	}
}

TEST(the_program_that_was_judged_is_the_one_that_runs)
{
	struct harden_case *c = case_hooks("/opt/hooks/a", NULL);

	facts[3].real = "/opt/hooks/v2/a";
	run_hooks(c);
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
	CHECK_INT(decision_count(c, DECISION_CHANGE, "hooks"), 1);
	CHECK_CHANGE(c, "hooks", "/hooks/createContainer/0/path", "\"/opt/hooks/a\"",
		     "\"/opt/hooks/v2/a\"");
	CHECK_STR(c->out->hooks->create_container[0].path, "/opt/hooks/v2/a");
	CHECK_STR(c->out->hooks->create_runtime[0].path, "/opt/hooks/a");
	CHECK_STR(c->in->hooks->create_container[0].path, "/opt/hooks/a");
}

TEST(a_pause_refuses)
{
	struct harden_case *c = case_new();

	c->p.restart.level = POLICY_ENFORCE;
	c->f.restart_pause = 42;
	case_doc(c, "", "", "");
	CHECK_REFUSED(c, "restart", "",
		      "made more than 10 times within 60 seconds; not again for 42 seconds");
	c = case_new();
	c->f.restart_pause = 42;
	case_doc(c, "", "", "");
	CHECK_MSG(c->r == 0, "off by default: %s", c->e.msg);
	c = case_new();
	c->p.restart.level = POLICY_ENFORCE;
	c->f.recent_creations = 9;
	case_doc(c, "", "", "");
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
	c = case_new();
	c->p.restart.level = POLICY_AUDIT;
	c->f.restart_pause = 1;
	case_doc(c, "", "", "");
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
	CHECK_HAS(decision_find(c, DECISION_NOTE, "restart", "")->why, "audit only: made more");
}

/* The rule sysctl refuses this document; what an exception makes of it. */
static void run_excepted(struct harden_case *c, const char *annotations)
{
	case_doc(c, "", ",'sysctl':{'vm.x':'1'}",
		 arena_printf(&c->a, ",'annotations':{%s}", annotations));
}

static uint32_t users[] = {7, 1000}, logins[] = {500, UINT32_MAX};

static struct policy_exception exceptions[] = {
	{.annotation = "example.com/sysctl",
	 .value = "yes",
	 .rule = "sysctl",
	 .level = POLICY_OFF,
	 .users = users,
	 .n_users = 2,
	 .why = "asked for by the database people"},
	{.annotation = "example.com/~look",
	 .value = "yes",
	 .rule = "sysctl",
	 .level = POLICY_AUDIT,
	 .login_users = logins,
	 .n_login_users = 2,
	 .why = "they look first"},
};

static struct harden_case *case_excepted(uid_t uid, uint32_t login)
{
	struct harden_case *c = case_new();

	c->p.exceptions = exceptions;
	c->p.n_exceptions = 2;
	c->f.caller = (struct caller_fact){uid, login};
	return c;
}

#define SYSCTL "'example.com/sysctl':'yes'"
#define LOOK   "'example.com/~look':'yes'"

TEST(an_exception_changes_one_rules_level)
{
	struct harden_case *c = case_excepted(1000, 1);

	run_excepted(c, SYSCTL);
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
	CHECK_INT(decision_count(c, DECISION_REFUSE, "sysctl"), 0);
	CHECK_INT(decision_count(c, DECISION_NOTE, "sysctl"), 1);
	CHECK_STR(
		decision_find(c, DECISION_NOTE, "sysctl", "/annotations/example.com~1sysctl")->why,
		"the rule's level is \"off\" by an exception of the policy: asked for by the "
		"database people");
	/* other rules go on */
	CHECK_CHANGE(c, "no-new-privileges", "/process/noNewPrivileges", NULL, "true");
	c = case_excepted(7, 1);
	run_excepted(c, SYSCTL);
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
}

TEST(an_exception_to_audit)
{
	static const uint32_t good[] = {500, UINT32_MAX};

	for (size_t i = 0; i < 2; i++) {
		struct harden_case *c = case_excepted(0, good[i]);
		run_excepted(c, LOOK);
		CHECK_MSG(c->r == 0, "%s", c->e.msg);
		CHECK(decision_find(c, DECISION_NOTE, "sysctl",
				    "/annotations/example.com~1~0look"));
		CHECK_HAS(decision_find(c, DECISION_NOTE, "sysctl", "/linux/sysctl/vm.x")->why,
			  "audit only: ");
	}
}

TEST(an_exception_needs_everything_it_says)
{
	static const struct {
		uid_t uid;
		uint32_t login;
		const char *annotations;
	} wrong[] = {
		{1000, 1, "'example.com/sysctl':'no'"},	  /* another value */
		{1000, 1, "'example.com/sysctl':''"},	  /* none */
		{1000, 1, "'example.com/sysctl':'yes '"}, /* nearly */
		{1000, 1, "'example.com/SYSCTL':'yes'"},  /* another key */
		{1000, 1, "'x':'y'"},			  /* not there */
		{1001, 1, SYSCTL},			  /* another user */
		{0, 1, SYSCTL},				  /* not even root */
		{1001, 1000, SYSCTL},			  /* a login id is no user id */
		{500, 1, LOOK},				  /* and the other way round */
		{0, 1000, LOOK},
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct harden_case *c = case_excepted(wrong[i].uid, wrong[i].login);
		run_excepted(c, wrong[i].annotations);
		CHECK_MSG(c->r == -EPERM, "%zu", i);
		CHECK_REFUSED(c, "sysctl", "/linux/sysctl/vm.x", "vm.x");
		CHECK_INT(decision_count(c, DECISION_NOTE, "sysctl"), 0);
	}
}

TEST(an_annotation_alone_does_nothing)
{
	struct harden_case *c = case_excepted(1000, 500);

	c->p.n_exceptions = 0;
	run_excepted(c, SYSCTL "," LOOK);
	CHECK_REFUSED(c, "sysctl", "/linux/sysctl/vm.x", "vm.x");
}

TEST(an_exception_is_for_its_rule_only)
{
	struct harden_case *c = case_excepted(1000, 500);

	exceptions[0].rule = "devices";
	c->p.n_exceptions = 1;
	run_excepted(c, SYSCTL);
	exceptions[0].rule = "sysctl";
	CHECK_REFUSED(c, "sysctl", "/linux/sysctl/vm.x", "vm.x");
	CHECK(decision_find(c, DECISION_NOTE, "devices", "/annotations/example.com~1sysctl"));
}

TEST(the_first_exception_that_holds_counts)
{
	struct harden_case *c = case_excepted(1000, 500);

	run_excepted(c, SYSCTL "," LOOK);
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
	CHECK_INT(decision_count(c, DECISION_NOTE, "sysctl"), 1);
	CHECK(decision_find(c, DECISION_NOTE, "sysctl", "/annotations/example.com~1sysctl"));
	/* the first one does not hold: the second */
	c = case_excepted(1001, 500);
	run_excepted(c, SYSCTL "," LOOK);
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
	CHECK(decision_find(c, DECISION_NOTE, "sysctl", "/annotations/example.com~1~0look"));
}

TEST(an_exception_to_the_level_in_force_is_none)
{
	struct harden_case *c = case_excepted(1000, 1);

	c->p.sysctl.level = POLICY_OFF;
	run_excepted(c, SYSCTL);
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
	CHECK_INT(decision_count(c, DECISION_NOTE, "sysctl"), 0);
	/* and one can make a rule stricter */
	c = case_excepted(1000, 1);
	c->p.sysctl.level = POLICY_OFF;
	exceptions[0].level = POLICY_ENFORCE;
	run_excepted(c, SYSCTL);
	exceptions[0].level = POLICY_OFF;
	CHECK_REFUSED(c, "sysctl", "/linux/sysctl/vm.x", "vm.x");
}
