/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_harden_devices.c: harden/devices.c and device_rules.c. */
#include <errno.h>

#include "harden_case.h"

static void run_devices(struct harden_case *c, const char *devices)
{
	case_doc(c, "", arena_printf(&c->a, ",'devices':[%s]", devices), "");
}

TEST(listed_nodes_are_fine)
{
	struct harden_case *c = case_new();

	run_devices(c, "{'path':'/dev/null','type':'c','major':1,'minor':3},"
		       "{'path':'/dev/u','type':'u','major':1,'minor':9},"
		       "{'path':'/dev/pts/5','type':'c','major':136,'minor':5},"
		       "{'path':'/dev/fifo','type':'p'}");
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
}

TEST(other_nodes_are_refused)
{
	struct harden_case *c = case_new();

	run_devices(c, "{'path':'/dev/null','type':'c','major':1,'minor':3},"
		       "{'path':'/dev/fuse','type':'c','major':10,'minor':229},"
		       "{'path':'/dev/sda','type':'b','major':8,'minor':0},"
		       "{'path':'/dev/mem','type':'c','major':1,'minor':1},"
		       "{'path':'/dev/x','type':'b','major':1,'minor':3}");
	CHECK_REFUSED(c, "devices", "/linux/devices/1", "/dev/fuse is a character device");
	CHECK_HAS(decision_find(c, DECISION_REFUSE, "devices", "/linux/devices/2")->why,
		  "/dev/sda is a block device of the host");
	CHECK(decision_find(c, DECISION_REFUSE, "devices", "/linux/devices/3"));
	CHECK(decision_find(c, DECISION_REFUSE, "devices", "/linux/devices/4"));
	CHECK_INT(decision_count(c, DECISION_REFUSE, "devices"), 4);
}

/* As a node, 5:1 is whatever the host's console is: key strokes of its login included. */
TEST(the_hosts_console_is_no_device_of_a_container)
{
	struct harden_case *c = case_new();

	run_devices(c, "{'path':'/dev/console','type':'c','major':5,'minor':1}");
	CHECK_REFUSED(c, "devices", "/linux/devices/0", "/dev/console is a character device");
	c = case_new();
	case_doc(c, "",
		 ",'resources':{'devices':[{'allow':false,'access':'rwm'},"
		 "{'allow':true,'type':'c','major':5,'minor':1,'access':'rw'}]}",
		 "");
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
	CHECK_INT(c->out->linux_->resources->n_devices, 1);
}

TEST(the_policy_can_list_a_node)
{
	static struct policy_device fuse[] = {{"c", 10, 229, "rw", "fuse"}};
	struct harden_case *c = case_new();

	c->p.devices.extra = fuse;
	c->p.devices.n_extra = 1;
	case_doc(c, "",
		 ",'devices':[{'path':'/dev/fuse','type':'c','major':10,'minor':229}],'resources':{"
		 "'devices':[{'allow':false,'access':'rwm'},{'allow':true,'type':'c','major':10,"
		 "'minor':229,'access':'rwm'}]}",
		 "");
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
	CHECK_STR(c->out->linux_->resources->devices[1].access, "rw");
}

/* The rules after hardening, as JSON. */
static const char *rules(struct harden_case *c, const char *devices)
{
	if (devices)
		case_doc(c, "", arena_printf(&c->a, ",'resources':{'devices':[%s]}", devices), "");
	else
		case_doc(c, "", "", "");
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
	const struct decision *d =
		decision_find(c, DECISION_CHANGE, "device-rules", "/linux/resources/devices");
	return d ? d->after : "unchanged";
}

#define DENY "{\"allow\":false,\"access\":\"rwm\"}"

TEST(everything_is_denied_first)
{
	CHECK_STR(rules(case_new(), NULL), "[" DENY "]");
	CHECK_STR(rules(case_new(), ""), "[" DENY "]");
	CHECK_STR(rules(case_new(), "{'allow':false,'access':'rwm'}"), "unchanged");
	CHECK_STR(rules(case_new(), "{'allow':false,'type':'a','major':-1,'access':'rwm'}"),
		  "unchanged");
	CHECK_STR(rules(case_new(), "{'allow':false,'type':'a','access':'rw'}"),
		  "[" DENY ",{\"allow\":false,\"type\":\"a\",\"access\":\"rw\"}]");
	CHECK_STR(rules(case_new(), "{'allow':false,'type':'c','access':'rwm'}"),
		  "[" DENY ",{\"allow\":false,\"type\":\"c\",\"access\":\"rwm\"}]");
}

