/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Device rules: the reduction, the v1 lines and the v2 program against two references of their own:
 * the kernel's v1 controller replayed from the lines (security/device_cgroup.c), and the ordered
 * rules as written, where the last one that names a bit decides about it.
 */
#include "plan/devices_cgroup.h"

#include <linux/bpf.h>

#include "base/arena.h"
#include "base/err.h"
#include "oci-spec/spec.h"
#include "tests/unit/check.h"

static char c_type[] = "c", b_type[] = "b", a_type[] = "a", rwm[] = "rwm", rw[] = "rw";
static int64_t numbers[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10};

static struct arena arena;
static struct err error;

static int reduce(const struct spec_device_cgroup *rules, size_t n, struct devices_rules *ret)
{
	arena_free(&arena);
	err_clear(&error);
	size_t n_always;
	const struct spec_device_cgroup *always = devices_defaults(&n_always);

	return devices_rules_make(rules, n, always, n_always, &arena, ret, &error);
}

/* Runs the program; the few instructions that it may consist of. Returns -1 for anything else. */
static int64_t run_program(const struct bpf_insn *p, size_t n, const struct bpf_cgroup_dev_ctx *ctx)
{
	uint64_t reg[11] = {0};
	size_t steps = 0;

	for (size_t pc = 0; pc < n && steps <= n; pc++, steps++) {
		const struct bpf_insn *i = &p[pc];
		uint64_t imm = (uint64_t)(int64_t)i->imm;
		switch (i->code) {
		case BPF_LDX | BPF_W | BPF_MEM:
			if (i->src_reg != BPF_REG_1 || i->off < 0 || i->off > 8 || i->off % 4)
				return -1;
			reg[i->dst_reg] = ((const uint32_t *)ctx)[i->off / 4];
			break;
		case BPF_ALU64 | BPF_MOV | BPF_X:
			reg[i->dst_reg] = reg[i->src_reg];
			break;
		case BPF_ALU64 | BPF_MOV | BPF_K:
			reg[i->dst_reg] = imm;
			break;
		case BPF_ALU64 | BPF_AND | BPF_K:
			reg[i->dst_reg] &= imm;
			break;
		case BPF_ALU64 | BPF_RSH | BPF_K:
			reg[i->dst_reg] >>= imm;
			break;
		case BPF_JMP | BPF_JNE | BPF_K:
			pc += reg[i->dst_reg] != imm ? (size_t)i->off : 0;
			break;
		case BPF_JMP | BPF_JEQ | BPF_K:
			pc += reg[i->dst_reg] == imm ? (size_t)i->off : 0;
			break;
		case BPF_JMP | BPF_EXIT:
			return (int64_t)reg[0];
		default:
			return -1;
		}
	}
	return -1; /* fell off the end */
}

static int64_t ask_program(const struct devices_rules *r, char type, uint32_t major, uint32_t minor,
			   unsigned access)
{
	struct bpf_cgroup_dev_ctx ctx = {
		.access_type =
			access << 16 | (type == 'b' ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR),
		.major = major,
		.minor = minor,
	};
	struct bpf_insn *p;
	size_t n;

	if (devices_rules_program(r, &arena, &p, &n, &error) < 0)
		return -1;
	return run_program(p, n, &ctx);
}

/* The v1 controller: what it stores when the lines are written, and how it decides. */
struct v1_kernel {
	bool allow;
	struct {
		char type;
		unsigned major, minor, access;
	} list[256];
	size_t n;
};

#define V1_ANY (~0u)

static unsigned v1_number(const char **p)
{
	unsigned v;

	if (**p == '*') {
		(*p)++;
		return V1_ANY;
	}
	v = (unsigned)strtoul(*p, (char **)p, 10);
	return v;
}

