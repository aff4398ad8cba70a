/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * seccomp_oracle.c: libcontainer/seccomp/seccomp_linux.go and patchbpf/enosys_linux.go of runc,
 * retold with libseccomp's C interface.
 */
#include "tests/unit/seccomp_oracle.h"

#include <errno.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "tests/unit/bpf_sim.h"

/* libseccomp 2.5 loses some nodes of trees that it merges; not ours to fix here. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libseccomp";
}

static uint32_t action(const char *name, const uint32_t *errno_ret)
{
	uint32_t data = errno_ret ? *errno_ret : EPERM;

	if (str_eq(name, "SCMP_ACT_ALLOW"))
		return SCMP_ACT_ALLOW;
	if (str_eq(name, "SCMP_ACT_LOG"))
		return SCMP_ACT_LOG;
	if (str_eq(name, "SCMP_ACT_TRACE"))
		return SCMP_ACT_TRACE(data);
	if (str_eq(name, "SCMP_ACT_ERRNO"))
		return SCMP_ACT_ERRNO(data);
	if (str_eq(name, "SCMP_ACT_TRAP"))
		return SCMP_ACT_TRAP;
	if (str_eq(name, "SCMP_ACT_NOTIFY"))
		return SCMP_ACT_NOTIFY;
	if (str_eq(name, "SCMP_ACT_KILL_PROCESS"))
		return SCMP_ACT_KILL_PROCESS;
	return SCMP_ACT_KILL_THREAD;
}

static struct scmp_arg_cmp compare(const struct spec_seccomp_arg *a)
{
	static const struct {
		const char *name;
		enum scmp_compare op;
	} ops[] = {
		{"SCMP_CMP_NE", SCMP_CMP_NE},
		{"SCMP_CMP_LT", SCMP_CMP_LT},
		{"SCMP_CMP_LE", SCMP_CMP_LE},
		{"SCMP_CMP_EQ", SCMP_CMP_EQ},
		{"SCMP_CMP_GE", SCMP_CMP_GE},
		{"SCMP_CMP_GT", SCMP_CMP_GT},
		{"SCMP_CMP_MASKED_EQ", SCMP_CMP_MASKED_EQ},
	};
	struct scmp_arg_cmp c = {.arg = a->index, .datum_a = a->value, .datum_b = a->value_two};

	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
		if (str_eq(a->op, ops[i].name))
			c.op = ops[i].op;
	return c;
}

static int add_rule(scmp_filter_ctx ctx, const struct spec_syscall *call, int nr, uint32_t act)
{
	struct scmp_arg_cmp args[64];
	unsigned seen = 0;
	bool split = false;
	int rc = 0;

	if (call->n_args > 64)
		abort();
	for (size_t i = 0; i < call->n_args; i++) {
		args[i] = compare(&call->args[i]);
		split |= seen & 1u << args[i].arg;
		seen |= 1u << args[i].arg;
	}
	if (!split)
		return seccomp_rule_add_array(ctx, act, nr, (unsigned)call->n_args, args);
	for (size_t i = 0; i < call->n_args && rc == 0; i++)
		rc = seccomp_rule_add_array(ctx, act, nr, 1, &args[i]);
	return rc;
}

static int add_rules(scmp_filter_ctx ctx, const struct spec_seccomp *s, uint32_t otherwise)
{
	int rc = 0;

	for (size_t i = 0; i < s->n_syscalls; i++) {
		const struct spec_syscall *call = &s->syscalls[i];
		uint32_t act = action(call->action, call->errno_ret);

		for (size_t j = 0; j < call->n_names && rc == 0 && act != otherwise; j++) {
			int nr = seccomp_syscall_resolve_name(call->names[j]);

			if (nr != __NR_SCMP_ERROR)
				rc = add_rule(ctx, call, nr, act);
		}
	}
	return rc;
}

static int add_abi(scmp_filter_ctx ctx, struct oracle *o, const struct spec_seccomp *s,
		   const struct seccomp_abi *abi)
{
	int rc = 0, highest = 0;

	for (size_t i = 0; i < o->n_abis; i++)
		if (o->abis[i].abi == abi)
			return 0;
	if (seccomp_arch_exist(ctx, abi->token) != 0)
		rc = seccomp_arch_add(ctx, abi->token);
	for (size_t i = 0; i < s->n_syscalls; i++)
		for (size_t j = 0; j < s->syscalls[i].n_names; j++) {
			int nr = seccomp_syscall_resolve_name_arch(abi->token,
								   s->syscalls[i].names[j]);
			if (nr > highest)
				highest = nr;
		}
	o->abis[o->n_abis].abi = abi;
	o->abis[o->n_abis++].highest = highest;
	return rc;
}

/* What the accumulator holds: a word of seccomp_data and its mask. */
struct acc {
	bool seen, mixed;
	uint32_t word, mask;
};

static void flow(struct acc *to, const struct acc *from)
{
	if (!to->seen)
		*to = *from;
	else if (to->word != from->word || to->mask != from->mask)
		to->mixed = true;
	to->mixed |= from->mixed;
}

