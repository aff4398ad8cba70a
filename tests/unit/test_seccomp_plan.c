/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_seccomp_plan.c: the caller's filter and the built-in one, put together. */
#include <errno.h>
#include <linux/capability.h>
#include <seccomp.h>

#include "base/arena.h"
#include "base/err.h"
#include "harden/measures.h"
#include "host/facts.h"
#include "plan/seccomp.h"
#include "plan/seccomp_base.h"
#include "plan/seccomp_builtin.h"
#include "plan/seccomp_compile.h"
#include "tests/unit/bpf_sim.h"
#include "tests/unit/check.h"
#include "tests/unit/seccomp_oracle.h"
#include "tests/unit/seccomp_random.h"
#include "tests/unit/seccomp_rules.h"

/* What the built-in policy decides. */
static char *const denied_by_default[] = {(char *)(uintptr_t) "tty-injection", NULL};
static const struct measures builtin = {
	.seccomp_builtin = true,
	.seccomp_deny = (char **)(uintptr_t)denied_by_default,
	.n_seccomp_deny = 1,
};

#define CHROOT (1ull << CAP_SYS_CHROOT)
#define TTY    1u /* the set tty-injection */

static int fail_after = -1;

bool arena_test_fail(void)
{
	return fail_after >= 0 && fail_after-- == 0;
}

/* The kernel's rule for several filters (kernel/seccomp.c, seccomp_run_filters), newest first. */
static uint32_t strictest(const struct seccomp_plan *p, const struct seccomp_data *data)
{
	uint32_t verdict = SECCOMP_RET_ALLOW;

	for (size_t i = p->n; i-- > 0;) {
		uint32_t one = bpf_sim_run(p->filters[i].insns, data);

		if ((int32_t)(one & SECCOMP_RET_ACTION_FULL) <
		    (int32_t)(verdict & SECCOMP_RET_ACTION_FULL))
			verdict = one;
	}
	return verdict;
}

static void make(const struct spec_seccomp *s, uint64_t caps, struct arena *a,
		 struct seccomp_plan *p)
{
	struct err e = {0};

	CHECK_MSG(seccomp_plan_make(s, &builtin, caps, a, p, &e) == 0, "%s", e.msg);
	for (size_t i = 0; i < p->n; i++)
		CHECK(bpf_sim_valid(p->filters[i].insns, p->filters[i].n));
}

/* A profile that allows everything but what its @n rules say, each with its own verdict. */
static struct spec_seccomp *long_profile(size_t n, struct arena *a)
{
	static char *names[] = {(char *)"mmap", NULL};
	static uint32_t errnos[4000];
	struct spec_seccomp *s = arena_alloc(a, sizeof(*s));

	CHECK(s && n <= 4000);
	s->default_action = "SCMP_ACT_ALLOW";
	s->syscalls = arena_array(a, n, sizeof(*s->syscalls));
	s->n_syscalls = n;
	for (size_t i = 0; i < n; i++) {
		struct spec_seccomp_arg *arg = arena_alloc(a, sizeof(*arg));

		CHECK(s->syscalls && arg);
		errnos[i] = (uint32_t)i;
		*arg = (struct spec_seccomp_arg){.index = 1, .value = i, .op = "SCMP_CMP_EQ"};
		s->syscalls[i] = (struct spec_syscall){.names = names,
						       .n_names = 1,
						       .action = "SCMP_ACT_ERRNO",
						       .errno_ret = &errnos[i],
						       .args = arg,
						       .n_args = 1};
	}
	return s;
}

TEST(without_a_caller_the_prepared_program)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	const struct seccomp_builtin *with =
		seccomp_builtin_find(seccomp_arch_native(), CHROOT, TTY);
	struct seccomp_plan p;

	CHECK(with);
	make(NULL, CHROOT | 1ull << CAP_CHOWN, &a, &p);
	CHECK_INT(p.n, 1);
	CHECK(p.filters[0].insns == with->insns && p.filters[0].n == with->n_insns);
	CHECK_INT(p.filters[0].flags, 0);
	CHECK_STR(p.filters[0].source, "built-in");
	CHECK_INT(a.used, 0);
	make(NULL, 0, &a, &p);
	CHECK(p.filters[0].insns != with->insns);
}

