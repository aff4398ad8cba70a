/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_harden_capabilities.c: harden/capabilities.c, no_new_privileges.c, seccomp.c, privileged.c.
 */
#include <errno.h>

#include "harden/rule.h"
#include "harden_case.h"
#include "oci-spec/caps_names.h"

#define SETS(b, e, i, p, a)                                                                        \
	",'capabilities':{'bounding':[" b "],'effective':[" e "],'inheritable':[" i                \
	"],'permitted':[" p "],'ambient':[" a "]}"

TEST(absent_means_none_and_is_written_down)
{
	struct harden_case *c = case_new();

	case_doc(c, "", "", "");
	CHECK_CHANGE(c, "capabilities", "/process/capabilities", NULL,
		     "{\"bounding\":[],\"effective\":[],\"inheritable\":[],\"permitted\":[],"
		     "\"ambient\":[]}");
	CHECK(c->out->process->capabilities);
	CHECK_INT(c->out->process->capabilities->n_bounding, 0);
	CHECK_INT(c->out->process->capabilities->n_effective, 0);
	CHECK_INT(c->out->process->capabilities->n_inheritable, 0);
	CHECK_INT(c->out->process->capabilities->n_permitted, 0);
	CHECK_INT(c->out->process->capabilities->n_ambient, 0);
}

TEST(within_the_ceiling_nothing_changes)
{
	struct harden_case *c = case_new();

	case_doc(c, SETS("'CAP_CHOWN','CAP_KILL'", "'CAP_KILL'", "", "'CAP_KILL'", ""), "", "");
	CHECK_QUIET(c, "capabilities");
}

TEST(the_ceiling_is_podmans_default)
{
	struct harden_case *c = case_new();
	const char *kept = "'CAP_CHOWN','CAP_DAC_OVERRIDE','CAP_FOWNER','CAP_FSETID','CAP_KILL',"
			   "'CAP_NET_BIND_SERVICE','CAP_SETFCAP','CAP_SETGID','CAP_SETPCAP',"
			   "'CAP_SETUID','CAP_SYS_CHROOT'";

	case_doc(c, arena_printf(&c->a, ",'capabilities':{'bounding':[%s,'CAP_MKNOD']}", kept), "",
		 "");
	CHECK_INT(c->out->process->capabilities->n_bounding, 11);
	CHECK_STR(c->out->process->capabilities->bounding[10], "CAP_SYS_CHROOT");
	CHECK(!c->out->process->capabilities->bounding[11]);
}

TEST(each_set_is_cut_with_one_decision)
{
	struct harden_case *c = case_new();

	case_doc(c,
		 SETS("'CAP_SYS_ADMIN','CAP_KILL','CAP_NET_RAW'", "'CAP_SYS_ADMIN','CAP_KILL'", "",
		      "'CAP_SYS_ADMIN','CAP_KILL'", ""),
		 "", "");
	CHECK_CHANGE(c, "capabilities", "/process/capabilities/bounding",
		     "[\"CAP_SYS_ADMIN\",\"CAP_KILL\",\"CAP_NET_RAW\"]", "[\"CAP_KILL\"]");
	CHECK_CHANGE(c, "capabilities", "/process/capabilities/effective",
		     "[\"CAP_SYS_ADMIN\",\"CAP_KILL\"]", "[\"CAP_KILL\"]");
	CHECK_CHANGE(c, "capabilities", "/process/capabilities/permitted",
		     "[\"CAP_SYS_ADMIN\",\"CAP_KILL\"]", "[\"CAP_KILL\"]");
	CHECK_INT(decision_count(c, DECISION_CHANGE, "capabilities"), 3);
	CHECK_STR(
		decision_find(c, DECISION_CHANGE, "capabilities", "/process/capabilities/bounding")
			->why,
		"above the policy's ceiling: CAP_SYS_ADMIN (mounts, namespaces and a hundred "
		"things "
		"more: nearly root), CAP_NET_RAW (spoofing on the bridge, CVE-2020-14386)");
}

