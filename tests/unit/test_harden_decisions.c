/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_harden_decisions.c: harden.c, decision.c, decision_write.c, hooks.c and annotations.c. */
#include <errno.h>

#include "harden_case.h"
#include "oci-spec/schema.h"

TEST(the_input_is_untouched)
{
	struct harden_case *c = case_new();
	AUTO_STRBUF before = STRBUF_INIT, after = STRBUF_INIT;
	struct spec *copy;

	case_doc(c, ",'capabilities':{'bounding':['CAP_SYS_ADMIN']}",
		 ",'sysctl':{'kernel.domainname':'x'}",
		 ",'mounts':[{'destination':'/a','type':'bind','source':'/b','options':['suid']}]");
	spec_write(c->in, NULL, &before);
	CHECK_INT(harden(c->in, &c->p, &c->f, &c->a, &copy, &c->m, &c->d, &c->e), 0);
	spec_write(c->in, NULL, &after);
	CHECK_STR(before.buf, after.buf);
}

TEST(the_error_is_the_first_refusal_and_all_are_listed)
{
	struct harden_case *c = case_new();

	case_doc(c, "",
		 ",'sysctl':{'vm.x':'1'},'devices':[{'path':'/dev/x','type':'b','major':8,"
		 "'minor':0}]",
		 ",'mounts':[{'destination':'/a','type':'bind','source':'/run/docker.sock'}]");
	CHECK_REFUSED(c, "binds", "/mounts/0/source", "control socket");
	CHECK(decision_find(c, DECISION_REFUSE, "devices", "/linux/devices/0"));
	CHECK(decision_find(c, DECISION_REFUSE, "sysctl", "/linux/sysctl/vm.x"));
	CHECK(!c->out);
}

TEST(refusals_have_no_words_that_callers_read_as_something_else)
{
	static const char *const words[] = {
		"permission denied", "no such file",   "not a directory",	 "is a directory",
		"not found",	     "does not exist", "operation not permitted"};
	struct harden_case *c = case_new();

	case_run(c,
		 "{'ociVersion':'1.2.0','hostname':'h','process':{'cwd':'/','args':['x'],'user':"
		 "{'uid':99999,'gid':99999}},'linux':{'rootfsPropagation':'shared','sysctl':{"
		 "'vm.x':'1','kernel.sem':'+','=':'1','kernel.domainname':'x'},'devices':[{'path':"
		 "'/dev/x','type':'b','major':8,'minor':0}],'resources':{'memory':{"
		 "'disableOOMKiller':true}}},'mounts':[{'destination':'/a','type':'bind','source':"
		 "'/run'},{'destination':'/a','type':'bind','source':'/run/docker.sock'},{"
		 "'destination':'/a','type':'bind','source':'/proc/1','options':['rshared']},{"
		 "'destination':'/a','type':'ext4'}]}");
	CHECK_INT(c->r, -EPERM);
	CHECK(decision_count(c, DECISION_REFUSE, "userns") == 2);
	for (size_t i = 0; i < c->d.n; i++)
		for (size_t k = 0; k < sizeof(words) / sizeof(words[0]); k++)
			CHECK_MSG(!strcasestr(c->d.items[i].why, words[k]), "%s",
				  c->d.items[i].why);
}

static void run_at(struct harden_case *c, const char *level)
{
	const char *name, **place;

	for (size_t i = 0; (place = policy_level(&c->p, i, &name)); i++)
		*place = level;
	case_run(c, "{'ociVersion':'1.2.0','process':{'cwd':'/','args':['x'],'user':{'uid':99999,"
		    "'gid':0},'capabilities':{'bounding':['CAP_BPF']}},'linux':{'sysctl':{'vm.x':"
		    "'1'}},'mounts':[{'destination':'/a','type':'bind','source':'/b'}]}");
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
}

static int differences(struct harden_case *c)
{
	struct spec_change *changes;

	return spec_diff(c->in, c->out, &c->a, &changes);
}

