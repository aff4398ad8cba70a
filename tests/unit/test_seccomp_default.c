/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_seccomp_default.c: what the built-in profile allows and denies, call by call. */
#include <errno.h>
#include <linux/capability.h>
#include <sched.h>
#include <seccomp.h>

#include "base/arena.h"
#include "base/err.h"
#include "plan/seccomp.h"
#include "plan/seccomp_compile.h"
#include "plan/seccomp_default.h"
#include "tests/unit/bpf_sim.h"
#include "tests/unit/check.h"
#include "tests/unit/files.h"
#include "tests/unit/seccomp_oracle.h"

#define ALLOW	   SECCOMP_RET_ALLOW
#define DENY	   (SECCOMP_RET_ERRNO | EPERM)
#define NOSYS	   (SECCOMP_RET_ERRNO | ENOSYS)
#define CAP(name)  (1ull << CAP_##name)
#define LEN(array) (sizeof(array) / sizeof((array)[0]))

/* The default policy's ceiling. */
#define CEILING                                                                                    \
	(CAP(CHOWN) | CAP(DAC_OVERRIDE) | CAP(FOWNER) | CAP(FSETID) | CAP(KILL) |                  \
	 CAP(NET_BIND_SERVICE) | CAP(SETFCAP) | CAP(SETGID) | CAP(SETPCAP) | CAP(SETUID) |         \
	 CAP(SYS_CHROOT))

struct program {
	const struct sock_filter *insns;
	uint16_t n;
};

static struct program make(const char *native, uint64_t caps, struct arena *a)
{
	struct seccomp_profile profile;
	struct seccomp_policy policy;
	struct seccomp_dag d;
	struct program p;

	seccomp_dag_init(&d, a);
	CHECK_INT(seccomp_default_make(seccomp_abi_by_name(native), caps, a, &profile), 0);
	CHECK_INT(seccomp_compile(&profile, &d, &policy, NULL), 0);
	CHECK_INT(seccomp_policy_assemble(&policy, &d, &p.insns, &p.n), 0);
	CHECK(bpf_sim_valid(p.insns, p.n));
	return p;
}

static uint32_t verdict(const struct program *p, const char *abi, const char *name, uint64_t arg0,
			uint64_t arg1)
{
	const struct seccomp_abi *of = seccomp_abi_by_name(abi);
	int64_t nr = seccomp_abi_resolve(of, name).direct;
	struct seccomp_data data = {.nr = (int)nr, .arch = of->audit, .args = {arg0, arg1}};

	CHECK_MSG(nr >= 0, "%s has no %s", abi, name);
	return bpf_sim_run(p->insns, &data);
}

static const char *const x86_abis[] = {"SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"};

/* Each of @names that an ABI has gets @want, whatever its arguments. Returns how many there are. */
static int all_get(const struct program *p, const char *const *names, size_t n, uint32_t want)
{
	int seen = 0;

	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < LEN(x86_abis); j++) {
			if (seccomp_abi_resolve(seccomp_abi_by_name(x86_abis[j]), names[i]).direct <
			    0)
				continue;
			for (int bit = -1; bit < 64; bit++) {
				uint64_t arg = bit < 0 ? 0 : 1ull << bit;
				uint32_t got = verdict(p, x86_abis[j], names[i], arg, arg);

				CHECK_MSG(got == want, "%s %s(%#llx): %#x", x86_abis[j], names[i],
					  (unsigned long long)arg, got);
			}
			seen++;
		}
	return seen;
}

/* clang-format off */
static const char *const denied[] = {
	"add_key", "request_key", "keyctl", "bpf", "perf_event_open", "io_uring_setup",
	"io_uring_enter", "io_uring_register", "userfaultfd", "mount", "umount", "umount2",
	"pivot_root", "move_mount", "open_tree", "mount_setattr", "fsopen", "fsconfig", "fsmount",
	"fspick", "unshare", "setns", "open_by_handle_at", "init_module", "finit_module",
	"delete_module", "kexec_load", "kexec_file_load", "swapon", "swapoff", "iopl", "ioperm",
	"acct", "syslog", "settimeofday", "clock_settime", "clock_settime64", "quotactl",
	"quotactl_fd", "sethostname", "setdomainname", "lookup_dcookie", "fanotify_init",
	"migrate_pages", "move_pages", "vhangup", "uselib", "ustat", "sysfs", "_sysctl",
	"get_kernel_syms", "query_module", "create_module", "nfsservctl", "vm86", "vm86old",
};

