/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_spec_schema.c: the lists of the specification's JSON schema (config-schema.json,
 * config-linux.json, defs.json, defs-linux.json of 1.3.0), restated apart from the tables: which
 * members are required, which values an enumeration has, where a string may be empty.
 */
#include <errno.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "oci-spec/spec.h"
#include "tests/unit/check.h"

#define V  "{\"ociVersion\":\"1.3.0\","
#define P  V "\"process\":{\"cwd\":\"/\","
#define L  V "\"linux\":{"
#define R  L "\"resources\":{"
#define SC L "\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ALLOW\","

struct row {
	const char *head, *tail;
	const char *items[32];
};

static int parse(const struct strbuf *text, struct arena *a, struct spec **ret, struct err *e)
{
	CHECK(!text->failed);
	return spec_parse(text->buf, text->len, a, ret, e);
}

static const struct row enumerations[] = {
	{L "\"namespaces\":[{\"type\":\"",
	 "\"}]}}",
	 {"mount", "pid", "network", "uts", "ipc", "user", "cgroup", "time"}},
	{L "\"devices\":[{\"path\":\"/d\",\"major\":1,\"minor\":1,\"type\":\"",
	 "\"}]}}",
	 {"c", "b", "u", "p"}},
	{R "\"devices\":[{\"allow\":true,\"type\":\"", "\"}]}}}", {"a", "b", "c"}},
	{R "\"devices\":[{\"allow\":true,\"access\":\"", "\"}]}}}", {"r", "w", "m", "rwm", ""}},
	{R "\"hugepageLimits\":[{\"limit\":1,\"pageSize\":\"",
	 "\"}]}}}",
	 {"64KB", "2MB", "1GB", "512MB", "9GB"}},
	{L "\"rootfsPropagation\":\"",
	 "\"}}",
	 {"private", "shared", "slave", "unbindable", "rprivate", "rshared", "rslave",
	  "runbindable"}},
	{L "\"seccomp\":{\"defaultAction\":\"",
	 "\"}}}",
	 {"SCMP_ACT_KILL", "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_KILL_THREAD", "SCMP_ACT_TRAP",
	  "SCMP_ACT_ERRNO", "SCMP_ACT_TRACE", "SCMP_ACT_ALLOW", "SCMP_ACT_LOG", "SCMP_ACT_NOTIFY"}},
	{SC "\"syscalls\":[{\"names\":[\"a\"],\"action\":\"",
	 "\"}]}}}",
	 {"SCMP_ACT_KILL", "SCMP_ACT_NOTIFY"}},
	{SC "\"flags\":[\"",
	 "\"]}}}",
	 {"SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_SPEC_ALLOW",
	  "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"}},
	{SC "\"architectures\":[\"SCMP_ARCH_",
	 "\"]}}}",
	 {"X86",	 "X86_64", "X32",    "ARM",	  "AARCH64", "LOONGARCH64",
	  "M68K",	 "MIPS",   "MIPS64", "MIPS64N32", "MIPSEL",  "MIPSEL64",
	  "MIPSEL64N32", "PPC",	   "PPC64",  "PPC64LE",	  "S390",    "S390X",
	  "SH",		 "SHEB",   "PARISC", "PARISC64",  "RISCV64"}},
	{SC "\"syscalls\":[{\"names\":[\"a\"],\"action\":\"SCMP_ACT_LOG\",\"args\":[{\"index\":0,"
	    "\"value\":0,\"op\":\"SCMP_CMP_",
	 "\"}]}]}}}",
	 {"NE", "LT", "LE", "EQ", "GE", "GT", "MASKED_EQ"}},
	{L "\"memoryPolicy\":{\"mode\":\"MPOL_",
	 "\"}}}",
	 {"DEFAULT", "BIND", "INTERLEAVE", "WEIGHTED_INTERLEAVE", "PREFERRED", "PREFERRED_MANY",
	  "LOCAL"}},
	{L "\"memoryPolicy\":{\"flags\":[\"MPOL_F_",
	 "\"]}}}",
	 {"NUMA_BALANCING", "RELATIVE_NODES", "STATIC_NODES"}},
	{L "\"personality\":{\"domain\":\"", "\"}}}", {"LINUX", "LINUX32"}},
	{P "\"scheduler\":{\"policy\":\"SCHED_",
	 "\"}}}",
	 {"OTHER", "FIFO", "RR", "BATCH", "ISO", "IDLE", "DEADLINE"}},
	{P "\"scheduler\":{\"policy\":\"SCHED_RR\",\"flags\":[\"SCHED_FLAG_",
	 "\"]}}}",
	 {"RESET_ON_FORK", "RECLAIM", "DL_OVERRUN", "KEEP_POLICY", "KEEP_PARAMS", "UTIL_CLAMP_MIN",
	  "UTIL_CLAMP_MAX"}},
	{P "\"ioPriority\":{\"class\":\"IOPRIO_CLASS_", "\"}}}", {"RT", "BE", "IDLE"}},
	{P "\"rlimits\":[{\"hard\":1,\"soft\":1,\"type\":\"RLIMIT_",
	 "\"}]}}",
	 {"AS", "CORE", "CPU", "DATA", "FSIZE", "LOCKS", "MEMLOCK", "MSGQUEUE", "NICE", "NOFILE",
	  "NPROC", "RSS", "RTPRIO", "RTTIME", "SIGPENDING", "STACK"}},
	{P "\"execCPUAffinity\":{\"initial\":\"", "\"}}}", {"0-3,7", "1, 2", "", "-"}},
	{P "\"execCPUAffinity\":{\"final\":\"", "\"}}}", {"0-3,7"}},
	{"{\"ociVersion\":\"",
	 "\"}",
	 {"1.0.0", "1.0.0-rc5", "1.0.2-dev", "1.1.0+dev", "1.2.1", "1.3.0", "1.30.400"}},
};

