/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_harden_exceptions.c: an annotation changes a level only as the policy says. */
#include "policy/names.h"
#include "tests/unit/harden_case.h"

static uint32_t users[] = {0, 1000}, login_users[] = {500};

static struct policy_exception exception(const char *rule, const char *level)
{
	return (struct policy_exception){
		.annotation = "org/example~debug",
		.value = "yes",
		.rule = rule,
		.level = level,
		.users = users,
		.n_users = 2,
		.login_users = login_users,
		.n_login_users = 1,
		.why = "a test",
	};
}

/* Whether no_new_privs is forced for this caller under this exception. */
static bool forced(const struct policy_exception *x, uint32_t uid, uint32_t login_uid,
		   const char *annotations)
{
	struct harden_case *c = case_new();

	c->p.exceptions = (struct policy_exception *)(void *)x;
	c->p.n_exceptions = 1;
	c->f.caller.uid = uid;
	c->f.caller.login_uid = login_uid;
	case_doc(c, "", "", annotations);
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
	return c->out->process->no_new_privileges && *c->out->process->no_new_privileges;
}

#define YES ",'annotations':{'org/example~debug':'yes'}"

TEST(annotation_value_and_caller)
{
	struct policy_exception x = exception("no-new-privileges", POLICY_OFF);

	CHECK(!forced(&x, 0, UINT32_MAX, YES));
	CHECK(!forced(&x, 1000, UINT32_MAX, YES));
	CHECK(!forced(&x, 7, 500, YES));
	CHECK(forced(&x, 7, UINT32_MAX, YES));
	CHECK(forced(&x, 500, 1000, YES)); /* the lists are two */
	CHECK(forced(&x, 0, UINT32_MAX, ""));
	CHECK(forced(&x, 0, UINT32_MAX, ",'annotations':{'org/example~debug':'no'}"));
	CHECK(forced(&x, 0, UINT32_MAX, ",'annotations':{'org/example~debug':''}"));
	CHECK(forced(&x, 0, UINT32_MAX, ",'annotations':{'org/example':'yes'}"));
	x = exception("seccomp", POLICY_OFF);
	CHECK(forced(&x, 0, UINT32_MAX, YES));
}

TEST(it_is_written_down)
{
	struct policy_exception x = exception("no-new-privileges", POLICY_AUDIT);
	struct harden_case *c;
	size_t found = 0, audited = 0;

	CHECK(!forced(&x, 0, UINT32_MAX, YES));
	c = case_new();
	c->p.exceptions = &x;
	c->p.n_exceptions = 1;
	case_doc(c, "", "", YES);
	for (size_t i = 0; i < c->d.n; i++) {
		const struct decision *d = &c->d.items[i];
		if (strcmp(d->rule, "no-new-privileges") != 0)
			continue;
		CHECK_INT(d->kind, DECISION_NOTE);
		found += !strcmp(d->pointer, "/annotations/org~1example~0debug") &&
			 !strcmp(d->why, "the rule's level is \"audit\" by an exception of the "
					 "policy: a test");
		audited += strstr(d->why, "audit only: ") == d->why;
	}
	CHECK_INT(found, 1);
	CHECK_INT(audited, 1);
}

/* An exception can also make a rule stricter for one container. */
TEST(stricter)
{
	struct policy_exception x = exception("no-new-privileges", POLICY_ENFORCE);
	struct harden_case *c = case_new();

	c->p.no_new_privileges.level = POLICY_OFF;
	c->p.exceptions = &x;
	c->p.n_exceptions = 1;
	case_doc(c, "", "", YES);
	CHECK(c->out->process->no_new_privileges && *c->out->process->no_new_privileges);
	c = case_new();
	c->p.no_new_privileges.level = POLICY_OFF;
	case_doc(c, "", "", YES);
	CHECK(!c->out->process->no_new_privileges);
}

/* Two rules of harden.c have the section "devices"; its exceptions are for both. */
TEST(an_exception_is_for_the_whole_section)
{
	struct policy_exception x = exception("devices", POLICY_OFF);
	struct harden_case *c = case_new();

	c->p.exceptions = &x;
	c->p.n_exceptions = 1;
	case_doc(c, "",
		 ",'devices':[{'type':'c','path':'/dev/kvm','major':10,'minor':232}],"
		 "'resources':{'devices':[{'allow':true,'access':'rwm'}]}",
		 YES);
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
	CHECK_INT(c->out->linux_->resources->n_devices, 1);
}

TEST(every_rule_has_a_section)
{
	const char *reason, *name;
	bool seen[64] = {false};

	for (size_t i = 0; (name = harden_rule(i, &reason)); i++) {
		if (strcmp(name, "device-rules") == 0)
			continue;
		CHECK_MSG(str_in(name, policy_rules), "%s", name);
		for (size_t k = 0; policy_rules[k]; k++)
			seen[k] |= !strcmp(policy_rules[k], name);
	}
	for (size_t k = 0; policy_rules[k]; k++)
		CHECK_MSG(seen[k], "no rule is called %s", policy_rules[k]);
	CHECK_STR(policy_section(offsetof(struct policy, devices.level)), "devices");
	CHECK(!policy_section(offsetof(struct policy, audit)));
}
