/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * gen_spec.c: see gen_spec.h. The tables say which members there are and what values pass; this
 * file only adds strings that mean something (capabilities, mount options, paths into /proc), so
 * that rules which look at values meet values to look at.
 */
#include "gen_spec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "oci-spec/schema.h"
#include "oci-spec/spec.h"

struct gen {
	uint64_t *seed;
	struct arena *a;
	unsigned int density; /* chance of an optional member, in percent */
};

struct pool {
	const char *field; /* JSON name of the member whose values these are */
	const char *const *strings;
};

#define STRINGS(...)                                                                               \
	(const char *const[])                                                                      \
	{                                                                                          \
		__VA_ARGS__, NULL                                                                  \
	}
#define CAPS                                                                                       \
	STRINGS("CAP_CHOWN", "CAP_SYS_ADMIN", "CAP_NET_RAW", "CAP_KILL", "CAP_SETUID",             \
		"CAP_SETPCAP", "CAP_SYS_CHROOT", "CAP_MKNOD", "CAP_BPF", "CAP_NO_SUCH_THING",      \
		"chown")
#define PATHS                                                                                      \
	STRINGS("/", "/proc", "/proc/kcore", "/proc/sys", "/sys", "/sys/fs/cgroup", "/dev",        \
		"/dev/shm", "/dev/pts", "/dev/mqueue", "/etc/hosts", "/var/run/docker.sock",       \
		"/a/../../b", "relative/path", "/work dir/x", "/proc/self/fd/7", "/run")

static const struct pool pools[] = {
	{"bounding", CAPS},
	{"effective", CAPS},
	{"inheritable", CAPS},
	{"permitted", CAPS},
	{"ambient", CAPS},
	{"destination", PATHS},
	{"source", PATHS},
	{"path", PATHS},
	{"cwd", PATHS},
	{"maskedPaths", PATHS},
	{"readonlyPaths", PATHS},
	{"cgroupsPath", STRINGS("/docker/abc", "system.slice:docker:abc", "a-b.slice:c:d.slice",
				"rel/ative", "/../..")},
	{"options", STRINGS("ro", "rw", "rbind", "bind", "nosuid", "suid", "nodev", "dev", "noexec",
			    "exec", "rprivate", "rshared", "rslave", "size=64k", "mode=1777",
			    "idmap", "gid=5", "strictatime", "newinstance", "bogus=1", "remount",
			    "src-nofollow", "dest-nofollow", "copy-symlink", "unbindable", "ridmap",
			    "rro", "pidns=/proc/1/ns/pid")},
	{"env", STRINGS("PATH=/bin:/usr/bin", "HOME=/root", "TERM=xterm", "EMPTY=", "NOEQUALS")},
	{"args", STRINGS("sh", "/bin/true", "-c", "id", "a b", "")},
	{"sysctl", STRINGS("net.ipv4.ip_forward", "net.ipv4.ping_group_range", "kernel.shmmax",
			   "kernel.msgmax", "fs.mqueue.msg_max", "vm.overcommit_memory",
			   "kernel.core_pattern", "net/ipv4/ip_forward", "kernel.domainname")},
	{"annotations",
	 STRINGS("org.systemd.property.X", "org.systemd.property.TimeoutStopUSec",
		 "org.systemd.property.After", "run.oci.keep_original_groups", "a/b~c",
		 "io.kubernetes.cri.sandbox-id", "\"quoted\"", "new\nline")},
	{"unified", STRINGS("memory.max", "pids.max", "io.max", "cgroup.procs", "memory.high",
			    "../escape", "cpu.weight")},
	{"listenerPath", STRINGS("/run/agents/a.sock", "/run/agents/../b", "/tmp/c", "d", "@e")},
	{"timeOffsets", STRINGS("boottime", "monotonic", "realtime")},
	{"names", STRINGS("open", "mount", "clone3", "bpf", "ptrace", "no_such_call",
			  "io_uring_setup", "personality", "keyctl")},
	{"cpus", STRINGS("0", "0-1", "0-3,5", "x")},
	{"mems", STRINGS("0", "0-1", "x")},
	{"nodes", STRINGS("0", "0-1,3", "1023", "1024", "x")},
};

static const char *const any_strings[] = {
	"a",
	"",
	"some text",
	"with \"quotes\" and \\ backslash",
	"tab\tnewline\nreturn\rbell\a",
	"\x01\x1f\x7f",
	"\xc3\xa9\xe4\xb8\xad\xf0\x9f\x98\x80",
	"/slash~tilde",
	"null",
	"0",
	"forty characters, longer than a short one",
};

