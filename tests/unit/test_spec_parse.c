/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_spec_parse.c: what the parser takes, and what it says about what it refuses. */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "oci-spec/schema.h"
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
	{"{\"ociVersion\":\"\"}", "/ociVersion: ", "1.x"},
	{"{\"ociVersion\":null}", "/ociVersion: ", "found null"},
	{"{\"ociVersion\":1.0}", "/ociVersion: ", "found a number"},
	/* types */
	{"{" V ",\"hostname\":1}", "/hostname: ", "expected a string, found a number"},
	{"{" V ",\"hostname\":[]}", "/hostname: ", "expected a string, found an array"},
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

TEST(every_prefix_of_a_document_is_refused)
{
	const char *text =
		P "\"args\":[\"a\\u00e9\",\"\\\\\"],\"rlimits\":[{\"type\":\"RLIMIT_AS\","
		  "\"hard\":10,\"soft\":-0}],\"x\":{\"y\":[null,true,1e5]}},\"root\":{"
		  "\"path\":\"r\"}}";

	/* "-0" is no unsigned number: cut the row that would be valid otherwise */
	for (size_t n = 0; n < strlen(text); n++) {
		AUTO_ARENA struct arena a = ARENA_INIT;
		struct err e = {0};
		struct spec *s;

		CHECK_MSG(spec_parse(text, n, &a, &s, &e) == -EINVAL, "%zu bytes were taken", n);
		CHECK(e.kind == ERR_SPEC && e.msg[0]);
	}
}

static struct spec *parse(struct arena *a, const char *text)
{
	struct err e = {0};
	struct spec *s;
	int r = spec_parse(text, strlen(text), a, &s, &e);

	CHECK_MSG(r == 0, "%s: %s", text, e.msg);
	return s;
}

TEST(takes_what_engines_send)
{
	static const char *const good[] = {
		"{" V "}",
		" \r\n\t{" V "}\n\n",
		"{\"ociVersion\":\"1.0.2-dev\"}",
		"{\"ociVersion\":\"1.0.0-rc5.x-1+b.2\"}",
		"{" V ",\"process\":null,\"root\":null,\"hooks\":null,\"mounts\":null,"
		"\"annotations\":null,\"linux\":null,\"hostname\":null}",
		P "\"user\":{},\"args\":null,\"capabilities\":{\"bounding\":null},\"env\":[]}}",
		SC "\"architectures\":null,\"syscalls\":null,\"flags\":[]}}}",
		L "\"rootfsPropagation\":\"\",\"cgroupsPath\":\"\"}}",
		L "\"rootfsPropagation\":\"rslave\"}}",
		"{" V ",\"windows\":{\"x\":1.5e300},\"vm\":[[[[]]]]}",
		"{" V ",\"OCIVERSION\":7}",
		P "\"capabilities\":{\"bounding\":[\"CAP_FUTURE\",\"chown\"]}}}",
		L "\"devices\":[{\"path\":\"/d\",\"type\":\"p\"}]}}",
	};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		AUTO_ARENA struct arena a = ARENA_INIT;

		parse(&a, good[i]);
	}
}

TEST(absent_empty_and_null_are_told_apart)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct spec *s = parse(&a, L "\"maskedPaths\":[],\"readonlyPaths\":null,\"sysctl\":{},"
				     "\"cgroupsPath\":\"\",\"resources\":{\"pids\":{}}}}");

	CHECK(s->linux_->masked_paths && s->linux_->n_masked_paths == 0);
	CHECK(s->linux_->masked_paths[0] == NULL);
	CHECK(!s->linux_->readonly_paths && s->linux_->n_readonly_paths == 0);
	CHECK(s->linux_->sysctl && s->linux_->n_sysctl == 0);
	CHECK(!s->linux_->cgroups_path);
	CHECK(s->linux_->resources->pids && !s->linux_->resources->pids->limit);
	CHECK(!s->process && !s->root && !s->mounts && !s->annotations);
}