/* Not by memcmp(3): there is padding behind the last member. */
static bool same_node(const struct seccomp_node *a, const struct seccomp_node *b)
{
	return a->k == b->k && a->mask == b->mask && a->yes == b->yes && a->no == b->no &&
	       a->word == b->word && a->test == b->test;
}

/* What the build prepared is what the same code makes now. */
TEST(prepared_is_as_compiled)
{
	const uint64_t variants[] = {0, CHROOT};

	for (size_t i = 0; i < 2; i++) {
		AUTO_ARENA struct arena a = ARENA_INIT;
		const struct seccomp_builtin *b =
			seccomp_builtin_find(seccomp_arch_native(), variants[i], TTY);
		struct seccomp_policy policy;
		struct seccomp_dag d;
		const struct sock_filter *insns;
		uint16_t n;

		seccomp_dag_init(&d, &a);
		CHECK(b);
		CHECK_INT(b->sets, TTY);
		CHECK_INT(seccomp_base_compile(seccomp_abi_by_token(b->native), variants[i], TTY,
					       &d, &policy, NULL),
			  0);
		CHECK_INT(d.n, b->n_nodes);
		for (size_t k = 0; k < d.n; k++)
			CHECK_MSG(same_node(&d.nodes[k], &b->nodes[k]), "node %zu", k);
		CHECK_INT(seccomp_policy_assemble(&policy, &d, &insns, &n), 0);
		CHECK_INT(n, b->n_insns);
		CHECK(memcmp(insns, b->insns, n * sizeof(*insns)) == 0);
	}
}

TEST(other_capabilities_are_compiled)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct seccomp_plan p;

	CHECK(!seccomp_builtin_find(seccomp_arch_native(), 1ull << CAP_SYS_BOOT, TTY));
	make(NULL, 1ull << CAP_SYS_BOOT, &a, &p);
	CHECK_INT(p.n, 1);
	CHECK(a.used > 0);
}

/* Each verdict must be the one that two loaded filters would have given. */
static void compare_merged(const struct spec_seccomp *s, uint64_t *state, struct arena *a)
{
	static const uint32_t bases[] = {0, SECCOMP_X32_BIT, 2 * SECCOMP_X32_BIT - 300,
					 3 * SECCOMP_X32_BIT - 300, 0u - 600};
	static const uint32_t archs[] = {SCMP_ARCH_X86_64, SCMP_ARCH_X86, SCMP_ARCH_AARCH64};
	const struct seccomp_abi *native = seccomp_abi_by_token(seccomp_arch_native());
	struct seccomp_plan merged, two = {.n = 2};
	struct seccomp_profile profile;
	struct seccomp_policy policy;
	struct seccomp_dag d;

	make(NULL, CHROOT, a, &merged);
	two.filters[0] = merged.filters[0];
	make(s, CHROOT, a, &merged);
	CHECK_INT(merged.n, 1);
	seccomp_dag_init(&d, a);
	CHECK_INT(seccomp_profile_make(s, native, a, &profile, NULL), 0);
	CHECK_INT(seccomp_compile(&profile, &d, &policy, NULL), 0);
	CHECK_INT(seccomp_policy_assemble(&policy, &d, &two.filters[1].insns, &two.filters[1].n),
		  0);
	for (size_t i = 0; i < sizeof(archs) / sizeof(archs[0]); i++)
		for (size_t j = 0; j < sizeof(bases) / sizeof(bases[0]); j++)
			for (uint32_t nr = bases[j]; nr != bases[j] + 600; nr++) {
				int rounds = bases[j] < 2 * SECCOMP_X32_BIT - 300 ? 8 : 1;

				while (rounds-- > 0) {
					struct seccomp_data data = {.nr = (int)nr,
								    .arch = archs[i]};

					random_args(s, state, &data);
					CHECK_MSG(strictest(&merged, &data) ==
							  strictest(&two, &data),
						  "arch %#x nr %#x", archs[i], nr);
				}
			}
}