static const char *const by_capability[] = {
	"chroot", "reboot", "kcmp", "pidfd_getfd", "process_madvise", "get_mempolicy", "mbind",
	"set_mempolicy", "set_mempolicy_home_node",
};

/* Programs do not start without them; or they were once forgotten in some profile. */
static const char *const allowed[] = {
	"read", "write", "openat", "openat2", "close_range", "execve", "execveat", "exit_group",
	"fork", "vfork", "wait4", "mmap", "mprotect", "brk", "futex", "futex_waitv", "rseq",
	"set_robust_list", "statx", "faccessat2", "fchmodat2", "epoll_pwait2", "clock_gettime",
	"prctl", "arch_prctl", "seccomp", "landlock_restrict_self", "ptrace", "process_vm_readv",
	"process_vm_writev", "memfd_create", "pidfd_open", "pidfd_send_signal", "getrandom",
	"membarrier", "copy_file_range", "name_to_handle_at", "modify_ldt", "setuid", "setgroups",
	"mknodat", "sendmmsg", "recvmmsg", "accept4", "socketcall", "ipc", "ioctl",
};
/* clang-format on */

TEST(denied_calls)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct program p = make("SCMP_ARCH_X86_64", CEILING, &a);

	CHECK(all_get(&p, denied, LEN(denied), DENY) > 130);
	/* the capabilities that moby would allow most of them for */
	p = make("SCMP_ARCH_X86_64", UINT64_MAX, &a);
	CHECK(all_get(&p, denied, LEN(denied), DENY) > 130);
}

static bool is_named(const struct seccomp_profile *p, const char *name, uint32_t verdict_)
{
	for (size_t i = 0; i < p->n_rules; i++)
		for (size_t j = 0; p->rules[i].verdict == verdict_ && j < p->rules[i].n_names; j++)
			if (strcmp(p->rules[i].names[j], name) == 0)
				return true;
	return false;
}

/* They are denied without being named as well; named, they are known, and known to be meant. */
TEST(denied_calls_are_on_record)
{
	static const char *const more[] = {"stime", "lsm_get_self_attr", "lsm_set_self_attr",
					   "lsm_list_modules"};
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct seccomp_profile p;

	CHECK_INT(seccomp_default_make(seccomp_abi_by_name("SCMP_ARCH_X86_64"), 0, &a, &p), 0);
	for (size_t i = 0; i < LEN(denied); i++)
		CHECK_MSG(is_named(&p, denied[i], DENY), "%s", denied[i]);
	for (size_t i = 0; i < LEN(more); i++)
		CHECK_MSG(is_named(&p, more[i], DENY), "%s", more[i]);
}

/* Calls that are newer than the libseccomp of some builds, and of machines that tests do not run
 * on. */
TEST(allowed_calls_by_name)
{
	static const struct {
		const char *native, *names[12];
	} rows[] = {
		{"SCMP_ARCH_X86_64",
		 {"getxattrat", "listmount", "listxattrat", "mseal", "recv", "removexattrat",
		  "riscv_hwprobe", "setxattrat", "statmount", "uretprobe", NULL}},
		{"SCMP_ARCH_AARCH64",
		 {"arm_fadvise64_64", "arm_sync_file_range", "sync_file_range2", "breakpoint",
		  "cacheflush", "set_tls", NULL}},
		{"SCMP_ARCH_PPC64LE", {"sync_file_range2", "swapcontext", NULL}},
		{"SCMP_ARCH_S390X",
		 {"s390_pci_mmio_read", "s390_pci_mmio_write", "s390_runtime_instr", NULL}},
		{"SCMP_ARCH_RISCV64", {"riscv_flush_icache", NULL}},
	};

	for (size_t i = 0; i < LEN(rows); i++) {
		AUTO_ARENA struct arena a = ARENA_INIT;
		struct seccomp_profile p;

		CHECK_INT(seccomp_default_make(seccomp_abi_by_name(rows[i].native), 0, &a, &p), 0);
		for (const char *const *name = rows[i].names; *name; name++)
			CHECK_MSG(is_named(&p, *name, ALLOW), "%s: %s", rows[i].native, *name);
	}
}

TEST(allowed_calls)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct program p = make("SCMP_ARCH_X86_64", 0, &a);

	CHECK(all_get(&p, allowed, LEN(allowed), ALLOW) > 110);
}