TEST(no_chroot_in_the_hosts_mount_namespace)
{
	static const char doc[] =
		"{'ociVersion':'1.2.0','process':{'cwd':'/"
		"','args':['x'],'user':{'uid':0,'gid':0}" SETS(
			"'CAP_SYS_CHROOT','CAP_KILL'", "'CAP_SYS_CHROOT','CAP_KILL'", "",
			"'CAP_SYS_CHROOT','CAP_KILL'",
			"") "},'linux':{'namespaces':[{'type':'pid'},{'type':'network'}]}}";
	struct harden_case *c = case_new();

	c->p.namespaces.level = POLICY_OFF;
	case_run(c, doc);
	CHECK_CHANGE(c, "capabilities", "/process/capabilities/bounding",
		     "[\"CAP_SYS_CHROOT\",\"CAP_KILL\"]", "[\"CAP_KILL\"]");
	CHECK_CHANGE(c, "capabilities", "/process/capabilities/effective",
		     "[\"CAP_SYS_CHROOT\",\"CAP_KILL\"]", "[\"CAP_KILL\"]");
	/* By the rule it is a new one. */
	c = case_new();
	case_run(c, doc);
	CHECK(!decision_find(c, DECISION_CHANGE, "capabilities", "/process/capabilities/bounding"));
}

TEST(sets_are_cut_to_each_other)
{
	struct harden_case *c = case_new();

	case_doc(c, SETS("'CAP_KILL'", "'CAP_KILL','CAP_CHOWN'", "", "'CAP_KILL','CAP_CHOWN'", ""),
		 "", "");
	CHECK_CHANGE(c, "capabilities", "/process/capabilities/permitted",
		     "[\"CAP_KILL\",\"CAP_CHOWN\"]", "[\"CAP_KILL\"]");
	CHECK_CHANGE(c, "capabilities", "/process/capabilities/effective",
		     "[\"CAP_KILL\",\"CAP_CHOWN\"]", "[\"CAP_KILL\"]");
	CHECK_HAS(
		decision_find(c, DECISION_CHANGE, "capabilities", "/process/capabilities/permitted")
			->why,
		"not in the bounding set: CAP_CHOWN");
}

static const char *why_of(const struct harden_case *c, const char *set)
{
	char pointer[60];

	snprintf(pointer, sizeof(pointer), "/process/capabilities/%s", set);
	const struct decision *d = decision_find(c, DECISION_CHANGE, "capabilities", pointer);
	CHECK_MSG(d != NULL, "%s", set);
	return d->why;
}

TEST(inheritable_and_ambient_are_emptied)
{
	struct harden_case *c = case_new();

	case_doc(c, SETS("'CAP_CHOWN'", "'CAP_CHOWN'", "'CAP_CHOWN'", "'CAP_CHOWN'", "'CAP_CHOWN'"),
		 "", "");
	CHECK_CHANGE(c, "capabilities", "/process/capabilities/inheritable", "[\"CAP_CHOWN\"]",
		     "[]");
	CHECK_CHANGE(c, "capabilities", "/process/capabilities/ambient", "[\"CAP_CHOWN\"]", "[]");
	CHECK_INT(c->out->process->capabilities->n_bounding, 1);
	CHECK_STR(why_of(c, "ambient"), "needs the inheritable set, which is emptied: CAP_CHOWN");
	CHECK_STR(why_of(c, "inheritable"),
		  "file capabilities of the image would use it: CAP_CHOWN");
}

TEST(effective_is_within_permitted)
{
	struct harden_case *c = case_new();

	case_doc(c, SETS("'CAP_CHOWN','CAP_KILL'", "'CAP_CHOWN','CAP_KILL'", "", "'CAP_KILL'", ""),
		 "", "");
	CHECK_CHANGE(c, "capabilities", "/process/capabilities/effective",
		     "[\"CAP_CHOWN\",\"CAP_KILL\"]", "[\"CAP_KILL\"]");
	CHECK_STR(why_of(c, "effective"), "not permitted: CAP_CHOWN");
}

