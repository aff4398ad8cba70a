/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_seccomp_sets.c: the sets that a policy can deny, alone and together with profiles. What a
 * set denies is written down here once more, by hand.
 */
#include <errno.h>
#include <linux/sched.h>
#include <seccomp.h>

#include "base/arena.h"
#include "base/err.h"
#include "harden/measures.h"
#include "oci-spec/spec.h"
#include "plan/seccomp.h"
#include "plan/seccomp_abi.h"
#include "plan/seccomp_builtin.h"
#include "plan/seccomp_compile.h"
#include "plan/seccomp_sets.h"
#include "policy/names.h"
#include "tests/unit/bpf_sim.h"
#include "tests/unit/check.h"

#define ALLOW	   SECCOMP_RET_ALLOW
#define FAIL(code) (SECCOMP_RET_ERRNO | (code))
#define LEN(array) (sizeof(array) / sizeof((array)[0]))
#define ANY	   UINT64_MAX /* whatever the arguments are */

static int fail_after = -1;

bool arena_test_fail(void)
{
	return fail_after >= 0 && fail_after-- == 0;
}

static const struct expected {
	const char *set, *call;
	int arg;	/* whose value decides */
	uint64_t value; /* of it, or ANY */
	int code;
} expected[] = {
	{"tty-injection", "ioctl", 1, 0x5412, EPERM},
	{"tty-injection", "ioctl", 1, 0x541c, EPERM},
	{"io-uring", "io_uring_setup", 0, ANY, ENOSYS},
	{"io-uring", "io_uring_enter", 0, ANY, ENOSYS},
	{"io-uring", "io_uring_register", 0, ANY, ENOSYS},
	{"userfaultfd", "userfaultfd", 0, ANY, ENOSYS},
	{"keyring", "add_key", 0, ANY, ENOSYS},
	{"keyring", "request_key", 0, ANY, ENOSYS},
	{"keyring", "keyctl", 0, ANY, ENOSYS},
	{"ptrace", "ptrace", 0, ANY, EPERM},
	{"ptrace", "process_vm_readv", 0, ANY, EPERM},
	{"ptrace", "process_vm_writev", 0, ANY, EPERM},
	{"ptrace", "kcmp", 0, ANY, EPERM},
	{"ptrace", "pidfd_getfd", 0, ANY, EPERM},
	{"ptrace", "process_madvise", 0, ANY, EPERM},
	{"bpf", "bpf", 0, ANY, EPERM},
	{"perf", "perf_event_open", 0, ANY, EPERM},
	{"namespaces", "unshare", 0, ANY, EPERM},
	{"namespaces", "setns", 0, ANY, EPERM},
	{"namespaces", "clone3", 0, ANY, ENOSYS},
	{"namespaces", "clone", 0, CLONE_NEWNS, EPERM},
	{"namespaces", "clone", 0, CLONE_NEWCGROUP | CLONE_VM, EPERM},
	{"namespaces", "clone", 0, CLONE_NEWUTS | 17, EPERM},
	{"namespaces", "clone", 0, CLONE_NEWIPC, EPERM},
	{"namespaces", "clone", 0, CLONE_NEWUSER | 1ull << 40, EPERM},
	{"namespaces", "clone", 0, CLONE_NEWPID, EPERM},
	{"namespaces", "clone", 0, CLONE_NEWNET, EPERM},
	{"mounts", "mount", 0, ANY, EPERM},
	{"mounts", "umount2", 0, ANY, EPERM},
	{"mounts", "umount", 0, ANY, EPERM},
	{"mounts", "pivot_root", 0, ANY, EPERM},
	{"mounts", "move_mount", 0, ANY, EPERM},
	{"mounts", "open_tree", 0, ANY, EPERM},
	{"mounts", "mount_setattr", 0, ANY, EPERM},
	{"mounts", "fsopen", 0, ANY, EPERM},
	{"mounts", "fsconfig", 0, ANY, EPERM},
	{"mounts", "fsmount", 0, ANY, EPERM},
	{"mounts", "fspick", 0, ANY, EPERM},
	{"modules", "init_module", 0, ANY, EPERM},
	{"modules", "finit_module", 0, ANY, EPERM},
	{"modules", "delete_module", 0, ANY, EPERM},
	{"modules", "kexec_load", 0, ANY, EPERM},
	{"modules", "kexec_file_load", 0, ANY, EPERM},
	{"handles", "open_by_handle_at", 0, ANY, EPERM},
	{"handles", "name_to_handle_at", 0, ANY, EPERM},
	{"ldt", "modify_ldt", 0, ANY, ENOSYS},
	{"socket-alg", "socket", 0, 38, EAFNOSUPPORT},
	{"socket-vsock", "socket", 0, 40, EAFNOSUPPORT},
	{"socket-packet", "socket", 0, 17, EAFNOSUPPORT},
	{"socket-families", "socket", 0, 0, EAFNOSUPPORT},
	{"socket-families", "socket", 0, 3, EAFNOSUPPORT},
	{"socket-families", "socket", 0, 9, EAFNOSUPPORT},
	{"socket-families", "socket", 0, 11, EAFNOSUPPORT},
	{"socket-families", "socket", 0, 15, EAFNOSUPPORT},
	{"socket-families", "socket", 0, 17, EAFNOSUPPORT},
	{"socket-families", "socket", 0, 18, EAFNOSUPPORT},
	{"socket-families", "socket", 0, 30, EAFNOSUPPORT},
	{"socket-families", "socket", 0, 38, EAFNOSUPPORT},
	{"socket-families", "socket", 0, 40, EAFNOSUPPORT},
	{"socket-families", "socket", 0, 44, EAFNOSUPPORT},
	{"socket-families", "socketpair", 0, 30, EAFNOSUPPORT},
};

