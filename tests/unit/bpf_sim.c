/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bpf_sim.c: an interpreter of the classic BPF that seccomp takes (kernel/seccomp.c). */
#include "tests/unit/bpf_sim.h"

#include <string.h>

static bool jump_inside(size_t at, size_t offset, size_t n)
{
	return offset < n - at - 1;
}

static bool insn_valid(const struct sock_filter *i, size_t at, size_t n)
{
	switch (i->code) {
	case BPF_LD | BPF_W | BPF_ABS:
		return i->k % 4 == 0 && i->k < sizeof(struct seccomp_data);
	case BPF_ALU | BPF_AND | BPF_K:
	case BPF_RET | BPF_K:
		return true;
	case BPF_JMP | BPF_JA:
		return jump_inside(at, i->k, n);
	case BPF_JMP | BPF_JEQ | BPF_K:
	case BPF_JMP | BPF_JGT | BPF_K:
	case BPF_JMP | BPF_JGE | BPF_K:
	case BPF_JMP | BPF_JSET | BPF_K:
		return jump_inside(at, i->jt, n) && jump_inside(at, i->jf, n);
	default:
		return false;
	}
}

bool bpf_sim_valid(const struct sock_filter *insns, size_t n)
{
	if (n == 0 || n > BPF_MAXINSNS || BPF_CLASS(insns[n - 1].code) != BPF_RET)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!insn_valid(&insns[i], i, n))
			return false;
	return true;
}

uint32_t bpf_sim_trace(const struct sock_filter *insns, const struct seccomp_data *data,
		       unsigned *way, unsigned *ret_n)
{
	const struct sock_filter *i = insns;
	uint32_t words[sizeof(*data) / 4];
	uint32_t acc = 0;
	unsigned n = 0;

	memcpy(words, data, sizeof(words));
	for (;; i++) {
		if (way)
			way[n++] = (unsigned)(i - insns);
		switch (i->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			acc = words[i->k / 4];
			break;
		case BPF_ALU | BPF_AND | BPF_K:
			acc &= i->k;
			break;
		case BPF_JMP | BPF_JA:
			i += i->k;
			break;
		case BPF_JMP | BPF_JEQ | BPF_K:
			i += acc == i->k ? i->jt : i->jf;
			break;
		case BPF_JMP | BPF_JGT | BPF_K:
			i += acc > i->k ? i->jt : i->jf;
			break;
		case BPF_JMP | BPF_JGE | BPF_K:
			i += acc >= i->k ? i->jt : i->jf;
			break;
		case BPF_JMP | BPF_JSET | BPF_K:
			i += acc & i->k ? i->jt : i->jf;
			break;
		default: /* BPF_RET */
			if (ret_n)
				*ret_n = n;
			return i->k;
		}
	}
}

uint32_t bpf_sim_run(const struct sock_filter *insns, const struct seccomp_data *data)
{
	return bpf_sim_trace(insns, data, NULL, NULL);
}
