/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_seccomp_profile.c: what of linux.seccomp is accepted, and what is said of the rest. */
#include <errno.h>
#include <linux/audit.h>
#include <seccomp.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "oci-spec/spec.h"
#include "plan/seccomp_abi.h"
#include "plan/seccomp_features.h"
#include "plan/seccomp_profile.h"
#include "plan/seccomp_rows.h"
#include "tests/unit/check.h"

static struct seccomp_profile made;

static int make(const struct spec_seccomp *s, struct arena *a, struct err *e)
{
	err_clear(e);
	return seccomp_profile_make(s, seccomp_abi_by_name("SCMP_ARCH_X86_64"), a, &made, e);
}

/* Checks @s with one syscalls entry; CHECKs the message when one is expected. */
static void expect(struct spec_seccomp s, const struct spec_syscall *call, const char *message)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	char *names[] = {(char *)"read"};
	struct spec_syscall own;
	struct err e = {0};
	int rc;

	if (call) {
		own = *call;
		if (!own.names) {
			own.names = names;
			own.n_names = 1;
		}
		s.syscalls = &own;
		s.n_syscalls = 1;
	}
	if (!s.default_action)
		s.default_action = "SCMP_ACT_ERRNO";
	rc = make(&s, &a, &e);
	if (!message) {
		CHECK_MSG(rc == 0, "%s", e.msg);
		return;
	}
	CHECK(rc < 0);
	CHECK_MSG(str_starts(e.msg, message), "\"%s\" instead of \"%s\"", e.msg, message);
	CHECK(strstr(message, "libseccomp does not") || e.kind == ERR_SPEC);
}

static const struct spec_seccomp none = {0};

TEST(actions)
{
	uint32_t zero = 0, top = 4094, beyond = 4095, word = 65535, more = 65536;

	for (size_t i = 0; seccomp_features_actions[i]; i++) {
		struct spec_syscall call = {.action = seccomp_features_actions[i]};

		expect(none, &call, NULL);
		expect((struct spec_seccomp){.default_action = seccomp_features_actions[i]}, NULL,
		       NULL);
		if (i > 0)
			CHECK(strcmp(seccomp_features_actions[i - 1], seccomp_features_actions[i]) <
			      0);
		call.errno_ret = &zero;
		expect(none, &call,
		       str_in(call.action,
			      (const char *const[]){"SCMP_ACT_ERRNO", "SCMP_ACT_TRACE", NULL})
			       ? NULL
			       : "/linux/seccomp/syscalls/0/errnoRet: SCMP_ACT_");
	}
	expect(none, &(struct spec_syscall){.action = "SCMP_ACT_ERRNO", .errno_ret = &top}, NULL);
	expect(none, &(struct spec_syscall){.action = "SCMP_ACT_ERRNO", .errno_ret = &beyond},
	       "/linux/seccomp/syscalls/0/errnoRet: 4095 is above 4094");
	expect(none, &(struct spec_syscall){.action = "SCMP_ACT_TRACE", .errno_ret = &word}, NULL);
	expect(none, &(struct spec_syscall){.action = "SCMP_ACT_TRACE", .errno_ret = &more},
	       "/linux/seccomp/syscalls/0/errnoRet: 65536 is above 65535");
	expect(none, &(struct spec_syscall){.action = "ALLOW"},
	       "/linux/seccomp/syscalls/0/action: unknown action \"ALLOW\"");
	expect(none, &(struct spec_syscall){.action = NULL},
	       "/linux/seccomp/syscalls/0/action: missing");
	expect((struct spec_seccomp){.default_action = "x"}, NULL,
	       "/linux/seccomp/defaultAction: unknown action");
	expect((struct spec_seccomp){.default_action = "SCMP_ACT_ALLOW", .default_errno_ret = &top},
	       NULL, "/linux/seccomp/defaultErrnoRet: SCMP_ACT_ALLOW takes no errno");
}

static size_t sorted_words(const char *const *words)
{
	size_t n = 0;

	for (; words[n]; n++)
		CHECK_MSG(n == 0 || strcmp(words[n - 1], words[n]) < 0, "%s", words[n]);
	return n;
}

