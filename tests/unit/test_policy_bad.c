/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_policy_bad.c: what is wrong with a policy is said with the place where it stands. */
#include <errno.h>

#include "base/arena.h"
#include "base/err.h"
#include "oci-spec/spec.h"
#include "policy/document.h"
#include "policy/policy.h"
#include "tests/unit/check.h"

static void refused(const char *text, const char *message)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct policy p = {.source = "untouched"};
	struct err e = {0};

	CHECK_MSG(policy_parse(text, strlen(text), &a, &p, &e) == -EINVAL, "%s is taken", text);
	CHECK_INT(e.kind, ERR_SPEC);
	CHECK_STR(e.msg, message);
	CHECK_STR(p.source, "untouched");
}

#define ALL(rows)                                                                                  \
	for (size_t i = 0; i < sizeof(rows) / sizeof((rows)[0]); i++)                              \
	refused((rows)[i][0], (rows)[i][1])

TEST(form)
{
	static const char *const rows[][2] = {
		{"[]", "policy: expected an object, found an array"},
		{"{\"version\":2}", "/version: expected an integer from 1 to 1, found 2"},
		{"{\"Pids\":{}}", "/Pids: unknown member"},
		{"{\"pids\":{\"limit\":3}}", "/pids/limit: unknown member"},
		{"{\"pids\":{},\"pids\":{}}", "/pids: duplicate key"},
		{"{\"pids\":[]}", "/pids: expected an object, found an array"},
		{"{\"pids\":{\"defaultLimit\":\"9\"}}",
		 "/pids/defaultLimit: expected an integer, found \"9\""},
		{"{\"pids\":{\"defaultLimit\":1.5}}",
		 "/pids/defaultLimit: expected an integer from 1 to 4194304, found 1.5"},
		{"{\"rootfs\":{\"noexec\":\"yes\"}}",
		 "/rootfs/noexec: expected true or false, found \"yes\""},
		{"{\"binds\":{\"level\":\"warn\"}}",
		 "/binds/level: expected one of enforce, audit, off, found \"warn\""},
		{"{\"capabilities\":{\"ceiling\":[\"CAP_CHOWN\"]}}",
		 "/capabilities/ceiling: expected an object with string members, found an array"},
		/* Not of a policy file. */
		{"{\"source\":\"x\"}", "/source: unknown member"},
		{"{\"digest\":\"x\"}", "/digest: unknown member"},
		{"{\"seccomp\":{\"loaded\":{}}}", "/seccomp/loaded: unknown member"},
	};
	ALL(rows);
}

#define PATH "an absolute path without \".\", \"..\", \"//\" or a final \"/\""