TEST(the_policy_can_leave_ambient_which_needs_inheritable)
{
	struct harden_case *c = case_new();

	c->p.capabilities.allow_ambient = true;
	case_doc(c,
		 SETS("'CAP_KILL','CAP_CHOWN','CAP_BPF'", "", "'CAP_KILL','CAP_CHOWN','CAP_BPF'",
		      "'CAP_KILL','CAP_CHOWN','CAP_BPF'", "'CAP_KILL','CAP_BPF','CAP_SETUID'"),
		 "", "");
	CHECK_CHANGE(c, "capabilities", "/process/capabilities/ambient",
		     "[\"CAP_KILL\",\"CAP_BPF\",\"CAP_SETUID\"]", "[\"CAP_KILL\"]");
	CHECK_CHANGE(c, "capabilities", "/process/capabilities/inheritable",
		     "[\"CAP_KILL\",\"CAP_CHOWN\",\"CAP_BPF\"]", "[\"CAP_KILL\"]");
}

TEST(unknown_and_odd_names_are_removed)
{
	struct harden_case *c = case_new();

	case_doc(c, SETS("'CAP_NO_SUCH','cap_chown','CAP_CHOWN '", "", "", "", ""), "", "");
	CHECK_INT(c->out->process->capabilities->n_bounding, 0);
}

TEST(thousands_of_names_do_not_fill_the_reason)
{
	struct harden_case *c = case_new();
	AUTO_STRBUF b = STRBUF_INIT;

	strbuf_adds(&b, ",'capabilities':{'bounding':['CAP_KILL'");
	for (int i = 0; i < 60000; i++)
		strbuf_adds(&b, ",'CAP_MKNOD'");
	strbuf_adds(&b, "]}");
	case_doc(c, b.buf, "", "");
	const struct decision *d =
		decision_find(c, DECISION_CHANGE, "capabilities", "/process/capabilities/bounding");
	CHECK(d && strlen(d->why) < 8192);
	CHECK_HAS(d->why, "and 59936 more");
}

TEST(a_document_without_process_is_left_alone)
{
	struct harden_case *c = case_new();

	case_run(c, "{'ociVersion':'1.2.0','linux':{'namespaces':[" NAMESPACES "]}}");
	CHECK_QUIET(c, "capabilities");
	CHECK_QUIET(c, "no-new-privileges");
	CHECK(!c->out->process);
}

TEST(no_new_privileges_is_set)
{
	struct harden_case *c = case_new();

	case_doc(c, "", "", "");
	CHECK_CHANGE(c, "no-new-privileges", "/process/noNewPrivileges", NULL, "true");
	c = case_new();
	case_doc(c, ",'noNewPrivileges':false", "", "");
	CHECK_CHANGE(c, "no-new-privileges", "/process/noNewPrivileges", "false", "true");
	CHECK(*c->out->process->no_new_privileges);
	CHECK(!*c->in->process->no_new_privileges);
	c = case_new();
	case_doc(c, ",'noNewPrivileges':true", "", "");
	CHECK_QUIET(c, "no-new-privileges");
}

TEST(reasons_are_given_where_there_are_some)
{
	struct harden_case *c = case_new();

	case_doc(c, SETS("'CAP_KILL','CAP_X','CAP_MKNOD'", "", "", "'CAP_CHOWN'", ""), "", "");
	CHECK_STR(
		decision_find(c, DECISION_CHANGE, "capabilities", "/process/capabilities/bounding")
			->why,
		"above the policy's ceiling: CAP_X, CAP_MKNOD (makes device nodes)");
	/* not where another set is the reason */
	CHECK_STR(
		decision_find(c, DECISION_CHANGE, "capabilities", "/process/capabilities/permitted")
			->why,
		"not in the bounding set: CAP_CHOWN");
}

static char *bits[] = {(char *)(uintptr_t) "noroot", (char *)(uintptr_t) "no-setuid-fixup",
		       (char *)(uintptr_t) "no-cap-ambient-raise", NULL};

