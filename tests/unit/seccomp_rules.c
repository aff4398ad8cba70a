/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* seccomp_rules.c: see seccomp_rules.h. */
#include "tests/unit/seccomp_rules.h"

#include <errno.h>

#include "base/str.h"

uint32_t rules_verdict(const char *action, const uint32_t *errno_ret)
{
	uint32_t data = errno_ret ? *errno_ret : EPERM;

	if (str_eq(action, "SCMP_ACT_ALLOW"))
		return SECCOMP_RET_ALLOW;
	if (str_eq(action, "SCMP_ACT_LOG"))
		return SECCOMP_RET_LOG;
	if (str_eq(action, "SCMP_ACT_NOTIFY"))
		return SECCOMP_RET_USER_NOTIF;
	if (str_eq(action, "SCMP_ACT_TRACE"))
		return SECCOMP_RET_TRACE | data;
	if (str_eq(action, "SCMP_ACT_ERRNO"))
		return SECCOMP_RET_ERRNO | data;
	if (str_eq(action, "SCMP_ACT_TRAP"))
		return SECCOMP_RET_TRAP;
	if (str_eq(action, "SCMP_ACT_KILL_PROCESS"))
		return SECCOMP_RET_KILL_PROCESS;
	return SECCOMP_RET_KILL_THREAD;
}

static bool holds(const struct seccomp_abi *abi, const struct spec_seccomp_arg *arg, uint64_t x)
{
	uint64_t all = abi->is_64 ? UINT64_MAX : UINT32_MAX;
	uint64_t value = arg->value & all, two = arg->value_two & all;

	x &= all;
	if (str_eq(arg->op, "SCMP_CMP_EQ"))
		return x == value;
	if (str_eq(arg->op, "SCMP_CMP_NE"))
		return x != value;
	if (str_eq(arg->op, "SCMP_CMP_LT"))
		return x < value;
	if (str_eq(arg->op, "SCMP_CMP_LE"))
		return x <= value;
	if (str_eq(arg->op, "SCMP_CMP_GT"))
		return x > value;
	if (str_eq(arg->op, "SCMP_CMP_GE"))
		return x >= value;
	return (x & value) == (two & value);
}

/* Holds for every argument: libseccomp then takes the rule for one without the condition. */
static bool is_void(const struct seccomp_abi *abi, const struct spec_seccomp_arg *arg)
{
	return str_eq(arg->op, "SCMP_CMP_MASKED_EQ") &&
	       (abi->is_64 ? arg->value : (uint32_t)arg->value) == 0;
}

enum match { NO, YES, ALWAYS };

/* Conditions [@first, @end) of a rule; those on argument 0 are left out for a multiplexer. */
static enum match match_conds(const struct spec_syscall *call, size_t first, size_t end, bool muxed,
			      const struct seccomp_abi *abi, const struct seccomp_data *data)
{
	enum match m = ALWAYS;

	for (size_t i = first; i < end; i++) {
		const struct spec_seccomp_arg *arg = &call->args[i];

		if ((muxed && arg->index == 0) || is_void(abi, arg))
			continue;
		if (!holds(abi, arg, data->args[arg->index]))
			return NO;
		m = YES;
	}
	return m;
}

static bool has_twins(const struct spec_syscall *call)
{
	unsigned seen = 0;

	for (size_t i = 0; i < call->n_args; i++) {
		if (seen & 1u << call->args[i].index)
			return true;
		seen |= 1u << call->args[i].index;
	}
	return false;
}

static enum match match_rule(const struct spec_syscall *call, bool muxed,
			     const struct seccomp_abi *abi, const struct seccomp_data *data)
{
	enum match m = NO;

	if (!has_twins(call))
		return match_conds(call, 0, call->n_args, muxed, abi, data);
	for (size_t i = 0; i < call->n_args; i++) {
		enum match one = match_conds(call, i, i + 1, muxed, abi, data);

		m = one > m ? one : m;
	}
	return m;
}

static enum match match_name(const struct spec_syscall *call, const char *name,
			     const struct seccomp_abi *abi, const struct seccomp_data *data)
{
	struct seccomp_doors doors = seccomp_abi_resolve(abi, name);
	uint32_t nr = (uint32_t)data->nr;

	if (doors.direct >= 0 && doors.direct == nr)
		return match_rule(call, false, abi, data);
	if (doors.muxed >= 0 && doors.muxed == nr && (uint32_t)data->args[0] == doors.muxarg &&
	    (!abi->is_64 || data->args[0] >> 32 == 0))
		return match_rule(call, true, abi, data) == NO ? NO : YES;
	return NO;
}

bool rules_obeyed(const struct spec_seccomp *s, const struct seccomp_abi *abi,
		  const struct seccomp_data *data, uint32_t verdict)
{
	uint32_t otherwise = rules_verdict(s->default_action, s->default_errno_ret);
	bool any = false, found = false;

	for (size_t i = 0; i < s->n_syscalls; i++) {
		const struct spec_syscall *call = &s->syscalls[i];
		uint32_t own = rules_verdict(call->action, call->errno_ret);

		for (size_t j = 0; j < call->n_names && own != otherwise; j++) {
			enum match m = match_name(call, call->names[j], abi, data);

			if (m == ALWAYS)
				return verdict == own;
			any |= m == YES;
			found |= m == YES && verdict == own;
		}
	}
	return any ? found : verdict == otherwise;
}

bool rules_conditional(const struct spec_seccomp *s, const struct seccomp_abi *abi, uint32_t nr)
{
	for (size_t i = 0; i < s->n_syscalls; i++)
		for (size_t j = 0; j < s->syscalls[i].n_names; j++) {
			struct seccomp_doors d = seccomp_abi_resolve(abi, s->syscalls[i].names[j]);

			if ((d.muxed >= 0 && d.muxed == nr) ||
			    (s->syscalls[i].n_args && d.direct >= 0 && d.direct == nr))
				return true;
		}
	return false;
}