TEST(names)
{
	static const char *const rows[][2] = {
		{"{\"capabilities\":{\"ceiling\":{\"CAP_CHOW\":\"x\"}}}",
		 "/capabilities/ceiling/CAP_CHOW: the key must be the name of a capability "
		 "(\"CAP_CHOWN\")"},
		{"{\"capabilities\":{\"ceiling\":{\"CAP_CHOWN\":\"\"}}}",
		 "/capabilities/ceiling/CAP_CHOWN: expected a text of one line that is not empty, "
		 "found \"\""},
		{"{\"capabilities\":{\"ceiling\":{\"CAP_CHOWN\":\"a\",\"CAP_CHOWN\":\"b\"}}}",
		 "/capabilities/ceiling/CAP_CHOWN: duplicate key"},
		{"{\"capabilities\":{\"securebits\":[\"noroot\",\"no-root\"]}}",
		 "/capabilities/securebits/1: expected one of no-cap-ambient-raise, "
		 "no-setuid-fixup, noroot, found \"no-root\""},
		{"{\"seccomp\":{\"deny\":[\"iouring\"]}}",
		 "/seccomp/deny/0: expected one of bpf, handles, io-uring, keyring, ldt, modules, "
		 "mounts, namespaces, perf, ptrace, socket-alg, socket-families, socket-packet, "
		 "socket-vsock, tty-injection, userfaultfd, found \"iouring\""},
		{"{\"rlimits\":{\"ceilings\":[{\"type\":\"RLIMIT_FILES\",\"max\":1,\"why\":\"x\"}]}"
		 "}",
		 "/rlimits/ceilings/0/type: expected one of RLIMIT_AS, RLIMIT_CORE, RLIMIT_CPU, "
		 "RLIMIT_DATA, RLIMIT_FSIZE, RLIMIT_LOCKS, RLIMIT_MEMLOCK, RLIMIT_MSGQUEUE, "
		 "RLIMIT_NICE, RLIMIT_NOFILE, RLIMIT_NPROC, RLIMIT_RSS, RLIMIT_RTPRIO, "
		 "RLIMIT_RTTIME, RLIMIT_SIGPENDING, RLIMIT_STACK, found \"RLIMIT_FILES\""},
		{"{\"userns\":{\"pool\":\"a:b\"}}",
		 "/userns/pool: expected a name as in /etc/subuid, found \"a:b\""},
		{"{\"apparmor\":{\"profile\":\"unconfined\"}}",
		 "/apparmor/profile: expected the name of an AppArmor profile other than "
		 "\"unconfined\", found \"unconfined\""},
		{"{\"selinux\":{\"label\":\"container_t\"}}",
		 "/selinux/label: expected an SELinux context \"user:role:type\", found "
		 "\"container_t\""},
		{"{\"mounts\":{\"types\":{\"tmp fs\":\"x\"}}}",
		 "/mounts/types/tmp fs: the key must be the name of a file system type"},
		{"{\"sysctl\":{\"network\":{\"net.*.x\":\"x\"}}}",
		 "/sysctl/network/net.*.x: the key must be the name of a kernel setting "
		 "(\"net.ipv4.ip_forward\", \"net.*\")"},
		{"{\"annotations\":{\"ignored\":{\"a\\u001bb\":\"x\"}}}",
		 "/annotations/ignored/a?b: the key must be a text of one line that is not empty"},
	};
	ALL(rows);
}

TEST(paths)
{
	static const char *const rows[][2] = {
		{"{\"paths\":{\"masked\":{\"proc/x\":\"x\"}}}",
		 "/paths/masked/proc~1x: the key must be " PATH},
		{"{\"paths\":{\"readonly\":{\"/proc/../x\":\"x\"}}}",
		 "/paths/readonly/~1proc~1..~1x: the key must be " PATH},
		{"{\"hooks\":{\"directories\":{\"/opt/\":\"x\"}}}",
		 "/hooks/directories/~1opt~1: the key must be " PATH},
		{"{\"cgroupPath\":{\"prefixes\":{\"docker\":\"x\"}}}",
		 "/cgroupPath/prefixes/docker: the key must be " PATH},
		{"{\"landlock\":{\"readonly\":{\"//sys\":\"x\"}}}",
		 "/landlock/readonly/~1~1sys: the key must be " PATH},
		{"{\"binds\":{\"sockets\":{\"run/x\":\"x\"}}}",
		 "/binds/sockets/run~1x: the key must be " PATH},
		{"{\"binds\":{\"hostPaths\":[{\"path\":\"/a/"
		 ".\",\"treatment\":\"plain\",\"why\":\"x\"}]}}",
		 "/binds/hostPaths/0/path: expected " PATH ", found \"/a/.\""},
		{"{\"binds\":{\"hostPaths\":[{\"path\":\"/"
		 "a\",\"treatment\":\"deny\",\"why\":\"x\"}]}}",
		 "/binds/hostPaths/0/treatment: expected one of refuse, readonly, plain, found "
		 "\"deny\""},
		{"{\"binds\":{\"storage\":[{\"pattern\":\"/a/**/b\",\"why\":\"x\"}]}}",
		 "/binds/storage/0/pattern: expected a clean path that begins with \"/\", "
		 "\"@/\" or \"@build/\", "
		 "with \"**\" only at its end, found \"/a/**/b\""},
		{"{\"seccomp\":{\"profile\":\"x.json\"}}",
		 "/seccomp/profile: expected " PATH ", or \"\" for none, found \"x.json\""},
		{"{\"audit\":{\"file\":\"\"}}", "/audit/file: expected " PATH ", found \"\""},
	};
	ALL(rows);
}