/* What must stay possible under every set at once. */
static const struct {
	const char *call;
	int arg;
	uint64_t value;
} spared[] = {
	{"read", 0, ANY},
	{"execve", 0, ANY},
	{"ioctl", 1, 0x5401},
	{"ioctl", 1, 0x5413},
	{"ioctl", 1, 0x541b},
	{"ioctl", 1, 0},
	{"ioctl", 0, 0x5412},
	{"socket", 0, 1},
	{"socket", 0, 2},
	{"socket", 0, 10},
	{"socket", 0, 16},
	{"socketpair", 0, 1},
	{"clone", 0, 17},
	{"clone", 0, CLONE_VM | CLONE_THREAD},
	{"clone", 1, CLONE_NEWUSER},
	{"prctl", 0, ANY},
	{"seccomp", 0, ANY},
	{"clone", 0, 0x80},
	{"bind", 0, ANY},
};

static const char *const x86_abis[] = {"SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"};

static const struct seccomp_abi *native_abi(void)
{
	return seccomp_abi_by_name("SCMP_ARCH_X86_64");
}

struct program {
	const struct sock_filter *insns;
	uint16_t n;
};

static struct program program_of(const struct seccomp_abi *native, uint32_t sets, struct arena *a)
{
	struct seccomp_profile profile;
	struct seccomp_policy policy;
	struct seccomp_dag d;
	struct program p;
	struct err e = {0};

	seccomp_dag_init(&d, a);
	CHECK_INT(seccomp_sets_make(native, sets, a, &profile), 0);
	CHECK_MSG(seccomp_compile(&profile, &d, &policy, &e) == 0, "%#x: %s", sets, e.msg);
	CHECK_INT(seccomp_policy_assemble(&policy, &d, &p.insns, &p.n), 0);
	CHECK(bpf_sim_valid(p.insns, p.n));
	return p;
}

static uint32_t verdict(const struct sock_filter *insns, const char *abi, const char *call, int arg,
			uint64_t value)
{
	const struct seccomp_abi *of = seccomp_abi_by_name(abi);
	struct seccomp_data data = {.nr = (int)seccomp_abi_resolve(of, call).direct,
				    .arch = of->audit};

	if (data.nr == -1)
		return UINT32_MAX; /* there is none: no verdict */
	data.args[arg] = value == ANY ? 0x1234 : value;
	return bpf_sim_run(insns, &data);
}

static uint32_t bit_of(const char *set)
{
	char *names[] = {(char *)(uintptr_t)set};
	uint32_t bit;

	CHECK_MSG(seccomp_sets_find(names, 1, &bit) == 0, "%s", set);
	return bit;
}