TEST(values_are_exact)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct spec *s = parse(
		&a,
		"{" V ",\"process\":{\"cwd\":\"/\",\"terminal\":false,\"args\":[\"a\",\"\","
		"\"\\u00e9\\ud83d\\ude00\\/\\\"\"],\"rlimits\":[{\"type\":\"RLIMIT_AS\",\"hard\":"
		"18446744073709551615,\"soft\":0}],\"user\":{\"uid\":4294967295,\"gid\":7,"
		"\"additionalGids\":[0,4294967295]},\"oomScoreAdj\":-0},\"annotations\":{\"b\":"
		"\"1\",\"a\":\"2\"},\"linux\":{\"resources\":{\"memory\":{\"limit\":"
		"9223372036854775807,\"swap\":-9223372036854775808},\"rdma\":{\"k\":{"
		"\"hcaHandles\":3}}},\"timeOffsets\":{\"boottime\":{\"secs\":-5}}}}");
	const struct spec_process *p = s->process;

	CHECK(p->terminal && !*p->terminal);
	CHECK_INT(p->n_args, 3);
	CHECK_STR(p->args[1], "");
	CHECK_STR(p->args[2], "\xc3\xa9\xf0\x9f\x98\x80/\"");
	CHECK(p->args[3] == NULL);
	CHECK(p->rlimits[0].hard == UINT64_MAX && p->rlimits[0].soft == 0);
	CHECK(p->user->uid == UINT32_MAX && p->user->gid == 7);
	CHECK(p->user->n_additional_gids == 2 && p->user->additional_gids[1] == UINT32_MAX);
	CHECK(p->oom_score_adj && *p->oom_score_adj == 0);
	CHECK_STR(s->annotations[0].key, "b");
	CHECK_STR(s->annotations[1].value, "2");
	CHECK(*s->linux_->resources->memory->limit == INT64_MAX);
	CHECK(*s->linux_->resources->memory->swap == INT64_MIN);
	CHECK_STR(s->linux_->resources->rdma[0].key, "k");
	CHECK_INT(*s->linux_->resources->rdma[0].hca_handles, 3);
	CHECK(!s->linux_->resources->rdma[0].hca_objects);
	CHECK_INT(s->linux_->time_offsets[0].secs, -5);
}

/* The first and the last character of every length, as bytes and as escapes. */
TEST(characters)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct spec *s =
		parse(&a, P "\"args\":[\"\xc2\x80\",\"\xdf\xbf\",\"\xe0\xa0\x80\",\"\xed\x9f\xbf\","
			    "\"\xee\x80\x80\",\"\xef\xbf\xbf\",\"\xf0\x90\x80\x80\","
			    "\"\xf4\x8f\xbf\xbf\",\"\x7f\",\"\\u0080\",\"\\u07ff\",\"\\u0800\","
			    "\"\\uD7fF\",\"\\uE000\",\"\\uFFFF\",\"\\ud800\\udc00\","
			    "\"\\udBFf\\uDFFF\",\"\\u007F\"]}}");

	CHECK_INT(s->process->n_args, 18);
	for (int i = 0; i < 9; i++)
		CHECK_STR(s->process->args[i], s->process->args[i + 9]);
}

/* @head, @n times @unit, @tail. */
static char *repeated(const char *head, const char *unit, size_t n, const char *tail, size_t *len)
{
	struct strbuf b = STRBUF_INIT;

	strbuf_adds(&b, head);
	for (size_t i = 0; i < n; i++)
		strbuf_adds(&b, unit);
	strbuf_adds(&b, tail);
	CHECK(!b.failed);
	*len = b.len;
	return b.buf;
}

static void refused(const char *head, const char *unit, size_t n, const char *tail, int code,
		    const char *begins, const char *has)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct err e = {0};
	struct spec *s;
	size_t len;
	char *text = repeated(head, unit, n, tail, &len);
	int r = spec_parse(text, len, &a, &s, &e);

	free(text);
	CHECK_MSG(r == code && e.kind == ERR_SPEC, "%d, kind %d: %s", r, e.kind, e.msg);
	CHECK_MSG(str_starts(e.msg, begins), "%s", e.msg);
	CHECK_HAS(e.msg, has);
	CHECK(a.used <= JSON_MAX_MEMORY);
}

TEST(depth_is_limited)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct spec *s;
	struct err e = {0};
	size_t len;
	char *text;

	refused("{" V ",\"x\":", "[", 10000, "", -E2BIG, "/x/0/0/", "deeper than 32 levels");
	refused("{" V ",\"x\":", "{\"a\":", 10000, "", -E2BIG, "/x/a/a/", "deeper");
	refused("", "[", 10000, "", -EINVAL, "config.json: ", "expected an object");
	refused("{" V ",\"x\":", "[", 32, "", -E2BIG, "/x/0/0/", "deeper");
	/* 31 below the root object are 32 */
	text = repeated("{" V ",\"x\":", "[", 31, "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}", &len);
	CHECK_MSG(spec_parse(text, len, &a, &s, &e) == 0, "%s", e.msg);
	free(text);
}

TEST(size_is_limited)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct err e = {0};
	struct spec *s;
	static const char one = '{';

	/* Refused by its length alone: nothing behind the first byte exists here. */
	CHECK_INT(spec_parse(&one, 100u << 20, &a, &s, &e), -E2BIG);
	CHECK_INT(e.kind, ERR_SPEC);
	CHECK_STR(e.msg, "config.json: 104857600 bytes; at most 8388608 are taken");
	CHECK(a.used <= 16384);
}