#define DEVICE(rest) "{\"devices\":{\"defaults\":[{" rest ",\"why\":\"x\"}]}}"

TEST(numbers_and_devices)
{
	static const char *const rows[][2] = {
		{"{\"memory\":{\"defaultPercent\":101}}",
		 "/memory/defaultPercent: expected an integer from 1 to 100, found 101"},
		{"{\"memory\":{\"kernelTcpPercent\":-1}}",
		 "/memory/kernelTcpPercent: expected an integer from 0 to 100, found -1"},
		{"{\"cpu\":{\"ceilingPercent\":400}}",
		 "/cpu/ceilingPercent: expected an integer from 0 to 100, found 400"},
		{"{\"pids\":{\"defaultLimit\":0}}",
		 "/pids/defaultLimit: expected an integer from 1 to 4194304, found 0"},
		{"{\"restart\":{\"count\":0}}",
		 "/restart/count: expected an integer from 1 to 1000, found 0"},
		{"{\"restart\":{\"seconds\":86401}}",
		 "/restart/seconds: expected an integer from 1 to 86400, found 86401"},
		{"{\"restart\":{\"pause\":0}}",
		 "/restart/pause: expected an integer from 1 to 86400, found 0"},
		{"{\"scheduling\":{\"oomScoreAdjMin\":-1001}}",
		 "/scheduling/oomScoreAdjMin: expected an integer from -1000 to 1000, found -1001"},
		{"{\"scheduling\":{\"niceMin\":20}}",
		 "/scheduling/niceMin: expected an integer from -20 to 19, found 20"},
		{DEVICE("\"type\":\"u\",\"major\":1,\"minor\":3,\"access\":\"rw\""),
		 "/devices/defaults/0/type: expected one of c, b, found \"u\""},
		{DEVICE("\"type\":\"c\",\"major\":1,\"minor\":3,\"access\":\"rwx\""),
		 "/devices/defaults/0/access: expected of the letters r, w and m, each at most "
		 "once, found \"rwx\""},
		{DEVICE("\"type\":\"c\",\"major\":1,\"minor\":3,\"access\":\"rr\""),
		 "/devices/defaults/0/access: expected of the letters r, w and m, each at most "
		 "once, found \"rr\""},
		{DEVICE("\"type\":\"c\",\"major\":-1,\"minor\":3,\"access\":\"r\""),
		 "/devices/defaults/0/major: expected an integer from 0 to 4095, found -1"},
		{DEVICE("\"type\":\"c\",\"major\":1,\"access\":\"r\""),
		 "/devices/defaults/0/minor: required member is missing"},
		{"{\"devices\":{\"extra\":[{\"type\":\"c\",\"major\":1,\"minor\":1,\"access\":"
		 "\"r\"}]}}",
		 "/devices/extra/0/why: required member is missing"},
	};
	ALL(rows);
}

#define EXCEPTION(level, users)                                                                    \
	"{\"annotation\":\"a\",\"value\":\"v\",\"rule\":\"pids\",\"level\":\"" level               \
	"\",\"why\":\"x\"" users "}"

