/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_sysctl.c: keys, namespaces and the comparison of what is read back (plan/sysctl.h). */
#include <errno.h>

#include "base/arena.h"
#include "base/err.h"
#include "oci-spec/spec.h"
#include "plan/sysctl.h"
#include "tests/unit/check.h"

static struct namespaces_plan all_new(void)
{
	struct namespaces_plan ns = {0};

	for (int k = 0; k < NS_KINDS; k++)
		ns.ns[k].mode = NS_NEW;
	return ns;
}

static int make(const char *key, const char *value, const struct namespaces_plan *ns,
		struct arena *a, struct sysctl_plan *p, struct err *e)
{
	struct spec_pair pair = {key, value};
	struct spec_linux l = {.sysctl = &pair, .n_sysctl = 1};
	struct spec s = {.linux_ = &l};

	*e = (struct err){0};
	*p = (struct sysctl_plan){0};
	return sysctl_plan_make(&s, ns, a, p, e);
}

TEST(paths)
{
	static const struct {
		const char *key, *path;
	} t[] = {
		{"net.ipv4.ip_forward", "sys/net/ipv4/ip_forward"},
		{"net/ipv4/ip_forward", "sys/net/ipv4/ip_forward"},
		{"net.ipv4.conf.eth0/100.forwarding", "sys/net/ipv4/conf/eth0.100/forwarding"},
		{"net/ipv4/conf/eth0.100/forwarding", "sys/net/ipv4/conf/eth0.100/forwarding"},
		{"net.ipv6.conf.br-lan.disable_ipv6", "sys/net/ipv6/conf/br-lan/disable_ipv6"},
		{"kernel.sem", "sys/kernel/sem"},
		{"x", "sys/x"},
	};
	char path[64];

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		CHECK_INT(sysctl_path(t[i].key, path, sizeof(path)), 0);
		CHECK_STR(path, t[i].path);
	}
}

TEST(malformed_keys)
{
	static const char *const bad[] = {
		"",
		".",
		"/",
		"..",
		".net.core",
		"/net/core",
		"net.core.",
		"net/core/",
		"net..core",
		"net//core",
		"net./core",
		"net/./core",
		"net/../core",
		"net.ipv4/../x",
		"net ipv4",
		"net.ipv4.ip_forward\n",
		"net=1",
		"net+core",
		"net.ipv4.ip*",
		"net.\xc3\xa4",
		"net.a;b",
		"../kernel/core_pattern",
		"net/../kernel/core_pattern",
	};
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct namespaces_plan ns = all_new();
	struct sysctl_plan p;
	struct err e;
	char path[64];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK_MSG(sysctl_path(bad[i], path, sizeof(path)) == -EINVAL, "%s", bad[i]);
		CHECK_INT(make(bad[i], "1", &ns, &a, &p, &e), -EINVAL);
		CHECK_INT(e.kind, ERR_SPEC);
		CHECK_HAS(e.msg, "/linux/sysctl/");
		CHECK_HAS(e.msg, ": malformed sysctl name");
	}
}

TEST(path_that_does_not_fit)
{
	char key[300], path[32];

	memset(key, 'a', sizeof(key) - 1);
	key[sizeof(key) - 1] = '\0';
	CHECK_INT(sysctl_path(key, path, sizeof(path)), -ENAMETOOLONG);
	/* Exactly: "sys/" + 27 + NUL = 32. */
	key[27] = '\0';
	CHECK_INT(sysctl_path(key, path, sizeof(path)), 0);
	key[27] = 'a';
	key[28] = '\0';
	CHECK_INT(sysctl_path(key, path, sizeof(path)), -ENAMETOOLONG);
}

TEST(namespaces)
{
	static const struct {
		const char *key;
		enum ns_kind ns;
		bool as_root;
	} t[] = {
		{"net.ipv4.ip_forward", NS_NET, false},
		{"net/core/somaxconn", NS_NET, false},
		{"kernel.msgmax", NS_IPC, true},
		{"kernel.msgmnb", NS_IPC, true},
		{"kernel.msgmni", NS_IPC, true},
		{"kernel.sem", NS_IPC, true},
		{"kernel.shmall", NS_IPC, true},
		{"kernel.shmmax", NS_IPC, true},
		{"kernel.shmmni", NS_IPC, true},
		{"kernel.shm_rmid_forced", NS_IPC, true},
		{"fs.mqueue.msg_max", NS_IPC, true},
		{"kernel.domainname", NS_UTS, false},
		{"user.max_user_namespaces", NS_USER, false},
	};
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct namespaces_plan ns = all_new();
	struct sysctl_plan p;
	struct err e;

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		CHECK_INT(make(t[i].key, "1", &ns, &a, &p, &e), 0);
		CHECK_INT(p.n, 1);
		CHECK_INT(p.items[0].ns, t[i].ns);
		CHECK_INT(p.items[0].as_root, t[i].as_root);
		CHECK_STR(p.items[0].key, t[i].key);
		CHECK_STR(p.items[0].value, "1");

		struct namespaces_plan shared = ns;
		shared.ns[t[i].ns].mode = NS_SHARED;
		CHECK_INT(make(t[i].key, "1", &shared, &a, &p, &e), -EINVAL);
		CHECK_HAS(e.msg, "is not in a separate kernel namespace");

		struct namespaces_plan hosts = ns;
		hosts.ns[t[i].ns].mode = NS_JOIN_HOST_OWNED;
		CHECK_INT(make(t[i].key, "1", &hosts, &a, &p, &e), 0);
		CHECK_INT(p.items[0].as_root, false);
	}
}