/* What the runtime specification names. */
TEST(features_are_whole)
{
	CHECK_INT(sorted_words(seccomp_features_actions), 9);
	CHECK_INT(sorted_words(seccomp_features_operators), 7);
	CHECK_INT(sorted_words(seccomp_features_archs), 20);
	CHECK_INT(sorted_words(seccomp_features_known_flags), 4);
}

/* What the kernel's own number of a machine says of it (linux/audit.h). */
TEST(machines)
{
	enum { N32 = 0x20000000 };
	unsigned seen = 0;

	for (const struct seccomp_abi *abi = seccomp_abis; abi->name; abi++) {
		if (!abi->token)
			continue;
		bool x32 = strcmp(abi->name, "SCMP_ARCH_X32") == 0;
		CHECK_MSG(abi->is_64 == ((abi->audit & __AUDIT_ARCH_64BIT) && !(abi->audit & N32) &&
					 !x32),
			  "%s", abi->name);
		CHECK_MSG(abi->big_endian == !(abi->audit & __AUDIT_ARCH_LE), "%s", abi->name);
		CHECK(seccomp_abi_by_name(abi->name) == abi);
		CHECK(seccomp_abi_by_token(abi->token) == abi);
		int nr = seccomp_syscall_resolve_name_arch(abi->token, "read");
		/* MIPS begins at a thousand for each of its ABIs */
		uint32_t first = str_starts(abi->name, "SCMP_ARCH_MIPS")
					 ? (uint32_t)nr / 1000 * 1000
					 : (uint32_t)nr & SECCOMP_X32_BIT;
		CHECK_MSG(nr == __NR_SCMP_ERROR || abi->first_nr == first, "%s: read is %d",
			  abi->name, nr);
		seen++;
	}
	CHECK_INT(seen, 20);
	CHECK(!seccomp_abi_by_name("SCMP_ARCH_NONE"));
	CHECK(!seccomp_abi_by_token(12345));
	/* these are only known by name */
	static const char *const unusable[] = {"SCMP_ARCH_M68K", "SCMP_ARCH_SH", "SCMP_ARCH_SHEB"};
	for (size_t i = 0; i < 3; i++) {
		const struct seccomp_abi *abi = seccomp_abi_by_name(unusable[i]);
		CHECK_MSG(abi && !seccomp_abi_usable(abi), "%s", unusable[i]);
		CHECK_INT(abi->big_endian, i != 1);
	}
}

#define MACHINE(id, machine, ...)                                                                  \
	{                                                                                          \
		"SCMP_ARCH_" #id, machine,                                                         \
		{                                                                                  \
			__VA_ARGS__                                                                \
		}                                                                                  \
	}

/* Which ABIs the kernel of a machine serves, and which rows are for it. */
TEST(abis_of_machines)
{
	static const struct {
		const char *native;
		int machine;
		const char *others[2];
	} table[] = {
		MACHINE(X86_64, ON_X86, "SCMP_ARCH_X86", "SCMP_ARCH_X32"),
		MACHINE(X86, ON_X86, NULL),
		MACHINE(AARCH64, ON_ARM, "SCMP_ARCH_ARM"),
		MACHINE(ARM, ON_ARM, NULL),
		MACHINE(MIPS, ON_MIPS, NULL),
		MACHINE(MIPSEL, ON_MIPS, NULL),
		MACHINE(MIPS64, ON_MIPS, "SCMP_ARCH_MIPS", "SCMP_ARCH_MIPS64N32"),
		MACHINE(MIPS64N32, ON_MIPS, "SCMP_ARCH_MIPS", "SCMP_ARCH_MIPS64"),
		MACHINE(MIPSEL64, ON_MIPS, "SCMP_ARCH_MIPSEL", "SCMP_ARCH_MIPSEL64N32"),
		MACHINE(MIPSEL64N32, ON_MIPS, "SCMP_ARCH_MIPSEL", "SCMP_ARCH_MIPSEL64"),
		MACHINE(S390X, ON_S390, "SCMP_ARCH_S390"),
		MACHINE(S390, ON_S390, NULL),
		MACHINE(PPC64LE, ON_PPC64LE, NULL),
		MACHINE(RISCV64, ON_RISCV64, NULL),
		MACHINE(PPC, ON_OTHERS, NULL),
		MACHINE(PARISC, ON_OTHERS, NULL),
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct seccomp_profile p = {0};
		size_t n = 1 + !!table[i].others[0] + !!table[i].others[1];

		CHECK_MSG(seccomp_machine(seccomp_abi_by_name(table[i].native), &p) ==
				  table[i].machine,
			  "%s", table[i].native);
		CHECK_MSG(p.n_abis == n, "%s", table[i].native);
		CHECK_STR(p.abis[0]->name, table[i].native);
		for (size_t k = 1; k < n; k++)
			CHECK_STR(p.abis[k]->name, table[i].others[k - 1]);
	}
}

