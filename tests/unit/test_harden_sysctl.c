/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_harden_sysctl.c: harden/sysctl.c. */
#include <errno.h>

#include "harden_case.h"

static void run_one(struct harden_case *c, const char *key, const char *value)
{
	case_doc(c, "", arena_printf(&c->a, ",'sysctl':{'%s':'%s'}", key, value), "");
}

TEST(namespaced_settings_pass)
{
	static const char *const pairs[][2] = {
		{"net.ipv4.ip_forward", "1"},
		{"net.ipv4.ping_group_range", "0 2147483647"},
		{"net.ipv4.ip_unprivileged_port_start", "0"},
		{"net/ipv4/conf/eth0.100/forwarding", "1"},
		{"net.ipv4.tcp_rmem", "4096\\t131072\\t6291456"},
		{"net.ipv4.ip_local_reserved_ports", "80,8080-8090"},
		{"kernel.shmmax", "1000000"},
		{"net.azAZ09_-.x", "azAZ09"},
		{"kernel/shmmax", "1000000"},
		{"kernel.shm_rmid_forced", "1"},
		{"kernel.sem", "250 32000 32 128"},
		{"fs.mqueue.msg_max", "100"},
	};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		struct harden_case *c = case_new();
		run_one(c, pairs[i][0], pairs[i][1]);
		CHECK_QUIET(c, "sysctl");
	}
}

TEST(settings_of_the_host_are_refused)
{
	static const char *const keys[] = {
		"vm.overcommit_memory",
		"kernel.core_pattern",
		"kernel.hostname",
		"kernel.sysrq",
		"kernel.shmmaxx",
		"kernel.shm",
		"fs.file-max",
		"fs.mqueue",
		"user.max_user_namespaces",
		"networks.x",
		"net",
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		struct harden_case *c = case_new();
		run_one(c, keys[i], "1");
		CHECK_REFUSED(c, "sysctl", arena_printf(&c->a, "/linux/sysctl/%s", keys[i]),
			      "is not a kernel setting that a container may have");
	}
}

TEST(twisted_keys_are_refused)
{
	/* CVE-2022-0811 and its kin. */
	static const char *const keys[][2] = {
		{"net..core", "net..core"},
		{"net/../kernel/core_pattern", "net~1..~1kernel~1core_pattern"},
		{".net.x", ".net.x"},
		{"net.x.", "net.x."},
		{"/net/x", "~1net~1x"},
		{"net.x=1", "net.x=1"},
		{"net.x+kernel.y", "net.x+kernel.y"},
		{"net. x", "net. x"},
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		struct harden_case *c = case_new();
		run_one(c, keys[i][0], "1");
		CHECK_REFUSED(c, "sysctl", arena_printf(&c->a, "/linux/sysctl/%s", keys[i][1]),
			      "is not the name of a kernel setting");
	}
}

TEST(values_with_more_in_them_are_refused)
{
	static const char *const values[] = {"1+kernel.core_pattern=|/x",
					     "1\\nkernel.x=1",
					     "1;2",
					     "a=b",
					     "$(x)",
					     "1\\u0001",
					     "/etc"};

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		struct harden_case *c = case_new();
		run_one(c, "kernel.shm_rmid_forced", values[i]);
		CHECK_REFUSED(c, "sysctl", "/linux/sysctl/kernel.shm_rmid_forced",
			      "has a value with unusual characters");
	}
}

TEST(a_shared_namespace_is_not_set)
{
	struct harden_case *c = case_new();

	c->p.namespaces.allow_host_network = true;
	case_run(c,
		 "{'ociVersion':'1.2.0','linux':{'sysctl':{'net.ipv4.ip_forward':'1'},"
		 "'namespaces':[{'type':'pid'},{'type':'ipc'},{'type':'uts'},{'type':'mount'}]}}");
	CHECK_REFUSED(c, "sysctl", "/linux/sysctl/net.ipv4.ip_forward",
		      "whose network namespace is shared");
}

TEST(domainname_goes_through_the_system_call)
{
	struct harden_case *c = case_new();

	case_doc(
		c, "",
		",'sysctl':{'kernel.shmmax':'1','kernel.domainname':'d','net.ipv4.ip_forward':'1'}",
		"");
	CHECK_CHANGE(c, "sysctl", "/linux/sysctl/kernel.domainname", "\"d\"", NULL);
	CHECK_CHANGE(c, "sysctl", "/domainname", NULL, "\"d\"");
	CHECK_STR(c->out->domainname, "d");
	CHECK_INT(c->out->linux_->n_sysctl, 2);
	CHECK_STR(c->out->linux_->sysctl[0].key, "kernel.shmmax");
	CHECK_STR(c->out->linux_->sysctl[1].key, "net.ipv4.ip_forward");
	CHECK_INT(c->in->linux_->n_sysctl, 3);
}

TEST(domainname_must_not_contradict)
{
	struct harden_case *c = case_new();

	case_doc(c, "", ",'sysctl':{'kernel.domainname':'d'}", ",'domainname':'d'");
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
	CHECK_INT(c->out->linux_->n_sysctl, 0);
	c = case_new();
	case_doc(c, "", ",'sysctl':{'kernel.domainname':'d'}", ",'domainname':'e'");
	CHECK_REFUSED(c, "sysctl", "/linux/sysctl/kernel.domainname", "contradicts");
}

TEST(domainname_of_the_host_is_not_set)
{
	struct harden_case *c = case_new();

	case_run(c, "{'ociVersion':'1.2.0','linux':{'sysctl':{'kernel.domainname':'d'},"
		    "'namespaces':[{'type':'pid'},{'type':'ipc'},{'type':'network'}]}}");
	CHECK_REFUSED(c, "sysctl", "/linux/sysctl/kernel.domainname",
		      "whose uts namespace is shared");
}