TEST(every_value_of_an_enumeration)
{
	for (size_t i = 0; i < sizeof(enumerations) / sizeof(enumerations[0]); i++) {
		const struct row *row = &enumerations[i];

		for (const char *const *v = row->items; *v; v++) {
			AUTO_ARENA struct arena a = ARENA_INIT;
			AUTO_STRBUF good = STRBUF_INIT, bad = STRBUF_INIT;
			struct err e = {0};
			struct spec *s;

			strbuf_addf(&good, "%s%s%s", row->head, *v, row->tail);
			CHECK_MSG(parse(&good, &a, &s, &e) == 0, "%s: %s", good.buf, e.msg);
			strbuf_addf(&bad, "%s%s~%s", row->head, *v, row->tail);
			CHECK_MSG(parse(&bad, &a, &s, &e) == -EINVAL, "%s was taken", bad.buf);
		}
	}
}

/* Items are the members of one object, all of them required. */
static const struct row required[] = {
	{"{", "}", {"\"ociVersion\":\"1.3.0\""}},
	{V "\"root\":{", "}}", {"\"path\":\"r\""}},
	{V "\"process\":{", "}}", {"\"cwd\":\"/\""}},
	{P "\"consoleSize\":{", "}}}", {"\"height\":1", "\"width\":18446744073709551615"}},
	{P "\"rlimits\":[{", "}]}}", {"\"type\":\"RLIMIT_AS\"", "\"soft\":1", "\"hard\":1"}},
	{P "\"scheduler\":{", "}}}", {"\"policy\":\"SCHED_RR\""}},
	{P "\"ioPriority\":{", "}}}", {"\"class\":\"IOPRIO_CLASS_BE\""}},
	{V "\"mounts\":[{", "}]}", {"\"destination\":\"/\""}},
	{V "\"mounts\":[{\"destination\":\"/\",\"uidMappings\":[{",
	 "}]}]}",
	 {"\"containerID\":0", "\"hostID\":0", "\"size\":0"}},
	{V "\"hooks\":{\"createRuntime\":[{", "}]}}", {"\"path\":\"/x\""}},
	{L "\"gidMappings\":[{", "}]}}", {"\"containerID\":0", "\"hostID\":0", "\"size\":0"}},
	{L "\"namespaces\":[{", "}]}}", {"\"type\":\"pid\""}},
	{L "\"devices\":[{\"major\":1,\"minor\":1,", "}]}}", {"\"type\":\"c\"", "\"path\":\"/d\""}},
	{L "\"seccomp\":{", "}}}", {"\"defaultAction\":\"SCMP_ACT_LOG\""}},
	{SC "\"syscalls\":[{", "}]}}}", {"\"names\":[\"x\"]", "\"action\":\"SCMP_ACT_LOG\""}},
	{SC "\"syscalls\":[{\"names\":[\"x\"],\"action\":\"SCMP_ACT_LOG\",\"args\":[{",
	 "}]}]}}}",
	 {"\"index\":0", "\"value\":0", "\"op\":\"SCMP_CMP_EQ\""}},
	{R "\"devices\":[{", "}]}}}", {"\"allow\":false"}},
	{R "\"hugepageLimits\":[{", "}]}}}", {"\"pageSize\":\"2MB\"", "\"limit\":0"}},
	{R "\"network\":{\"priorities\":[{", "}]}}}}", {"\"name\":\"e\"", "\"priority\":0"}},
	{R "\"blockIO\":{\"weightDevice\":[{", "}]}}}}", {"\"major\":1", "\"minor\":1"}},
	{R "\"blockIO\":{\"throttleReadIOPSDevice\":[{", "}]}}}}", {"\"major\":1", "\"minor\":1"}},
};