TEST(off_changes_nothing_and_says_nothing)
{
	struct harden_case *c = case_new();

	run_at(c, POLICY_OFF);
	CHECK_INT(c->d.n, 0);
	CHECK_INT(differences(c), 0);
}

TEST(audit_changes_nothing_and_says_everything)
{
	struct harden_case *c = case_new();

	run_at(c, POLICY_AUDIT);
	CHECK_INT(differences(c), 0);
	const struct decision *d =
		decision_find(c, DECISION_NOTE, "capabilities", "/process/capabilities/bounding");
	CHECK(d);
	CHECK_STR(d->before, "[\"CAP_BPF\"]");
	CHECK_STR(d->after, "[]");
	CHECK(str_starts(d->why, "audit only: "));
	d = decision_find(c, DECISION_NOTE, "sysctl", "/linux/sysctl/vm.x");
	CHECK(d);
	CHECK_HAS(d->why, "audit only: vm.x is not a kernel setting that a container may have: "
			  "refused");
	/* What is a note anyway stays as it is. */
	CHECK(str_starts(decision_find(c, DECISION_NOTE, "rootfs", "/root")->why, "mounted "));
	for (size_t i = 0; i < c->d.n; i++)
		CHECK_INT(c->d.items[i].kind, DECISION_NOTE);
	CHECK(!c->m.seccomp_builtin && !c->m.rootfs_nosuid && !c->m.seccomp_deny);
}

TEST(every_rule_has_a_name_and_a_reason)
{
	const char *reason;
	size_t n = 0;

	for (; harden_rule(n, &reason); n++)
		CHECK(*harden_rule(n, &reason) && *reason);
	CHECK(n >= 18);
}

TEST(hooks_are_noted)
{
	struct harden_case *c = case_new();

	case_doc(c, "", "",
		 ",'hooks':{'prestart':[{'path':'/a'},{'path':'/b'}],'poststop':[{'path':'/c'}],"
		 "'startContainer':[{'path':'/d'}],'createRuntime':[{'path':'/e'}],"
		 "'createContainer':[{'path':'/f'}],'poststart':[{'path':'/g'}]}");
	CHECK(decision_find(c, DECISION_NOTE, "hooks", "/hooks/createRuntime"));
	CHECK(decision_find(c, DECISION_NOTE, "hooks", "/hooks/createContainer"));
	CHECK(decision_find(c, DECISION_NOTE, "hooks", "/hooks/poststart"));
	CHECK_STR(decision_find(c, DECISION_NOTE, "hooks", "/hooks/prestart")->why,
		  "2 programs run with the host's root privileges");
	CHECK_STR(decision_find(c, DECISION_NOTE, "hooks", "/hooks/poststop")->why,
		  "1 program runs with the host's root privileges");
	/* It runs inside. */
	CHECK(!decision_find(c, DECISION_NOTE, "hooks", "/hooks/startContainer"));
}

/* With the systemd driver these have an effect. */
TEST(properties_of_a_scope_are_those_that_the_policy_lists)
{
	struct harden_case *c = case_new();

	c->f.systemd = (struct systemd_fact){.on = true, .root = ""};
	case_doc(c, "", "",
		 ",'annotations':{'org.systemd.property.TimeoutStopUSec':'uint64 5',"
		 "'org.systemd.property.After':'[]'}");
	CHECK_QUIET(c, "annotations");
	CHECK_INT(decision_count(c, DECISION_NOTE, "annotations"), 0);
	case_doc(c, "", "", ",'annotations':{'org.systemd.property.MemoryMax':'uint64 5'}");
	CHECK_REFUSED(c, "annotations", "/annotations/org.systemd.property.MemoryMax",
		      "MemoryMax: it is not a property of the scope that the policy lists");
	static const char *const others[] = {"OnFailure", "DevicePolicy", "timeoutstopusec", "",
					     "TimeoutStopUSec "};
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		case_doc(c, "", "",
			 arena_printf(&c->a, ",'annotations':{'org.systemd.property.%s':'1'}",
				      others[i]));
		CHECK(c->r == -EPERM);
	}
	c->p.annotations.level = POLICY_OFF;
	case_doc(c, "", "", ",'annotations':{'org.systemd.property.MemoryMax':'uint64 5'}");
	CHECK_QUIET(c, "annotations");
}