TEST(moby_default_rules_only_lose_mknod)
{
	CHECK_STR(rules(case_new(),
			"{'allow':false,'access':'rwm'},"
			"{'allow':true,'type':'c','major':1,'minor':5,'access':'rwm'},"
			"{'allow':false,'type':'c','major':10,'minor':229,'access':'rwm'}"),
		  "[" DENY ",{\"allow\":true,\"type\":\"c\",\"major\":1,\"minor\":5,\"access\":"
		  "\"rw\"},{\"allow\":false,\"type\":\"c\",\"major\":10,\"minor\":229,\"access\":"
		  "\"rwm\"}]");
}

TEST(wide_and_unlisted_rules_go)
{
	static const char *const gone[] = {
		"{'allow':true,'access':'rw'}",
		"{'allow':true,'type':'a','access':'rwm'}",
		"{'allow':true,'type':'c','access':'m'}",
		"{'allow':true,'type':'b','major':-1,'minor':-1,'access':'m'}",
		"{'allow':true,'type':'c','major':5,'access':'rw'}",
		"{'allow':true,'type':'c','major':5,'minor':-1,'access':'rw'}",
		"{'allow':true,'type':'c','major':-1,'minor':3,'access':'rw'}",
		"{'allow':true,'type':'c','minor':3,'access':'rw'}",
		"{'allow':true,'type':'c','major':10,'minor':200,'access':'rwm'}",
		"{'allow':true,'type':'b','major':1,'minor':3,'access':'r'}",
		"{'allow':true,'type':'c','major':1,'minor':3,'access':'m'}",
		"{'allow':true,'type':'c','major':1,'minor':3}",
	};

	for (size_t i = 0; i < sizeof(gone) / sizeof(gone[0]); i++) {
		struct harden_case *c = case_new();
		CHECK_STR(
			rules(c, arena_printf(&c->a, "{'allow':false,'access':'rwm'},%s", gone[i])),
			"[" DENY "]");
	}
}

TEST(listed_rules_stay_as_written)
{
	CHECK_STR(rules(case_new(), "{'allow':false,'access':'rwm'},"
				    "{'allow':true,'type':'c','major':1,'minor':3,'access':'wr'},"
				    "{'allow':true,'type':'c','major':136,'minor':7,'access':'r'},"
				    "{'allow':true,'type':'c','major':136,'access':'rw'}"),
		  "unchanged");
}

TEST(an_entry_covers_only_its_access)
{
	static struct policy_device ro[] = {{"c", 10, 1, "r", "to be read"}};
	struct harden_case *c = case_new();

	c->p.devices.extra = ro;
	c->p.devices.n_extra = 1;
	CHECK_STR(rules(c, "{'allow':false,'access':'rwm'},"
			   "{'allow':true,'type':'c','major':10,'minor':1,'access':'rw'}"),
		  "[" DENY "]");
	CHECK_STR(rules(c, "{'allow':false,'access':'rwm'},"
			   "{'allow':true,'type':'c','major':10,'minor':1,'access':'rm'}"),
		  "[" DENY ",{\"allow\":true,\"type\":\"c\",\"major\":10,\"minor\":1,\"access\":"
		  "\"r\"}]");
}

TEST(one_rule_with_mknod_among_others_is_enough)
{
	CHECK_STR(rules(case_new(), "{'allow':false,'access':'rwm'},"
				    "{'allow':true,'type':'c','major':1,'minor':3,'access':'rwm'},"
				    "{'allow':true,'type':'c','major':1,'minor':5,'access':'rw'}"),
		  "[" DENY ",{\"allow\":true,\"type\":\"c\",\"major\":1,\"minor\":3,\"access\":"
		  "\"rw\"},{\"allow\":true,\"type\":\"c\",\"major\":1,\"minor\":5,\"access\":"
		  "\"rw\"}]");
}