static bool v1_write(struct v1_kernel *k, bool allow, const char *line)
{
	const char *p = line + 2;

	if (line[0] == 'a') {
		k->allow = allow;
		k->n = 0;
		return true;
	}
	if ((line[0] != 'c' && line[0] != 'b') || line[1] != ' ' || k->n == 256 ||
	    allow == k->allow)
		return false;
	k->list[k->n].type = line[0];
	k->list[k->n].major = v1_number(&p);
	if (*p++ != ':')
		return false;
	k->list[k->n].minor = v1_number(&p);
	if (*p++ != ' ')
		return false;
	k->list[k->n].access = 0;
	for (; *p; p++)
		k->list[k->n].access |= *p == 'r'   ? DEVICE_READ
					: *p == 'w' ? DEVICE_WRITE
						    : DEVICE_MKNOD;
	k->n++;
	return true;
}

static bool v1_decides(const struct v1_kernel *k, char type, unsigned major, unsigned minor,
		       unsigned access)
{
	for (size_t i = 0; i < k->n; i++) {
		if (k->list[i].type != type ||
		    (k->list[i].major != V1_ANY && k->list[i].major != major) ||
		    (k->list[i].minor != V1_ANY && k->list[i].minor != minor))
			continue;
		if (k->allow && (access & k->list[i].access))
			return false;
		if (!k->allow && (access & ~k->list[i].access) == 0)
			return true;
	}
	return k->allow;
}

static bool replay_v1(const struct devices_rules *r, struct v1_kernel *k)
{
	*k = (struct v1_kernel){.allow = true}; /* the hierarchy's root allows everything */
	if (!v1_write(k, r->default_allow, "a"))
		return false;
	for (size_t i = 0; i < r->n; i++) {
		const char *line = device_exception_line(&r->exceptions[i], &arena);
		if (!line || !v1_write(k, !r->default_allow, line))
			return false;
	}
	return true;
}

/* The rules as the specification words them, for one access bit. */
static bool last_rule_allows(const struct spec_device_cgroup *rules, size_t n, char type,
			     int64_t major, int64_t minor, char access)
{
	bool allow = false;

	for (size_t i = 0; i < n; i++) {
		const struct spec_device_cgroup *r = &rules[i];
		bool all = !r->type || r->type[0] == 'a';
		if ((!all && r->type[0] != type) ||
		    (r->major && *r->major >= 0 && *r->major != major) ||
		    (r->minor && *r->minor >= 0 && *r->minor != minor) ||
		    (r->access && !strchr(r->access, access)))
			continue;
		allow = r->allow;
	}
	return allow;
}

static bool is_builtin(char type, int64_t major, int64_t minor)
{
	return type == 'c' &&
	       ((major == 1 && (minor == 3 || minor == 5 || (minor >= 7 && minor <= 9))) ||
		(major == 5 && minor <= 2) || major == 136);
}

static uint32_t state = 20200507;

static unsigned roll(unsigned n)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state % n;
}

static void random_rule(struct spec_device_cgroup *r)
{
	static char access[][4] = {"r", "w", "m", "rw", "rm", "wm", "rwm", "rwm"};
	static char *types[] = {c_type, c_type, c_type, b_type, a_type, NULL};

	*r = (struct spec_device_cgroup){
		.allow = roll(3) > 0,
		.type = types[roll(6)],
		.major = roll(5) ? &numbers[1 + 4 * roll(2)] : NULL,
		.minor = roll(4) ? &numbers[roll(5)] : NULL,
		.access = access[roll(8)],
	};
}

/* What the program, the lines and devices_rules_allow() say about one request. */
static bool agree(const struct devices_rules *r, const struct v1_kernel *k, char type,
		  unsigned major, unsigned minor, unsigned access, bool *ret)
{
	*ret = devices_rules_allow(r, type, major, minor, access);
	return ask_program(r, type, major, minor, access) == (*ret ? 1 : 0) &&
	       v1_decides(k, type, major, minor, access) == *ret;
}