TEST(merged_is_the_stricter_of_both)
{
	static const char *const x86[] = {"SCMP_ARCH_X86", "SCMP_ARCH_X32", NULL};
	static const char *const foreign[] = {"SCMP_ARCH_AARCH64", "SCMP_ARCH_X86", NULL};
	static const struct random_kind kinds[] = {
		{x86, 30, 1, 1}, {x86, 30, 2, 3}, {foreign, 10, 3, 3}, {x86, 0, 0, 1}};
	uint64_t state = 17;
	int merged = 0;

	for (int i = 0; i < 120; i++) {
		AUTO_ARENA struct arena a = ARENA_INIT;
		struct spec_seccomp *s = random_profile(&kinds[i % 4], &state, &a);
		struct seccomp_plan p;

		if (seccomp_plan_make(s, &builtin, 0, &a, &p, NULL) == -EEXIST)
			continue;
		compare_merged(s, &state, &a);
		merged++;
	}
	CHECK(merged > 60);
}

/* Each machine that only one of them knows meets what the other says of all the rest. */
TEST(policies_for_different_machines)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct seccomp_policy x = {0}, y = {0}, out;
	struct seccomp_dag d;

	seccomp_dag_init(&d, &a);
	uint16_t allow = seccomp_dag_ret(&d, SECCOMP_RET_ALLOW);
	uint16_t log = seccomp_dag_ret(&d, SECCOMP_RET_LOG);
	uint16_t trap = seccomp_dag_ret(&d, SECCOMP_RET_TRAP);
	uint16_t fail = seccomp_dag_ret(&d, SECCOMP_RET_ERRNO | 1);
	struct seccomp_range xr[] = {{0, allow}, {100, trap}}, yr[] = {{0, allow}, {50, fail}};

	x.other = log;
	y.other = fail;
	x.archs[x.n_archs++] = (struct seccomp_numbers){1, 2, xr};
	x.archs[x.n_archs++] = (struct seccomp_numbers){2, 2, xr};
	y.archs[y.n_archs++] = (struct seccomp_numbers){3, 2, yr};
	y.archs[y.n_archs++] = (struct seccomp_numbers){2, 2, yr};
	y.archs[y.n_archs++] = (struct seccomp_numbers){4, 1, yr};
	CHECK_INT(seccomp_policy_stricter(&x, &y, &d, &out), 0);
	CHECK_INT(out.other, fail);
	static const struct {
		uint32_t start[3];
		size_t n;
	} want[] = {{{0, 100}, 2}, {{0, 50, 100}, 3}, {{0, 50}, 2}, {{0}, 1}};
	const uint16_t nodes[][3] = {{fail, trap}, {allow, fail, trap}, {log, fail}, {log}};
	CHECK_INT(out.n_archs, 4);
	for (size_t i = 0; i < 4; i++) {
		CHECK_INT(out.archs[i].audit, i + 1);
		CHECK_INT(out.archs[i].n, want[i].n);
		for (size_t k = 0; k < want[i].n; k++) {
			CHECK_INT(out.archs[i].ranges[k].start, want[i].start[k]);
			CHECK_INT(out.archs[i].ranges[k].node, nodes[i][k]);
		}
	}
	/* as many as there can be, and one more */
	for (x.n_archs = 0; x.n_archs < SECCOMP_AUDITS_MAX; x.n_archs++)
		x.archs[x.n_archs] = (struct seccomp_numbers){x.n_archs + 10, 2, xr};
	y.n_archs = 0;
	CHECK_INT(seccomp_policy_stricter(&x, &y, &d, &out), 0);
	CHECK_INT(out.n_archs, SECCOMP_AUDITS_MAX);
	y.n_archs = 1;
	CHECK_INT(seccomp_policy_stricter(&x, &y, &d, &out), -E2BIG);
	x.n_archs = 0;
	d.failed = -ENOMEM;
	CHECK_INT(seccomp_policy_stricter(&x, &y, &d, &out), -ENOMEM);
}