/* The document with the members of @row but for the one at @without. */
static void build(const struct row *row, int without, struct strbuf *out)
{
	bool open = false;

	strbuf_adds(out, row->head);
	for (int i = 0; row->items[i]; i++) {
		if (i == without)
			continue;
		strbuf_addf(out, "%s%s", open ? "," : "", row->items[i]);
		open = true;
	}
	/* a head that ends with a comma needs a member */
	if (!open && row->head[strlen(row->head) - 1] == ',')
		strbuf_adds(out, "\"x\":0");
	strbuf_adds(out, row->tail);
}

TEST(every_required_member)
{
	for (size_t i = 0; i < sizeof(required) / sizeof(required[0]); i++) {
		for (int without = -1; without < 0 || required[i].items[without]; without++) {
			AUTO_ARENA struct arena a = ARENA_INIT;
			AUTO_STRBUF text = STRBUF_INIT;
			struct err e = {0};
			struct spec *s;
			char name[64] = "";

			build(&required[i], without, &text);
			int r = parse(&text, &a, &s, &e);

			if (without < 0) {
				CHECK_MSG(r == 0, "%s: %s", text.buf, e.msg);
				continue;
			}
			CHECK_INT(sscanf(required[i].items[without], "\"%40[a-zA-Z]\"", name), 1);
			strcat(name, ": required member is missing");
			CHECK_MSG(r == -EINVAL, "%s was taken", text.buf);
			CHECK_HAS(e.msg, name);
		}
	}
}

/* Optional strings: "" is the same as absent. Every row's text has exactly one. */
static const char *const empty[] = {
	V "\"hostname\":\"\"}",
	V "\"domainname\":\"\"}",
	V "\"mounts\":[{\"destination\":\"/\",\"type\":\"\"}]}",
	V "\"mounts\":[{\"destination\":\"/\",\"source\":\"\"}]}",
	P "\"user\":{\"username\":\"\"}}}",
	P "\"commandLine\":\"\"}}",
	P "\"apparmorProfile\":\"\"}}",
	P "\"selinuxLabel\":\"\"}}",
	P "\"execCPUAffinity\":{\"initial\":\"\"}}}",
	P "\"execCPUAffinity\":{\"final\":\"\"}}}",
	L "\"cgroupsPath\":\"\"}}",
	L "\"mountLabel\":\"\"}}",
	L "\"rootfsPropagation\":\"\"}}",
	L "\"namespaces\":[{\"type\":\"pid\",\"path\":\"\"}]}}",
	L "\"netDevices\":{\"e\":{\"name\":\"\"}}}}",
	SC "\"listenerPath\":\"\"}}}",
	SC "\"listenerMetadata\":\"\"}}}",
	L "\"intelRdt\":{\"closID\":\"\"}}}",
	L "\"intelRdt\":{\"l3CacheSchema\":\"\"}}}",
	L "\"intelRdt\":{\"memBwSchema\":\"\"}}}",
	L "\"memoryPolicy\":{\"nodes\":\"\"}}}",
	R "\"devices\":[{\"allow\":true,\"type\":\"\"}]}}}",
	R "\"devices\":[{\"allow\":true,\"access\":\"\"}]}}}",
	R "\"cpu\":{\"cpus\":\"\"}}}}",
	R "\"cpu\":{\"mems\":\"\"}}}}",
};

