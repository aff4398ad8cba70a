/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* seccomp_abi.c: the table of ABIs, and name look-up through libseccomp. */
#include "plan/seccomp_abi.h"

#include <seccomp.h>

#include "base/str.h"

/*
 * libseccomp answers -(100 + call) for calls of socketcall(2) and -(200 + call) for those of
 * ipc(2) on every ABI that has the multiplexer, even where a number of its own exists, and has no
 * function for that number. Hence these tables, from the kernel's syscall.tbl files; a test holds
 * them against libseccomp's reverse look-up. 0: only the multiplexer.
 */
enum { SOCK_CALLS = 21, IPC_CALLS = 25 };

struct seccomp_mux {
	uint16_t socketcall, ipc;
	uint16_t sock[SOCK_CALLS];
	uint16_t sysv[IPC_CALLS];
};

/* Linux 5.1 gave all ABIs the same numbers; semtimedop only those with a 64-bit time_t. */
#define SYSV_CALLS(base, semtimedop)                                                               \
	{                                                                                          \
		[2] = (base) + 393, [3] = (base) + 394, [4] = (semtimedop), [11] = (base) + 400,   \
		[12] = (base) + 401, [13] = (base) + 399, [14] = (base) + 402,                     \
		[21] = (base) + 397, [22] = (base) + 398, [23] = (base) + 395, [24] = (base) + 396 \
	}
/* x86 and s390 got theirs together in 4.3 */
#define SOCK_CALLS_X86(recvmmsg, sendmmsg)                                                         \
	{                                                                                          \
		[1] = 359, [2] = 361, [3] = 362, [4] = 363, [6] = 367, [7] = 368, [8] = 360,       \
		[11] = 369, [12] = 371, [13] = 373, [14] = 366, [15] = 365, [16] = 370,            \
		[17] = 372, [18] = 364, [19] = (recvmmsg), [20] = (sendmmsg)                       \
	}
#define SOCK_CALLS_PPC                                                                             \
	{                                                                                          \
		[1] = 326, [2] = 327, [3] = 328, [4] = 329, [5] = 330, [6] = 331, [7] = 332,       \
		[8] = 333, [9] = 334, [10] = 336, [11] = 335, [12] = 337, [13] = 338, [14] = 339,  \
		[15] = 340, [16] = 341, [17] = 342, [18] = 344, [19] = 343, [20] = 349             \
	}
#define SOCK_CALLS_MIPS                                                                            \
	{                                                                                          \
		[1] = 4183, [2] = 4169, [3] = 4170, [4] = 4174, [5] = 4168, [6] = 4172,            \
		[7] = 4171, [8] = 4184, [9] = 4178, [10] = 4175, [11] = 4180, [12] = 4176,         \
		[13] = 4182, [14] = 4181, [15] = 4173, [16] = 4179, [17] = 4177, [18] = 4334,      \
		[19] = 4335, [20] = 4343                                                           \
	}

static const struct seccomp_mux mux_x86 = {102, 117, SOCK_CALLS_X86(337, 345), SYSV_CALLS(0, 0)};
static const struct seccomp_mux mux_s390 = {102, 117, SOCK_CALLS_X86(357, 358), SYSV_CALLS(0, 0)};
static const struct seccomp_mux mux_s390x = {102, 117, SOCK_CALLS_X86(357, 358),
					     SYSV_CALLS(0, 392)};
static const struct seccomp_mux mux_ppc = {102, 117, SOCK_CALLS_PPC, SYSV_CALLS(0, 0)};
static const struct seccomp_mux mux_ppc64 = {102, 117, SOCK_CALLS_PPC, SYSV_CALLS(0, 392)};
static const struct seccomp_mux mux_mips = {4102, 4117, SOCK_CALLS_MIPS, SYSV_CALLS(4000, 0)};

/* libseccomp 2.5 does not have this one yet; linux/audit.h neither. */
#define ABI_LOONGARCH64 (258u | __AUDIT_ARCH_64BIT | __AUDIT_ARCH_LE)