TEST(libseccomp_agrees_on_errno)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);

	CHECK_INT(seccomp_rule_add(ctx, SCMP_ACT_ERRNO(4094), 0, 0), 0);
	CHECK(seccomp_rule_add(ctx, SCMP_ACT_ERRNO(4095), 1, 0) < 0);
	seccomp_release(ctx);
}

TEST(verdicts)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	char *names[] = {(char *)"read"};
	uint32_t five = 5;
	struct spec_syscall calls[] = {
		{.names = names, .n_names = 1, .action = "SCMP_ACT_ERRNO"},
		{.names = names, .n_names = 1, .action = "SCMP_ACT_ERRNO", .errno_ret = &five},
		{.names = names, .n_names = 1, .action = "SCMP_ACT_TRACE"},
		{.names = names, .n_names = 1, .action = "SCMP_ACT_KILL"},
	};
	struct spec_seccomp s = {
		.default_action = "SCMP_ACT_TRAP", .syscalls = calls, .n_syscalls = 4};
	struct err e = {0};

	CHECK_INT(make(&s, &a, &e), 0);
	CHECK_INT(made.default_verdict, SCMP_ACT_TRAP);
	CHECK(made.enosys_above);
	CHECK_INT(made.n_rules, 4);
	CHECK_INT(made.rules[0].verdict, SCMP_ACT_ERRNO(EPERM));
	CHECK_INT(made.rules[1].verdict, SCMP_ACT_ERRNO(5));
	CHECK_INT(made.rules[2].verdict, SCMP_ACT_TRACE(EPERM));
	CHECK_INT(made.rules[3].verdict, SCMP_ACT_KILL_THREAD);
	for (size_t i = 0; i < 3; i++) {
		s.default_action = ((const char *const[]){"SCMP_ACT_ALLOW", "SCMP_ACT_LOG",
							  "SCMP_ACT_TRACE"})[i];
		CHECK_INT(make(&s, &a, &e), 0);
		CHECK(!made.enosys_above);
	}
}

TEST(conditions)
{
	struct spec_seccomp_arg arg = {.index = 5, .value = 1, .op = "SCMP_CMP_EQ"};
	struct spec_syscall call = {.action = "SCMP_ACT_ALLOW", .args = &arg, .n_args = 1};

	for (size_t i = 0; seccomp_features_operators[i]; i++) {
		arg.op = seccomp_features_operators[i];
		expect(none, &call, NULL);
		if (i > 0)
			CHECK(strcmp(seccomp_features_operators[i - 1], arg.op) < 0);
	}
	arg.op = "SCMP_CMP_LIKE";
	expect(none, &call,
	       "/linux/seccomp/syscalls/0/args/0/op: unknown operator \"SCMP_CMP_LIKE\"");
	arg.op = NULL;
	expect(none, &call, "/linux/seccomp/syscalls/0/args/0/op: unknown operator \"\"");
	arg.op = "SCMP_CMP_EQ";
	arg.index = 6;
	expect(none, &call, "/linux/seccomp/syscalls/0/args/0/index: 6 is above 5");
	arg.index = UINT32_MAX;
	expect(none, &call, "/linux/seccomp/syscalls/0/args/0/index: 4294967295 is above 5");
	expect(none,
	       &(struct spec_syscall){
		       .action = "SCMP_ACT_LOG", .names = (char *[]){(char *)""}, .n_names = 1},
	       "/linux/seccomp/syscalls/0/names/0: empty");
}