TEST(securebits_are_set_and_locked)
{
	static const uint32_t want[] = {0x03, 0x0c, 0xc0};
	struct harden_case *c = case_new();

	case_doc(c, "", "", "");
	CHECK_INT(c->m.securebits, 0);
	CHECK(!decision_find(c, DECISION_NOTE, "capabilities", "/process/capabilities"));
	for (size_t i = 0; i < 3; i++) {
		c = case_new();
		c->p.capabilities.securebits = &bits[i];
		c->p.capabilities.n_securebits = 1;
		case_doc(c, i ? SETS("", "", "", "", "") : "", "", "");
		CHECK_INT(c->m.securebits, want[i]);
	}
	c = case_new();
	c->p.capabilities.securebits = bits;
	c->p.capabilities.n_securebits = 3;
	case_doc(c, "", "", "");
	CHECK_INT(c->m.securebits, 0xcf);
	CHECK_STR(decision_find(c, DECISION_NOTE, "capabilities", "/process/capabilities")->why,
		  "securebits that are set and locked: "
		  "[\"noroot\",\"no-setuid-fixup\",\"no-cap-ambient-raise\"]");
}

TEST(with_noroot_only_ambient_capabilities_are_left)
{
	struct harden_case *c = case_new();

	c->p.capabilities.securebits = bits;
	c->p.capabilities.n_securebits = 1;
	case_doc(c, SETS("'CAP_CHOWN'", "'CAP_CHOWN'", "'CAP_CHOWN'", "'CAP_CHOWN'", "'CAP_CHOWN'"),
		 "", "");
	CHECK_INT(c->out->process->capabilities->n_bounding, 1);
	CHECK_INT(c->out->process->capabilities->n_permitted, 0);
	CHECK_INT(c->out->process->capabilities->n_effective, 0);
	CHECK_INT(c->out->process->capabilities->n_ambient, 0);
	CHECK_STR(
		decision_find(c, DECISION_CHANGE, "capabilities", "/process/capabilities/permitted")
			->why,
		"the securebit noroot leaves only what is ambient: CAP_CHOWN");
	/* the policy lets the config have some */
	c = case_new();
	c->p.capabilities.securebits = bits;
	c->p.capabilities.n_securebits = 1;
	c->p.capabilities.allow_ambient = true;
	case_doc(c,
		 SETS("'CAP_KILL','CAP_CHOWN'", "'CAP_KILL','CAP_CHOWN'", "'CAP_KILL'",
		      "'CAP_KILL','CAP_CHOWN'", "'CAP_KILL'"),
		 "", "");
	CHECK_CHANGE(c, "capabilities", "/process/capabilities/permitted",
		     "[\"CAP_KILL\",\"CAP_CHOWN\"]", "[\"CAP_KILL\"]");
	CHECK_CHANGE(c, "capabilities", "/process/capabilities/effective",
		     "[\"CAP_KILL\",\"CAP_CHOWN\"]", "[\"CAP_KILL\"]");
	CHECK_INT(c->out->process->capabilities->n_ambient, 1);
	/* another bit changes no set */
	c = case_new();
	c->p.capabilities.securebits = &bits[1];
	c->p.capabilities.n_securebits = 2;
	case_doc(c, SETS("'CAP_KILL'", "'CAP_KILL'", "", "'CAP_KILL'", ""), "", "");
	CHECK_QUIET(c, "capabilities");
}

TEST(absent_seccomp_is_noted)
{
	struct harden_case *c = case_new();

	case_doc(c, "", "", "");
	CHECK_HAS(decision_find(c, DECISION_NOTE, "seccomp", "/linux/seccomp")->why,
		  "the built-in one is loaded all the same");
	CHECK_QUIET(c, "seccomp");
}

