/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* seccomp_rows.c: see seccomp_rows.h. Owns which ABIs belong to a machine. */
#include "plan/seccomp_rows.h"

#include <seccomp.h>

#include "plan/seccomp_abi.h"

#define LEN(array) (sizeof(array) / sizeof((array)[0]))

/* What else runs on a kernel for a machine: moby's archMap. */
static const struct {
	uint32_t native;
	uint32_t others[2];
	int machine;
} machines[] = {
	{SCMP_ARCH_X86_64, {SCMP_ARCH_X86, SCMP_ARCH_X32}, ON_X86},
	{SCMP_ARCH_X86, {0}, ON_X86},
	{SCMP_ARCH_AARCH64, {SCMP_ARCH_ARM}, ON_ARM},
	{SCMP_ARCH_ARM, {0}, ON_ARM},
	{SCMP_ARCH_MIPS, {0}, ON_MIPS},
	{SCMP_ARCH_MIPSEL, {0}, ON_MIPS},
	{SCMP_ARCH_MIPS64, {SCMP_ARCH_MIPS, SCMP_ARCH_MIPS64N32}, ON_MIPS},
	{SCMP_ARCH_MIPS64N32, {SCMP_ARCH_MIPS, SCMP_ARCH_MIPS64}, ON_MIPS},
	{SCMP_ARCH_MIPSEL64, {SCMP_ARCH_MIPSEL, SCMP_ARCH_MIPSEL64N32}, ON_MIPS},
	{SCMP_ARCH_MIPSEL64N32, {SCMP_ARCH_MIPSEL, SCMP_ARCH_MIPSEL64}, ON_MIPS},
	{SCMP_ARCH_S390X, {SCMP_ARCH_S390}, ON_S390},
	{SCMP_ARCH_S390, {0}, ON_S390},
	{SCMP_ARCH_PPC64LE, {0}, ON_PPC64LE},
	{SCMP_ARCH_RISCV64, {0}, ON_RISCV64},
};

int seccomp_machine(const struct seccomp_abi *native, struct seccomp_profile *p)
{
	p->abis[p->n_abis++] = native;
	for (size_t i = 0; i < LEN(machines); i++) {
		if (machines[i].native != native->token)
			continue;
		for (size_t j = 0; j < LEN(machines[i].others); j++)
			if (machines[i].others[j])
				p->abis[p->n_abis++] = seccomp_abi_by_token(machines[i].others[j]);
		return machines[i].machine;
	}
	return ON_OTHERS;
}

bool seccomp_row_is_for(const struct seccomp_row *row, int machine)
{
	return !row->machines || row->machines & machine;
}

struct seccomp_rule seccomp_row_rule(const struct seccomp_row *row)
{
	struct seccomp_rule rule = {
		.names = row->names,
		.verdict = row->verdict,
		.conds = row->conds,
		.n_conds = row->n_conds,
	};

	while (rule.names[rule.n_names])
		rule.n_names++;
	return rule;
}