uint64_t gen_u64(uint64_t *seed)
{
	/* splitmix64: the public-domain generator by Sebastiano Vigna */
	uint64_t z = *seed += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

uint64_t gen_below(uint64_t *seed, uint64_t n)
{
	return n ? gen_u64(seed) % n : 0;
}

static void *get(struct gen *g, size_t n, size_t size)
{
	void *p = arena_array(g->a, n, size);

	if (!p)
		abort();
	return p;
}

static const char *pick(struct gen *g, const char *const *list)
{
	size_t n = 0;

	while (list[n])
		n++;
	return list[gen_below(g->seed, n)];
}

static const char *make_string(struct gen *g, const struct json_field *f)
{
	const char *s;

	if (f->values)
		return pick(g, f->values);
	if (f->pattern)
		return pick(g, f->pattern->samples);
	for (size_t i = 0; i < sizeof(pools) / sizeof(pools[0]); i++)
		if (strcmp(pools[i].field, f->name) == 0 && gen_below(g->seed, 8))
			return pick(g, pools[i].strings);
	do {
		s = any_strings[gen_below(g->seed, sizeof(any_strings) / sizeof(any_strings[0]))];
	} while (!*s && f->empty_null); /* the parser takes "" for absent there */
	return s;
}

/* Bounds, neighbours of bounds, small numbers, anything. */
static uint64_t make_number(struct gen *g, int64_t min, uint64_t max)
{
	uint64_t span = max - (uint64_t)min, off;

	switch (gen_below(g->seed, 6)) {
	case 0:
		return (uint64_t)min;
	case 1:
		return max;
	case 2:
		off = gen_below(g->seed, 3);
		return max - (off > span ? span : off);
	case 3:
		off = gen_u64(g->seed);
		return span == UINT64_MAX ? off : (uint64_t)min + off % (span + 1);
	default: /* around zero, where min allows it */
		off = gen_below(g->seed, 70000);
		return (uint64_t)(min > 0 ? min : 0) +
		       (off > max - (uint64_t)(min > 0 ? min : 0) ? 0 : off);
	}
}

static uint64_t number_for(struct gen *g, const struct json_field *f)
{
	if (f->ranged)
		return make_number(g, f->min, f->max);
	switch ((enum json_type)f->type) {
	case JSON_T_BOOL:
		return gen_below(g->seed, 2);
	case JSON_T_U16:
		return make_number(g, 0, UINT16_MAX);
	case JSON_T_U32:
	case JSON_T_U32S:
		return make_number(g, 0, UINT32_MAX);
	case JSON_T_I32:
		return make_number(g, INT32_MIN, INT32_MAX);
	case JSON_T_I64:
		return make_number(g, INT64_MIN, INT64_MAX);
	default:
		return make_number(g, 0, UINT64_MAX);
	}
}

static size_t number_size(const struct json_field *f)
{
	switch ((enum json_type)f->type) {
	case JSON_T_BOOL:
		return sizeof(bool);
	case JSON_T_U16:
		return sizeof(uint16_t);
	case JSON_T_U32:
	case JSON_T_I32:
	case JSON_T_U32S:
		return sizeof(uint32_t);
	default:
		return sizeof(uint64_t);
	}
}

static void put_number(struct gen *g, const struct json_field *f, void *to)
{
	uint64_t v = number_for(g, f);
	uint32_t v32 = (uint32_t)v;
	uint16_t v16 = (uint16_t)v;
	bool b = v & 1;

	switch (number_size(f)) {
	case sizeof(uint64_t):
		memcpy(to, &v, sizeof(v));
		break;
	case sizeof(uint32_t):
		memcpy(to, &v32, sizeof(v32));
		break;
	case sizeof(uint16_t):
		memcpy(to, &v16, sizeof(v16));
		break;
	default:
		memcpy(to, &b, sizeof(b));
	}
}

static void fill(struct gen *g, const struct json_schema *schema, void *obj);

static size_t element_size(const struct json_field *f)
{
	if (f->sub)
		return f->sub->size;
	if (f->type == JSON_T_STRS)
		return sizeof(char *);
	return f->type == JSON_T_MAP ? sizeof(struct spec_pair) : number_size(f);
}

/* A key that is not the one of another element. */
static const char *make_key(struct gen *g, const struct json_field *f, size_t i)
{
	if (f->key_pattern)
		return f->key_pattern->samples[i];
	const char *key =
		make_string(g, &(const struct json_field){.type = JSON_T_STR, .name = f->name});
	const char *s = arena_printf(g->a, i ? "%s%zu" : "%s", *key ? key : "k", i);

	if (!s)
		abort();
	return s;
}

static void put_element(struct gen *g, const struct json_field *f, size_t i, char *to)
{
	if (f->type == JSON_T_MAP || f->type == JSON_T_OBJ_MAP) {
		const char *key = make_key(g, f, i);

		memcpy(to, &key, sizeof(key));
	}
	if (f->type == JSON_T_STRS) {
		const char *text = make_string(g, f);

		memcpy(to, &text, sizeof(text));
	} else if (f->type == JSON_T_MAP) {
		((struct spec_pair *)(void *)to)->value = make_string(
			g, &(const struct json_field){
				   .type = JSON_T_STR, .name = "value", .pattern = f->pattern});
	} else if (f->sub) {
		fill(g, f->sub, to);
	} else {
		put_number(g, f, to);
	}
}

static void put_list(struct gen *g, const struct json_field *f, char *obj)
{
	size_t n = gen_below(g->seed, 5), size = element_size(f);

	for (size_t i = 0; f->key_pattern && i < n; i++)
		if (!f->key_pattern->samples[i])
			n = i;
	if (n == 0 && f->not_empty)
		n = 1;
	char *list = get(g, n + 1, size);

	for (size_t i = 0; i < n; i++)
		put_element(g, f, i, list + i * size);
	memcpy(obj + f->offset, &list, sizeof(list));
	memcpy(obj + f->count_offset, &n, sizeof(n));
}

static void put_field(struct gen *g, const struct json_field *f, char *obj)
{
	char *to = obj + f->offset;

	if (f->type >= JSON_T_STRS) {
		put_list(g, f, obj);
	} else if (f->type == JSON_T_STR) {
		const char *s = make_string(g, f);

		memcpy(to, &s, sizeof(s));
	} else if (f->type == JSON_T_OBJ) {
		void *sub = f->embedded ? to : get(g, 1, f->sub->size);

		fill(g, f->sub, sub);
		if (!f->embedded)
			memcpy(to, &sub, sizeof(sub));
	} else {
		void *room = f->by_pointer ? get(g, 1, number_size(f)) : to;

		put_number(g, f, room);
		if (f->by_pointer)
			memcpy(to, &room, sizeof(room));
	}
}

static void fill(struct gen *g, const struct json_schema *schema, void *obj)
{
	for (size_t i = 0; i < schema->n_fields; i++)
		if (schema->fields[i].required || gen_below(g->seed, 100) < g->density)
			put_field(g, &schema->fields[i], obj);
}

void gen_object(const struct json_schema *schema, uint64_t *seed, struct arena *a, void *obj)
{
	struct gen g = {seed, a, 60};

	fill(&g, schema, obj);
}

/* The rules of check.c: no rlimit and no namespace twice, device numbers. */
static void obey_rules(struct gen *g, struct spec *s)
{
	struct spec_process *p = s->process;
	struct spec_linux *l = s->linux_;
	size_t n = 0, j;

	for (size_t i = 0; p && i < p->n_rlimits; i++) {
		for (j = 0; j < n && strcmp(p->rlimits[j].type, p->rlimits[i].type) != 0; j++)
			;
		if (j == n)
			p->rlimits[n++] = p->rlimits[i];
	}
	if (p)
		p->n_rlimits = n;
	n = 0;
	for (size_t i = 0; l && i < l->n_namespaces; i++) {
		for (j = 0; j < n && strcmp(l->namespaces[j].type, l->namespaces[i].type) != 0; j++)
			;
		if (j == n)
			l->namespaces[n++] = l->namespaces[i];
	}
	if (l)
		l->n_namespaces = n;
	for (size_t i = 0; l && i < l->n_devices; i++) {
		if (!l->devices[i].major)
			l->devices[i].major = get(g, 1, sizeof(int64_t));
		if (!l->devices[i].minor)
			l->devices[i].minor = get(g, 1, sizeof(int64_t));
	}
}

struct spec *gen_spec(uint64_t *seed, struct arena *a)
{
	static const unsigned char densities[] = {15, 50, 85, 100};
	struct gen g = {seed, a, densities[gen_below(seed, sizeof(densities))]};
	struct spec *s = get(&g, 1, sizeof(*s));

	fill(&g, &spec_schema, s);
	obey_rules(&g, s);
	return s;
}
