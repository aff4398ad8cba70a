/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_net_devices.c: which network devices move, and under which names (plan/net_devices.h). */
#include <errno.h>

#include "base/arena.h"
#include "base/err.h"
#include "oci-spec/spec.h"
#include "plan/namespaces.h"
#include "plan/net_devices.h"
#include "tests/unit/check.h"

static struct arena arena;
static struct err err;
static struct net_devices_plan plan;
static struct namespaces_plan ns = {.ns = {[NS_NET] = {.mode = NS_NEW}}};

static int make(struct spec_net_device *v, size_t n)
{
	struct spec_linux l = {.net_devices = v, .n_net_devices = n};

	arena_free(&arena);
	err = (struct err){0};
	return net_devices_plan_make(&l, &ns, &arena, &plan, &err);
}

static int one(const char *key, const char *name)
{
	return make(&(struct spec_net_device){key, name}, 1);
}

TEST(names)
{
	CHECK_INT(one("eth1", NULL), 0);
	CHECK_INT(plan.n, 1);
	CHECK_STR(plan.items[0].name, "eth1");
	CHECK_STR(plan.items[0].inside, "eth1");
	CHECK_STR(plan.items[0].pointer, "/linux/netDevices/eth1");
	CHECK(!plan.items[0].numbered);
	CHECK_INT(one("eth1", "net0"), 0);
	CHECK_STR(plan.items[0].inside, "net0");
	CHECK_INT(one("e~1", "n%d"), 0);
	CHECK_STR(plan.items[0].pointer, "/linux/netDevices/e~01");
	CHECK(plan.items[0].numbered);
	CHECK_INT(one("fifteen-letters", "%dx"), 0);
	CHECK_INT(make(NULL, 0), 0);
	CHECK_INT(plan.n, 0);
	CHECK_INT(net_devices_plan_make(NULL, &ns, &arena, &plan, &err), 0);
}

TEST(names_of_no_device)
{
	static const char *const bad[] = {"",	  ".",	  "..",	   "sixteen-letters-",
					  "a/b",  "a:1",  "a b",   "a\tb",
					  "a\nb", "a\vb", "a\xa0", NULL};
	static const char *const templates[] = {"%", "a%", "a%s", "%d%d", "a%dx%", "%%d", NULL};

	for (const char *const *s = bad; *s; s++) {
		CHECK_INT(one(*s, "x"), -EINVAL);
		CHECK_INT(err.kind, ERR_SPEC);
		CHECK_HAS(err.msg, ": invalid network device name");
		CHECK_INT(one("x", *s), -EINVAL);
		CHECK_HAS(err.msg, "/linux/netDevices/x/name: invalid network device name: \"");
	}
	for (const char *const *s = templates; *s; s++) {
		CHECK_MSG(one("x", *s) == -EINVAL, "%s", *s);
		CHECK_HAS(err.msg, "/linux/netDevices/x/name: ");
		/* Of a device that is there, it is a name like another. */
		CHECK_MSG(one(*s, "x") == 0, "%s", *s);
	}
	CHECK_INT(one("a/b~", "x"), -EINVAL);
	CHECK_STR(err.msg, "/linux/netDevices/a~1b~0: invalid network device name");
}

TEST(loopback_stays)
{
	CHECK_INT(one("lo", "x"), -EINVAL);
	CHECK_STR(err.msg,
		  "/linux/netDevices/lo: the loopback device stays in its network namespace");
	CHECK_INT(one("x", "lo"), -EEXIST);
	CHECK_HAS(err.msg, "/linux/netDevices/x/name: the container has a device of that name");
}

TEST(two_of_one_name)
{
	struct spec_net_device v[] = {{"a", "x"}, {"b", NULL}, {"x", NULL}};

	CHECK_INT(make(v, 2), 0);
	CHECK_INT(make(v, 3), -EEXIST);
	CHECK_INT(err.kind, ERR_SPEC);
	CHECK_STR(err.msg, "/linux/netDevices/x/name: /linux/netDevices/a gets this name, too");
	v[2].name = "y";
	CHECK_INT(make(v, 3), 0);
	/* Swapped. */
	v[0].name = "b";
	v[1].name = "a";
	CHECK_INT(make(v, 3), 0);
	/* Numbered ones get one each. */
	v[0].name = v[1].name = v[2].name = "n%d";
	CHECK_INT(make(v, 3), 0);
}

TEST(no_network_namespace)
{
	ns.ns[NS_NET].mode = NS_SHARED;
	CHECK_INT(one("eth1", NULL), -EINVAL);
	CHECK_INT(err.kind, ERR_SPEC);
	CHECK_STR(err.msg,
		  "/linux/netDevices: unable to move network devices without a NET namespace");
	CHECK_INT(make(NULL, 0), 0);
	ns.ns[NS_NET].mode = NS_JOIN_HOST_OWNED;
	CHECK_INT(one("eth1", NULL), 0);
	ns.ns[NS_NET].mode = NS_NEW;
}