TEST(empty_optional_strings_are_absent)
{
	for (size_t i = 0; i < sizeof(empty) / sizeof(empty[0]); i++) {
		AUTO_ARENA struct arena a = ARENA_INIT;
		AUTO_STRBUF out = STRBUF_INIT;
		struct err e = {0};
		struct spec *s;

		CHECK_MSG(spec_parse(empty[i], strlen(empty[i]), &a, &s, &e) == 0, "%s: %s",
			  empty[i], e.msg);
		spec_write(s, NULL, &out);
		CHECK_MSG(!strstr(out.buf, "\"\""), "%s became %s", empty[i], out.buf);
	}
	/* and these mean something */
	AUTO_ARENA struct arena a = ARENA_INIT;
	AUTO_STRBUF out = STRBUF_INIT;
	struct err e = {0};
	struct spec *s;
	const char *text = V "\"process\":{\"args\":[\"\"],\"cwd\":\"\"},\"annotations\":{\"a\":"
			     "\"\"}}";

	CHECK_INT(spec_parse(text, strlen(text), &a, &s, &e), 0);
	spec_write(s, NULL, &out);
	CHECK_STR(out.buf, text);
}

/* Numbers at the ends of what the schema allows, and one beyond. */
static const struct row ranges[] = {
	{P "\"oomScoreAdj\":", "}}", {"-1000", "1000", NULL, "-1001", "1001"}},
	{P "\"user\":{\"umask\":", "}}}", {"0", "4294967295", NULL, "-1", "4294967296"}},
	{P "\"scheduler\":{\"policy\":\"SCHED_RR\",\"nice\":",
	 "}}}",
	 {"-2147483648", "2147483647", NULL, "-2147483649", "2147483648"}},
	{V "\"hooks\":{\"poststart\":[{\"path\":\"/x\",\"timeout\":",
	 "}]}}",
	 {"1", "9223372036854775807", NULL, "0", "-1", "9223372036854775808"}},
	{L "\"devices\":[{\"path\":\"/d\",\"type\":\"p\",\"fileMode\":",
	 "}]}}",
	 {"0", "438", "512", "4095", "8612", NULL, "-1", "65536"}},
	{L "\"timeOffsets\":{\"monotonic\":{\"secs\":",
	 "}}}}",
	 {"-9223372036854775808", "9223372036854775807", NULL, "-9223372036854775809"}},
	{R "\"blockIO\":{\"leafWeight\":", "}}}}", {"0", "65535", NULL, "-1", "65536"}},
	{R "\"cpu\":{\"shares\":",
	 "}}}}",
	 {"0", "18446744073709551615", NULL, "-1", "-0", "18446744073709551616", "1e2", "1.0"}},
	{R "\"pids\":{\"limit\":", "}}}}", {"-1", "0", NULL, "9223372036854775808", "true"}},
};

TEST(ends_of_ranges)
{
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		bool good = true;

		for (const char *const *v = ranges[i].items; good || *v; v++) {
			AUTO_ARENA struct arena a = ARENA_INIT;
			AUTO_STRBUF text = STRBUF_INIT;
			struct err e = {0};
			struct spec *s;

			if (!*v) {
				good = false;
				continue;
			}
			strbuf_addf(&text, "%s%s%s", ranges[i].head, *v, ranges[i].tail);
			CHECK_MSG(parse(&text, &a, &s, &e) == (good ? 0 : -EINVAL), "%s: %s",
				  text.buf, e.msg);
		}
	}
}
