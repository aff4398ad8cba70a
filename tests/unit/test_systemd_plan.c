/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The unit of a container: its name and place, its properties, and their bytes. */
#include <errno.h>
#include <inttypes.h>

#include "apply/systemd.h"
#include "oci-spec/cgroups_path.h"
#include "plan/systemd_priv.h"
#include "tests/unit/cgroup_facts.h"

/* Names and places. */

static struct systemd_path path_of(const char *path, bool user)
{
	struct systemd_path p;
	struct err e = {0};

	CHECK_MSG(systemd_path_parse(path, "id", user, &arena, &p, &e) == 0, "%s", e.msg);
	return p;
}

TEST(paths_and_slices)
{
	static const struct {
		const char *path, *slice, *cgroup;
	} table[] = {
		{"system.slice:docker:x", "system.slice", "/system.slice/docker-x.scope"},
		{":docker:x", "system.slice", "/system.slice/docker-x.scope"},
		{"a-b-c.slice:p:x", "a-b-c.slice", "/a.slice/a-b.slice/a-b-c.slice/p-x.scope"},
		{"-.slice:p:x", "-.slice", "/p-x.scope"},
		{"machine.slice::x", "machine.slice", "/machine.slice/x.scope"},
		{"a.slice:p:b-c.slice", "a.slice", "/b.slice/b-c.slice"},
		{NULL, "system.slice", "/system.slice/bulkhead-id.scope"},
		{"", "system.slice", "/system.slice/bulkhead-id.scope"},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct systemd_path p = path_of(table[i].path, false);
		CHECK_STR(p.slice, table[i].slice);
		CHECK_STR(p.cgroup, table[i].cgroup);
	}
	CHECK(path_of("a.slice:p:b-c.slice", false).is_slice);
	CHECK_STR(path_of("a.slice:p:b-c.slice", false).unit, "b-c.slice");
	CHECK_STR(path_of(NULL, true).cgroup, "/user.slice/bulkhead-id.scope");
	arena_free(&arena);
}

TEST(paths_that_name_no_unit)
{
	static const char *const bad[] = {
		"/docker/x",
		"x",
		"a:b",
		"a.slice:b:c:d",
		"a:b:c",
		"a--b.slice:p:x",
		"-a.slice:p:x",
		"a-.slice:p:x",
		"a.slice:p:",
		"a.slice:p/q:x",
		"a/b.slice:p:x",
		".slice:p:x",
		"a.slice:p:x y",
		"a.slice:p:x\n",
		"a.slice:p:-.slice",
		"a.slice:p:../x",
		"a.slice:p:x+y",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct systemd_path p;
		struct err e = {0};
		CHECK_MSG(systemd_path_parse(bad[i], "id", false, &arena, &p, &e) < 0, "%s",
			  bad[i]);
		CHECK_INT(e.kind, ERR_SPEC);
		CHECK_MSG(str_starts(e.msg, "/linux/cgroupsPath: "), "%s", e.msg);
	}
	char name[300];
	snprintf(name, sizeof(name), "a.slice:p:%0250d", 1);
	struct systemd_path p;
	CHECK_INT(systemd_path_parse(name, "id", false, &arena, &p, NULL), -ENAMETOOLONG);
	arena_free(&arena);
}

/* Values in GVariant text form. */

static const char *value_of(const char *text)
{
	struct systemd_property p;
	const char *why = NULL;
	AUTO_STRBUF out = STRBUF_INIT;

	if (gvariant_parse(text, &arena, &p, &why) < 0)
		return arena_printf(&arena, "bad: %s", why ? why : "no memory");
	strbuf_addf(&out, "%s", p.type);
	if (p.type[0] != 'a') {
		if (p.type[0] == 's')
			strbuf_addf(&out, " <%s>", p.text);
		else
			strbuf_addf(&out, " %" PRIx64, p.number);
	}
	for (size_t i = 0; i < p.n; i++) {
		if (p.type[1] == 's')
			strbuf_addf(&out, " <%s>", p.texts[i]);
		else
			strbuf_addf(&out, " %" PRIx64, p.numbers[i]);
	}
	return arena_strdup(&arena, out.buf);
}