TEST(what_is_not_namespaced_is_refused)
{
	static const char *const bad[] = {
		"kernel.core_pattern",
		"kernel/core_pattern",
		"kernel.sysrq",
		"vm.swappiness",
		"fs.file-max",
		"kernel.shmmax2",
		"kernel.shm",
		"netx.ipv4.ip_forward",
		"net",
		"fs.mqueue",
		"kernel.msgmax.x",
		"dev.tty.ldisc_autoload",
		"kernel.ns_last_pid",
		"abi.vsyscall32",
		"kernel.domainname2",
		"users.x",
	};
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct namespaces_plan ns = all_new();
	struct sysctl_plan p;
	struct err e;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK_MSG(make(bad[i], "1", &ns, &a, &p, &e) == -EINVAL, "%s", bad[i]);
		CHECK_HAS(e.msg, "is not in a separate kernel namespace");
	}
	CHECK_INT(make("kernel/core_pattern", "1", &ns, &a, &p, &e), -EINVAL);
	CHECK_STR(e.msg,
		  "/linux/sysctl/kernel~1core_pattern: sysctl \"kernel/core_pattern\" is not "
		  "in a separate kernel namespace");
	CHECK_INT(make("kernel.hostname", "x", &ns, &a, &p, &e), -EINVAL);
	CHECK_HAS(e.msg, "/linux/sysctl/kernel.hostname: conflicts with the hostname property");
}

TEST(values)
{
	static const char *const bad[] = {
		"", "1\n", "1\nkernel.x", "\r", "1\x7f", "1+kernel.core_pattern=|/x", "a=b", "+1",
	};
	static const char *const good[] = {
		"0",	 "-1",	       "0 2147483647", "4096\t87380\t16777216",
		"cubic", "80,443-445", "example.org",  "0x10"};
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct namespaces_plan ns = all_new();
	struct sysctl_plan p;
	struct err e;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK_MSG(make("net.x", bad[i], &ns, &a, &p, &e) == -EINVAL, "%s", bad[i]);
		CHECK_STR(e.msg, "/linux/sysctl/net.x: malformed sysctl value");
	}
	CHECK_INT(make("net.x", NULL, &ns, &a, &p, &e), -EINVAL);
	char *huge = malloc(5000);
	memset(huge, '1', 4999);
	huge[4999] = '\0';
	CHECK_INT(make("net.x", huge, &ns, &a, &p, &e), -EINVAL);
	huge[4096] = '\0';
	CHECK_INT(make("net.x", huge, &ns, &a, &p, &e), -EINVAL);
	huge[4095] = '\0';
	CHECK_INT(make("net.x", huge, &ns, &a, &p, &e), 0);
	free(huge);
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		CHECK_MSG(make("net.x", good[i], &ns, &a, &p, &e) == 0, "%s: %s", good[i], e.msg);
}

TEST(comparison_is_chosen_by_key)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct namespaces_plan ns = all_new();
	struct sysctl_plan p;
	struct err e;

	make("net.ipv4.ip_local_reserved_ports", "80", &ns, &a, &p, &e);
	CHECK_INT(p.items[0].compare, SYSCTL_COMPARE_PORTS);
	make("net.ipv4.neigh.default.base_reachable_time_ms", "80", &ns, &a, &p, &e);
	CHECK_INT(p.items[0].compare, SYSCTL_COMPARE_ROUNDED);
	make("net.ipv4.route.flush", "1", &ns, &a, &p, &e);
	CHECK_INT(p.items[0].compare, SYSCTL_COMPARE_NONE);
	make("net.ipv6.conf.default.stable_secret", "::1", &ns, &a, &p, &e);
	CHECK_INT(p.items[0].compare, SYSCTL_COMPARE_NONE);
	make("net.ipv4.ping_group_range", "0 1", &ns, &a, &p, &e);
	CHECK_INT(p.items[0].compare, SYSCTL_COMPARE_WORDS);
}