static int property(const char *name, const char *value)
{
	struct harden_case *c = case_new();

	c->f.systemd = (struct systemd_fact){.on = true, .root = ""};
	case_doc(c, "", "",
		 arena_printf(&c->a, ",'annotations':{'org.systemd.property.%s':'%s'}", name,
			      value));
	return c->r;
}

/* A scope whose processes ignore SIGTERM holds up the host's shutdown for as long. */
TEST(a_time_to_end_is_at_most_an_hour)
{
	static const char *const good[] = {"3600", "uint64 3600", " double 0.5 ", "byte 2", "@t 7"};
	static const char *const bad[] = {"3601",     "uint64 18446744073709551615",
					  "0",	      "double 0.0",
					  "0x7fffff", "double 1e9",
					  "-1",	      "99999999999999999999999",
					  "",	      "uint64",
					  "5 6",      "double 3600.5",
					  "max",      "@t uint64 9"};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		CHECK_INT(property("TimeoutStopSec", good[i]), 0);
		CHECK_INT(property("TimeoutStopUSec", good[i]), 0);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_INT(property("TimeoutStopSec", bad[i]), -EPERM);
	CHECK_INT(property("TimeoutStopUSec", "uint64 3600000000"), 0);
	CHECK_INT(property("TimeoutStopUSec", "uint64 3600000001"), -EPERM);
	/* None at all is the default. */
	CHECK_INT(property("RuntimeMaxUSec", "uint64 18446744073709551615"), 0);
}

TEST(a_scope_comes_after_few_units)
{
	CHECK_INT(property("After", "[\\\"crio.service\\\"]"), 0);
	CHECK_INT(property("After", "[1,2,3,4,5,6,7,8]"), 0);
	CHECK_INT(property("After", "[1,2,3,4,5,6,7,8,9]"), -EPERM);
	CHECK_INT(property("Before", "[1]"), -EPERM);
}

TEST(annotations_that_others_obey_are_noted)
{
	struct harden_case *c = case_new();

	case_doc(c, "", "",
		 ",'annotations':{'run.oci.hooks.stdout':'/etc/cron.d/x','my/note~1':'x',"
		 "'org.criu.config':'/x','module.wasm.image/variant':'compat'}");
	CHECK_INT(decision_count(c, DECISION_NOTE, "annotations"), 3);
	CHECK(decision_find(c, DECISION_NOTE, "annotations",
			    "/annotations/module.wasm.image~1variant"));
	CHECK_QUIET(c, "annotations");
}

TEST(groups_of_the_caller_are_not_kept)
{
	struct harden_case *c = case_new();

	case_doc(c, "", "", ",'annotations':{'a':'1','run.oci.keep_original_groups':'1','z':'2'}");
	CHECK_CHANGE(c, "annotations", "/annotations/run.oci.keep_original_groups", "\"1\"", NULL);
	CHECK_INT(c->out->n_annotations, 2);
	CHECK_STR(c->out->annotations[1].key, "z");
	c = case_new();
	c->p.annotations.level = "off";
	case_doc(c, "", "", ",'annotations':{'run.oci.keep_original_groups':'1'}");
	CHECK_INT(c->out->n_annotations, 1);
}