TEST(counts_are_limited)
{
	refused("{" V ",\"x\":[0", ",0", 65536, "]}", -E2BIG,
		"/x/65536: ", "more than 65536 elements");
	refused(P "\"args\":[\"\"", ",\"\"", 65536, "]}}", -E2BIG,
		"/process/args/65536: ", "more than 65536 elements");
	refused("{" V ",\"mounts\":[{\"destination\":\"\"}", ",{\"destination\":\"\"}", 65536, "]}",
		-E2BIG, "/mounts/65536: ", "more than 65536 elements");
	refused("{" V ",\"x\":{\"y\":0", ",\"y\":0", 65536, "}}", -E2BIG,
		"/x: ", "more than 65536 members");
	refused(P "\"rlimits\":[{\"type\":\"RLIMIT_A\",\"hard\":1,\"soft\":1}",
		",{\"type\":\"RLIMIT_A\",\"hard\":1,\"soft\":1}", 256, "]}}", -EINVAL,
		"/process/rlimits/256: ", "more than 256 rlimits");
}

/* Small text that would become big structs: refused before the memory is taken. */
TEST(memory_is_limited)
{
	struct strbuf b = STRBUF_INIT;
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct err e = {0};
	struct spec *s;

	strbuf_adds(&b, SC "\"syscalls\":[");
	for (int i = 0; i < 40; i++) {
		strbuf_adds(&b, i ? ",{\"names\":[\"\"" : "{\"names\":[\"\"");
		for (int j = 1; j < 65536; j++)
			strbuf_adds(&b, ",\"\"");
		strbuf_adds(&b, "],\"action\":\"SCMP_ACT_LOG\"}");
	}
	strbuf_adds(&b, "]}}}");
	CHECK(!b.failed && b.len < SPEC_MAX_BYTES);
	CHECK_MSG(spec_parse(b.buf, b.len, &a, &s, &e) == 0, "%s", e.msg);
	arena_free(&a);
	/* the caller's own, lower limit is kept to and is not the document's fault */
	a.limit = 1 << 20;
	CHECK_INT(spec_parse(b.buf, b.len, &a, &s, &e), -ENOMEM);
	CHECK_INT(e.kind, ERR_SYSTEM);
	CHECK(a.used <= a.limit && a.limit == 1 << 20);
	strbuf_free(&b);
}

/* A map of 65536 keys, and as many unknown members: no quadratic search for duplicates. */
TEST(many_keys_are_quick)
{
	struct strbuf b = STRBUF_INIT;
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct err e = {0};
	struct spec *s;
	struct timespec t0, t1;

	strbuf_adds(&b, "{" V ",\"annotations\":{\"k\":\"\"");
	for (unsigned int i = 1; i < SPEC_MAX_ITEMS; i++)
		strbuf_addf(&b, ",\"key%u\":\"\"", i);
	strbuf_adds(&b, "},\"x\":{\"k\":0");
	for (unsigned int i = 1; i < SPEC_MAX_ITEMS; i++)
		strbuf_addf(&b, ",\"key%u\":0", i);
	strbuf_adds(&b, "}}");
	CHECK(!b.failed);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t0);
	CHECK_MSG(spec_parse(b.buf, b.len, &a, &s, &e) == 0, "%s", e.msg);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t1);
	CHECK_INT(s->n_annotations, SPEC_MAX_ITEMS);
	CHECK_STR(s->annotations[65535].key, "key65535");
	/* 0.1 s here with the sanitizers on; quadratic it is minutes */
	CHECK(t1.tv_sec - t0.tv_sec < 5);
	strbuf_free(&b);
}

TEST(other_documents)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct err e = {0};
	struct spec_process *p;
	struct spec_resources *r;
	const char *text = "{\"cwd\":\"/\",\"args\":[\"id\"],\"user\":{\"uid\":5,\"gid\":0}}";

	CHECK_INT(spec_parse_process(text, strlen(text), &a, &p, &e), 0);
	CHECK_INT(p->user->uid, 5);
	CHECK_INT(spec_parse_process("{}", 2, &a, &p, &e), -EINVAL);
	CHECK_STR(e.msg, "/cwd: required member is missing");
	err_clear(&e);
	CHECK_INT(spec_parse_process("[]", 2, &a, &p, &e), -EINVAL);
	CHECK(str_starts(e.msg, "process.json: "));
	text = "{\"memory\":{\"limit\":1048576},\"cpu\":{\"shares\":0}}";
	CHECK_INT(spec_parse_resources(text, strlen(text), &a, &r, &e), 0);
	CHECK_INT(*r->memory->limit, 1048576);
	err_clear(&e);
	CHECK_INT(spec_parse_resources("{\"pids\":{\"limit\":\"x\"}}", 22, &a, &r, &e), -EINVAL);
	CHECK(str_starts(e.msg, "/pids/limit: "));
}