/* The verdict that the tables above demand of the sets; 0: they say nothing. */
static uint32_t wanted(uint32_t sets, const struct expected *x)
{
	for (size_t i = 0; i < LEN(expected); i++)
		if (strcmp(expected[i].call, x->call) == 0 && expected[i].value == x->value &&
		    sets & bit_of(expected[i].set))
			return FAIL((uint32_t)expected[i].code);
	return ALLOW;
}

static void check_sets(const struct sock_filter *insns, uint32_t sets)
{
	for (size_t j = 0; j < LEN(x86_abis); j++) {
		for (size_t i = 0; i < LEN(expected); i++) {
			const struct expected *x = &expected[i];
			uint32_t want = wanted(sets, x);
			uint32_t got = verdict(insns, x86_abis[j], x->call, x->arg, x->value);

			CHECK_MSG(got == want || got == UINT32_MAX, "%#x %s %s(%#llx): %#x, %#x",
				  sets, x86_abis[j], x->call, (unsigned long long)x->value, got,
				  want);
			if (x->value == ANY || got == UINT32_MAX)
				continue;
			/* the kernel reads an int, whatever is above it (CVE-2019-10063) */
			got = verdict(insns, x86_abis[j], x->call, x->arg, x->value | 7ull << 32);
			CHECK_MSG(got == want, "%#x %s %s: upper half", sets, x86_abis[j], x->call);
		}
		for (size_t i = 0; i < LEN(spared); i++)
			CHECK_MSG(verdict(insns, x86_abis[j], spared[i].call, spared[i].arg,
					  spared[i].value) == ALLOW,
				  "%#x %s %s(%#llx)", sets, x86_abis[j], spared[i].call,
				  (unsigned long long)spared[i].value);
	}
}

TEST(names_and_reasons)
{
	const char *why;
	size_t n = 0;

	for (; seccomp_set(n, &why); n++) {
		char *names[] = {(char *)(uintptr_t)seccomp_set(n, &why)};
		uint32_t bit;

		CHECK(strlen(why) > 10);
		CHECK_INT(seccomp_sets_find(names, 1, &bit), 0);
		CHECK_INT(bit, 1u << n);
		/* each is in the table above */
		size_t i = 0;
		while (i < LEN(expected) && strcmp(expected[i].set, names[0]) != 0)
			i++;
		CHECK_MSG(i < LEN(expected), "%s", names[0]);
	}
	CHECK_INT(n, 16);
}

/* What a policy file may say is what there is. */
TEST(a_policy_can_name_each)
{
	const char *why;
	size_t n = 0;

	for (; policy_seccomp_sets[n]; n++)
		(void)bit_of(policy_seccomp_sets[n]);
	CHECK(seccomp_set(n - 1, &why) && !seccomp_set(n, &why));
}

TEST(lists_of_names)
{
	char *names[] = {(char *)(uintptr_t) "bpf", (char *)(uintptr_t) "tty-injection",
			 (char *)(uintptr_t) "bpf", (char *)(uintptr_t) "BPF"};
	uint32_t sets = 77;

	CHECK_INT(seccomp_sets_find(names, 4, &sets), 4);
	CHECK_INT(sets, 77);
	CHECK_INT(seccomp_sets_find(names, 3, &sets), 0);
	CHECK_INT(sets, bit_of("bpf") | bit_of("tty-injection"));
	CHECK_INT(seccomp_sets_find(NULL, 0, &sets), 0);
	CHECK_INT(sets, 0);
}

TEST(each_set_alone)
{
	for (size_t i = 0; i < 16; i++) {
		AUTO_ARENA struct arena a = ARENA_INIT;

		check_sets(program_of(native_abi(), 1u << i, &a).insns, 1u << i);
	}
}

TEST(every_pair_and_all_at_once)
{
	for (size_t i = 0; i < 16; i++)
		for (size_t k = 0; k < i; k++) {
			AUTO_ARENA struct arena a = ARENA_INIT;
			uint32_t sets = 1u << i | 1u << k;

			check_sets(program_of(native_abi(), sets, &a).insns, sets);
		}
	AUTO_ARENA struct arena a = ARENA_INIT;
	check_sets(program_of(native_abi(), 0xffff, &a).insns, 0xffff);
	check_sets(program_of(native_abi(), 0, &a).insns, 0);
}