TEST(random_rules_decide_alike_everywhere)
{
	size_t made = 0, refused = 0, asked = 0;

	for (int round = 0; round < 3000; round++) {
		struct spec_device_cgroup rules[6];
		size_t n = roll(7);
		struct devices_rules r;
		struct v1_kernel k;
		for (size_t i = 0; i < n; i++)
			random_rule(&rules[i]);
		if (reduce(rules, n, &r) < 0) {
			CHECK_HAS(error.msg, "takes back a part of the wider rule");
			refused++;
			continue;
		}
		made++;
		CHECK(replay_v1(&r, &k));
		for (int q = 0; q < 40; q++, asked++) {
			char type = roll(3) ? 'c' : 'b';
			unsigned major = roll(7), minor = roll(6), access = 1 + roll(7);
			bool allow, want = true;
			CHECK_MSG(agree(&r, &k, type, major, minor, access, &allow),
				  "round %d: %c %u:%u %u", round, type, major, minor, access);
			if (is_builtin(type, major, minor))
				continue;
			for (unsigned bit = 0; bit < 3; bit++)
				if (access & (1u << bit))
					want = want && last_rule_allows(rules, n, type, major,
									minor, "mrw"[bit]);
			/* One bit: the same answer. Several: the kernel may refuse more, never
			 * less. */
			CHECK_MSG((access & (access - 1)) ? !allow || want : allow == want,
				  "round %d: %c %u:%u %u is %d", round, type, major, minor, access,
				  allow);
		}
	}
	CHECK_MSG(made > 500 && refused > 50 && asked > 10000, "%zu made, %zu refused", made,
		  refused);
	arena_free(&arena);
}

TEST(no_rules_leave_the_builtin_devices)
{
	struct devices_rules r;

	CHECK_INT(reduce(NULL, 0, &r), 0);
	CHECK(!r.default_allow);
	CHECK_INT(r.n, 8);
	CHECK(devices_rules_allow(&r, 'c', 1, 3, DEVICE_READ | DEVICE_WRITE));
	CHECK(devices_rules_allow(&r, 'c', 136, 77, DEVICE_READ));
	CHECK(!devices_rules_allow(&r, 'c', 1, 3, DEVICE_MKNOD));
	CHECK(!devices_rules_allow(&r, 'c', 10, 200, DEVICE_READ));
	CHECK(!devices_rules_allow(&r, 'b', 1, 3, DEVICE_READ));
	arena_free(&arena);
}

/* What dockerd 20.10 sends, hardened: lines in the kernel's own spelling, pointers kept. */
TEST(docker_default)
{
	const struct spec_device_cgroup rules[] = {
		{.allow = false, .access = rwm},
		{.allow = true,
		 .type = c_type,
		 .major = &numbers[1],
		 .minor = &numbers[5],
		 .access = rw},
		{.allow = true,
		 .type = c_type,
		 .major = &numbers[1],
		 .minor = &numbers[3],
		 .access = rw},
		{.allow = false,
		 .type = c_type,
		 .major = &numbers[10],
		 .minor = NULL,
		 .access = rwm},
	};
	struct devices_rules r;

	CHECK_INT(reduce(rules, 4, &r), 0);
	CHECK_INT(r.n, 8);
	CHECK_STR(device_exception_line(&r.exceptions[0], &arena), "c 1:5 rw");
	CHECK_STR(r.exceptions[0].pointer, "/linux/resources/devices/1");
	CHECK_STR(device_exception_line(&r.exceptions[7], &arena), "c 136:* rw");
	CHECK(r.exceptions[7].pointer == NULL);
	arena_free(&arena);
}

TEST(exceptions_of_one_device_merge)
{
	static char r_only[] = "r", m_only[] = "m";
	const struct spec_device_cgroup rules[] = {
		{.allow = true, .type = b_type, .major = &numbers[8], .access = r_only},
		{.allow = true, .type = b_type, .major = &numbers[8], .access = m_only},
	};
	struct devices_rules r;

	CHECK_INT(reduce(rules, 2, &r), 0);
	CHECK_STR(device_exception_line(&r.exceptions[0], &arena), "b 8:* rm");
	CHECK_INT(ask_program(&r, 'b', 8, 1, DEVICE_READ | DEVICE_MKNOD), 1);
	CHECK_INT(ask_program(&r, 'b', 8, 1, DEVICE_WRITE), 0);
	CHECK_INT(ask_program(&r, 'b', 9, 1, DEVICE_READ), 0);
	arena_free(&arena);
}