/* Comparisons whose answer is known make no node. */
TEST(tests_that_are_not_made)
{
	static const struct {
		enum seccomp_test test;
		uint32_t mask, k;
		char want; /* 'y', 'n', or '?' for a node */
	} table[] = {
		{SECCOMP_EQ, 0xf0, 0x01, 'n'},	  {SECCOMP_EQ, 0xf0, 0x10, '?'},
		{SECCOMP_EQ, 0xf0, 0, '?'},	  {SECCOMP_EQ, 0, 0, 'y'},
		{SECCOMP_EQ, 0, 1, 'n'},	  {SECCOMP_GT, 0xf0, 0xf0, 'n'},
		{SECCOMP_GT, 0xf0, 0xf1, 'n'},	  {SECCOMP_GT, 0xf0, 0xef, '?'},
		{SECCOMP_GT, 0xf0, 0, '?'},	  {SECCOMP_GT, UINT32_MAX, UINT32_MAX, 'n'},
		{SECCOMP_GE, 0xf0, 0xf0, '?'},	  {SECCOMP_GE, 0xf0, 0xf1, 'n'},
		{SECCOMP_GE, 0xf0, 0, 'y'},	  {SECCOMP_GE, 0, 0, 'y'},
		{SECCOMP_GE, UINT32_MAX, 1, '?'},
	};
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct seccomp_dag d;

	seccomp_dag_init(&d, &a);
	uint16_t yes = seccomp_dag_ret(&d, SECCOMP_RET_ALLOW), no = seccomp_dag_ret(&d, 1);
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		uint16_t got = seccomp_dag_test(&d, SECCOMP_WORD_ARG0, table[i].mask, table[i].test,
						table[i].k, yes, no);
		CHECK_MSG((got == yes ? 'y' : got == no ? 'n' : '?') == table[i].want, "%zu", i);
		/* the same question is the same node */
		CHECK_INT(seccomp_dag_test(&d, SECCOMP_WORD_ARG0, table[i].mask, table[i].test,
					   table[i].k, yes, no),
			  got);
		CHECK_INT(seccomp_dag_test(&d, SECCOMP_WORD_ARG0, table[i].mask, table[i].test,
					   table[i].k, yes, yes),
			  yes);
	}
	CHECK_INT(d.failed, 0);
}

TEST(same_action_takes_the_callers_errno)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct spec_seccomp s = {.default_action = "SCMP_ACT_ERRNO"};
	uint32_t number = 77;
	struct seccomp_data data = {.nr = seccomp_syscall_resolve_name("keyctl"),
				    .arch = seccomp_arch_native()};
	struct seccomp_plan p;

	s.default_errno_ret = &number;
	make(&s, 0, &a, &p);
	CHECK_INT(strictest(&p, &data), SECCOMP_RET_ERRNO | 77);
	CHECK_STR(p.filters[0].source, "built-in+config");
	/* the stricter action, whoever asks for it */
	s.default_action = "SCMP_ACT_LOG";
	s.default_errno_ret = NULL;
	make(&s, 0, &a, &p);
	CHECK_INT(strictest(&p, &data), SECCOMP_RET_ERRNO | EPERM);
	s.default_action = "SCMP_ACT_KILL_PROCESS";
	make(&s, 0, &a, &p);
	CHECK(strictest(&p, &data) == SECCOMP_RET_KILL_PROCESS);
}

TEST(flags)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	char *words[] = {(char *)"SECCOMP_FILTER_FLAG_LOG", (char *)"SECCOMP_FILTER_FLAG_TSYNC",
			 (char *)"SECCOMP_FILTER_FLAG_SPEC_ALLOW"};
	struct spec_seccomp s = {.default_action = "SCMP_ACT_ALLOW", .flags = words};
	struct seccomp_plan p;

	make(&s, 0, &a, &p);
	CHECK_INT(p.filters[0].flags, 0);
	s.n_flags = 2;
	make(&s, 0, &a, &p);
	CHECK_INT(p.filters[0].flags, SECCOMP_FILTER_FLAG_LOG | SECCOMP_FILTER_FLAG_TSYNC);
	s.n_flags = 3;
	make(&s, 0, &a, &p);
	CHECK(p.filters[0].flags & SECCOMP_FILTER_FLAG_SPEC_ALLOW);
}