TEST(the_ssb_mitigation_stays_on)
{
	struct harden_case *c = case_new();
	const char *seccomp = ",'seccomp':{'defaultAction':'SCMP_ACT_ALLOW','flags':["
			      "'SECCOMP_FILTER_FLAG_SPEC_ALLOW','SECCOMP_FILTER_FLAG_LOG']}";

	case_doc(c, "", seccomp, "");
	CHECK_CHANGE(c, "seccomp", "/linux/seccomp/flags",
		     "[\"SECCOMP_FILTER_FLAG_SPEC_ALLOW\",\"SECCOMP_FILTER_FLAG_LOG\"]",
		     "[\"SECCOMP_FILTER_FLAG_LOG\"]");
	CHECK_INT(c->out->linux_->seccomp->n_flags, 1);
	CHECK_STR(c->out->linux_->seccomp->flags[0], "SECCOMP_FILTER_FLAG_LOG");
	CHECK_INT(c->in->linux_->seccomp->n_flags, 2);
	c = case_new();
	c->p.seccomp.allow_spec_allow = true;
	case_doc(c, "", seccomp, "");
	CHECK_QUIET(c, "seccomp");
}

TEST(sets_of_the_policy_are_denied)
{
	static char *sets[] = {(char *)(uintptr_t) "ptrace", (char *)(uintptr_t) "bpf", NULL};
	struct harden_case *c = case_new();

	case_doc(c, "", "", "");
	CHECK(c->m.seccomp_builtin && !c->m.seccomp_profile);
	CHECK_INT(c->m.n_seccomp_deny, 1);
	CHECK_STR(c->m.seccomp_deny[0], "tty-injection");
	c = case_new();
	c->p.seccomp.deny = sets;
	c->p.seccomp.n_deny = 2;
	case_doc(c, "", ",'seccomp':{'defaultAction':'SCMP_ACT_ALLOW'}", "");
	CHECK_INT(c->m.n_seccomp_deny, 2);
	CHECK_STR(c->m.seccomp_deny[1], "bpf");
	CHECK_STR(decision_find(c, DECISION_NOTE, "seccomp", "/linux/seccomp")->why,
		  "the built-in filter is loaded as well: a call has to pass both; denied in any "
		  "case: ptrace, bpf");
	c = case_new();
	c->p.seccomp.n_deny = 0;
	case_doc(c, "", "", "");
	CHECK_STR(decision_find(c, DECISION_NOTE, "seccomp", "/linux/seccomp")->why,
		  "no filter is asked for: the built-in one is loaded all the same");
}

TEST(a_profile_of_the_policy_takes_the_built_in_ones_place)
{
	static const struct spec_seccomp profile = {.default_action = "SCMP_ACT_ALLOW"};
	struct harden_case *c = case_new();

	c->p.seccomp.profile = "/etc/bulkhead/seccomp.json";
	c->p.seccomp.loaded = &profile;
	case_doc(c, "", "", "");
	CHECK_QUIET(c, "seccomp");
	CHECK(!c->m.seccomp_builtin && c->m.seccomp_profile == &profile);
	CHECK_INT(c->m.n_seccomp_deny, 1);
	CHECK_HAS(decision_find(c, DECISION_NOTE, "seccomp", "/linux/seccomp")->why,
		  "the policy's own one is loaded all the same; denied");
	c = case_new();
	c->p.seccomp.profile = "/etc/bulkhead/seccomp.json";
	case_doc(c, "", "", "");
	CHECK_REFUSED(c, "seccomp", "/linux/seccomp",
		      "/etc/bulkhead/seccomp.json has not been loaded");
	CHECK(!c->m.seccomp_builtin);
	CHECK_INT(decision_count(c, DECISION_NOTE, "seccomp"), 0);
}

#define ADMIN ",'capabilities':{'bounding':['CAP_SYS_ADMIN']}"

TEST(privileged_is_refused)
{
	struct harden_case *c = case_new();

	case_doc(c, ADMIN,
		 ",'resources':{'devices':[{'allow':false,'access':'rwm'},"
		 "{'allow':true,'access':'rwm'}]}",
		 "");
	CHECK_REFUSED(c, "privileged", "/linux/resources/devices/1", "--privileged");
	c = case_new();
	case_doc(c, ADMIN,
		 ",'resources':{'devices':[{'allow':true,'type':'a','major':-1,'minor':-1,"
		 "'access':'rw'}]}",
		 "");
	CHECK_REFUSED(c, "privileged", "/linux/resources/devices/0", "--privileged");
}