TEST(calls_by_capability)
{
	static const struct {
		uint64_t caps;
		int allowed;
	} sets[] = {
		{0, 0},
		{CEILING, 1 << 0},
		{CAP(SYS_BOOT), 1 << 1},
		{CAP(SYS_PTRACE), 7 << 2},
		{CAP(SYS_NICE), 15 << 5},
		{CAP(SYS_ADMIN) | CAP(BPF), 0},
		{UINT64_MAX, (1 << 9) - 1},
	};

	for (size_t i = 0; i < LEN(sets); i++) {
		AUTO_ARENA struct arena a = ARENA_INIT;
		struct program p = make("SCMP_ARCH_X86_64", sets[i].caps, &a);

		for (size_t j = 0; j < LEN(by_capability); j++)
			CHECK(all_get(&p, &by_capability[j], 1,
				      sets[i].allowed & 1 << j ? ALLOW : DENY) >= 2);
	}
	CHECK(seccomp_default_caps() ==
	      (CAP(SYS_CHROOT) | CAP(SYS_BOOT) | CAP(SYS_PTRACE) | CAP(SYS_NICE)));
}

TEST(clone_makes_no_namespaces)
{
	static const uint64_t bits[] = {CLONE_NEWNS,   CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC,
					CLONE_NEWUSER, CLONE_NEWPID,	CLONE_NEWNET};
	const uint64_t thread = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
				CLONE_SYSVSEM | CLONE_SETTLS | CLONE_PARENT_SETTID |
				CLONE_CHILD_CLEARTID;
	const char *clone3 = "clone3";
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct program p = make("SCMP_ARCH_X86_64", UINT64_MAX, &a);

	for (size_t j = 0; j < LEN(x86_abis); j++) {
		for (size_t i = 0; i < LEN(bits); i++) {
			CHECK_INT(verdict(&p, x86_abis[j], "clone", bits[i] | 17, 0), DENY);
			CHECK_INT(verdict(&p, x86_abis[j], "clone", bits[i] | thread, 0), DENY);
			CHECK_INT(verdict(&p, x86_abis[j], "clone", bits[i] | 1ull << 40, 0), DENY);
		}
		CHECK_INT(verdict(&p, x86_abis[j], "clone", thread, 0), ALLOW);
		CHECK_INT(verdict(&p, x86_abis[j], "clone", 17 | CLONE_VFORK | CLONE_VM, 0), ALLOW);
		/* CLONE_NEWTIME is a part of the exit signal here */
		CHECK_INT(verdict(&p, x86_abis[j], "clone", 0x80, 0), ALLOW);
	}
	CHECK_INT(all_get(&p, &clone3, 1, NOSYS), 3);
}

TEST(sockets)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct program p = make("SCMP_ARCH_X86_64", CEILING, &a);

	for (size_t j = 0; j < LEN(x86_abis); j++)
		for (uint64_t family = 0; family < 64; family++) {
			uint32_t want = family == 33 || family == 38 || family == 40 ? DENY : ALLOW;

			CHECK_INT(verdict(&p, x86_abis[j], "socket", family, 1), want);
			/* the kernel reads an int */
			CHECK_INT(verdict(&p, x86_abis[j], "socket", family | 1ull << 32, 1), want);
			CHECK_INT(verdict(&p, x86_abis[j], "socket", family | 0xffffull << 48, 1),
				  want);
		}
}

TEST(personalities)
{
	static const uint64_t good[] = {0, 8, 0x20000, 0x20008, 0xffffffff};
	static const uint64_t bad[] = {1, 4, 0x40000, 0x400000, 0x100000000, 0x1ffffffff, 0x60008};
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct program p = make("SCMP_ARCH_X86_64", CEILING, &a);

	for (size_t i = 0; i < LEN(good); i++)
		CHECK_INT(verdict(&p, x86_abis[0], "personality", good[i], 0), ALLOW);
	for (size_t i = 0; i < LEN(bad); i++)
		CHECK_INT(verdict(&p, x86_abis[0], "personality", bad[i], 0), DENY);
}

