/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_seccomp_compile.c: our compiler against libseccomp's, on random profiles. */
#include <errno.h>
#include <seccomp.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "base/str.h"
#include "plan/seccomp_compile.h"
#include "tests/unit/bpf_sim.h"
#include "tests/unit/check.h"
#include "tests/unit/seccomp_oracle.h"
#include "tests/unit/seccomp_random.h"
#include "tests/unit/seccomp_rules.h"

static const char *const x86[] = {"SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32", NULL};
static const char *const arm[] = {"SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM", NULL};
static const char *const others[] = {"SCMP_ARCH_PPC64LE",     "SCMP_ARCH_RISCV64",
				     "SCMP_ARCH_MIPSEL",      "SCMP_ARCH_MIPSEL64",
				     "SCMP_ARCH_MIPSEL64N32", NULL};
static const char *const s390[] = {"SCMP_ARCH_S390X", "SCMP_ARCH_S390", NULL};

struct program {
	const struct sock_filter *insns;
	uint16_t n;
};

static int compile(const struct spec_seccomp *s, const struct seccomp_abi *native, struct arena *a,
		   struct program *ret, struct err *e)
{
	struct seccomp_profile profile;
	struct seccomp_policy policy;
	struct seccomp_dag d;
	int rc;

	seccomp_dag_init(&d, a);
	rc = seccomp_profile_make(s, native, a, &profile, e);
	if (rc == 0)
		rc = seccomp_compile(&profile, &d, &policy, e);
	if (rc == 0)
		rc = seccomp_policy_assemble(&policy, &d, &ret->insns, &ret->n);
	return rc;
}

/* Which rules a call is subject to; NULL: another ABI than those of the profile. */
static const struct seccomp_abi *abi_of(const struct oracle *o, uint32_t arch, uint32_t nr)
{
	for (size_t i = 0; i < o->n_abis; i++) {
		const struct seccomp_abi *abi = o->abis[i].abi;
		bool x32 = nr & SECCOMP_X32_BIT && arch == SCMP_ARCH_X86_64;

		if (abi->audit == arch && (abi->token == SCMP_ARCH_X32) == x32)
			return abi;
	}
	return NULL;
}

struct tally {
	long runs, compiled, refused, miscompiled;
};

/*
 * One call with many arguments. libseccomp 2.5 miscompiles some rules of several conditions. A
 * difference is put down to that only when its program compares a word that it did not load, or
 * breaks a rule for this very call with some argument; ours must never.
 */
static void compare_call(const struct spec_seccomp *s, const struct oracle *o,
			 const struct program *p, uint32_t arch, uint32_t nr, uint64_t *state,
			 struct tally *t)
{
	const struct seccomp_abi *abi = abi_of(o, arch, nr);
	bool conditional = abi && rules_conditional(s, abi, nr);
	int rounds = conditional ? 60 : 1;
	long differ = 0, broken = 0;

	for (int i = 0; i < rounds; i++) {
		struct seccomp_data data = {.nr = (int)nr, .arch = arch};
		uint32_t ours, theirs;

		random_args(s, state, &data);
		ours = bpf_sim_run(p->insns, &data);
		theirs = oracle_run(o, &data);
		t->runs++;
		if (ours == theirs)
			continue;
		differ++;
		CHECK_MSG(conditional && rules_obeyed(s, abi, &data, ours),
			  "arch %#x nr %#x: ours %#x, libseccomp %#x", arch, nr, ours, theirs);
		broken += oracle_mixes(o, &data) || !rules_obeyed(s, abi, &data, theirs);
	}
	for (int i = 0; i < 20000 && differ && !broken; i++) {
		struct seccomp_data data = {.nr = (int)nr, .arch = arch};

		random_args(s, state, &data);
		broken += !rules_obeyed(s, abi, &data, oracle_run(o, &data));
	}
	CHECK_MSG(!differ || broken, "arch %#x nr %#x: another order among rules", arch, nr);
	t->miscompiled += differ != 0;
}

/* Every number that may matter: all tables, and both sides of all limits between them. */
static void compare_programs(const struct spec_seccomp *s, const struct oracle *o,
			     const struct program *p, uint64_t *state, struct tally *t)
{
	static const uint32_t edges[] = {0x40000000, 0x80000000, 0xc0000000, 0, 0x0f0003, 6000};

	for (size_t i = 0; i <= o->n_abis; i++) {
		uint32_t arch = i < o->n_abis ? o->abis[i].abi->audit : 0x1234;
		uint32_t first = i < o->n_abis ? o->abis[i].abi->first_nr : 0;

		for (uint32_t nr = first; nr < first + 600; nr++)
			compare_call(s, o, p, arch, nr, state, t);
		for (size_t j = 0; j < sizeof(edges) / sizeof(edges[0]); j++)
			for (uint32_t nr = edges[j] - 4; nr != edges[j] + 4; nr++)
				compare_call(s, o, p, arch, nr, state, t);
	}
}