/* The family is behind a pointer there: the whole door is closed, and only that one. */
TEST(socketcall)
{
	static const char *const families[] = {"socket-alg", "socket-vsock", "socket-packet",
					       "socket-families"};

	for (size_t i = 0; i < LEN(families); i++) {
		AUTO_ARENA struct arena a = ARENA_INIT;
		struct program p = program_of(native_abi(), bit_of(families[i]), &a);
		bool pair = i == 3;

		for (uint64_t call = 1; call <= 20; call++)
			CHECK_MSG(verdict(p.insns, "SCMP_ARCH_X86", "socketcall", 0, call) ==
					  (call == 1 || (pair && call == 8) ? FAIL(EAFNOSUPPORT)
									    : ALLOW),
				  "%s: %llu", families[i], (unsigned long long)call);
	}
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct program p =
		program_of(native_abi(),
			   0xffff & ~(bit_of("socket-alg") | bit_of("socket-vsock") |
				      bit_of("socket-packet") | bit_of("socket-families")),
			   &a);
	CHECK_INT(verdict(p.insns, "SCMP_ARCH_X86", "socketcall", 0, 1), ALLOW);
}

TEST(other_machines)
{
	for (const struct seccomp_abi *abi = seccomp_abis; abi->name; abi++) {
		AUTO_ARENA struct arena a = ARENA_INIT;
		bool s390 = strstr(abi->name, "S390") != NULL;
		bool mips = strstr(abi->name, "MIPS") != NULL;
		/* where the simulated memory of this little-endian machine has the low word */
		uint64_t word = abi->big_endian ? 1ull << 32 : 1;

		if (!seccomp_abi_usable(abi) || abi->token == SCMP_ARCH_X32)
			continue;
		const struct sock_filter *p = program_of(abi, 0xffff, &a).insns;
		CHECK_INT(verdict(p, abi->name, "ioctl", 1, (mips ? 0x5472 : 0x5412) * word),
			  FAIL(EPERM));
		CHECK_INT(verdict(p, abi->name, "ioctl", 1, (mips ? 0x5483 : 0x541c) * word),
			  FAIL(EPERM));
		CHECK_INT(verdict(p, abi->name, "ioctl", 1, (mips ? 0x5412 : 0x5472) * word),
			  ALLOW);
		CHECK_INT(verdict(p, abi->name, "clone", s390, CLONE_NEWUSER * word), FAIL(EPERM));
		CHECK_INT(verdict(p, abi->name, "clone", !s390, CLONE_NEWUSER * word), ALLOW);
		CHECK_INT(verdict(p, abi->name, "socket", 0, 38 * word), FAIL(EAFNOSUPPORT));
		CHECK_INT(verdict(p, abi->name, "socket", 0, 2 * word), ALLOW);
		CHECK_INT(verdict(p, abi->name, "mount", 0, ANY), FAIL(EPERM));
		CHECK_INT(verdict(p, abi->name, "execve", 0, ANY), ALLOW);
	}
}

/* Names as a policy has them; at most four. */
static struct measures denying(bool builtin, const char *const *names)
{
	static char *list[5];
	struct measures m = {.seccomp_builtin = builtin, .seccomp_deny = list};

	for (; names[m.n_seccomp_deny]; m.n_seccomp_deny++)
		list[m.n_seccomp_deny] = (char *)(uintptr_t)names[m.n_seccomp_deny];
	return m;
}

static const struct sock_filter *plan_one(const struct spec_seccomp *caller,
					  const struct measures *m, const char *source,
					  struct arena *a)
{
	struct seccomp_plan p;
	struct err e = {0};

	CHECK_MSG(seccomp_plan_make(caller, m, 0, a, &p, &e) == 0, "%s", e.msg);
	CHECK_INT(p.n, 1);
	CHECK_STR(p.filters[0].source, source);
	CHECK(bpf_sim_valid(p.filters[0].insns, p.filters[0].n));
	return p.filters[0].insns;
}

#define NATIVE(insns, call, arg, value)                                                            \
	verdict(insns, seccomp_abi_by_token(seccomp_arch_native())->name, call, arg, value)

