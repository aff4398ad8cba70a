/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_verify_text.c: status, limits and maps of /proc/PID, as kernels print them and broken. */
#include "lifecycle/verify_text.h"

#include <errno.h>
#include <sys/resource.h>

#include "tests/unit/check.h"

#define IDS "Uid:\t1\t2\t3\t4\nGid:\t5\t6\t7\t4294967295\n"
#define CAPS                                                                                       \
	"CapInh:\t0000000000000000\nCapPrm:\t00000000800405fb\nCapEff:\t0000000000000001\n"        \
	"CapBnd:\t000001ffffffffff\nCapAmb:\t0000000000000002\n"
#define STATUS                                                                                     \
	"Name:\tsh\nUmask:\t0022\nState:\tS (sleeping)\nPid:\t7\nPPid:\t3\nTracerPid:\t0\n" IDS    \
	"NSpid:\t7\t2\t1\n" CAPS "NoNewPrivs:\t1\nSeccomp:\t2\nSeccomp_filters:\t3\n"

TEST(a_whole_status)
{
	struct proc_status s;

	CHECK_INT(verify_parse_status(STATUS, &s), 0);
	CHECK_STR(s.name, "sh");
	CHECK_INT(s.parent, 3);
	CHECK_INT(s.ns_pid, 1);
	for (int i = 0; i < 4; i++)
		CHECK_INT(s.uid[i], i + 1);
	CHECK_INT(s.gid[3], UINT32_MAX);
	CHECK_INT(s.cap_inh, 0);
	CHECK_INT(s.cap_prm, 0x800405fb);
	CHECK_INT(s.cap_eff, 1);
	CHECK_INT(s.cap_bnd, 0x1ffffffffff);
	CHECK_INT(s.cap_amb, 2);
	CHECK(s.no_new_privs);
	CHECK_INT(s.seccomp, 2);
	CHECK_INT(s.seccomp_filters, 3);
}

/* Before 5.9 there is no number of filters, without CONFIG_PID_NS no NSpid. */
TEST(an_older_kernels_status)
{
	struct proc_status s;

	CHECK_INT(verify_parse_status(
			  "Name:\tx\nPPid:\t0\n" IDS CAPS "NoNewPrivs:\t0\nSeccomp:\t0\n", &s),
		  0);
	CHECK_INT(s.seccomp_filters, -1);
	CHECK_INT(s.ns_pid, 0);
	CHECK(!s.no_new_privs);
}

/* prctl(PR_SET_NAME): the kernel escapes a line break, so that this is all one name. */
TEST(a_name_that_looks_like_a_line)
{
	struct proc_status s;

	CHECK_INT(verify_parse_status("Name:\tx\\nSeccomp:\t0\nPPid:\t1\n" IDS CAPS
				      "NoNewPrivs:\t1\nSeccomp:\t2\n",
				      &s),
		  0);
	CHECK_INT(s.seccomp, 2);
	CHECK_STR(s.name, "x\\nSeccomp:\t0");
}

TEST(a_status_without_one_of_its_lines)
{
	static const char *const keys[] = {
		"Name:",   "PPid:",   "Uid:",	 "Gid:",	"CapInh:", "CapPrm:",
		"CapEff:", "CapBnd:", "CapAmb:", "NoNewPrivs:", "Seccomp:"};
	struct proc_status s;
	char text[sizeof(STATUS)];

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		memcpy(text, STATUS, sizeof(text));
		*strstr(text, keys[i]) = 'x';
		CHECK_MSG(verify_parse_status(text, &s) == -EPROTO, "%s", keys[i]);
		memcpy(text, STATUS, sizeof(text));
		strstr(text, keys[i])[strlen(keys[i])] = '\0';
		CHECK_MSG(verify_parse_status(text, &s) == -EPROTO, "cut behind %s", keys[i]);
	}
	CHECK_INT(verify_parse_status("", &s), -EPROTO);
}

static const char limits[] =
	"Limit                     Soft Limit           Hard Limit           Units     \n"
	"Max cpu time              unlimited            unlimited            seconds   \n"
	"Max core file size        0                    unlimited            bytes     \n"
	"Max processes             63499                63499                processes \n"
	"Max open files            1024                 18446744073709551615 files     \n"
	"Max nice priority         x                    0                    \n";

TEST(limits_of_a_process)
{
	uint64_t soft = 1, hard = 1;

	CHECK_INT(verify_parse_limit(limits, "RLIMIT_CPU", &soft, &hard), 0);
	CHECK(soft == RLIM_INFINITY && hard == RLIM_INFINITY);
	CHECK_INT(verify_parse_limit(limits, "RLIMIT_CORE", &soft, &hard), 0);
	CHECK(soft == 0 && hard == RLIM_INFINITY);
	CHECK_INT(verify_parse_limit(limits, "RLIMIT_NPROC", &soft, &hard), 0);
	CHECK(soft == 63499 && hard == 63499);
	CHECK_INT(verify_parse_limit(limits, "RLIMIT_NOFILE", &soft, &hard), 0);
	CHECK(soft == 1024 && hard == UINT64_MAX);
	CHECK_INT(verify_parse_limit(limits, "RLIMIT_NICE", &soft, &hard), -EPROTO);
	CHECK_INT(verify_parse_limit(limits, "RLIMIT_STACK", &soft, &hard), -ENOENT);
	CHECK_INT(verify_parse_limit(limits, "RLIMIT_NONE", &soft, &hard), -ENOENT);
	CHECK_INT(verify_parse_limit("Max open files", "RLIMIT_NOFILE", &soft, &hard), -EPROTO);
	CHECK(soft == 1024 && hard == UINT64_MAX);
}

