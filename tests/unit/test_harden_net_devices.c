/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_harden_net_devices.c: harden/net_devices.c and harden/intel_rdt.c. */
#include <errno.h>

#include "harden_case.h"

static struct spec_pair devices[] = {{"spare", "a card"}, {"mlx*", "for DPDK"}};

static struct harden_case *run_devices(const char *list, bool listed)
{
	struct harden_case *c = case_new();

	if (listed) {
		c->p.net_devices.allowed = devices;
		c->p.net_devices.n_allowed = 2;
	}
	case_doc(c, "", arena_printf(&c->a, ",'netDevices':{%s}", list), "");
	return c;
}

TEST(none_is_handed_over)
{
	CHECK_QUIET(run_devices("", false), "net-devices");
	CHECK_REFUSED(run_devices("'eth0':{}", false), "net-devices", "/linux/netDevices/eth0",
		      "the network device eth0 is not one that the policy hands over");
	CHECK_REFUSED(run_devices("'e~0\\n':{'name':'x'}", false), "net-devices",
		      "/linux/netDevices/e~00\n", "e~0?");
}

TEST(but_those_that_are_listed)
{
	CHECK_QUIET(run_devices("'spare':{'name':'eth0'}", true), "net-devices");
	CHECK_QUIET(run_devices("'mlx':{},'mlx5_1':{}", true), "net-devices");
	CHECK_REFUSED(run_devices("'spare':{},'spare1':{}", true), "net-devices",
		      "/linux/netDevices/spare1", "spare1");
	CHECK_REFUSED(run_devices("'ml':{}", true), "net-devices", "/linux/netDevices/ml", "ml");
	struct harden_case *c = run_devices("'a':{},'mlx1':{},'b':{}", true);
	CHECK_INT(decision_count(c, DECISION_REFUSE, "net-devices"), 2);
}

TEST(all_by_a_star)
{
	static struct spec_pair all[] = {{"*", "nobody else is here"}};
	struct harden_case *c = case_new();

	c->p.net_devices.allowed = all;
	c->p.net_devices.n_allowed = 1;
	case_doc(c, "", ",'netDevices':{'eth0':{}}", "");
	CHECK_QUIET(c, "net-devices");
}

static struct harden_case *run_rdt(const char *rdt, bool listed)
{
	static struct spec_pair classes[] = {{"gold", "databases"}, {"/", "the default"}};
	struct harden_case *c = case_new();

	if (listed) {
		c->p.intel_rdt.clos_ids = classes;
		c->p.intel_rdt.n_clos_ids = 2;
	}
	case_doc(c, "", arena_printf(&c->a, ",'intelRdt':{%s}", rdt), "");
	return c;
}

TEST(classes_of_service)
{
	CHECK_REFUSED(run_rdt("'schemata':['MB:0=10']", false), "intel-rdt", "/linux/intelRdt",
		      "a class of service of the container's own");
	CHECK_REFUSED(run_rdt("", true), "intel-rdt", "/linux/intelRdt", "leaves the limits");
	CHECK_REFUSED(run_rdt("'closID':'gold'", false), "intel-rdt", "/linux/intelRdt/closID",
		      "the class of service gold is not one that the policy lists");
	CHECK_REFUSED(run_rdt("'closID':'/'", false), "intel-rdt", "/linux/intelRdt/closID", "/");
	CHECK_QUIET(run_rdt("'closID':'gold'", true), "intel-rdt");
	CHECK_QUIET(run_rdt("'closID':'/'", true), "intel-rdt");
	CHECK_REFUSED(run_rdt("'closID':'golden'", true), "intel-rdt", "/linux/intelRdt/closID",
		      "golden");
}

TEST(a_class_of_the_containers_own)
{
	struct harden_case *c = case_new();

	c->p.intel_rdt.allow_own = true;
	case_doc(c, "", ",'intelRdt':{'schemata':['MB:0=10']}", "");
	CHECK_QUIET(c, "intel-rdt");
	case_doc(c, "", ",'intelRdt':{'closID':'gold'}", "");
	CHECK_REFUSED(c, "intel-rdt", "/linux/intelRdt/closID", "gold");
	c = case_new();
	c->p.intel_rdt.level = POLICY_OFF;
	case_doc(c, "", ",'intelRdt':{'schemata':['MB:0=10']}", "");
	CHECK_QUIET(c, "intel-rdt");
}