TEST(contradictions)
{
	static const char *const rows[][2] = {
		{"{\"pids\":{\"ceiling\":100}}", "/pids/defaultLimit: is above the ceiling"},
		{"{\"memory\":{\"ceilingPercent\":50}}",
		 "/memory/defaultPercent: is above ceilingPercent"},
		{"{\"audit\":{\"destination\":\"none\",\"required\":true}}",
		 "/audit/required: contradicts destination \"none\""},
		{"{\"audit\":{\"destination\":\"journald\",\"sync\":true}}",
		 "/audit/sync: only a file can be waited for"},
		{"{\"capabilities\":{\"securebits\":[\"noroot\",\"noroot\"]}}",
		 "/capabilities/securebits/1: stands there twice"},
		{"{\"seccomp\":{\"deny\":[\"ptrace\",\"keyring\",\"ptrace\"]}}",
		 "/seccomp/deny/2: stands there twice"},
		{"{\"rlimits\":{\"ceilings\":[{\"type\":\"RLIMIT_AS\",\"max\":1,\"why\":\"x\"},"
		 "{\"type\":\"RLIMIT_AS\",\"max\":2,\"why\":\"x\"}]}}",
		 "/rlimits/ceilings/1/type: stands there twice"},
		{"{\"binds\":{\"hostPaths\":[{\"path\":\"/"
		 "a\",\"treatment\":\"plain\",\"why\":\"x\"},"
		 "{\"path\":\"/a\",\"treatment\":\"refuse\",\"why\":\"x\"}]}}",
		 "/binds/hostPaths/1/path: stands there twice"},
		{"{\"binds\":{\"storage\":[{\"pattern\":\"/a\",\"mounts\":true,\"why\":\"x\"},"
		 "{\"pattern\":\"/a\",\"why\":\"x\"}]}}",
		 "/binds/storage/1/pattern: stands there twice"},
		{"{\"devices\":{\"extra\":[{\"type\":\"c\",\"major\":1,\"minor\":1,\"access\":"
		 "\"r\","
		 "\"why\":\"x\"},{\"type\":\"c\",\"major\":1,\"minor\":1,\"access\":\"w\","
		 "\"why\":\"x\"}]}}",
		 "/devices/extra/1: the device stands there twice"},
	};
	ALL(rows);
}

TEST(exceptions)
{
	static const char *const rows[][2] = {
		{"{\"exceptions\":[" EXCEPTION("off", "") "]}",
		 "/exceptions/0: neither users nor loginUsers may use it"},
		{"{\"exceptions\":[" EXCEPTION("off", ",\"users\":[]") "]}",
		 "/exceptions/0: neither users nor loginUsers may use it"},
		{"{\"exceptions\":[" EXCEPTION("none", ",\"users\":[0]") "]}",
		 "/exceptions/0/level: expected one of enforce, audit, off, found \"none\""},
		{"{\"exceptions\":[" EXCEPTION("off", ",\"users\":[-1]") "]}",
		 "/exceptions/0/users/0: expected an integer from 0 to 4294967295, found -1"},
		{"{\"exceptions\":[" EXCEPTION("off", ",\"users\":[0]") "," EXCEPTION(
			 "audit", ",\"loginUsers\":[5]") "]}",
		 "/exceptions/1: the same annotation, value and rule stand in an exception before "
		 "it"},
		{"{\"exceptions\":[{\"annotation\":\"a\",\"rule\":\"pids\",\"level\":\"off\","
		 "\"why\":\"x\",\"users\":[0]}]}",
		 "/exceptions/0/value: required member is missing"},
	};
	ALL(rows);
}

TEST(an_unknown_rule)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	static const char text[] = "{\"exceptions\":[{\"annotation\":\"a\",\"value\":\"v\","
				   "\"rule\":\"noNewPrivileges\",\"level\":\"off\",\"why\":\"x\","
				   "\"users\":[0]}]}";
	struct policy p;
	struct err e = {0};

	CHECK_INT(policy_parse(text, strlen(text), &a, &p, &e), -EINVAL);
	CHECK_HAS(e.msg, "/exceptions/0/rule: expected one of privileged, userns, ");
	CHECK_HAS(e.msg, ", no-new-privileges, ");
	CHECK_HAS(e.msg, "found \"noNewPrivileges\"");
}