TEST(beside_the_built_in_profile)
{
	static const char *const none[] = {NULL},
				 *const more[] = {"tty-injection", "ptrace", "keyring", NULL},
				 *const other[] = {"ptrace", NULL};
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct measures m = denying(true, none);
	const struct sock_filter *p = plan_one(NULL, &m, "built-in", &a);

	/* nothing denied: the profile itself, without what the build put in */
	CHECK_INT(NATIVE(p, "ioctl", 1, 0x5412), ALLOW);
	CHECK_INT(NATIVE(p, "keyctl", 0, ANY), FAIL(EPERM));
	CHECK_INT(NATIVE(p, "ptrace", 0, ANY), ALLOW);
	/* more than what is prepared: the errno of the set */
	m = denying(true, more);
	p = plan_one(NULL, &m, "built-in", &a);
	CHECK_INT(NATIVE(p, "ioctl", 1, 0x5412), FAIL(EPERM));
	CHECK_INT(NATIVE(p, "keyctl", 0, ANY), FAIL(ENOSYS));
	CHECK_INT(NATIVE(p, "ptrace", 0, ANY), FAIL(EPERM));
	CHECK_INT(NATIVE(p, "bpf", 0, ANY), FAIL(EPERM));
	CHECK_INT(NATIVE(p, "read", 0, ANY), ALLOW);
	/* others than what is prepared */
	m = denying(true, other);
	p = plan_one(NULL, &m, "built-in", &a);
	CHECK_INT(NATIVE(p, "ioctl", 1, 0x5412), ALLOW);
	CHECK_INT(NATIVE(p, "ptrace", 0, ANY), FAIL(EPERM));
}

TEST(what_is_prepared_denies_no_more_than_asked)
{
	uint32_t native = seccomp_arch_native(), tty = bit_of("tty-injection");

	CHECK(seccomp_builtin_find(native, 0, tty));
	CHECK(seccomp_builtin_find(native, 0, 0xffff) == seccomp_builtin_find(native, 0, tty));
	CHECK(!seccomp_builtin_find(native, 0, 0));
	CHECK(!seccomp_builtin_find(native, 0, 0xffff & ~tty));
}

static uint32_t errno_77 = 77;

/* A profile that allows everything but one call. */
static struct spec_seccomp profile_without(const char *call)
{
	static char *names[2][1];
	static struct spec_syscall calls[2];
	static int n;

	n = !n;
	names[n][0] = (char *)(uintptr_t)call;
	calls[n] = (struct spec_syscall){.names = names[n],
					 .n_names = 1,
					 .action = "SCMP_ACT_ERRNO",
					 .errno_ret = &errno_77};
	return (struct spec_seccomp){
		.default_action = "SCMP_ACT_ALLOW", .syscalls = &calls[n], .n_syscalls = 1};
}

TEST(an_own_profile_takes_the_built_in_ones_place)
{
	static const char *const none[] = {NULL}, *const deny[] = {"ptrace", "io-uring", NULL};
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct spec_seccomp own = profile_without("mkdir"), caller = profile_without("rmdir");
	struct measures m = denying(false, none);

	m.seccomp_profile = &own;
	const struct sock_filter *p = plan_one(NULL, &m, "profile", &a);
	CHECK_INT(NATIVE(p, "mkdir", 0, ANY), FAIL(77));
	CHECK_INT(NATIVE(p, "ptrace", 0, ANY), ALLOW);
	CHECK_INT(NATIVE(p, "bpf", 0, ANY), ALLOW);
	p = plan_one(&caller, &m, "profile+config", &a);
	CHECK_INT(NATIVE(p, "mkdir", 0, ANY), FAIL(77));
	CHECK_INT(NATIVE(p, "rmdir", 0, ANY), FAIL(77));
	CHECK_INT(NATIVE(p, "bpf", 0, ANY), ALLOW);
	/* it wins over the built-in one, should both be said */
	m = denying(true, deny);
	m.seccomp_profile = &own;
	p = plan_one(&caller, &m, "profile+config", &a);
	CHECK_INT(NATIVE(p, "mkdir", 0, ANY), FAIL(77));
	CHECK_INT(NATIVE(p, "rmdir", 0, ANY), FAIL(77));
	CHECK_INT(NATIVE(p, "ptrace", 0, ANY), FAIL(EPERM));
	CHECK_INT(NATIVE(p, "io_uring_setup", 0, ANY), FAIL(ENOSYS));
	CHECK_INT(NATIVE(p, "bpf", 0, ANY), ALLOW);
}