TEST(unknown_numbers)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct program p = make("SCMP_ARCH_X86_64", CEILING, &a);
	const uint32_t audits[] = {SCMP_ARCH_X86_64, SCMP_ARCH_X86, SCMP_ARCH_X86_64};

	for (size_t j = 0; j < LEN(audits); j++) {
		struct seccomp_data data = {.arch = audits[j]};

		for (int nr = 600; nr < 10000; nr += 7) {
			data.nr = (j == 2 ? (int)SECCOMP_X32_BIT : 0) + nr;
			CHECK_INT(bpf_sim_run(p.insns, &data), NOSYS);
		}
	}
	/* another machine's calls cannot arrive here; libseccomp's answer to them */
	struct seccomp_data data = {.arch = SCMP_ARCH_AARCH64};

	CHECK(bpf_sim_run(p.insns, &data) == SECCOMP_RET_KILL_THREAD);
}

/*
 * Against moby's profile as dockerd sends it for its own default capabilities: nothing is allowed
 * that it denies, and what it allows beyond ours is what seccomp_default.c says.
 */
TEST(never_weaker_than_mobys)
{
	static const char head[] = "{\"ociVersion\":\"1.2.0\",\"linux\":{\"seccomp\":";
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct program p = make("SCMP_ARCH_X86_64", CEILING, &a);
	struct oracle o;
	struct spec *s;
	size_t len, stricter = 0;
	char *text = file_text("golden/seccomp/docker-default.json", &len);
	char *doc = arena_printf(&a, "%s%s}}", head, text);

	free(text);
	CHECK(doc && spec_parse(doc, strlen(doc), &a, &s, NULL) == 0);
	CHECK_INT(oracle_make(s->linux_->seccomp, seccomp_abi_by_name("SCMP_ARCH_X86_64"), &o), 0);
	for (size_t j = 0; j < LEN(x86_abis); j++) {
		const struct seccomp_abi *abi = seccomp_abi_by_name(x86_abis[j]);

		for (uint32_t nr = abi->first_nr; nr < abi->first_nr + 700; nr++)
			for (uint64_t arg = 0; arg < 0x8000; arg += arg < 64 ? 1 : 0x409) {
				struct seccomp_data data = {
					.nr = (int)nr,
					.arch = abi->audit,
					.args = {arg < 64 ? arg : arg << 16, 0x5412}};
				uint32_t ours, mobys;

				ours = bpf_sim_run(p.insns, &data);
				mobys = oracle_run(&o, &data);
				if (ours == mobys)
					continue;
				stricter++;
				CHECK_MSG(ours == DENY && mobys == ALLOW, "%s %#x(%#llx): %#x, %#x",
					  abi->name, nr, (unsigned long long)data.args[0], ours,
					  mobys);
				CHECK(nr == (uint32_t)seccomp_abi_resolve(abi, "socket").direct &&
				      arg == 33);
			}
	}
	CHECK(stricter > 2);
	oracle_free(&o);
}

TEST(other_machines)
{
	for (const struct seccomp_abi *abi = seccomp_abis; abi->name; abi++) {
		AUTO_ARENA struct arena a = ARENA_INIT;
		bool s390 = strstr(abi->name, "S390") != NULL;
		/* where the simulated memory of this little-endian machine has the low word */
		uint64_t word = abi->big_endian ? 1ull << 32 : 1;
		struct program p;

		if (!seccomp_abi_usable(abi) || abi->token == SCMP_ARCH_X32)
			continue;
		p = make(abi->name, CEILING, &a);
		CHECK_MSG(p.n < 450, "%s: %u", abi->name, p.n);
		CHECK_INT(verdict(&p, abi->name, "execve", 0, 0), ALLOW);
		CHECK_INT(verdict(&p, abi->name, "ppoll", 0, 0), ALLOW);
		CHECK_INT(verdict(&p, abi->name, "mount", 0, 0), DENY);
		CHECK_INT(verdict(&p, abi->name, "clone3", 0, 0), NOSYS);
		CHECK_INT(verdict(&p, abi->name, "clone", s390 ? CLONE_NEWUSER * word : 0,
				  s390 ? 0 : CLONE_NEWUSER * word),
			  ALLOW);
		CHECK_INT(verdict(&p, abi->name, "clone", s390 ? 0 : CLONE_NEWUSER * word,
				  s390 ? CLONE_NEWUSER * word : 0),
			  DENY);
		CHECK_INT(verdict(&p, abi->name, "socket", 38 * word, 0), DENY);
		CHECK_INT(verdict(&p, abi->name, "socket", 2 * word, 0), ALLOW);
	}
}