/* runc passes over it, and its own suite has it. */
TEST(an_a_among_the_letters_means_nothing)
{
	static char letters[] = "rwa";
	const struct spec_device_cgroup rule = {
		.allow = true, .type = b_type, .major = &numbers[8], .access = letters};
	struct devices_rules r;

	CHECK_INT(reduce(&rule, 1, &r), 0);
	CHECK_STR(device_exception_line(&r.exceptions[0], &arena), "b 8:* rw");
	CHECK_INT(ask_program(&r, 'b', 8, 1, DEVICE_MKNOD), 0);
	arena_free(&arena);
}

/* "a" with numbers is no "everything", whatever the v1 kernel makes of such a line. */
TEST(a_with_numbers_means_both_types)
{
	const struct spec_device_cgroup rules[] = {
		{.allow = true,
		 .type = a_type,
		 .major = &numbers[7],
		 .minor = &numbers[2],
		 .access = rwm},
	};
	struct devices_rules r;

	CHECK_INT(reduce(rules, 1, &r), 0);
	CHECK(!r.default_allow);
	CHECK(devices_rules_allow(&r, 'c', 7, 2, DEVICE_ACCESS));
	CHECK(devices_rules_allow(&r, 'b', 7, 2, DEVICE_ACCESS));
	CHECK(!devices_rules_allow(&r, 'b', 7, 3, DEVICE_READ));
	arena_free(&arena);
}

TEST(allow_everything_but)
{
	const struct spec_device_cgroup rules[] = {
		{.allow = true, .type = a_type, .access = rwm},
		{.allow = false, .type = c_type, .major = &numbers[10], .access = rwm},
	};
	struct devices_rules r;

	CHECK_INT(reduce(rules, 2, &r), 0);
	CHECK(r.default_allow);
	CHECK_INT(r.n, 1);
	CHECK_INT(ask_program(&r, 'c', 10, 1, DEVICE_READ), 0);
	CHECK_INT(ask_program(&r, 'c', 11, 1, DEVICE_READ | DEVICE_MKNOD), 1);
	CHECK_INT(ask_program(&r, 'b', 10, 1, DEVICE_READ), 1);
	arena_free(&arena);
}

static void refuse(const struct spec_device_cgroup *rule, const char *message)
{
	struct devices_rules r;

	CHECK_INT(reduce(rule, 1, &r) < 0, 1);
	CHECK_INT(error.kind, ERR_SPEC);
	CHECK_STR(error.msg, message);
	arena_free(&arena);
}

TEST(bad_rules)
{
	static char u_type[] = "u", bad_access[] = "rx", a_access[] = "a";
	static int64_t below = -2, above = INT64_C(4294967295);

	refuse(&(struct spec_device_cgroup){.allow = true, .type = u_type, .access = rw},
	       "/linux/resources/devices/0/type: expected \"a\", \"b\" or \"c\"");
	refuse(&(struct spec_device_cgroup){.allow = true, .type = c_type, .access = bad_access},
	       "/linux/resources/devices/0/access: expected letters of \"rwm\"");
	refuse(&(struct spec_device_cgroup){.type = c_type, .access = a_access},
	       "/linux/resources/devices/0/access: expected letters of \"rwm\"");
	refuse(&(struct spec_device_cgroup){.allow = true, .type = c_type},
	       "/linux/resources/devices/0/access: is needed to allow a device");
	refuse(
		&(struct spec_device_cgroup){
			.allow = true, .type = c_type, .major = &below, .access = rw},
		"/linux/resources/devices/0/major: expected -1 to 2147483647");
	static int64_t most = INT32_MAX, more = INT64_C(2147483648);
	struct devices_rules r;
	CHECK_INT(reduce(&(struct spec_device_cgroup){.allow = true,
						      .type = c_type,
						      .major = &most,
						      .minor = &most,
						      .access = rw},
			 1, &r),
		  0);
	refuse(
		&(struct spec_device_cgroup){
			.allow = true, .type = c_type, .minor = &more, .access = rw},
		"/linux/resources/devices/0/minor: expected -1 to 2147483647");
	/* 4294967295 is the kernel's "*": it must never get there as a number. */
	refuse(
		&(struct spec_device_cgroup){
			.allow = true, .type = c_type, .minor = &above, .access = rw},
		"/linux/resources/devices/0/minor: expected -1 to 2147483647");
}