TEST(denying_one_device_is_not_denying_all)
{
	CHECK_STR(rules(case_new(), "{'allow':false,'type':'a','minor':0,'access':'rwm'}"),
		  "[" DENY ",{\"allow\":false,\"type\":\"a\",\"minor\":0,\"access\":\"rwm\"}]");
	CHECK_STR(rules(case_new(), "{'allow':false,'type':'a','major':0,'access':'rwm'}"),
		  "[" DENY ",{\"allow\":false,\"type\":\"a\",\"major\":0,\"access\":\"rwm\"}]");
}

TEST(a_minor_of_zero_is_a_number)
{
	struct harden_case *c = case_new();

	run_devices(c, "{'path':'/dev/tty7','type':'c','major':5,'minor':7}");
	CHECK_REFUSED(c, "devices", "/linux/devices/0", "/dev/tty7");
	CHECK_STR(rules(case_new(), "{'allow':false,'access':'rwm'},"
				    "{'allow':true,'type':'c','major':5,'minor':7,'access':'rw'}"),
		  "[" DENY "]");
}

TEST(what_every_container_has_is_the_policys_list)
{
	static struct policy_device mine[] = {{"c", 1, 3, "rw", "x"}, {"b", 7, -1, "r", "y"}};
	struct harden_case *c = case_new();

	case_doc(c, "", "", "");
	CHECK(c->m.devices_listed);
	CHECK_INT(c->m.n_devices, 8);
	CHECK_INT(*c->m.devices[7].major, 136);
	CHECK_INT(*c->m.devices[7].minor, -1);
	c->p.devices.defaults = mine;
	c->p.devices.n_defaults = 2;
	case_doc(c, "", "", "");
	CHECK_INT(c->m.n_devices, 2);
	CHECK(c->m.devices[0].allow && c->m.devices[1].allow);
	CHECK_STR(c->m.devices[1].type, "b");
	CHECK_INT(*c->m.devices[1].major, 7);
	CHECK_INT(*c->m.devices[1].minor, -1);
	CHECK_STR(c->m.devices[1].access, "r");
	c->p.devices.n_defaults = 0;
	case_doc(c, "", "", "");
	CHECK(c->m.devices_listed && c->m.n_devices == 0);
	c->p.devices.level = POLICY_OFF;
	case_doc(c, "", "", "");
	CHECK(!c->m.devices_listed && !c->m.devices);
}

TEST(a_device_with_number_zero_is_one)
{
	static struct policy_device zero[] = {{"c", 0, 0, "rw", "x"}};
	struct harden_case *c = case_new();

	c->p.devices.extra = zero;
	c->p.devices.n_extra = 1;
	case_doc(c, "",
		 ",'resources':{'devices':[{'allow':false,'access':'rwm'},{'allow':true,'type':'c',"
		 "'major':0,'minor':0,'access':'rw'}]}",
		 "");
	CHECK_QUIET(c, "device-rules");
}

TEST(what_was_done_to_the_rules_is_told)
{
	static const struct {
		const char *rules, *why;
	} cases[] = {
		{"", "everything is denied first"},
		{"{'allow':false,'access':'wm'}", "everything is denied first"},
		{"{'allow':false,'access':'rm'}", "everything is denied first"},
		{"{'allow':false,'access':'rw'}", "everything is denied first"},
		{"{'allow':false}", "everything is denied first"},
		{"{'allow':false,'access':'rwm'},{'allow':true,'access':'rw'}",
		 "devices that the policy does not list are not allowed"},
		{"{'allow':false,'access':'mwr'},"
		 "{'allow':true,'type':'c','major':1,'minor':3,'access':'mr'}",
		 "no device nodes can be made"},
		{"{'allow':true,'type':'c','major':1,'minor':3,'access':'rwm'},"
		 "{'allow':true,'type':'b','major':8,'minor':0,'access':'rwm'}",
		 "everything is denied first; devices that the policy does not list are not "
		 "allowed; no device nodes can be made"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct harden_case *c = case_new();
		rules(c, cases[i].rules);
		CHECK_STR(decision_find(c, DECISION_CHANGE, "device-rules",
					"/linux/resources/devices")
				  ->why,
			  cases[i].why);
	}
}