TEST(own_limits)
{
	static const struct {
		const char *name;
		enum __rlimit_resource resource;
	} all[] = {{"RLIMIT_CPU", RLIMIT_CPU},		 {"RLIMIT_FSIZE", RLIMIT_FSIZE},
		   {"RLIMIT_DATA", RLIMIT_DATA},	 {"RLIMIT_STACK", RLIMIT_STACK},
		   {"RLIMIT_CORE", RLIMIT_CORE},	 {"RLIMIT_RSS", RLIMIT_RSS},
		   {"RLIMIT_NPROC", RLIMIT_NPROC},	 {"RLIMIT_NOFILE", RLIMIT_NOFILE},
		   {"RLIMIT_MEMLOCK", RLIMIT_MEMLOCK},	 {"RLIMIT_AS", RLIMIT_AS},
		   {"RLIMIT_LOCKS", RLIMIT_LOCKS},	 {"RLIMIT_SIGPENDING", RLIMIT_SIGPENDING},
		   {"RLIMIT_MSGQUEUE", RLIMIT_MSGQUEUE}, {"RLIMIT_NICE", RLIMIT_NICE},
		   {"RLIMIT_RTPRIO", RLIMIT_RTPRIO},	 {"RLIMIT_RTTIME", RLIMIT_RTTIME}};
	char text[8192];
	FILE *f = fopen("/proc/self/limits", "r");
	size_t n = f ? fread(text, 1, sizeof(text) - 1, f) : 0;

	CHECK(f && n > 0);
	text[n] = '\0';
	fclose(f);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct rlimit want;
		uint64_t soft, hard;
		CHECK_INT(getrlimit(all[i].resource, &want), 0);
		CHECK_MSG(verify_parse_limit(text, all[i].name, &soft, &hard) == 0, "%s",
			  all[i].name);
		CHECK_MSG(soft == want.rlim_cur && hard == want.rlim_max, "%s", all[i].name);
	}
}

TEST(maps)
{
	struct id_extent m[2];

	CHECK_INT(verify_parse_map("", m, 2), 0);
	CHECK_INT(verify_parse_map("         0 1879048192      65536\n", m, 2), 1);
	CHECK(m[0].inside == 0 && m[0].outside == 1879048192 && m[0].size == 65536);
	CHECK_INT(verify_parse_map("0 5 1\n1 100000 65535\n", m, 2), 2);
	CHECK(m[1].outside == 100000);
	CHECK(verify_has_id(m, 2, 5) && verify_has_id(m, 2, 165534));
	CHECK(!verify_has_id(m, 2, 6) && !verify_has_id(m, 2, 165535) && !verify_has_id(m, 0, 5));
	CHECK_INT(verify_parse_map("0 5 1\n1 2 3\n4 5 6\n", m, 2), -E2BIG);
	CHECK_INT(verify_parse_map("0 5 1", m, 2), -EPROTO);
	CHECK_INT(verify_parse_map("0 5\n", m, 2), -EPROTO);
	CHECK_INT(verify_parse_map("\n", m, 2), -EPROTO);
}

TEST(labels_of_security_modules)
{
	const char *selinux = "system_u:system_r:container_t:s0:c1,c2";

	CHECK(verify_same_label("docker-default", "docker-default (enforce)"));
	CHECK(!verify_same_label("docker-default", "docker-default (complain)"));
	CHECK(!verify_same_label("docker-default", "docker-default-2 (enforce)"));
	CHECK(!verify_same_label("docker-default", "unconfined"));
	CHECK(!verify_same_label("docker-default", ""));
	CHECK(verify_same_label(selinux, selinux));
	CHECK(!verify_same_label(selinux, "system_u:system_r:container_t:s0:c1,c3"));
	CHECK(verify_same_label("a//&b", "b//&a (enforce)"));
	CHECK(!verify_same_label("a//&b", "unconfined") && !verify_same_label("a//&b", ""));
}

TEST(memory_policies)
{
	static const struct {
		const char *line, *policy;
	} lines[] = {
		{"557ef3a40000 default file=/bin/head mapped=2\n5 bind:0\n", "default"},
		{"7f00 bind=static:0-1,3 anon=1\n", "bind=static:0-1,3"},
		{"7f00 prefer (many):0 heap\n", "prefer (many):0"},
		{"7f00 weighted interleave:0 stack\n", "weighted interleave:0"},
		{"7f00 local\n", "local"},
	};
	char got[32];

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		CHECK_INT(verify_parse_policy(lines[i].line, got, sizeof(got)), 0);
		CHECK_STR(got, lines[i].policy);
	}
	CHECK_INT(verify_parse_policy("", got, sizeof(got)), -EPROTO);
	CHECK_INT(verify_parse_policy("7f00\n", got, sizeof(got)), -EPROTO);
	CHECK_INT(
		verify_parse_policy("7f00 a-word-that-is-much-longer-than-any\n", got, sizeof(got)),
		-EPROTO);
}

TEST(network_devices)
{
	static const char text[] = "Inter-|   Receive\n face |bytes\n    lo:  1 2\n  eth12: 3 4\n";

	CHECK(verify_has_device(text, "lo") && verify_has_device(text, "eth12"));
	CHECK(verify_has_device(text, "eth%d") && !verify_has_device(text, "lo%d"));
	CHECK(!verify_has_device(text, "eth1") && !verify_has_device(text, "eth") &&
	      !verify_has_device(text, "eth%dx") && !verify_has_device("", "lo"));
}