TEST(too_many_rules)
{
	static struct spec_device_cgroup rules[2049];
	struct devices_rules r;

	CHECK(reduce(rules, 2049, &r) < 0);
	CHECK_HAS(error.msg, "more than 2048 rules");
	CHECK_INT(reduce(rules, 2048, &r), 0);
	arena_free(&arena);
}

TEST(what_a_container_always_has_is_a_list)
{
	struct spec_device_cgroup deny = {.allow = false, .access = rwm};
	struct spec_device_cgroup mine[] = {
		{true, c_type, &numbers[10], &numbers[2], rw},
		{true, b_type, &numbers[7], NULL, (char[]){"r"}},
	};
	struct devices_rules r;

	arena_free(&arena);
	CHECK_INT(devices_rules_make(&deny, 1, mine, 2, &arena, &r, &error), 0);
	CHECK_INT(r.n, 2);
	CHECK(!r.exceptions[0].pointer && !r.exceptions[1].pointer);
	CHECK(devices_rules_allow(&r, 'c', 10, 2, DEVICE_READ | DEVICE_WRITE));
	CHECK(devices_rules_allow(&r, 'b', 7, 99, DEVICE_READ));
	CHECK(!devices_rules_allow(&r, 'b', 7, 99, DEVICE_WRITE));
	CHECK(!devices_rules_allow(&r, 'c', 1, 3, DEVICE_READ));
	CHECK_INT(devices_rules_make(&deny, 1, NULL, 0, &arena, &r, &error), 0);
	CHECK_INT(r.n, 0);
	/* A rule of the document keeps its name; the default to allow needs no list. */
	CHECK_INT(devices_rules_make(mine, 1, mine, 1, &arena, &r, &error), 0);
	CHECK_INT(r.n, 1);
	CHECK_STR(r.exceptions[0].pointer, "/linux/resources/devices/0");
	struct spec_device_cgroup all = {.allow = true, .access = rwm};
	CHECK_INT(devices_rules_make(&all, 1, mine, 2, &arena, &r, &error), 0);
	CHECK(r.default_allow && r.n == 0);
}

TEST(a_list_that_is_none_is_an_error)
{
	struct spec_device_cgroup bad[] = {
		{false, c_type, &numbers[1], &numbers[3], rw},
		{true, NULL, NULL, NULL, rwm},
		{true, a_type, &numbers[1], NULL, rw},
		{true, c_type, &numbers[1], NULL, NULL},
		{true, c_type, &numbers[1], NULL, (char[]){"x"}},
	};
	struct devices_rules r;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		err_clear(&error);
		CHECK(devices_rules_make(NULL, 0, &bad[i], 1, &arena, &r, &error) < 0);
		CHECK(error.kind != ERR_NONE);
	}
}

/* What is denied is what is asked for: opening for nothing (O_PATH) asks for no access. */
TEST(no_access_at_all)
{
	const struct spec_device_cgroup rules[] = {
		{.allow = true, .type = a_type, .access = rwm},
		{.type = c_type, .major = &numbers[7], .minor = &numbers[8], .access = rwm},
		{.type = c_type, .major = &numbers[7], .minor = &numbers[9], .access = rw},
	};
	struct devices_rules r;

	CHECK_INT(reduce(rules, 3, &r), 0);
	CHECK(r.default_allow);
	for (uint32_t minor = 8; minor <= 9; minor++) {
		CHECK_INT(ask_program(&r, 'c', 7, minor, 0), 1);
		CHECK_INT(ask_program(&r, 'b', 7, minor, DEVICE_READ), 1);
		CHECK_INT(ask_program(&r, 'c', 7, minor, DEVICE_READ), 0);
		CHECK_INT(ask_program(&r, 'c', 7, minor, DEVICE_WRITE), 0);
		CHECK_INT(ask_program(&r, 'c', 7, minor, DEVICE_MKNOD), minor == 9);
	}
}