TEST(sets_alone)
{
	static const char *const none[] = {NULL}, *const deny[] = {"ptrace", NULL};
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct spec_seccomp caller = profile_without("mkdir");
	struct measures m = denying(false, deny);
	struct seccomp_plan plan;
	const struct sock_filter *p = plan_one(NULL, &m, "sets", &a);

	CHECK_INT(NATIVE(p, "ptrace", 0, ANY), FAIL(EPERM));
	CHECK_INT(NATIVE(p, "bpf", 0, ANY), ALLOW);
#ifdef __x86_64__
	CHECK_INT(verdict(p, "SCMP_ARCH_X86", "ptrace", 0, ANY), FAIL(EPERM));
	CHECK_INT(verdict(p, "SCMP_ARCH_X86", "read", 0, ANY), ALLOW);
#endif
	p = plan_one(&caller, &m, "sets+config", &a);
	CHECK_INT(NATIVE(p, "ptrace", 0, ANY), FAIL(EPERM));
	CHECK_INT(NATIVE(p, "mkdir", 0, ANY), FAIL(77));
	m = denying(false, none);
	p = plan_one(&caller, &m, "config", &a);
	CHECK_INT(NATIVE(p, "ptrace", 0, ANY), ALLOW);
	CHECK_INT(NATIVE(p, "mkdir", 0, ANY), FAIL(77));
	CHECK_INT(seccomp_plan_make(NULL, &m, 0, &a, &plan, NULL), 0);
	CHECK_INT(plan.n, 0);
}

static uint32_t flags_of(const struct spec_seccomp *caller, const struct spec_seccomp *own,
			 bool builtin)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct measures m = {.seccomp_builtin = builtin,
			     .seccomp_profile = (struct spec_seccomp *)(uintptr_t)own};
	struct seccomp_plan p;
	struct err e = {0};

	CHECK_MSG(seccomp_plan_make(caller, &m, 0, &a, &p, &e) == 0, "%s", e.msg);
	return p.filters[0].flags;
}

TEST(flags_of_all_parts)
{
	char *spec_log[] = {(char *)(uintptr_t) "SECCOMP_FILTER_FLAG_SPEC_ALLOW",
			    (char *)(uintptr_t) "SECCOMP_FILTER_FLAG_LOG"};
	char *sync[] = {(char *)(uintptr_t) "SECCOMP_FILTER_FLAG_TSYNC"};
	const uint32_t spec = SECCOMP_FILTER_FLAG_SPEC_ALLOW, log = SECCOMP_FILTER_FLAG_LOG,
		       tsync = SECCOMP_FILTER_FLAG_TSYNC;
	struct spec_seccomp both = profile_without("mkdir"), one = both;

	both.flags = spec_log;
	both.n_flags = 2;
	one.flags = sync;
	one.n_flags = 1;
	CHECK_INT(flags_of(&both, NULL, true), spec | log);
	CHECK_INT(flags_of(NULL, &both, false), log);
	CHECK_INT(flags_of(&one, NULL, true), tsync);
	CHECK_INT(flags_of(&both, &one, false), log | tsync);
	CHECK_INT(flags_of(&one, &both, false), log | tsync);
	CHECK_INT(flags_of(&both, &both, false), spec | log);
	CHECK_INT(flags_of(NULL, NULL, true), 0);
}

static void check_mistake(const struct spec_seccomp *caller, const struct measures *m,
			  const char *part)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct seccomp_plan p = {.n = 9};
	struct err e = {0};

	CHECK(seccomp_plan_make(caller, m, 0, &a, &p, &e) < 0);
	CHECK_INT(e.kind, ERR_POLICY);
	CHECK(strncmp(e.msg, "policy: seccomp: ", 17) == 0);
	CHECK_HAS(e.msg, part);
	CHECK_INT(p.n, 9);
}

/* A profile of @n conditions on one call, each with its own verdict. */
static struct spec_seccomp *long_profile(size_t n, struct arena *a)
{
	static char *names[] = {(char *)(uintptr_t) "mmap"};
	struct spec_seccomp *s = arena_alloc(a, sizeof(*s));
	struct spec_seccomp_arg *args = arena_array(a, n, sizeof(*args));
	uint32_t *errnos = arena_array(a, n, sizeof(*errnos));