TEST(ping_groups_become_host_groups)
{
	static const struct id_extent gid[] = {{0, 100000, 1000}, {5000, 7000, 10}};
	static const struct {
		const char *asked, *written;
	} t[] = {{"0 2147483647", "100000 100999"},
		 {"0\t0", "100000 100000"},
		 {"5003 5004", "7003 7004"},
		 {"5003 9999", "7003 7009"},
		 {"1 0", "1 0"}};
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct namespaces_plan ns = all_new();
	struct sysctl_plan p;
	struct err e = {0};

	ns.maps.gid = gid;
	ns.maps.n_gid = 2;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		CHECK_INT(make("net.ipv4.ping_group_range", t[i].asked, &ns, &a, &p, &e), 0);
		CHECK_STR(p.items[0].value, t[i].written);
	}
	CHECK(make("net.ipv4.ping_group_range", "1000 2000", &ns, &a, &p, &e) < 0);
	CHECK_HAS(e.msg, "first group id");
	CHECK(make("net.ipv4.ping_group_range", "1", &ns, &a, &p, &e) < 0);
}

TEST(no_sysctls)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct namespaces_plan ns = all_new();
	struct sysctl_plan p = {.n = 3};
	struct err e = {0};

	CHECK_INT(sysctl_plan_make(&(struct spec){0}, &ns, &a, &p, &e), 0);
	CHECK_INT(p.n, 0);
}

TEST(words)
{
	static const struct {
		const char *want, *got;
		bool equal;
	} t[] = {
		{"1", "1\n", true},
		{"0 2147483647", "0\t2147483647\n", true},
		{" 1  2 ", "1\t2", true},
		{"0x10", "16\n", true},
		{"010", "8\n", true},
		{"-1", "-1\n", true},
		{"007", "7\n", true},
		{"cubic", "cubic\n", true},
		{"0", "0\n", true},
		{"0xaF", "175\n", true},
		{"0XFa", "250\n", true},
		{"09", "9\n", false},
		{"99", "99\n", true},
		{"99", "98\n", false},
		{"0x9", "9\n", true},
		{"0xg", "16\n", false},
		{"", "\n", true},
		{"18446744073709551615", "18446744073709551615\n", true},
		{"1", "0\n", false},
		{"1", "", false},
		{"", "1", false},
		{"1 2", "1\n", false},
		{"1", "1 2\n", false},
		{"-1", "1\n", false},
		{"1", "-1\n", false},
		{"-1", "4294967295\n", false},
		{"cubic", "cubi", false},
		{"cubi", "cubic", false},
		{"18446744073709551615", "0", false},
		{"18446744073709551616", "0", false},
		{"0x", "0", false},
		{"08", "8", false},
		{"1a", "1", false},
		{"-", "0", false},
	};

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		CHECK_MSG(sysctl_equal(SYSCTL_COMPARE_WORDS, t[i].want, t[i].got) == t[i].equal,
			  "\"%s\" \"%s\"", t[i].want, t[i].got);
}

TEST(rounded)
{
	CHECK(sysctl_equal(SYSCTL_COMPARE_ROUNDED, "30001", "30000\n"));
	CHECK(sysctl_equal(SYSCTL_COMPARE_ROUNDED, "30001", "30004\n"));
	CHECK(sysctl_equal(SYSCTL_COMPARE_ROUNDED, "30001", "30011\n"));
	CHECK(!sysctl_equal(SYSCTL_COMPARE_ROUNDED, "30001", "30012\n"));
	CHECK(sysctl_equal(SYSCTL_COMPARE_ROUNDED, "-30001", "-30011\n"));
	CHECK(!sysctl_equal(SYSCTL_COMPARE_ROUNDED, "30001", "30030\n"));
	CHECK(!sysctl_equal(SYSCTL_COMPARE_ROUNDED, "1", "-1\n"));
	CHECK(!sysctl_equal(SYSCTL_COMPARE_WORDS, "30001", "30000\n"));
}

TEST(ports)
{
	static const struct {
		const char *want, *got;
		bool equal;
	} t[] = {
		{"80,81,82", "80-82\n", true},
		{"82,80-81", "80-82\n", true},
		{"0-65535", "0-65535\n", true},
		{"", "\n", true},
		{"80,80", "80\n", true},
		{"80", "80-81\n", false},
		{"80-81", "80", false},
		{"80-70", "80", false},
		{"80-70", "\n", false},
		{"80-", "\n", false},
		{"65536", "65536", false},
		{"x", "x", false},
		{"80-", "80", false},
		{"8080", "\n", false},
		{"99999999999", "1", false},
		{"9,90", "9,90\n", true},
		{"7", "\n", false},
		{"7,15", "7,15\n", true},
		{"0", "0\n", true},
		{"0", "1\n", false},
	};

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		CHECK_MSG(sysctl_equal(SYSCTL_COMPARE_PORTS, t[i].want, t[i].got) == t[i].equal,
			  "\"%s\" \"%s\"", t[i].want, t[i].got);
}
