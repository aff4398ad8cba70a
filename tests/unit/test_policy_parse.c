/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_policy_parse.c: a policy file says what differs from the built-in policy. */
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "oci-spec/spec.h"
#include "policy/document.h"
#include "policy/policy.h"
#include "tests/unit/check.h"

static void parse(const char *text, struct arena *a, struct policy *ret)
{
	struct err e = {0};

	memset(ret, 0xaa, sizeof(*ret));
	CHECK_MSG(policy_parse(text, strlen(text), a, ret, &e) == 0, "%s: %s", text, e.msg);
	CHECK(e.kind == ERR_NONE);
}

static char *print(const struct policy *p, struct strbuf *out)
{
	json_write_object(&policy_schema, p, " ", out);
	CHECK(!out->failed);
	return out->buf;
}

TEST(what_is_absent_keeps_its_built_in_value)
{
	static const char *const texts[] = {"{}", "{\"version\":1}", "{\"pids\":{}}",
					    "{\"pids\":null,\"capabilities\":{\"ceiling\":null}}"};
	AUTO_STRBUF built_in = STRBUF_INIT;

	print(policy_default(), &built_in);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		AUTO_ARENA struct arena a = ARENA_INIT;
		AUTO_STRBUF out = STRBUF_INIT;
		struct policy p;

		parse(texts[i], &a, &p);
		CHECK_STR(print(&p, &out), built_in.buf);
		CHECK_STR(p.source, "built-in");
		CHECK(p.digest == policy_default()->digest);
	}
}

TEST(one_member_of_a_section)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct policy p;
	const struct policy *d = policy_default();

	parse("{\"memory\":{\"ceilingPercent\":90},\"binds\":{\"level\":\"audit\"},"
	      "\"noNewPrivileges\":{\"level\":\"off\"}}",
	      &a, &p);
	CHECK_INT(p.memory.ceiling_percent, 90);
	CHECK_INT(p.memory.default_percent, d->memory.default_percent);
	CHECK_STR(p.memory.level, "enforce");
	CHECK_STR(p.binds.level, "audit");
	CHECK_INT(p.binds.n_sockets, d->binds.n_sockets);
	CHECK(p.binds.sockets == d->binds.sockets);
	CHECK_STR(p.no_new_privileges.level, "off");
	CHECK_STR(d->no_new_privileges.level, "enforce");
}

TEST(a_list_takes_the_place_of_the_built_in_one)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct policy p;

	parse("{\"capabilities\":{\"ceiling\":{\"CAP_CHOWN\":\"because\"}},"
	      "\"seccomp\":{\"deny\":[]},\"devices\":{\"extra\":[{\"type\":\"c\",\"major\":10,"
	      "\"minor\":200,\"access\":\"rw\",\"why\":\"vpn\"}]}}",
	      &a, &p);
	CHECK_INT(p.capabilities.n_ceiling, 1);
	CHECK_STR(p.capabilities.ceiling[0].key, "CAP_CHOWN");
	CHECK_STR(p.capabilities.ceiling[0].value, "because");
	CHECK(!p.capabilities.allow_ambient);
	CHECK_INT(p.seccomp.n_deny, 0);
	CHECK_INT(p.devices.n_extra, 1);
	CHECK_INT(p.devices.extra[0].minor, 200);
	CHECK_INT(p.devices.n_defaults, policy_default()->devices.n_defaults);
}

TEST(exceptions_and_the_audit_trail)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct policy p;

	parse("{\"exceptions\":[{\"annotation\":\"org.example.debug\",\"value\":\"yes\","
	      "\"rule\":\"no-new-privileges\",\"level\":\"off\",\"users\":[0],"
	      "\"loginUsers\":[1000,4294967295],\"why\":\"debugging\"}],"
	      "\"audit\":{\"destination\":\"syslog\",\"required\":true}}",
	      &a, &p);
	CHECK_INT(p.n_exceptions, 1);
	CHECK_STR(p.exceptions[0].rule, "no-new-privileges");
	CHECK(p.exceptions[0].n_users == 1 && p.exceptions[0].users[0] == 0);
	CHECK(p.exceptions[0].n_login_users == 2 && p.exceptions[0].login_users[1] == UINT32_MAX);
	CHECK_STR(p.audit.destination, "syslog");
	CHECK_STR(p.audit.file, policy_default()->audit.file);
	CHECK(p.audit.required && !p.audit.sync);
}

/* Nothing of the text is needed afterwards. */
TEST(the_text_may_go)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	char text[] =
		"{\"userns\":{\"pool\":\"others\"},\"hooks\":{\"directories\":{\"/opt\":\"x\"}}}";
	struct policy p;

	parse(text, &a, &p);
	memset(text, 'x', sizeof(text) - 1);
	CHECK_STR(p.userns.pool, "others");
	CHECK_STR(p.hooks.directories[0].key, "/opt");
}