TEST(conditions_on_the_same_argument_are_alternatives)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	char *names[] = {(char *)"read"};
	struct spec_seccomp_arg args[] = {
		{.index = 2, .value = 1, .op = "SCMP_CMP_EQ"},
		{.index = 0, .value = 0xff, .value_two = 0x101, .op = "SCMP_CMP_MASKED_EQ"},
		{.index = 2, .value = 3, .op = "SCMP_CMP_GT"},
	};
	struct spec_syscall call = {.names = names,
				    .n_names = 1,
				    .action = "SCMP_ACT_ALLOW",
				    .args = args,
				    .n_args = 2};
	struct spec_seccomp s = {
		.default_action = "SCMP_ACT_ERRNO", .syscalls = &call, .n_syscalls = 1};
	struct err e = {0};

	/* different arguments: one rule, its conditions in the order of the arguments */
	CHECK_INT(make(&s, &a, &e), 0);
	CHECK_INT(made.n_rules, 1);
	CHECK_INT(made.rules[0].n_conds, 2);
	CHECK_INT(made.rules[0].conds[0].arg, 0);
	CHECK_INT(made.rules[0].conds[0].mask, 0xff);
	CHECK_INT(made.rules[0].conds[0].value, 1);
	CHECK_INT(made.rules[0].conds[1].arg, 2);
	CHECK(made.rules[0].conds[1].mask == UINT64_MAX);
	call.n_args = 3;
	CHECK_INT(make(&s, &a, &e), 0);
	CHECK_INT(made.n_rules, 3);
	for (size_t i = 0; i < 3; i++)
		CHECK_INT(made.rules[i].n_conds, 1);
}

TEST(architectures)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	char *archs[] = {(char *)"SCMP_ARCH_X86", (char *)"SCMP_ARCH_X86_64",
			 (char *)"SCMP_ARCH_X86"};
	struct spec_seccomp s = {
		.default_action = "SCMP_ACT_ERRNO", .architectures = archs, .n_architectures = 3};
	struct err e = {0};

	/* the native one first, each once */
	CHECK_INT(make(&s, &a, &e), 0);
	CHECK_INT(made.n_abis, 2);
	CHECK_STR(made.abis[0]->name, "SCMP_ARCH_X86_64");
	CHECK_STR(made.abis[1]->name, "SCMP_ARCH_X86");
	s.architectures = NULL;
	s.n_architectures = 0;
	CHECK_INT(make(&s, &a, &e), 0);
	CHECK_INT(made.n_abis, 1);
	s.architectures = archs;
	s.n_architectures = 1;
	archs[0] = (char *)"SCMP_ARCH_S390X";
	expect(s, NULL, "/linux/seccomp/architectures/0: SCMP_ARCH_S390X has another byte order");
	archs[0] = (char *)"SCMP_ARCH_VAX";
	expect(s, NULL, "/linux/seccomp/architectures/0: unknown architecture \"SCMP_ARCH_VAX\"");
	archs[0] = (char *)"x86";
	expect(s, NULL, "/linux/seccomp/architectures/0: unknown architecture \"x86\"");
	archs[0] = (char *)"SCMP_ARCH_SHEB";
	expect(s, NULL, "/linux/seccomp/architectures/0: libseccomp does not know SCMP_ARCH_SHEB");
	for (size_t i = 0; seccomp_features_archs[i]; i++) {
		const struct seccomp_abi *abi = seccomp_abi_by_name(seccomp_features_archs[i]);

		CHECK(abi && abi->token);
		archs[0] = (char *)abi->name;
		if (seccomp_abi_usable(abi) && !abi->big_endian)
			expect(s, NULL, NULL);
		if (i > 0)
			CHECK(strcmp(seccomp_features_archs[i - 1], abi->name) < 0);
	}
}

TEST(flags)
{
	char *flag[] = {NULL};
	struct spec_seccomp s = {.flags = flag, .n_flags = 1};

	for (size_t i = 0; seccomp_features_known_flags[i]; i++) {
		flag[0] = (char *)seccomp_features_known_flags[i];
		CHECK(seccomp_profile_flag(flag[0]));
		s.default_action = "SCMP_ACT_NOTIFY";
		expect(s, NULL, NULL);
		s.default_action = NULL;
		expect(s, NULL,
		       str_eq(flag[0], "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV")
			       ? "/linux/seccomp/flags/0: SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, "
				 "but no action is SCMP_ACT_NOTIFY"
			       : NULL);
	}
	flag[0] = (char *)"SECCOMP_FILTER_FLAG_NEW_LISTENER";
	expect(s, NULL, "/linux/seccomp/flags/0: unknown flag");
	flag[0] = NULL;
	expect(s, NULL, "/linux/seccomp/flags/0: unknown flag");
}
