/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_spec_bad.c: what the parser refuses, where it says the fault is, and in what words. */
#include <errno.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "oci-spec/spec.h"
#include "tests/unit/check.h"

#define V  "\"ociVersion\":\"1.3.0\""
#define P  "{" V ",\"process\":{\"cwd\":\"/\","
#define L  "{" V ",\"linux\":{"
#define R  L "\"resources\":{"
#define SC L "\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ALLOW\","

struct bad {
	const char *text;
	const char *begins; /* the message */
	const char *has;
};

static const struct bad bad[] = {
	/* syntax */
	{"", "config.json: ", "premature EOF at byte 0"},
	{" \n", "config.json: ", "premature EOF at byte 2"},
	{"{", "config.json: ", "premature EOF"},
	{"{" V, "config.json: ", "premature EOF"},
	{"{" V ",\"hostname\":\"x", "/hostname: ", "premature EOF"},
	{"{" V ",\"mounts\":[", "/mounts: ", "premature EOF"},
	{"{" V "}x", "config.json: ", "trailing garbage"},
	{"{" V "}{}", "config.json: ", "trailing garbage"},
	{"{" V ",}", "config.json: ", "parse error"},
	{"{" V ",\"mounts\":[,]}", "/mounts: ", "parse error"},
	{"{" V " /* c */}", "config.json: ", "probable comment"},
	{"{ociVersion:\"1.0.0\"}", "config.json: ", "lexical error"},
	{"{" V ",\"hostname\":\"a\nb\"}", "/hostname: ", "invalid character inside string"},
	{"{" V ",\"hostname\":\"\\x\"}", "/hostname: ", "lexical error"},
	{"{" V ",\"x\":01}", "config.json: ", "parse error"},
	{"{" V ",\"x\":+1}", "/x: ", "lexical error"},
	{"{" V ",\"x\":.5}", "/x: ", "lexical error"},
	{"{" V ",\"x\":NaN}", "/x: ", "lexical error"},
	{"\xef\xbb\xbf{" V "}", "config.json: ", "lexical error"},
	{"{" V ",\"process\":null,}", "config.json: ", "parse error"},
	{"{" V ",\"hostname\":\"\",}", "config.json: ", "parse error"},
	/* the root */
	{"[]", "config.json: ", "expected an object, found an array"},
	{"\"x\"", "config.json: ", "expected an object, found \"x\""},
	{"12", "config.json: ", "expected an object, found a number"},
	{"null", "config.json: ", "expected an object, found null"},
	{"true", "config.json: ", "expected an object, found true"},
	{"{}", "/ociVersion: ", "required member is missing"},
	/* version */
	{"{\"ociVersion\":\"2.0.0\"}", "/ociVersion: ", "found \"2.0.0\""},
	{"{\"ociVersion\":\"0.9.0\"}", "/ociVersion: ", "1.x"},
	{"{\"ociVersion\":\"1.0\"}", "/ociVersion: ", "1.x"},
	{"{\"ociVersion\":\"1.02.0\"}", "/ociVersion: ", "1.x"},
	{"{\"ociVersion\":\"1.0.0-\"}", "/ociVersion: ", "1.x"},
	{"{\"ociVersion\":\"1.0.0 \"}", "/ociVersion: ", "1.x"},
	{"{\"ociVersion\":\"10.0.0\"}", "/ociVersion: ", "1.x"},
	{"{\"ociVersion\":\"1.1234567890.0\"}", "/ociVersion: ", "1.x"},
	{"{\"ociVersion\":\"1..0\"}", "/ociVersion: ", "1.x"},
	{"{\"ociVersion\":\"1.0.\"}", "/ociVersion: ", "1.x"},
	{"{\"ociVersion\":\"1.0.0-a..b\"}", "/ociVersion: ", "1.x"},
	{"{\"ociVersion\":\"1.0.0+\"}", "/ociVersion: ", "1.x"},
	{"{\"ociVersion\":\"\"}", "/ociVersion: ", "1.x"},
	{"{\"ociVersion\":null}", "/ociVersion: ", "found null"},
	{"{\"ociVersion\":1.0}", "/ociVersion: ", "found a number"},
	/* types */
	{"{" V ",\"hostname\":1}", "/hostname: ", "expected a string, found a number"},
	{"{" V ",\"hostname\":[]}", "/hostname: ", "expected a string, found an array"},
	{"{" V ",\"mounts\":false}", "/mounts: ", "found false"},
	{"{" V ",\"mounts\":[1]}", "/mounts/0: ", "expected an object, found a number"},
	{"{" V ",\"mounts\":[[]]}", "/mounts/0: ", "expected an object, found an array"},
	{P "\"args\":[1]}}", "/process/args/0: ", "expected a string, found a number"},
	{P "\"args\":[true]}}", "/process/args/0: ", "expected a string, found true"},
	{P "\"user\":{\"additionalGids\":7}}}",
	 "/process/user/additionalGids: ", "expected an array of integers, found a number"},
	{P "\"user\":{\"additionalGids\":[[7]]}}}",
	 "/process/user/additionalGids/0: ", "expected an integer, found an array"},
	{P "\"user\":{\"uid\":[7]}}}",
	 "/process/user/uid: ", "expected an integer, found an array"},
	{P "\"user\":{\"uid\":\"7\"}}}", "/process/user/uid: ", "expected an integer, found \"7\""},
	{R "\"rdma\":{\"m\":7}}}}", "/linux/resources/rdma/m: ", "expected an object"},
	{R "\"rdma\":{\"m\":[]}}}}", "/linux/resources/rdma/m: ", "expected an object"},
	{R "\"rdma\":{\"m\":\"x\"}}}}", "/linux/resources/rdma/m: ", "expected an object"},
	{"{" V ",\"annotations\":{\"a\":true}}", "/annotations/a: ", "found true"},
	{"{" V ",\"annotations\":{\"a\":[]}}", "/annotations/a: ", "found an array"},
	{"{" V ",\"mounts\":{}}", "/mounts: ", "expected an array of objects, found an object"},
	{"{" V ",\"mounts\":\"\"}", "/mounts: ", "expected an array of objects, found \"\""},
	{"{" V ",\"mounts\":[null]}", "/mounts/0: ", "expected an object, found null"},
	{"{" V ",\"process\":[]}", "/process: ", "expected an object, found an array"},
	{"{" V ",\"annotations\":[]}", "/annotations: ", "found an array"},
	{"{" V ",\"annotations\":{\"a\":{}}}", "/annotations/a: ", "expected a string"},
	{"{" V ",\"annotations\":{\"a\":null}}", "/annotations/a: ", "expected a string"},
	{P "\"terminal\":1}}", "/process/terminal: ", "expected true or false, found a number"},
	{P "\"terminal\":\"true\"}}", "/process/terminal: ", "expected true or false"},
	{P "\"args\":\"sh\"}}", "/process/args: ", "expected an array of strings, found \"sh\""},
	{P "\"args\":[\"a\",null]}}", "/process/args/1: ", "expected a string, found null"},
	{P "\"args\":[\"a\",[\"b\"]]}}", "/process/args/1: ", "expected a string, found an array"},
	{P "\"user\":{\"additionalGids\":[1,\"2\"]}}}",
	 "/process/user/additionalGids/1: ", "expected an integer"},
	{L "\"timeOffsets\":{\"boottime\":5}}}",
	 "/linux/timeOffsets/boottime: ", "expected an object"},
	/* numbers */
	{P "\"user\":{\"uid\":-1}}}", "/process/user/uid: ", "from 0 to 4294967295, found -1"},
	{P "\"user\":{\"uid\":4294967296}}}", "/process/user/uid: ", "found 4294967296"},
	{P "\"user\":{\"uid\":1.0}}}", "/process/user/uid: ", "found 1.0"},
	{P "\"user\":{\"uid\":1e3}}}", "/process/user/uid: ", "found 1e3"},
	{P "\"oomScoreAdj\":-1001}}", "/process/oomScoreAdj: ", "from -1000 to 1000"},
	{P "\"oomScoreAdj\":1001}}", "/process/oomScoreAdj: ", "from -1000 to 1000"},
	{P "\"rlimits\":[{\"type\":\"RLIMIT_CORE\",\"hard\":18446744073709551616,\"soft\":0}]}}",
	 "/process/rlimits/0/hard: ", "18446744073709551615, found 18446744073709551616"},
	{R "\"memory\":{\"limit\":9223372036854775808}}}}",
	 "/linux/resources/memory/limit: ", "9223372036854775807"},
	{R "\"memory\":{\"limit\":-9223372036854775809}}}}",
	 "/linux/resources/memory/limit: ", "from -9223372036854775808"},
	{R "\"blockIO\":{\"weight\":65536}}}}", "/linux/resources/blockIO/weight: ", "65535"},
	{L "\"devices\":[{\"path\":\"/d\",\"type\":\"p\",\"fileMode\":65536}]}}",
	 "/linux/devices/0/fileMode: ", "65535"},
	{"{" V ",\"hooks\":{\"poststop\":[{\"path\":\"/a\",\"timeout\":0}]}}",
	 "/hooks/poststop/0/timeout: ", "from 1"},
	/* enumerations and patterns */
	{L "\"namespaces\":[{\"type\":\"net\"}]}}", "/linux/namespaces/0/type: ",
	 "one of pid, network, mount, ipc, uts, user, cgroup, time, found \"net\""},
	{L "\"namespaces\":[{\"type\":\"pid\",\"path\":\"x\"}]}}",
	 "/linux/namespaces/0/path: ", "absolute path"},
	{SC "\"architectures\":[\"SCMP_ARCH_X86\",\"x\"]}}}",
	 "/linux/seccomp/architectures/1: ", "one of SCMP_ARCH_X86,"},
	{SC "\"flags\":[\"x\"]}}}", "/linux/seccomp/flags/0: ", "SECCOMP_FILTER_FLAG_TSYNC"},
	{SC "\"syscalls\":[{\"names\":[],\"action\":\"SCMP_ACT_LOG\"}]}}}",
	 "/linux/seccomp/syscalls/0/names: ", "must not be empty"},
	{SC "\"syscalls\":[{\"names\":[\"a\"],\"action\":\"SCMP_ACT_X\"}]}}}",
	 "/linux/seccomp/syscalls/0/action: ", "SCMP_ACT_NOTIFY"},
	{SC "\"syscalls\":[{\"names\":[\"a\"]}]}}}",
	 "/linux/seccomp/syscalls/0/action: ", "missing"},
	{L "\"rootfsPropagation\":\"x\"}}", "/linux/rootfsPropagation: ", "unbindable"},
	{L "\"personality\":{\"domain\":\"linux\"}}}", "/linux/personality/domain: ", "LINUX32"},
	{L "\"intelRdt\":{\"memBwSchema\":\"L3:1\"}}}", "/linux/intelRdt/memBwSchema: ", "MB:"},
	{R "\"hugepageLimits\":[{\"pageSize\":\"2M\",\"limit\":1}]}}}",
	 "/linux/resources/hugepageLimits/0/pageSize: ", "page size"},
	{R "\"hugepageLimits\":[{\"pageSize\":\"02MB\",\"limit\":1}]}}}",
	 "/linux/resources/hugepageLimits/0/pageSize: ", "page size"},
	{R "\"devices\":[{\"allow\":true,\"access\":\"rx\"}]}}}",
	 "/linux/resources/devices/0/access: ", "composition"},
	{R "\"devices\":[{\"allow\":true,\"type\":\"u\"}]}}}",
	 "/linux/resources/devices/0/type: ", "one of a, c, b"},
	{R "\"devices\":[{\"type\":\"c\"}]}}}", "/linux/resources/devices/0/allow: ", "missing"},
	{P "\"rlimits\":[{\"type\":\"RLIMIT_nofile\",\"hard\":1,\"soft\":1}]}}",
	 "/process/rlimits/0/type: ", "RLIMIT_"},
	{P "\"rlimits\":[{\"type\":\"NOFILE\",\"hard\":1,\"soft\":1}]}}",
	 "/process/rlimits/0/type: ", "RLIMIT_"},
	{P "\"rlimits\":[{\"type\":\"RLIMIT_\",\"hard\":1,\"soft\":1}]}}",
	 "/process/rlimits/0/type: ", "RLIMIT_"},
	{R "\"hugepageLimits\":[{\"pageSize\":\"MB\",\"limit\":1}]}}}",
	 "/linux/resources/hugepageLimits/0/pageSize: ", "page size"},
	{R "\"hugepageLimits\":[{\"pageSize\":\"1MBx\",\"limit\":1}]}}}",
	 "/linux/resources/hugepageLimits/0/pageSize: ", "page size"},
	{L "\"intelRdt\":{\"memBwSchema\":\"MB:1\\nL3:2\"}}}",
	 "/linux/intelRdt/memBwSchema: ", "one line"},
	{P "\"scheduler\":{\"policy\":\"FIFO\"}}}", "/process/scheduler/policy: ", "SCHED_FIFO"},
	{P "\"ioPriority\":{\"priority\":1}}}", "/process/ioPriority/class: ", "missing"},
	{P "\"execCPUAffinity\":{\"initial\":\"a\"}}}",
	 "/process/execCPUAffinity/initial: ", "list of CPUs"},
	{"{" V ",\"hooks\":{\"prestart\":[{\"path\":\"bin/x\"}]}}",
	 "/hooks/prestart/0/path: ", "absolute path"},
	/* required members */
	{"{" V ",\"process\":{}}", "/process/cwd: ", "missing"},
	{"{" V ",\"root\":{}}", "/root/path: ", "missing"},
	{"{" V ",\"root\":{\"path\":null}}", "/root/path: ", "found null"},
	{"{" V ",\"mounts\":[{\"type\":\"proc\"}]}", "/mounts/0/destination: ", "missing"},
	{L "\"uidMappings\":[{\"containerID\":0,\"size\":1}]}}",
	 "/linux/uidMappings/0/hostID: ", "missing"},
	{L "\"seccomp\":{}}}", "/linux/seccomp/defaultAction: ", "missing"},
	/* members that do not fit together */
	{L "\"namespaces\":[{\"type\":\"pid\"},{\"type\":\"ipc\"},{\"type\":\"pid\"}]}}",
	 "/linux/namespaces/2: ", "malformed spec file: duplicated ns \"pid\""},
	{L "\"namespaces\":[{\"type\":\"pid\"},{\"type\":\"ipc\"},{\"type\":\"ipc\"}]}}",
	 "/linux/namespaces/2: ", "malformed spec file: duplicated ns \"ipc\""},
	{P "\"rlimits\":[{\"type\":\"RLIMIT_CORE\",\"hard\":1,\"soft\":1},"
	   "{\"type\":\"RLIMIT_AS\",\"hard\":2,\"soft\":1},"
	   "{\"type\":\"RLIMIT_AS\",\"hard\":2,\"soft\":1}]}}",
	 "/process/rlimits/2: ", "duplicated rlimit \"RLIMIT_AS\""},
	{L "\"devices\":[{\"path\":\"/d\",\"type\":\"c\",\"minor\":1}]}}",
	 "/linux/devices/0/major: ", "missing"},
	{L "\"devices\":[{\"path\":\"/d\",\"type\":\"b\",\"major\":1}]}}",
	 "/linux/devices/0/minor: ", "missing"},
	{P "\"rlimits\":[{\"type\":\"RLIMIT_CORE\",\"hard\":1,\"soft\":1},"
	   "{\"type\":\"RLIMIT_CORE\",\"hard\":2,\"soft\":1}]}}",
	 "/process/rlimits/1: ", "duplicated rlimit \"RLIMIT_CORE\""},
	/* duplicate keys, everywhere */
	{"{" V "," V "}", "/ociVersion: ", "duplicate key"},
	{"{" V ",\"process\":null,\"process\":{\"cwd\":\"/\"}}", "/process: ", "duplicate key"},
	{"{" V ",\"\\u0068ostname\":\"a\",\"hostname\":\"b\"}", "/hostname: ", "duplicate key"},
	{"{" V ",\"annotations\":{\"a\":\"1\",\"b\":\"\",\"a\":\"2\"}}",
	 "/annotations/a: ", "duplicate key"},
	{"{" V ",\"x\":1,\"y\":2,\"x\":3}", "/x: ", "duplicate key"},
	{"{" V ",\"x\":{\"a\":1,\"b\":2,\"b\":3}}", "/x/b: ", "duplicate key"},
	{"{" V ",\"x\":{\"\\u0061\":1,\"\\u0062\":2,\"\\u0061\":3}}", "/x/a: ", "duplicate key"},
	{"{" V ",\"x\":{\"y\":[{\"z/\":1,\"z/\":2}]}}", "/x/y/0/z~1: ", "duplicate key"},
	{L "\"devices\":[{\"path\":\"/d\",\"type\":\"p\",\"u\":1,\"u\":1}]}}",
	 "/linux/devices/0/u: ", "duplicate key"},
	{"{" V ",\"x\":{\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1,\"h\":1,\"i\":1,"
	 "\"j\":1,\"k\":1,\"d\":1}}",
	 "/x/d: ", "duplicate key"},
	{R "\"rdma\":{\"m\":{},\"m\":{}}}}}", "/linux/resources/rdma/m: ", "duplicate key"},
	/* strings */
	{"{" V ",\"annotations\":{\"\":\"x\"}}", "/annotations/: ", "must not be empty"},
	{"{" V ",\"hostname\":\"a\\u0000b\"}", "/hostname: ", "NUL"},
	{"{" V ",\"x\":[\"a\\u0000b\"]}", "/x/0: ", "NUL"},
	{"{" V ",\"annotations\":{\"a\\u0000b\":\"\"}}", "/annotations: ", "NUL"},
	{"{" V ",\"hostname\":\"\\ud800\"}", "/hostname: ", "surrogate"},
	{"{" V ",\"hostname\":\"\\ud83dx\"}", "/hostname: ", "surrogate"},
	{"{" V ",\"hostname\":\"\\ude00\\ud83d\"}", "/hostname: ", "surrogate"},
	{"{" V ",\"hostname\":\"\\ud83d\\ud83d\\ude00\"}", "/hostname: ", "surrogate"},
	{"{" V ",\"hostname\":\"\\uDAaA\"}", "/hostname: ", "surrogate"},
	{"{" V ",\"hostname\":\"\\udFfF\"}", "/hostname: ", "surrogate"},
	{"{" V ",\"\\udc00\":1}", "config.json: ", "surrogate"},
	{"{" V ",\"hostname\":\"\xff\"}", "/hostname: ", "not valid UTF-8"},
	{"{" V ",\"hostname\":\"\x80\x80\"}", "/hostname: ", "not valid UTF-8"},
	{"{" V ",\"hostname\":\"\xc1\x81\"}", "/hostname: ", "not valid UTF-8"},
	{"{" V ",\"hostname\":\"\xf5\x80\x80\x80\"}", "/hostname: ", "not valid UTF-8"},
	{"{" V ",\"hostname\":\"\xc3(\"}", "/hostname: ", "not valid UTF-8"},
	{"{" V ",\"hostname\":\"\xe4\xb8(\"}", "/hostname: ", "not valid UTF-8"},
	{"{" V ",\"hostname\":\"\xf0\x9f\x98(\"}", "/hostname: ", "not valid UTF-8"},
	{"{" V ",\"hostname\":\"\\ud9FA\"}", "/hostname: ", "surrogate"},
	{"{" V ",\"hostname\":\"\\ud83d\\n\"}", "/hostname: ", "surrogate"},
	/* what was found is cut, at a whole character, and harmless on a terminal */
	{"{\"ociVersion\":\"012345678901234567890123456789012345678901234567890123456789\"}",
	 "/ociVersion: ", "56789\""},
	{"{\"ociVersion\":\"0123456789012345678901234567890123456789012345678901234567890\"}",
	 "/ociVersion: ", "56789...\""},
	{"{\"ociVersion\":\"01234567890123456789012345678901234567890123456789012345678\xc3\xa9\"}",
	 "/ociVersion: ", "345678...\""},
	{"{\"ociVersion\":\"a \\u001b[31m\\u007f\\n\xc3\xa9\"}",
	 "/ociVersion: ", "found \"a ?[31m??\xc3\xa9\""},
	{"{" V ",\"annotations\":{\"a\\u001b\\n\\u007f b~/\":1}}",
	 "/annotations/a??? b~0~1: ", "found a number"},
	{"{" V ",\"hostname\":\"\xc0\x80\"}", "/hostname: ", "not valid UTF-8"},
	{"{" V ",\"hostname\":\"\xe0\x80\xaf\"}", "/hostname: ", "not valid UTF-8"},
	{"{" V ",\"hostname\":\"\xed\xa0\x80\"}", "/hostname: ", "not valid UTF-8"},
	{"{" V ",\"hostname\":\"\xf4\x90\x80\x80\"}", "/hostname: ", "not valid UTF-8"},
	{"{" V ",\"hostname\":\"\xf0\x8f\xbf\xbf\"}", "/hostname: ", "not valid UTF-8"},
	{"{" V ",\"hostname\":\"aaaaaaaaaaaa\xe4\xb8\"}", "/hostname: ", "not valid UTF-8"},
	{"{" V ",\"x\":{\"\x80\":1}}", "/x: ", "not valid UTF-8"},
	{"{" V ",\"x\":\"\xfe\"}", "/x: ", "not valid UTF-8"},
};

TEST(refuses_with_one_error_that_names_the_place)
{
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		AUTO_ARENA struct arena a = ARENA_INIT;
		struct err e = {0};
		struct spec *s = (struct spec *)&e;
		int r = spec_parse(bad[i].text, strlen(bad[i].text), &a, &s, &e);

		CHECK_MSG(r == -EINVAL && e.kind == ERR_SPEC && e.code == EINVAL, "%s: %d %d %s",
			  bad[i].text, r, e.kind, e.msg);
		CHECK_MSG(str_starts(e.msg, bad[i].begins) && strstr(e.msg, bad[i].has),
			  "%s: \"%s\" is not \"%s...%s\"", bad[i].text, e.msg, bad[i].begins,
			  bad[i].has);
		CHECK_MSG(!strchr(e.msg, '\n'), "%s: more than one line", bad[i].text);
		CHECK_MSG((void *)s == (void *)&e, "%s: the output was written", bad[i].text);
	}
}