/* All jumps go forward, so one pass sees every way to an instruction before the instruction. */
static void find_mixed(struct oracle *o)
{
	struct acc *at = calloc(o->n, sizeof(*at));

	o->mixed = calloc(o->n, sizeof(*o->mixed));
	if (!at || !o->mixed)
		abort();
	at[0].seen = true;
	for (size_t i = 0; i < o->n; i++) {
		const struct sock_filter *insn = &o->insns[i];
		struct acc acc = at[i];

		if (!acc.seen || BPF_CLASS(insn->code) == BPF_RET)
			continue;
		if (BPF_CLASS(insn->code) == BPF_LD)
			acc = (struct acc){.seen = true, .word = insn->k, .mask = UINT32_MAX};
		if (BPF_CLASS(insn->code) == BPF_ALU)
			acc.mask &= insn->k;
		if (insn->code == (BPF_JMP | BPF_JA)) {
			flow(&at[i + 1 + insn->k], &acc);
		} else if (BPF_CLASS(insn->code) == BPF_JMP) {
			o->mixed[i] = acc.mixed;
			flow(&at[i + 1 + insn->jt], &acc);
			flow(&at[i + 1 + insn->jf], &acc);
		} else {
			flow(&at[i + 1], &acc);
		}
	}
	free(at);
}

static int export(scmp_filter_ctx ctx, struct oracle *o)
{
	int fd = memfd_create("bpf", MFD_CLOEXEC);
	struct stat st;
	int rc = seccomp_export_bpf(ctx, fd);

	if (rc < 0 || fstat(fd, &st) < 0)
		abort();
	o->n = (size_t)st.st_size / sizeof(*o->insns);
	o->insns = malloc((size_t)st.st_size);
	if (!o->insns || pread(fd, o->insns, (size_t)st.st_size, 0) != st.st_size)
		abort();
	close(fd);
	find_mixed(o);
	return 0;
}

int oracle_make(const struct spec_seccomp *s, const struct seccomp_abi *native, struct oracle *ret)
{
	uint32_t otherwise = action(s->default_action, s->default_errno_ret);
	scmp_filter_ctx ctx = seccomp_init(otherwise);
	struct oracle o = {0};
	int rc = 0;

	if (!ctx)
		return -EINVAL;
	rc = add_abi(ctx, &o, s, native);
	/* a foreign machine: its ABIs instead of ours, which works for the same byte order */
	if (rc == 0 && seccomp_arch_native() != native->token)
		rc = seccomp_arch_remove(ctx, seccomp_arch_native());
	for (size_t i = 0; i < s->n_architectures && rc == 0; i++)
		rc = add_abi(ctx, &o, s, seccomp_abi_by_name(s->architectures[i]));
	if (rc == 0 && s->n_syscalls > 32)
		seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (rc == 0)
		rc = add_rules(ctx, s, otherwise);
	if (rc == 0)
		rc = export(ctx, &o);
	o.stub = !str_eq(s->default_action, "SCMP_ACT_ALLOW") &&
		 !str_eq(s->default_action, "SCMP_ACT_LOG") &&
		 !str_eq(s->default_action, "SCMP_ACT_TRACE") &&
		 !str_eq(s->default_action, "SCMP_ACT_NOTIFY");
	seccomp_release(ctx);
	if (rc == 0)
		*ret = o;
	return rc;
}

/* Whether runc's stub answers before the filter does. */
static bool stub_hits(const struct oracle *o, const struct seccomp_data *data)
{
	uint32_t nr = (uint32_t)data->nr;

	for (size_t i = 0; i < o->n_abis && o->stub; i++) {
		const struct seccomp_abi *abi = o->abis[i].abi;
		bool x32 = abi->token == SCMP_ARCH_X32;

		if (abi->audit != data->arch || o->abis[i].highest == 0)
			continue;
		if (data->arch == SCMP_ARCH_X86_64 && !!(nr & SECCOMP_X32_BIT) != x32)
			continue;
		if (nr > (uint32_t)o->abis[i].highest)
			return true;
		if ((data->arch == SCMP_ARCH_S390 || data->arch == SCMP_ARCH_S390X) && nr == 0)
			return true;
	}
	return false;
}

uint32_t oracle_run(const struct oracle *o, const struct seccomp_data *data)
{
	if (stub_hits(o, data))
		return SCMP_ACT_ERRNO(ENOSYS);
	return bpf_sim_run(o->insns, data);
}

bool oracle_mixes(const struct oracle *o, const struct seccomp_data *data)
{
	unsigned way[BPF_MAXINSNS], n;

	bpf_sim_trace(o->insns, data, way, &n);
	while (n > 0)
		if (o->mixed[way[--n]])
			return true;
	return false;
}

void oracle_free(struct oracle *o)
{
	free(o->insns);
	free(o->mixed);
	o->insns = NULL;
	o->mixed = NULL;
}