/*
 * Rules for ipc(2) or socketcall(2) as such and for calls that go through it: libseccomp then lets
 * rules pass that contradict each other, which of the two counts depending on their order.
 */
static bool names_multiplexer(const struct spec_seccomp *s)
{
	for (size_t i = 0; i < s->n_syscalls; i++)
		for (size_t j = 0; j < s->syscalls[i].n_names; j++)
			if (str_eq(s->syscalls[i].names[j], "ipc") ||
			    str_eq(s->syscalls[i].names[j], "socketcall"))
				return true;
	return false;
}

static void compare(const char *const *archs, unsigned calls, unsigned args, unsigned actions,
		    unsigned profiles)
{
	const struct random_kind kind = {archs, calls, args, actions};
	const struct seccomp_abi *native = seccomp_abi_by_name(archs[0]);
	uint64_t state = calls * 1000 + args * 100 + actions;
	struct tally t = {0};

	for (unsigned i = 0; i < profiles; i++) {
		AUTO_ARENA struct arena a = ARENA_INIT;
		struct spec_seccomp *s = random_profile(&kind, &state, &a);
		struct program p;
		struct oracle o;
		struct err e = {0};
		int theirs = oracle_make(s, native, &o);
		int ours = compile(s, native, &a, &p, &e);

		CHECK_MSG((ours < 0) == (theirs < 0) || (ours == -EEXIST && names_multiplexer(s)),
			  "profile %u: ours %d %s, libseccomp %d", i, ours, e.msg, theirs);
		if (ours < 0 && theirs == 0)
			oracle_free(&o);
		if (ours < 0) {
			CHECK_INT(ours, -EEXIST);
			CHECK_HAS(e.msg, "/linux/seccomp/syscalls/");
			t.refused++;
			continue;
		}
		CHECK(bpf_sim_valid(p.insns, p.n));
		compare_programs(s, &o, &p, &state, &t);
		oracle_free(&o);
		t.compiled++;
	}
	printf("# %s: %ld programs, %ld calls compared; %ld profiles contradict themselves; "
	       "libseccomp miscompiles %ld calls\n",
	       archs[0], t.compiled, t.runs, t.refused, t.miscompiled);
	CHECK(t.compiled > profiles / 2);
	/* else the comparison would excuse too much */
	if (args <= 1)
		CHECK(t.miscompiled < t.compiled / 4);
}

TEST(rules_without_conditions)
{
	compare(x86, 12, 0, 1, 400);
	compare(x86, 12, 0, 4, 300);
}

TEST(rules_with_one_condition)
{
	compare(x86, 12, 1, 1, 300);
	compare(x86, 8, 1, 4, 300);
}

TEST(rules_with_many_conditions)
{
	compare(x86, 12, 3, 1, 200);
	compare(x86, 6, 6, 1, 200);
	compare(x86, 8, 3, 3, 200);
}

/* Which of two rules goes first when their conditions name the same value. */
TEST(conditions_on_the_same_value)
{
	static const char *const ops[] = {"SCMP_CMP_NE",       "SCMP_CMP_LT", "SCMP_CMP_LE",
					  "SCMP_CMP_EQ",       "SCMP_CMP_GE", "SCMP_CMP_GT",
					  "SCMP_CMP_MASKED_EQ"};
	static const uint64_t values[] = {5, 5ull << 32, 5ull << 32 | 5};
	const struct seccomp_abi *native = seccomp_abi_by_name("SCMP_ARCH_X86_64");
	char *archs[] = {(char *)(uintptr_t) "SCMP_ARCH_X86", NULL};
	char *names[] = {(char *)(uintptr_t) "read", NULL};
	uint32_t first = 1, second = 2;
	struct tally t = {0};
	uint64_t state = 5;

	for (unsigned i = 0; i < 7 * 7 * 3 * 2; i++) {
		AUTO_ARENA struct arena a = ARENA_INIT;
		uint64_t value = values[i / 49 % 3];
		struct spec_seccomp_arg one = {1, value, value, ops[i % 7]};
		struct spec_seccomp_arg two = {1, value, value, ops[i / 7 % 7]};
		struct spec_syscall calls[] = {{.names = names,
						.n_names = 1,
						.action = "SCMP_ACT_ERRNO",
						.errno_ret = &first,
						.args = &one,
						.n_args = 1},
					       {.names = names,
						.n_names = 1,
						.action = "SCMP_ACT_ERRNO",
						.errno_ret = i < 7 * 7 * 3 ? &second : &first,
						.args = &two,
						.n_args = 1}};
		struct spec_seccomp s = {.default_action = "SCMP_ACT_ALLOW",
					 .architectures = archs,
					 .n_architectures = 1,
					 .syscalls = calls,
					 .n_syscalls = 2};
		struct program p;
		struct oracle o;
		struct err e = {0};
		int theirs = oracle_make(&s, native, &o);
		int ours = compile(&s, native, &a, &p, &e);

		CHECK_MSG((ours < 0) == (theirs < 0), "%s %s: ours %d, libseccomp %d", one.op,
			  two.op, ours, theirs);
		if (ours < 0)
			continue;
		compare_call(&s, &o, &p, SCMP_ARCH_X86_64, 0, &state, &t);
		compare_call(&s, &o, &p, SCMP_ARCH_X86, 3, &state, &t);
		oracle_free(&o);
		t.compiled++;
	}
	CHECK(t.compiled > 7 * 7 * 3);
	CHECK_MSG(t.miscompiled < t.compiled / 4, "%ld", t.miscompiled);
}

