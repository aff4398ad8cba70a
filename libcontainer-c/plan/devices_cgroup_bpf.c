/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * devices_cgroup_bpf.c: device rules as an eBPF program of type BPF_PROG_TYPE_CGROUP_DEVICE (4.15),
 * the devices controller of cgroup v2. Pure: makes the instructions, loads nothing.
 *
 * The context is struct bpf_cgroup_dev_ctx: access_type (access bits << 16 | device type), major,
 * minor; all u32. One block of at most eight instructions per exception, each block's jumps end
 * behind it, so that offsets stay small whatever the length of the list. Only 32-bit constants
 * and 64-bit ALU operations: every kernel with this program type verifies it.
 */
#include "plan/devices_cgroup.h"

#include <errno.h>
#include <linux/bpf.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

enum {
	R_RESULT = BPF_REG_0,
	R_CONTEXT = BPF_REG_1, /* a scratch register once the context is read */
	R_SCRATCH = BPF_REG_1,
	R_TYPE = BPF_REG_2,
	R_ACCESS = BPF_REG_3,
	R_MAJOR = BPF_REG_4,
	R_MINOR = BPF_REG_5,
};

#define BLOCK_MAX 8
#define HEAD	  6
#define TAIL	  2

static struct bpf_insn load(unsigned dst, size_t off)
{
	return (struct bpf_insn){.code = BPF_LDX | BPF_W | BPF_MEM,
				 .dst_reg = (uint8_t)(dst & 0xf),
				 .src_reg = R_CONTEXT,
				 .off = (int16_t)off};
}

static struct bpf_insn alu(unsigned op, unsigned dst, uint32_t imm)
{
	return (struct bpf_insn){.code = (uint8_t)(BPF_ALU64 | op | BPF_K),
				 .dst_reg = (uint8_t)(dst & 0xf),
				 .imm = (int32_t)imm};
}

static struct bpf_insn move(unsigned dst, unsigned src)
{
	return (struct bpf_insn){.code = BPF_ALU64 | BPF_MOV | BPF_X,
				 .dst_reg = (uint8_t)(dst & 0xf),
				 .src_reg = (uint8_t)(src & 0xf)};
}

/* The offset is filled in by end_block(). */
static struct bpf_insn jump(unsigned op, unsigned reg, uint32_t imm)
{
	return (struct bpf_insn){.code = (uint8_t)(BPF_JMP | op | BPF_K),
				 .dst_reg = (uint8_t)(reg & 0xf),
				 .imm = (int32_t)imm};
}

static struct bpf_insn leave(void)
{
	return (struct bpf_insn){.code = BPF_JMP | BPF_EXIT};
}

/* All conditional jumps in a block lead behind its end. */
static void end_block(struct bpf_insn *block, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((block[i].code & 0x07) == BPF_JMP && block[i].code != (BPF_JMP | BPF_EXIT))
			block[i].off = (int16_t)(n - i - 1);
}

static size_t add_exception(struct bpf_insn *out, const struct device_exception *x, bool allow)
{
	size_t n = 0;

	out[n++] = jump(BPF_JNE, R_TYPE, x->type == 'b' ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR);
	if (x->major != DEVICE_ANY)
		out[n++] = jump(BPF_JNE, R_MAJOR, (uint32_t)x->major);
	if (x->minor != DEVICE_ANY)
		out[n++] = jump(BPF_JNE, R_MINOR, (uint32_t)x->minor);
	if (x->access != DEVICE_ACCESS || !allow) {
		/* allow: no bit outside the exception; deny: one bit inside it is enough */
		out[n++] = move(R_SCRATCH, R_ACCESS);
		out[n++] = alu(BPF_AND, R_SCRATCH, allow ? DEVICE_ACCESS & ~x->access : x->access);
		out[n++] = jump(allow ? BPF_JNE : BPF_JEQ, R_SCRATCH, 0);
	}
	out[n++] = alu(BPF_MOV, R_RESULT, allow);
	out[n++] = leave();
	end_block(out, n);
	return n;
}

int devices_rules_program(const struct devices_rules *r, struct arena *a,
			  struct bpf_insn **ret_insns, size_t *ret_n, struct err *e)
{
	struct bpf_insn *p = arena_array(a, r->n * BLOCK_MAX + HEAD + TAIL, sizeof(*p));
	size_t n = 0;

	if (!p)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	p[n++] = load(R_TYPE, offsetof(struct bpf_cgroup_dev_ctx, access_type));
	p[n++] = load(R_MAJOR, offsetof(struct bpf_cgroup_dev_ctx, major));
	p[n++] = load(R_MINOR, offsetof(struct bpf_cgroup_dev_ctx, minor));
	p[n++] = move(R_ACCESS, R_TYPE);
	p[n++] = alu(BPF_RSH, R_ACCESS, 16);
	p[n++] = alu(BPF_AND, R_TYPE, 0xffff);
	for (size_t i = 0; i < r->n; i++)
		n += add_exception(p + n, &r->exceptions[i], !r->default_allow);
	p[n++] = alu(BPF_MOV, R_RESULT, r->default_allow);
	p[n++] = leave();
	*ret_insns = p;
	*ret_n = n;
	return 0;
}
