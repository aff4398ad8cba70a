/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * seccomp_abi.h: the system call ABIs that a filter can tell apart, and how names become numbers
 * in them. An ABI is what libseccomp and the OCI specification call an architecture; x32 is one of
 * its own although the kernel reports it as x86_64 with bit 30 of the number set.
 */
#ifndef BULKHEAD_PLAN_SECCOMP_ABI_H
#define BULKHEAD_PLAN_SECCOMP_ABI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bit 30 of an x32 system call number (asm/unistd.h: __X32_SYSCALL_BIT). */
#define SECCOMP_X32_BIT 0x40000000u

struct seccomp_mux;

struct seccomp_abi {
	const char *name;  /* SCMP_ARCH_... */
	uint32_t token;	   /* libseccomp's; 0: not known to any supported version */
	uint32_t audit;	   /* AUDIT_ARCH_..., what the kernel puts in seccomp_data.arch */
	uint32_t first_nr; /* where its numbers begin */
	bool is_64;	   /* arguments are compared in 64 bits, else in the low 32 */
	bool big_endian;   /* of the arguments in seccomp_data */
	const struct seccomp_mux *mux; /* socketcall(2) and ipc(2), NULL where they do not exist */
};

/* Terminated by an entry without a name. */
extern const struct seccomp_abi seccomp_abis[];

/** seccomp_abi_by_name - by its OCI name "SCMP_ARCH_..."; NULL when there is none. */
const struct seccomp_abi *seccomp_abi_by_name(const char *name);

/** seccomp_abi_by_token - by libseccomp's token; NULL when there is none. */
const struct seccomp_abi *seccomp_abi_by_token(uint32_t token);

/** seccomp_abi_usable - whether the libseccomp in use can resolve names for it. */
bool seccomp_abi_usable(const struct seccomp_abi *abi);

/*
 * Where a system call enters the kernel. On ABIs with socketcall(2) or ipc(2) there can be two
 * doors to the same call, and a rule has to guard both.
 */
struct seccomp_doors {
	int known;	 /* libseccomp's answer: number, negative pseudo number, or -1 (unknown) */
	int64_t direct;	 /* its own number, or -1 */
	int64_t muxed;	 /* the number of socketcall or ipc, or -1 */
	uint32_t muxarg; /* value of the multiplexer's argument 0 */
};

/** seccomp_abi_resolve - find the doors of system call @name in @abi. */
struct seccomp_doors seccomp_abi_resolve(const struct seccomp_abi *abi, const char *name);

#endif