TEST(parts_of_privileged_are_reduced_instead)
{
	struct harden_case *c = case_new();

	case_doc(c, ADMIN, ",'resources':{'devices':[{'allow':false,'access':'rwm'}]}", "");
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
	c = case_new();
	case_doc(c, "", ",'resources':{'devices':[{'allow':true,'access':'rwm'}]}", "");
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
	c = case_new();
	case_doc(c, ADMIN, ",'resources':{'devices':[{'allow':true,'type':'c','access':'rwm'}]}",
		 "");
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
	static const char *const parts[] = {"'type':'a','major':0,'access':'rwm'",
					    "'type':'a','minor':0,'access':'rwm'", "'access':'rm'",
					    "'access':'wm'", "'type':'a'"};
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		c = case_new();
		case_doc(c, ADMIN,
			 arena_printf(&c->a, ",'resources':{'devices':[{'allow':true,%s}]}",
				      parts[i]),
			 "");
		CHECK_MSG(c->r == 0, "%s", c->e.msg);
	}
}

TEST(sixty_four_removed_names_are_all_listed)
{
	struct harden_case *c = case_new();
	AUTO_STRBUF b = STRBUF_INIT;

	strbuf_adds(&b, ",'capabilities':{'bounding':['CAP_KILL'");
	for (int i = 0; i < 64; i++)
		strbuf_addf(&b, ",'CAP_%d'", i);
	strbuf_adds(&b, "]}");
	case_doc(c, b.buf, "", "");
	const struct decision *d =
		decision_find(c, DECISION_CHANGE, "capabilities", "/process/capabilities/bounding");
	CHECK(d);
	CHECK_HAS(d->why, " CAP_63");
	CHECK(!strstr(d->why, "more"));
}

TEST(one_name_more_is_counted)
{
	struct harden_case *c = case_new();
	AUTO_STRBUF b = STRBUF_INIT;

	strbuf_adds(&b, ",'capabilities':{'bounding':['CAP_KILL'");
	for (int i = 0; i < 65; i++)
		strbuf_addf(&b, ",'CAP_%d'", i);
	strbuf_adds(&b, "]}");
	case_doc(c, b.buf, "", "");
	CHECK_HAS(why_of(c, "bounding"), " CAP_63 and 1 more");
}

TEST(every_capability_has_its_danger)
{
	for (unsigned i = 0; i <= 40; i++) {
		const char *danger = capability_danger(caps_name(i));
		CHECK_MSG(danger && strchr(danger, ' '), "%s", caps_name(i));
	}
	CHECK(!capability_danger("CAP_NO_SUCH"));
}

/* A ceiling has room for all of them: bits do not run into each other. */
TEST(all_capabilities_are_told_apart)
{
	static struct spec_pair all[41];

	for (unsigned i = 0; i <= 40; i++)
		all[i] = (struct spec_pair){caps_name(i), "a test"};
	for (unsigned i = 0; i <= 40; i++)
		for (unsigned k = 0; k <= 40; k++) {
			struct harden_case *c = case_new();
			c->p.capabilities.ceiling = all;
			c->p.capabilities.n_ceiling = 41;
			case_doc(c,
				 arena_printf(&c->a,
					      ",'capabilities':{'bounding':['%s'],"
					      "'permitted':['%s']}",
					      all[i].key, all[k].key),
				 "", "");
			CHECK_INT(c->out->process->capabilities->n_bounding, 1);
			CHECK_INT(c->out->process->capabilities->n_permitted, i == k);
		}
}

TEST(other_flags_stay_in_front)
{
	struct harden_case *c = case_new();

	case_doc(c, "",
		 ",'seccomp':{'defaultAction':'SCMP_ACT_ALLOW','flags':["
		 "'SECCOMP_FILTER_FLAG_LOG','SECCOMP_FILTER_FLAG_SPEC_ALLOW']}",
		 "");
	CHECK_CHANGE(c, "seccomp", "/linux/seccomp/flags",
		     "[\"SECCOMP_FILTER_FLAG_LOG\",\"SECCOMP_FILTER_FLAG_SPEC_ALLOW\"]",
		     "[\"SECCOMP_FILTER_FLAG_LOG\"]");
}