#define LE false
#define BE true
#define ABI(id, audit, nr, is_64, end, mux)                                                        \
	{                                                                                          \
		"SCMP_ARCH_" #id, SCMP_ARCH_##id, (audit), (nr), (is_64), (end), (mux)             \
	}
#define PLAIN(id, is_64, end, mux) ABI(id, SCMP_ARCH_##id, 0, is_64, end, mux)

const struct seccomp_abi seccomp_abis[] = {
	PLAIN(X86_64, true, LE, NULL),
	PLAIN(X86, false, LE, &mux_x86),
	ABI(X32, AUDIT_ARCH_X86_64, SECCOMP_X32_BIT, false, LE, NULL),
	PLAIN(AARCH64, true, LE, NULL),
	PLAIN(ARM, false, LE, NULL),
	ABI(MIPS, SCMP_ARCH_MIPS, 4000, false, BE, &mux_mips),
	ABI(MIPS64, SCMP_ARCH_MIPS64, 5000, true, BE, NULL),
	ABI(MIPS64N32, SCMP_ARCH_MIPS64N32, 6000, false, BE, NULL),
	ABI(MIPSEL, SCMP_ARCH_MIPSEL, 4000, false, LE, &mux_mips),
	ABI(MIPSEL64, SCMP_ARCH_MIPSEL64, 5000, true, LE, NULL),
	ABI(MIPSEL64N32, SCMP_ARCH_MIPSEL64N32, 6000, false, LE, NULL),
	PLAIN(PPC, false, BE, &mux_ppc),
	PLAIN(PPC64, true, BE, &mux_ppc64),
	PLAIN(PPC64LE, true, LE, &mux_ppc64),
	PLAIN(RISCV64, true, LE, NULL),
	PLAIN(S390, false, BE, &mux_s390),
	PLAIN(S390X, true, BE, &mux_s390x),
	PLAIN(PARISC, false, BE, NULL),
	PLAIN(PARISC64, true, BE, NULL),
	{"SCMP_ARCH_LOONGARCH64", ABI_LOONGARCH64, ABI_LOONGARCH64, 0, true, LE, NULL},
	/* named by the specification, not by libseccomp 2.5 */
	{.name = "SCMP_ARCH_M68K", .big_endian = BE},
	{.name = "SCMP_ARCH_SH"},
	{.name = "SCMP_ARCH_SHEB", .big_endian = BE},
	{.name = NULL},
};

const struct seccomp_abi *seccomp_abi_by_name(const char *name)
{
	for (const struct seccomp_abi *abi = seccomp_abis; abi->name; abi++)
		if (str_eq(abi->name, name))
			return abi;
	return NULL;
}

const struct seccomp_abi *seccomp_abi_by_token(uint32_t token)
{
	for (const struct seccomp_abi *abi = seccomp_abis; abi->name; abi++)
		if (abi->token == token)
			return abi;
	return NULL;
}

bool seccomp_abi_usable(const struct seccomp_abi *abi)
{
	/* every ABI has read(2); __NR_SCMP_ERROR is the answer for an unknown token */
	return abi->token && seccomp_syscall_resolve_name_arch(abi->token, "read") >= 0;
}

struct seccomp_doors seccomp_abi_resolve(const struct seccomp_abi *abi, const char *name)
{
	int nr = seccomp_syscall_resolve_name_arch(abi->token, name);
	struct seccomp_doors doors = {.known = nr, .direct = -1, .muxed = -1};

	if (nr >= 0) {
		doors.direct = nr;
	} else if (abi->mux && nr < -100 && nr > -100 - SOCK_CALLS) {
		doors.muxarg = (uint32_t)(-nr - 100);
		doors.muxed = abi->mux->socketcall;
		if (abi->mux->sock[doors.muxarg])
			doors.direct = abi->mux->sock[doors.muxarg];
	} else if (abi->mux && nr < -200 && nr > -200 - IPC_CALLS) {
		doors.muxarg = (uint32_t)(-nr - 200);
		doors.muxed = abi->mux->ipc;
		if (abi->mux->sysv[doors.muxarg])
			doors.direct = abi->mux->sysv[doors.muxarg];
	}
	return doors;
}
