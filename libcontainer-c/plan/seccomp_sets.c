/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * seccomp_sets.c: the sets. The errno of a row is what programs expect from a kernel without that
 * facility, so that they go on without it.
 *
 * socket(2) on the 32-bit x86 and s390 also has a door through socketcall(2), where the family is
 * behind a pointer and cannot be seen. The sets close that door as a whole: any program can make
 * 32-bit calls, so one that stays open would be the way around. Old 32-bit programs (glibc before
 * 2.23) have no sockets then.
 */
#include "plan/seccomp_sets.h"

#include <errno.h>

#include "base/arena.h"
#include "base/str.h"
#include "plan/seccomp_rows.h"

/* As <sys/socket.h> has them on all machines; that header declares calls, and this room makes none.
 */
enum { AF_UNIX = 1, AF_INET = 2, AF_INET6 = 10, AF_NETLINK = 16, AF_PACKET = 17 };

#define NO_FAMILY (SECCOMP_RET_ERRNO | EAFNOSUPPORT)

/* clang-format off */
#define ROWS(...)                                                                                  \
	.rows = (const struct seccomp_row[]){__VA_ARGS__},                                         \
	.n_rows = sizeof((struct seccomp_row[]){__VA_ARGS__}) / sizeof(struct seccomp_row)

static const struct set {
	const char *name;
	const char *why;
	const struct seccomp_row *rows;
	size_t n_rows;
} sets[] = {
	/* TIOCSTI types into a terminal for the one who reads it later (CVE-2017-5226), TIOCLINUX
	   pastes on a console (CVE-2023-1523); moby allows both */
	{"tty-injection", "types commands into a terminal that somebody else reads later", ROWS(
		{NAMES("ioctl"), DENY, .machines = ON_ALL_BUT_MIPS, CONDS(IS_INT(1, 0x5412))},
		{NAMES("ioctl"), DENY, .machines = ON_ALL_BUT_MIPS, CONDS(IS_INT(1, 0x541c))},
		{NAMES("ioctl"), DENY, .machines = ON_MIPS, CONDS(IS_INT(1, 0x5472))},
		{NAMES("ioctl"), DENY, .machines = ON_MIPS, CONDS(IS_INT(1, 0x5483))})},
	{"io-uring", "submissions pass every filter by, and its bugs are many", ROWS(
		{NAMES("io_uring_setup", "io_uring_enter", "io_uring_register"), NOSYS, .caps = 0})},
	{"userfaultfd", "stops the kernel inside a page fault: the usual aid to win its races", ROWS(
		{NAMES("userfaultfd"), NOSYS, .caps = 0})},
	{"keyring", "key rings are shared by all containers of a user id, and had CVE-2016-0728", ROWS(
		{NAMES("add_key", "request_key", "keyctl"), NOSYS, .caps = 0})},
	{"ptrace", "reads and changes other processes: what has been broken into spreads", ROWS(
		{NAMES("ptrace", "process_vm_readv", "process_vm_writev", "kcmp", "pidfd_getfd",
		       "process_madvise"), DENY, .caps = 0})},
	{"bpf", "the verifier is the richest source of local root exploits", ROWS(
		{NAMES("bpf"), DENY, .caps = 0})},
	{"perf", "counters tell of other processes, and had CVE-2013-2094", ROWS(
		{NAMES("perf_event_open"), DENY, .caps = 0})},
	/* clone3 has its flags behind a pointer; C libraries fall back to clone on ENOSYS alone */
	{"namespaces", "a nested user namespace gives capabilities, and reach of most kernel bugs", ROWS(
		{NAMES("unshare", "setns"), DENY, .caps = 0},
		{NAMES("clone3"), NOSYS, .caps = 0},
		{NAMES("clone"), DENY, .machines = ON_ALL_BUT_S390, CONDS(ANY_BIT(0, CLONE_NEW_ANY))},
		{NAMES("clone"), DENY, .machines = ON_S390, CONDS(ANY_BIT(1, CLONE_NEW_ANY))})},
	{"mounts", "parsers of file systems and the mount tree's own bugs (CVE-2022-0185)", ROWS(
		{NAMES("mount", "umount", "umount2", "pivot_root", "move_mount", "open_tree",
		       "mount_setattr", "fsopen", "fsconfig", "fsmount", "fspick"), DENY, .caps = 0})},
	{"modules", "kernel code from a file", ROWS(
		{NAMES("init_module", "finit_module", "delete_module", "kexec_load",
		       "kexec_file_load"), DENY, .caps = 0})},
	{"handles", "opens any file of a file system, wherever the root is (shocker)", ROWS(
		{NAMES("open_by_handle_at", "name_to_handle_at"), DENY, .caps = 0})},
	{"ldt", "segments of 16-bit programs: CVE-2014-8133, CVE-2015-5157", ROWS(
		{NAMES("modify_ldt"), NOSYS, .caps = 0})},
	{"socket-alg", "the kernel's crypto by any program (CVE-2026-31431)", ROWS(
		{NAMES("socket"), NO_FAMILY, CONDS(IS_INT(0, AF_ALG_NUMBER))})},
	{"socket-vsock", "reaches the hypervisor, past the network", ROWS(
		{NAMES("socket"), NO_FAMILY, CONDS(IS_INT(0, AF_VSOCK_NUMBER))})},
	{"socket-packet", "raw frames: spoofing on the bridge, CVE-2017-7308, CVE-2020-14386", ROWS(
		{NAMES("socket"), NO_FAMILY, CONDS(IS_INT(0, AF_PACKET))})},
	{"socket-families", "all but unix, inet, inet6 and netlink: code that hardly anybody uses", ROWS(
		{NAMES("socket", "socketpair"), NO_FAMILY,
		 CONDS(IS_NOT(0, AF_UNIX), IS_NOT(0, AF_INET), IS_NOT(0, AF_INET6),
		       IS_NOT(0, AF_NETLINK))})},
};
/* clang-format on */

#define LEN(array) (sizeof(array) / sizeof((array)[0]))
_Static_assert(LEN(sets) <= 32, "one bit for each set");

const char *seccomp_set(size_t i, const char **ret_why)
{
	if (i >= LEN(sets))
		return NULL;
	*ret_why = sets[i].why;
	return sets[i].name;
}

size_t seccomp_sets_find(char *const *names, size_t n, uint32_t *ret)
{
	uint32_t found = 0;

	for (size_t i = 0; i < n; i++) {
		size_t k = 0;

		while (k < LEN(sets) && !str_eq(sets[k].name, names[i]))
			k++;
		if (k == LEN(sets))
			return i + 1;
		found |= 1u << k;
	}
	*ret = found;
	return 0;
}

int seccomp_sets_make(const struct seccomp_abi *native, uint32_t wanted, struct arena *a,
		      struct seccomp_profile *ret)
{
	struct seccomp_profile p = {.default_verdict = ALLOW};
	int machine = seccomp_machine(native, &p);
	size_t n = 0;

	for (size_t i = 0; i < LEN(sets); i++)
		n += sets[i].n_rows;
	p.rules = arena_array(a, n, sizeof(*p.rules));
	if (!p.rules)
		return -ENOMEM;
	for (size_t i = 0; i < LEN(sets); i++) {
		for (size_t k = 0; wanted & 1u << i && k < sets[i].n_rows; k++)
			if (seccomp_row_is_for(&sets[i].rows[k], machine))
				p.rules[p.n_rules++] = seccomp_row_rule(&sets[i].rows[k]);
	}
	*ret = p;
	return 0;
}