TEST(gvariant_texts)
{
	static const char *const table[][2] = {
		{"true", "b 1"},
		{" false ", "b 0"},
		{"boolean true", "b 1"},
		{"5", "i 5"},
		{"-5", "i fffffffffffffffb"},
		{"0x1F", "i 1f"},
		{"017", "i f"},
		{"uint64 18446744073709551615", "t ffffffffffffffff"},
		{"int64 -9223372036854775808", "x 8000000000000000"},
		{"uint32 4294967295", "u ffffffff"},
		{"byte 255", "y ff"},
		{"uint16 65535", "q ffff"},
		{"int16 -1", "n ffffffffffffffff"},
		{"@t 7", "t 7"},
		{"double 1.5", "d 3ff8000000000000"},
		{"double 2", "d 4000000000000000"},
		{"'a text'", "s <a text>"},
		{"\"it's\"", "s <it's>"},
		{"'it\\'s\\\\'", "s <it's\\>"},
		{"''", "s <>"},
		{"['a', \"b\"]", "as <a> <b>"},
		{"[1, 2]", "ai 1 2"},
		{"[uint32 1, 2]", "au 1 2"},
		{"@as []", "as"},
		{"@at [1]", "at 1"},
		{"[true,false]", "ab 1 0"},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		CHECK_STR(value_of(table[i][0]), table[i][1]);
	arena_free(&arena);
}

TEST(gvariant_texts_that_are_none)
{
	static const char *const table[] = {
		"",
		"x",
		"tru",
		"truex",
		"5x",
		"5 6",
		"--5",
		"+5",
		"0x",
		"2147483648",
		"uint64 -1",
		"byte 256",
		"int16 40000",
		"uint32 4294967296",
		"uint64 18446744073709551616",
		"1.5",
		"'open",
		"'a' 'b'",
		"'\\x'",
		"[",
		"[1",
		"[1,",
		"[1 2]",
		"[1, 'a']",
		"[]",
		"@aas []",
		"@as 'x'",
		"@s ['x']",
		"('a', 1)",
		"{'a': 1}",
		"<1>",
		"uint64 'a'",
		"string 5",
		"boolean 1",
		"[[1]]",
		"double x",
		"double 1e999",
		"uint64",
		"[uint32 1, int32 2]",
		"@",
		"@t",
		"[,]",
		"08",
		"uint64true",
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		CHECK_MSG(str_starts(value_of(table[i]), "bad: "), "\"%s\" is \"%s\"", table[i],
			  value_of(table[i]));
	arena_free(&arena);
}

/* Annotations. */

static const char *annotation(const char *name, const char *value)
{
	struct systemd_list l = {.a = &arena};
	struct spec_pair pair = {arena_printf(&arena, SYSTEMD_ANNOTATION "%s", name), value};
	struct spec s = {.annotations = &pair, .n_annotations = 1};
	struct err e = {0};

	if (systemd_list_annotations(&l, &s, &e) < 0)
		return arena_strdup(&arena, e.msg);
	CHECK_INT(l.n, 1);
	return arena_printf(&arena, "%s %s %" PRIu64, l.items[0].name, l.items[0].type,
			    l.items[0].number);
}

#define A "/annotations/" SYSTEMD_ANNOTATION

TEST(annotations_set_properties)
{
	CHECK_STR(annotation("TimeoutStopUSec", "uint64 5"), "TimeoutStopUSec t 5");
	CHECK_STR(annotation("TimeoutStopSec", "5"), "TimeoutStopUSec t 5000000");
	CHECK_STR(annotation("TimeoutStopSec", "double 0.5"), "TimeoutStopUSec t 500000");
	CHECK_STR(annotation("TimeoutStopSec", "byte 2"), "TimeoutStopUSec t 2000000");
	CHECK_STR(annotation("TimeoutStopSec", "'5'"),
		  A "TimeoutStopSec: a time in seconds is a number");
	CHECK_STR(annotation("TimeoutStopSec", "-1"), A "TimeoutStopSec: is no time in seconds");
	CHECK_STR(annotation("TimeoutStopSec", "uint64 18446744073709551615"),
		  A "TimeoutStopSec: is no time in seconds");
	CHECK_STR(annotation("TimeoutStopSec", "double 1e30"),
		  A "TimeoutStopSec: is no time in seconds");
	CHECK_STR(annotation("TimeoutStopSec", "[1]"),
		  A "TimeoutStopSec: a time in seconds is a number");
	CHECK_STR(annotation("X", "true"), A "X: is not the name of a property");
	CHECK_STR(annotation("", "true"), A ": is not the name of a property");
	CHECK_STR(annotation("A-b", "true"), A "A-b: is not the name of a property");
	CHECK_STR(annotation("Slice", "'x.slice'"), A "Slice: this property is bulkhead's own");
	CHECK_STR(annotation("PIDs", "[uint32 1]"), A "PIDs: this property is bulkhead's own");
	CHECK_STR(annotation("Delegate", "false"), A "Delegate: this property is bulkhead's own");
	arena_free(&arena);
}

/* Properties of limits: one text for each. */

static const char *list_text(const struct systemd_property *p, size_t n)
{
	AUTO_STRBUF out = STRBUF_INIT;

	for (size_t i = 0; i < n; i++, p++) {
		strbuf_addf(&out, "%s=", p->name);
		if (p->type[0] == 's')
			strbuf_adds(&out, p->text);
		else if (str_eq(p->type, "a(ss)"))
			for (size_t k = 0; k < p->n; k++)
				strbuf_addf(&out, "[%s %s]", p->texts[2 * k], p->texts[2 * k + 1]);
		else if (p->type[0] == 'a')
			for (size_t k = 0; k < p->n; k++)
				strbuf_addf(&out, "[%" PRIu64 "]", p->numbers[k]);
		else if (p->number == UINT64_MAX)
			strbuf_adds(&out, "infinity");
		else
			strbuf_addf(&out, "%" PRIu64, p->number);
		strbuf_addc(&out, ' ');
	}
	return arena_strdup(&arena, out.buf ? out.buf : "");
}

static const char *limits_text(const struct host_facts *f, struct spec_resources *r)
{
	const struct systemd_property *list;
	size_t n;

	CHECK_MSG(make(f, r, "/a") == 0, "%s", error.msg);
	CHECK_INT(systemd_limits(&plan, &arena, &list, &n, &error), 0);
	return list_text(list, n);
}

TEST(limits_as_properties)
{
	struct spec_memory m = {
		.limit = I64(1 << 20), .swap = I64(3 << 20), .reservation = I64(4096)};
	struct spec_cpu c = {.shares = U64(1024),
			     .quota = I64(12345),
			     .period = U64(50000),
			     .cpus = "0,9-10",
			     .mems = "1"};
	struct spec_pids p = {.limit = I64(7)};
	struct spec_resources r = {.memory = &m, .cpu = &c, .pids = &p};

	/* 24.69 %: systemd keeps 25 %. */
	CHECK_STR(limits_text(&host_v2, &r),
		  "TasksMax=7 MemoryMax=1048576 MemorySwapMax=2097152 MemoryLow=4096 CPUWeight=100 "
		  "AllowedCPUs=[1][6] AllowedMemoryNodes=[2] CPUQuotaPeriodUSec=50000 "
		  "CPUQuotaPerSecUSec=250000 ");
	CHECK_STR(limits_text(&host_v1, &r),
		  "TasksMax=7 MemoryLimit=1048576 CPUShares=1024 CPUQuotaPeriodUSec=50000 "
		  "CPUQuotaPerSecUSec=250000 ");
	m = (struct spec_memory){.limit = I64(-1)};
	c = (struct spec_cpu){.quota = I64(-1)};
	p.limit = I64(-1);
	CHECK_STR(limits_text(&host_v2, &r),
		  "TasksMax=infinity MemoryMax=infinity MemorySwapMax=infinity "
		  "CPUQuotaPeriodUSec=100000 CPUQuotaPerSecUSec=infinity ");
	r = (struct spec_resources){0};
	CHECK_STR(limits_text(&host_v2, &r), "");
	arena_free(&arena);
}

TEST(raw_files_as_properties)
{
	struct spec_pair u[] = {{"memory.high", "4096"},
				{"memory.min", "max"},
				{"pids.max", "5"},
				{"cpu.max", "max 100000"},
				{"memory.low", "1M"}};
	struct spec_resources r = {.unified = u, .n_unified = 5};

	CHECK_STR(limits_text(&host_v2, &r),
		  "MemoryHigh=4096 MemoryMin=infinity TasksMax=5 CPUQuotaPeriodUSec=100000 "
		  "CPUQuotaPerSecUSec=infinity ");
	arena_free(&arena);
}

/* The whole unit. */

TEST(a_scope)
{
	struct spec_device_cgroup rules[] = {
		{.allow = false, .access = "rwm"},
		{.allow = true, .type = "c", .major = I64(10), .minor = I64(229), .access = "rw"},
		{.allow = true, .type = "b", .major = I64(8), .access = "r"},
	};
	struct spec_resources r = {.devices = rules, .n_devices = 3};
	struct spec_linux l = {.cgroups_path = "a-b.slice:docker:x", .resources = &r};
	struct spec_pair annotations[] = {{SYSTEMD_ANNOTATION "TimeoutStopUSec", "uint64 9"},
					  {SYSTEMD_ANNOTATION "DefaultDependencies", "true"}};
	struct spec s = {.linux_ = &l, .annotations = annotations, .n_annotations = 2};
	struct host_facts f = host_v2;
	struct measures none = {.devices_listed = true};
	struct cgroup_plan p;
	struct err e = {0};

	f.systemd = (struct systemd_fact){.on = true, .root = "/lxc"};
	CHECK_MSG(cgroup_plan_make(&s, &none, &f, "x", &arena, &p, &e) == 0, "%s", e.msg);
	CHECK_STR(p.systemd.unit, "docker-x.scope");
	CHECK(str_eq(p.paths[0] + strlen(p.trees[0].mountpoint),
		     "/lxc/a.slice/a-b.slice/docker-x.scope"));
	CHECK_STR(list_text(p.systemd.properties, p.systemd.n_properties),
		  "Description=bulkhead container x Slice=a-b.slice Delegate=1 "
		  "DefaultDependencies=1 MemoryAccounting=1 CPUAccounting=1 TasksAccounting=1 "
		  "IOAccounting=1 DevicePolicy=strict "
		  "DeviceAllow=[/dev/char/10:229 rw][block-8 r] TimeoutStopUSec=9 ");
	rules[0].allow = true;
	r.n_devices = 1;
	CHECK_INT(cgroup_plan_make(&s, &none, &f, "x", &arena, &p, &e), 0);
	CHECK_HAS(list_text(p.systemd.properties, p.systemd.n_properties),
		  "DevicePolicy=auto DeviceAllow= ");
	f.systemd.on = false;
	CHECK_INT(cgroup_plan_make(&s, &none, &f, "x", &arena, &p, &e), 0);
	CHECK(!p.systemd.unit);
	arena_free(&arena);
}

/* Bytes. */

TEST(properties_have_the_bytes_of_a_sv)
{
	static const char *const texts[] = {"/dev/null", "rw"};
	static const uint64_t bits[] = {3};
	static const struct systemd_property list[] = {
		{.name = "B", .type = "b", .number = 1},
		{.name = "T", .type = "t", .number = 0x0102030405060708},
		{.name = "New", .type = "t", .since = 252},
		{.name = "D", .type = "a(ss)", .texts = texts, .n = 1},
		{.name = "Y", .type = "ay", .numbers = bits, .n = 1},
		{.name = "S", .type = "s", .text = "x"},
	};
	static const char want[] = "\xa0\0\0\0\0\0\0\0"
				   "\1\0\0\0B\0\1b\0\0\0\0\1\0\0\0"
				   "\1\0\0\0T\0\1t\0\0\0\0\0\0\0\0\x08\7\6\5\4\3\2\1"
				   "\1\0\0\0D\0\5a(ss)\0\0\0\0\x17\0\0\0\0\0\0\0"
				   "\x09\0\0\0/dev/null\0\0\0\2\0\0\0rw\0\0"
				   "\1\0\0\0Y\0\2ay\0\0\0\1\0\0\0\3\0\0\0\0\0\0\0"
				   "\1\0\0\0S\0\1s\0\0\0\0\1\0\0\0x\0\0\0\0\0\0\0"
				   "\4\0\0\0PIDs\0\2au\0\0\0\0\4\0\0\0\x2a";
	AUTO_STRBUF b = STRBUF_INIT;

	systemd_put_properties(&b, list, 6, 42, 244);
	CHECK(!b.failed);
	/* The literal's NUL is no byte of it, but the last three of the pid are. */
	for (size_t i = 0; i < sizeof(want) - 1 && i < b.len; i++)
		CHECK_MSG(b.buf[i] == want[i], "byte %zu is %02x", i, b.buf[i] & 0xff);
	CHECK_INT(b.len, sizeof(want) - 1 + 3);
	strbuf_free(&b);
	systemd_put_properties(&b, list + 2, 1, 0, 252);
	CHECK_INT(b.len, 8 + 24);
}