	s->default_action = "SCMP_ACT_ALLOW";
	s->syscalls = arena_array(a, n, sizeof(*s->syscalls));
	for (; s->n_syscalls < n; s->n_syscalls++) {
		size_t i = s->n_syscalls;

		errnos[i] = (uint32_t)i;
		args[i] = (struct spec_seccomp_arg){.index = 1, .value = i, .op = "SCMP_CMP_EQ"};
		s->syscalls[i] = (struct spec_syscall){.names = names,
						       .n_names = 1,
						       .action = "SCMP_ACT_ERRNO",
						       .errno_ret = &errnos[i],
						       .args = &args[i],
						       .n_args = 1};
	}
	return s;
}

TEST(mistakes_of_the_policy_are_the_policys)
{
	static const char *const wrong[] = {"ptrace", "no-such", NULL}, *const none[] = {NULL};
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct spec_seccomp caller = profile_without("mkdir"),
			    own = {.default_action = "SCMP_ACT_X"};
	struct measures m = denying(true, wrong);

	check_mistake(NULL, &m, "no set of system calls named \"no-such\"");
	m = denying(false, none);
	m.seccomp_profile = &own;
	check_mistake(NULL, &m, "own profile: /linux/seccomp/defaultAction: unknown action");
	check_mistake(&caller, &m, "own profile: /linux/seccomp/defaultAction: unknown action");
	own.default_action = "SCMP_ACT_NOTIFY";
	check_mistake(NULL, &m, "own profile: SCMP_ACT_NOTIFY needs a listener");
	/* rules that contradict each other, and too many of them */
	m.seccomp_profile = long_profile(2, &a);
	m.seccomp_profile->syscalls[1].args = m.seccomp_profile->syscalls[0].args;
	check_mistake(NULL, &m, "contradicts an earlier rule");
	m.seccomp_profile = long_profile(4000, &a);
	check_mistake(NULL, &m, "more than a program can hold");
}

TEST(two_programs_with_an_own_profile)
{
	static const char *const deny[] = {"ptrace", NULL};
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct spec_seccomp *caller = long_profile(1300, &a);
	struct measures m = denying(false, deny);
	struct seccomp_plan p;
	struct err e = {0};

	m.seccomp_profile = long_profile(1300, &a);
	for (size_t i = 0; i < caller->n_syscalls; i++)
		caller->syscalls[i].args->index = 2;
	CHECK_MSG(seccomp_plan_make(caller, &m, 0, &a, &p, &e) == 0, "%s", e.msg);
	CHECK_INT(p.n, 2);
	CHECK_STR(p.filters[0].source, "profile");
	CHECK_STR(p.filters[1].source, "config");
	CHECK_INT(NATIVE(p.filters[0].insns, "ptrace", 0, ANY), FAIL(EPERM));
	CHECK_INT(NATIVE(p.filters[1].insns, "ptrace", 0, ANY), ALLOW);
}

TEST(memory_runs_out)
{
	static const char *const deny[] = {"ptrace", "socket-families", NULL};
	struct spec_seccomp own = profile_without("mkdir"), caller = profile_without("rmdir");
	struct measures kinds[3] = {denying(true, deny), denying(false, deny),
				    denying(false, deny)};

	kinds[2].seccomp_profile = &own;
	for (size_t k = 0; k < 6; k++) {
		int failures = 0;

		for (int i = 0;; i++) {
			AUTO_ARENA struct arena a = ARENA_INIT;
			struct seccomp_plan p = {.n = 99};
			struct err e = {0};

			fail_after = i;
			int rc = seccomp_plan_make(k < 3 ? NULL : &caller, &kinds[k % 3], 0, &a, &p,
						   &e);
			if (rc == 0)
				break;
			CHECK_MSG(rc == -ENOMEM, "kind %zu, allocation %d: %d %s", k, i, rc, e.msg);
			CHECK_INT(e.kind, ERR_SYSTEM);
			CHECK_INT(p.n, 99);
			failures++;
		}
		fail_after = -1;
		CHECK(failures > 10);
	}
}