TEST(as_json)
{
	struct decision items[] = {
		{DECISION_CHANGE, "r", "/a/b", "[1]", "\"x\"", "because \"so\""},
		{DECISION_NOTE, "s", "/c", NULL, NULL, "note"},
	};
	struct decisions d = {.items = items, .n = 2};
	AUTO_STRBUF one = STRBUF_INIT, many = STRBUF_INIT, none = STRBUF_INIT;

	decisions_write_json(&d, NULL, &one);
	CHECK_STR(one.buf,
		  "[{\"kind\":\"change\",\"rule\":\"r\",\"pointer\":\"/a/b\",\"before\":[1],"
		  "\"after\":\"x\",\"why\":\"because \\\"so\\\"\"},{\"kind\":\"note\",\"rule\":"
		  "\"s\",\"pointer\":\"/c\",\"before\":null,\"after\":null,\"why\":\"note\"}]");
	decisions_write_json(&d, "\t", &many);
	CHECK(str_starts(many.buf, "[\n\t{\n\t\t\"kind\": \"change\",\n\t\t\"rule\": \"r\",\n"));
	CHECK_HAS(many.buf, "\n\t\t\"before\": [1],\n");
	CHECK_HAS(many.buf, "\n\t\t\"why\": \"note\"\n\t}\n]");
	d.n = 0;
	decisions_write_json(&d, "\t", &none);
	CHECK_STR(none.buf, "[]");
}

TEST(as_a_table)
{
	struct decision items[] = {
		{DECISION_REFUSE, "r", "/a", "\"0123456789012345678901234567890123456789\"", NULL,
		 "esc\x1b[2J\xc2\x9b"
		 "done"},
		{DECISION_CHANGE, "longer", "/b", "\"\xc3\xa4\xc3\xb6\xc3\xbc\"", "1", "y"},
	};
	struct decisions d = {.items = items, .n = 2};
	AUTO_STRBUF b = STRBUF_INIT;

	decisions_write_table(&d, &b);
	CHECK_STR(b.buf,
		  "KIND    RULE    POINTER  BEFORE                                    AFTER  WHY\n"
		  "refuse  r       /a       \"012345678901234567890123456789012345...  -      "
		  "esc?[2J?done\n"
		  "change  longer  /b       \"\xc3\xa4\xc3\xb6\xc3\xbc\"                           "
		  "   "
		  "       1      y\n");
}

TEST(an_empty_table_has_its_header)
{
	struct decisions d = {0};
	AUTO_STRBUF b = STRBUF_INIT;

	decisions_write_table(&d, &b);
	CHECK_STR(b.buf, "KIND    RULE  POINTER  BEFORE  AFTER  WHY\n");
}

TEST(measures_as_json)
{
	static char set[] = "ptrace", path[] = "/sys";
	char *sets[] = {set, NULL}, *paths[] = {path, NULL};
	struct spec_seccomp profile = {.default_action = "SCMP_ACT_LOG"};
	struct spec_device_cgroup device = {.allow = true, .access = "r"};
	struct measures m = {.rootfs_nosuid = true,
			     .rootfs_nodev = true,
			     .rootfs_noexec = true,
			     .keep_bind_flags = true,
			     .seccomp_builtin = true,
			     .seccomp_profile = &profile,
			     .seccomp_deny = sets,
			     .n_seccomp_deny = 1,
			     .seccomp_own_agent = true,
			     .securebits = 3,
			     .devices_listed = true,
			     .devices = &device,
			     .n_devices = 1,
			     .landlock_readonly = paths,
			     .n_landlock_readonly = 1,
			     .landlock_scope_sockets = true,
			     .landlock_scope_signals = true};
	AUTO_STRBUF b = STRBUF_INIT;

	json_write_object(&measures_schema, &m, NULL, &b);
	CHECK_STR(b.buf,
		  "{\"rootfsNosuid\":true,\"rootfsNodev\":true,\"rootfsNoexec\":true,"
		  "\"keepBindFlags\":true,"
		  "\"seccompBuiltin\":true,\"seccompProfile\":{\"defaultAction\":\"SCMP_ACT_LOG\"},"
		  "\"seccompDeny\":[\"ptrace\"],\"seccompOwnAgent\":true,\"securebits\":3,"
		  "\"devicesListed\":true,"
		  "\"devices\":[{\"allow\":true,\"access\":\"r\"}],\"landlockReadonly\":[\"/sys\"],"
		  "\"landlockScopeSockets\":true,\"landlockScopeSignals\":true}");
}