TEST(long_profiles)
{
	/* beyond 32 objects runc asks libseccomp for a tree */
	compare(x86, 60, 1, 1, 60);
	compare(x86, 60, 1, 2, 60);
}

TEST(other_machines)
{
	compare(arm, 12, 2, 2, 200);
	compare(others, 12, 2, 2, 100);
}

/* s390's kernel has no call 0, and what a program asks for there is unknown to it (runc's stub). */
TEST(number_zero_of_s390)
{
	static const struct {
		const char *call;
		uint32_t nr;
	} calls[] = {{"exit", 1}, {"fork", 2}, {"read", 3}};
	static const char *const machines[] = {"SCMP_ARCH_S390", "SCMP_ARCH_S390X"};
	const uint32_t enosys = SECCOMP_RET_ERRNO | ENOSYS, otherwise = SECCOMP_RET_ERRNO | EPERM;

	for (size_t i = 0; i < 6; i++) {
		AUTO_ARENA struct arena a = ARENA_INIT;
		const struct seccomp_abi *native = seccomp_abi_by_name(machines[i / 3]);
		char *names[] = {(char *)(uintptr_t)calls[i % 3].call, NULL};
		struct spec_syscall rule = {
			.names = names, .n_names = 1, .action = "SCMP_ACT_ALLOW"};
		struct spec_seccomp s = {
			.default_action = "SCMP_ACT_ERRNO", .syscalls = &rule, .n_syscalls = 1};
		struct seccomp_data data = {.arch = native->audit};
		struct program p;
		struct err e = {0};

		CHECK_INT(compile(&s, native, &a, &p, &e), 0);
		for (data.nr = 0; data.nr < 6; data.nr++) {
			uint32_t nr = (uint32_t)data.nr;

			CHECK_INT(bpf_sim_run(p.insns, &data),
				  nr == 0 || nr > calls[i % 3].nr ? enosys
				  : nr == calls[i % 3].nr	  ? SECCOMP_RET_ALLOW
								  : otherwise);
		}
		/* a rule that repeats the default still names its call */
		rule.action = "SCMP_ACT_ERRNO";
		CHECK_INT(compile(&s, native, &a, &p, &e), 0);
		for (data.nr = 0; data.nr < 6; data.nr++) {
			uint32_t nr = (uint32_t)data.nr;

			CHECK_INT(bpf_sim_run(p.insns, &data),
				  nr == 0 || nr > calls[i % 3].nr ? enosys : otherwise);
		}
		/* under an action that lets unknown calls pass there is no such answer */
		s.default_action = "SCMP_ACT_LOG";
		CHECK_INT(compile(&s, native, &a, &p, &e), 0);
		data.nr = 0;
		CHECK_INT(bpf_sim_run(p.insns, &data), SECCOMP_RET_LOG);
	}
}

/* An ABI beside which the one of the same audit architecture is not allowed. */
TEST(x32_alone)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	char *archs[] = {(char *)(uintptr_t) "SCMP_ARCH_X32", NULL};
	struct spec_seccomp s = {
		.default_action = "SCMP_ACT_ALLOW", .architectures = archs, .n_architectures = 1};
	struct seccomp_data data = {.arch = SCMP_ARCH_X86_64};
	struct program p;
	struct err e = {0};

	CHECK_INT(compile(&s, seccomp_abi_by_name("SCMP_ARCH_X86"), &a, &p, &e), 0);
	CHECK_INT(bpf_sim_run(p.insns, &data), SECCOMP_RET_KILL_THREAD);
	data.nr = SECCOMP_X32_BIT - 1;
	CHECK_INT(bpf_sim_run(p.insns, &data), SECCOMP_RET_KILL_THREAD);
	data.nr = SECCOMP_X32_BIT;
	CHECK_INT(bpf_sim_run(p.insns, &data), SECCOMP_RET_ALLOW);
	data = (struct seccomp_data){.arch = SCMP_ARCH_X86};
	CHECK_INT(bpf_sim_run(p.insns, &data), SECCOMP_RET_ALLOW);
}