static char *some_names[] = {(char *)(uintptr_t) "mkdir", (char *)(uintptr_t) "keyctl", NULL};

/* A profile that asks about mkdir(2) and keyctl(2). */
static struct spec_seccomp asking(struct spec_syscall *call)
{
	*call = (struct spec_syscall){
		.names = some_names, .n_names = 2, .action = "SCMP_ACT_NOTIFY"};
	return (struct spec_seccomp){.default_action = "SCMP_ACT_ALLOW",
				     .listener_path = "/run/agent.sock",
				     .listener_metadata = "m",
				     .syscalls = call,
				     .n_syscalls = 1};
}

TEST(listener)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	char *words[] = {(char *)"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV",
			 (char *)"SECCOMP_FILTER_FLAG_TSYNC"};
	struct spec_syscall call;
	struct spec_seccomp s = asking(&call);
	struct seccomp_data data = {.nr = seccomp_syscall_resolve_name("mkdir"),
				    .arch = seccomp_arch_native()};
	struct seccomp_plan p;

	make(&s, 0, &a, &p);
	CHECK_STR(p.listener.path, "/run/agent.sock");
	CHECK_STR(p.listener.metadata, "m");
	CHECK_INT(p.filters[0].flags, SECCOMP_FILTER_FLAG_NEW_LISTENER);
	CHECK_INT(strictest(&p, &data), SECCOMP_RET_USER_NOTIF);
	/* what the built-in filter denies nobody is asked about */
	data.nr = seccomp_syscall_resolve_name("keyctl");
	CHECK_INT(strictest(&p, &data), SECCOMP_RET_ERRNO | EPERM);
	s.flags = words;
	s.n_flags = 2;
	make(&s, 0, &a, &p);
	CHECK_INT(p.filters[0].flags,
		  SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV |
			  SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_TSYNC_ESRCH);
	/* also where the rule names nothing that this machine has, and where nothing is asked */
	s.n_flags = 0;
	some_names[0] = some_names[1] = (char *)(uintptr_t) "no_such_call";
	make(&s, 0, &a, &p);
	CHECK(p.listener.path && p.filters[0].flags == SECCOMP_FILTER_FLAG_NEW_LISTENER);
	some_names[0] = (char *)(uintptr_t) "mkdir";
	some_names[1] = (char *)(uintptr_t) "keyctl";
	call.action = "SCMP_ACT_ERRNO";
	make(&s, 0, &a, &p);
	CHECK(!p.listener.path && p.filters[0].flags == 0);
	make(NULL, 0, &a, &p);
	CHECK(!p.listener.path);
	/* an agent may be asked about what nobody knows yet */
	s.default_action = "SCMP_ACT_NOTIFY";
	make(&s, 0, &a, &p);
	data.nr = seccomp_syscall_resolve_name("getpid");
	CHECK_INT(strictest(&p, &data), SECCOMP_RET_USER_NOTIF);
	s = asking(&call);
	s.default_action = "SCMP_ACT_NOTIFY";
	data.nr = 5000;
	CHECK_INT(seccomp_plan_make(&s, &(struct measures){0}, 0, &a, &p, NULL), 0);
	CHECK_INT(strictest(&p, &data), SECCOMP_RET_USER_NOTIF);
}

TEST(listener_path)
{
	static const char *const wrong[][2] = {
		{NULL, "/linux/seccomp/listenerPath: missing, and SCMP_ACT_NOTIFY needs it"},
		{"", "/linux/seccomp/listenerPath: missing"},
		{"run/agent.sock",
		 "/linux/seccomp/listenerPath: \"run/agent.sock\" is not absolute"},
		{"@agent", "/linux/seccomp/listenerPath: \"@agent\" is not absolute"},
	};
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct spec_syscall call;
	struct spec_seccomp s = asking(&call);
	struct seccomp_plan p;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct err e = {0};

		s.listener_path = wrong[i][0];
		CHECK_INT(seccomp_plan_make(&s, &builtin, 0, &a, &p, &e), -EINVAL);
		CHECK_INT(e.kind, ERR_SPEC);
		CHECK_HAS(e.msg, wrong[i][1]);
	}
}