/* libseccomp on a little-endian machine makes no filter for big-endian ones: ask the rules. */
TEST(big_endian)
{
	const struct random_kind kind = {s390, 8, 3, 3};
	const struct seccomp_abi *native = seccomp_abi_by_name(s390[0]);
	uint64_t state = 390;
	long runs = 0;

	for (unsigned i = 0; i < 200; i++) {
		AUTO_ARENA struct arena a = ARENA_INIT;
		struct spec_seccomp *s = random_profile(&kind, &state, &a);
		struct program p;
		struct err e = {0};

		if (compile(s, native, &a, &p, &e) < 0)
			continue;
		CHECK(bpf_sim_valid(p.insns, p.n));
		for (uint32_t nr = 1; nr < 400; nr++) {
			int rounds = rules_conditional(s, native, nr) ? 50 : 1;

			for (int j = 0; j < rounds; j++, runs++) {
				struct seccomp_data data = {.nr = (int)nr, .arch = native->audit};
				struct seccomp_data memory;
				uint32_t verdict;

				random_args(s, &state, &data);
				memory = data;
				for (size_t k = 0; k < 6; k++)
					memory.args[k] = data.args[k] >> 32 | data.args[k] << 32;
				verdict = bpf_sim_run(p.insns, &memory);
				CHECK(verdict == (SECCOMP_RET_ERRNO | ENOSYS) ||
				      rules_obeyed(s, native, &data, verdict));
			}
		}
	}
	CHECK(runs > 100000);
}

/* Nodes that could not be made are an error at once, not only when they are put together. */
TEST(failed_nodes)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct spec_seccomp s = {.default_action = "SCMP_ACT_ALLOW"};
	struct seccomp_profile profile;
	struct seccomp_policy policy;
	struct seccomp_dag d;
	struct err e = {0};

	CHECK_INT(
		seccomp_profile_make(&s, seccomp_abi_by_name("SCMP_ARCH_X86_64"), &a, &profile, &e),
		0);
	seccomp_dag_init(&d, &a);
	d.failed = -E2BIG;
	CHECK_INT(seccomp_compile(&profile, &d, &policy, &e), -E2BIG);
}

/* The tables of multiplexed calls: libseccomp knows them, but tells only in this direction. */
TEST(doors_are_libseccomps)
{
	static const char *const calls[] = {
		"socket",      "bind",	     "connect",	   "listen",  "accept",	 "getsockname",
		"getpeername", "socketpair", "send",	   "recv",    "sendto",	 "recvfrom",
		"shutdown",    "setsockopt", "getsockopt", "sendmsg", "recvmsg", "accept4",
		"recvmmsg",    "sendmmsg",   "semop",	   "semget",  "semctl",	 "semtimedop",
		"msgsnd",      "msgrcv",     "msgget",	   "msgctl",  "shmat",	 "shmdt",
		"shmget",      "shmctl"};
	int muxed = 0;

	for (const struct seccomp_abi *abi = seccomp_abis; abi->name; abi++) {
		if (!abi->mux || !seccomp_abi_usable(abi))
			continue;
		for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
			struct seccomp_doors d = seccomp_abi_resolve(abi, calls[i]);
			const char *mux = i < 20 ? "socketcall" : "ipc";
			int64_t direct = -1;

			for (int nr = 0; nr < 500; nr++) {
				/* libseccomp 2.5 leaves the base of MIPS out here */
				char *name = seccomp_syscall_resolve_num_arch(abi->token, nr);

				if (str_eq(name, calls[i]))
					direct = nr + (int64_t)abi->first_nr;
				free(name);
			}
			CHECK_MSG(d.direct == direct, "%s %s: %lld, libseccomp %lld", abi->name,
				  calls[i], (long long)d.direct, (long long)direct);
			CHECK_INT(d.muxed, seccomp_syscall_resolve_name_arch(abi->token, mux));
			muxed++;
		}
	}
	CHECK(muxed > 100);
}

TEST(every_abi_resolves)
{
	int usable = 0;

	for (const struct seccomp_abi *abi = seccomp_abis; abi->name; abi++) {
		CHECK(seccomp_abi_by_name(abi->name) == abi);
		if (!seccomp_abi_usable(abi))
			continue;
		CHECK(seccomp_abi_by_token(abi->token) == abi);
		CHECK(seccomp_abi_resolve(abi, "read").direct >= (int64_t)abi->first_nr);
		CHECK_INT(seccomp_abi_resolve(abi, "no_such_call").known, -1);
		usable++;
	}
	CHECK(usable >= 19);
}