/* The administrator's filter goes first and has no listener: a process can have one. */
TEST(listener_of_two_programs)
{
	for (size_t n = 1900; n < 2100; n++) {
		AUTO_ARENA struct arena a = ARENA_INIT;
		struct spec_seccomp *s = long_profile(n, &a);
		struct seccomp_plan p;

		s->listener_path = "/run/agent.sock";
		s->syscalls[0].action = "SCMP_ACT_NOTIFY";
		s->syscalls[0].errno_ret = NULL;
		CHECK_INT(seccomp_plan_make(s, &builtin, 0, &a, &p, NULL), 0);
		if (p.n == 1)
			continue;
		CHECK_INT(p.filters[0].flags, 0);
		CHECK_INT(p.filters[1].flags, SECCOMP_FILTER_FLAG_NEW_LISTENER);
		return;
	}
	CHECK(!"all of them fit into one program");
}

TEST(what_the_kernel_must_know)
{
	char *words[] = {(char *)"SECCOMP_FILTER_FLAG_LOG",
			 (char *)"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"};
	const struct spec_seccomp s = {.flags = words, .n_flags = 2};
	const struct seccomp_listener l = {.path = "/a"}, none = {0};
	struct host_facts f = {0};
	struct err e = {0};

	/* not looked for: a container that runs already */
	CHECK_INT(seccomp_listener_check(&s, &l, &f, &e), 0);
	f.seccomp_flags_known = true;
	CHECK_INT(seccomp_listener_check(NULL, &none, &f, &e), 0);
	CHECK_INT(seccomp_listener_check(&s, &l, &f, &e), -ENOTSUP);
	CHECK_INT(e.kind, ERR_HOST);
	CHECK_STR(e.msg,
		  "/linux/seccomp/flags/0: this kernel does not know SECCOMP_FILTER_FLAG_LOG");
	f.seccomp_flags = SECCOMP_FILTER_FLAG_LOG;
	err_clear(&e);
	CHECK_INT(seccomp_listener_check(&s, &l, &f, &e), -ENOTSUP);
	CHECK_HAS(e.msg, "/linux/seccomp/flags/1: this kernel does not know ");
	f.seccomp_flags |= SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
	err_clear(&e);
	CHECK_INT(seccomp_listener_check(&s, &l, &f, &e), -ENOTSUP);
	CHECK_HAS(e.msg, "/linux/seccomp/listenerPath: this kernel cannot notify a listener");
	CHECK_INT(seccomp_listener_check(&s, &none, &f, NULL), 0);
	f.seccomp_flags |= SECCOMP_FILTER_FLAG_NEW_LISTENER;
	CHECK_INT(seccomp_listener_check(&s, &l, &f, NULL), 0);
}

/* Jumps of more than 255 instructions, and programs near the limit. */
TEST(long_programs)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct spec_seccomp *s = long_profile(1500, &a);
	struct seccomp_data data = {.nr = seccomp_syscall_resolve_name("mmap"),
				    .arch = seccomp_arch_native()};
	struct seccomp_plan p;

	make(s, 0, &a, &p);
	CHECK_INT(p.n, 1);
	CHECK(p.filters[0].n > 3000);
	for (uint64_t i = 0; i < 1600; i++) {
		data.args[1] = i;
		CHECK_INT(strictest(&p, &data),
			  i < 1500 ? SECCOMP_RET_ERRNO | (uint32_t)i : SECCOMP_RET_ALLOW);
		data.args[1] = i | 1ull << 32;
		CHECK_INT(strictest(&p, &data), SECCOMP_RET_ALLOW);
	}
	data.nr = seccomp_syscall_resolve_name("keyctl");
	CHECK_INT(strictest(&p, &data), SECCOMP_RET_ERRNO | EPERM);
	data.nr = seccomp_syscall_resolve_name("write");
	CHECK_INT(strictest(&p, &data), SECCOMP_RET_ALLOW);
}

/* A caller's program that fits alone, but not together with the built-in one. */
TEST(two_programs_when_one_is_too_long)
{
	char *words[] = {(char *)"SECCOMP_FILTER_FLAG_SPEC_ALLOW"};
	bool apart = false;

	for (size_t n = 1900; n < 2100; n++) {
		AUTO_ARENA struct arena a = ARENA_INIT;
		struct spec_seccomp *s = long_profile(n, &a);
		struct seccomp_data data = {.nr = seccomp_syscall_resolve_name("mmap"),
					    .arch = seccomp_arch_native()};
		struct seccomp_plan p;
		struct err e = {0};

		s->flags = words;
		s->n_flags = 1;
		if (seccomp_plan_make(s, &builtin, 0, &a, &p, &e) < 0) {
			CHECK(apart);
			CHECK_INT(e.kind, ERR_SPEC);
			CHECK_HAS(e.msg, "/linux/seccomp: compiles to more than 4096 BPF");
			return;
		}
		if (p.n == 1)
			continue;
		apart = true;
		CHECK_STR(p.filters[0].source, "built-in");
		CHECK_STR(p.filters[1].source, "config");
		CHECK(p.filters[0].flags & p.filters[1].flags & SECCOMP_FILTER_FLAG_SPEC_ALLOW);
		CHECK(bpf_sim_valid(p.filters[1].insns, p.filters[1].n));
		data.args[1] = n - 1;
		CHECK_INT(strictest(&p, &data), SECCOMP_RET_ERRNO | (uint32_t)(n - 1));
		data.args[1] = n;
		CHECK_INT(strictest(&p, &data), SECCOMP_RET_ALLOW);
		data.nr = seccomp_syscall_resolve_name("bpf");
		CHECK_INT(strictest(&p, &data), SECCOMP_RET_ERRNO | EPERM);
	}
	CHECK(!"a profile of 2100 conditions fits");
}

TEST(hostile_profiles_end)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct spec_seccomp *s = long_profile(4000, &a);
	struct spec_seccomp_arg args[6];
	struct seccomp_plan p;
	struct err e = {0};

	CHECK_INT(seccomp_plan_make(s, &builtin, 0, &a, &p, &e), -E2BIG);
	/* six ordering tests make 189 links, a thousand of them too many */
	for (uint32_t i = 0; i < 6; i++)
		args[i] = (struct spec_seccomp_arg){.index = i, .op = "SCMP_CMP_GT"};
	for (size_t i = 0; i < s->n_syscalls; i++) {
		s->syscalls[i].args = args;
		s->syscalls[i].n_args = 6;
	}
	err_clear(&e);
	CHECK_INT(seccomp_plan_make(s, &builtin, 0, &a, &p, &e), -EEXIST);
	for (size_t i = 0; i < s->n_syscalls; i++)
		s->syscalls[i].errno_ret = NULL;
	err_clear(&e);
	CHECK_INT(seccomp_plan_make(s, &builtin, 0, &a, &p, &e), -E2BIG);
}

TEST(memory_runs_out)
{
	static const char *const archs[] = {"SCMP_ARCH_X86", "SCMP_ARCH_X32", NULL};
	const struct random_kind kind = {archs, 40, 3, 1};
	uint64_t state = 5;
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct spec_seccomp *s = random_profile(&kind, &state, &a);
	int failures = 0;

	for (int i = 0;; i++) {
		AUTO_ARENA struct arena own = ARENA_INIT;
		struct seccomp_plan p = {.n = 99};
		struct err e = {0};
		int rc;

		fail_after = i;
		rc = seccomp_plan_make(s, &builtin, 1ull << CAP_SYS_NICE, &own, &p, &e);
		if (rc == 0)
			break;
		CHECK_INT(rc, -ENOMEM);
		CHECK_INT(e.kind, ERR_SYSTEM);
		CHECK_INT(p.n, 99);
		failures++;
	}
	fail_after = -1;
	CHECK(failures > 20);
}
