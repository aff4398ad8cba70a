/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* seccomp_profile.c: linux.seccomp, checked word by word. Owns the lists of known words. */
#include "plan/seccomp_profile.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "oci-spec/spec.h"
#include "plan/seccomp_abi.h"

/* Highest errno that the kernel hands out (MAX_ERRNO); libseccomp takes only those below. */
#define ERRNO_LIMIT 4095u

static const struct {
	const char *name;
	uint32_t verdict;
	uint32_t data_limit; /* errnoRet must be below; 0: the action takes none */
} actions[] = {
	{"SCMP_ACT_ALLOW", SECCOMP_RET_ALLOW, 0},
	{"SCMP_ACT_ERRNO", SECCOMP_RET_ERRNO, ERRNO_LIMIT},
	{"SCMP_ACT_KILL", SECCOMP_RET_KILL_THREAD, 0},
	{"SCMP_ACT_KILL_PROCESS", SECCOMP_RET_KILL_PROCESS, 0},
	{"SCMP_ACT_KILL_THREAD", SECCOMP_RET_KILL_THREAD, 0},
	{"SCMP_ACT_LOG", SECCOMP_RET_LOG, 0},
	{"SCMP_ACT_NOTIFY", SECCOMP_RET_USER_NOTIF, 0},
	{"SCMP_ACT_TRACE", SECCOMP_RET_TRACE, SECCOMP_RET_DATA + 1},
	{"SCMP_ACT_TRAP", SECCOMP_RET_TRAP, 0},
};

static const struct {
	const char *name;
	enum seccomp_cmp cmp;
} operators[] = {
	{"SCMP_CMP_EQ", SECCOMP_CMP_EQ}, {"SCMP_CMP_GE", SECCOMP_CMP_GE},
	{"SCMP_CMP_GT", SECCOMP_CMP_GT}, {"SCMP_CMP_LE", SECCOMP_CMP_LE},
	{"SCMP_CMP_LT", SECCOMP_CMP_LT}, {"SCMP_CMP_MASKED_EQ", SECCOMP_CMP_MASKED_EQ},
	{"SCMP_CMP_NE", SECCOMP_CMP_NE},
};

static const struct {
	const char *name;
	uint32_t flag;
} flags[] = {
	{"SECCOMP_FILTER_FLAG_LOG", SECCOMP_FILTER_FLAG_LOG},
	{"SECCOMP_FILTER_FLAG_SPEC_ALLOW", SECCOMP_FILTER_FLAG_SPEC_ALLOW},
	{"SECCOMP_FILTER_FLAG_TSYNC", SECCOMP_FILTER_FLAG_TSYNC},
	{"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV},
};

#define LEN(array) (sizeof(array) / sizeof((array)[0]))
#define WHERE	   "/linux/seccomp"

/* @where is the object that holds "action" and "errnoRet", or their "default..." brothers. */
static int make_verdict(const char *action, const uint32_t *errno_ret, const char *where,
			const char *action_key, const char *errno_key, uint32_t *ret, struct err *e)
{
	if (!action)
		return err_set(e, ERR_SPEC, EINVAL, "%s/%s: missing", where, action_key);
	for (size_t i = 0; i < LEN(actions); i++) {
		uint32_t limit = actions[i].data_limit;

		if (!str_eq(action, actions[i].name))
			continue;
		if (errno_ret && !limit)
			return err_set(e, ERR_SPEC, EINVAL, "%s/%s: %s takes no errno", where,
				       errno_key, action);
		if (errno_ret && *errno_ret >= limit)
			return err_set(e, ERR_SPEC, EINVAL, "%s/%s: %u is above %u", where,
				       errno_key, *errno_ret, limit - 1);
		*ret = actions[i].verdict | (errno_ret ? *errno_ret : limit ? EPERM : 0);
		return 0;
	}
	return err_set(e, ERR_SPEC, EINVAL, "%s/%s: unknown action \"%s\"", where, action_key,
		       action);
}

static bool abi_listed(const struct seccomp_profile *p, const struct seccomp_abi *abi)
{
	for (size_t i = 0; i < p->n_abis; i++)
		if (p->abis[i] == abi)
			return true;
	return false;
}

static int make_abis(const struct spec_seccomp *s, const struct seccomp_abi *native,
		     struct seccomp_profile *p, struct err *e)
{
	p->abis[p->n_abis++] = native;
	for (size_t i = 0; i < s->n_architectures; i++) {
		const char *name = s->architectures[i];
		const struct seccomp_abi *abi = seccomp_abi_by_name(name);

		if (!abi)
			return err_set(e, ERR_SPEC, EINVAL,
				       WHERE "/architectures/%zu: unknown architecture \"%s\"", i,
				       name ? name : "");
		if (!seccomp_abi_usable(abi))
			return err_set(e, ERR_HOST, ENOTSUP,
				       WHERE "/architectures/%zu: libseccomp does not know %s", i,
				       name);
		if (abi->big_endian != native->big_endian)
			return err_set(e, ERR_SPEC, EINVAL,
				       WHERE "/architectures/%zu: %s has another byte order than "
					     "this machine",
				       i, name);
		if (!abi_listed(p, abi))
			p->abis[p->n_abis++] = abi;
	}
	return 0;
}

uint32_t seccomp_profile_flag(const char *name)
{
	for (size_t f = 0; f < LEN(flags); f++)
		if (str_eq(name, flags[f].name))
			return flags[f].flag;
	return 0;
}

/* The kernel answers EINVAL to WAIT_KILLABLE_RECV without a listener. */
static int make_flags(const struct spec_seccomp *s, struct seccomp_profile *p, struct err *e)
{
	for (size_t i = 0; i < s->n_flags; i++) {
		const char *name = s->flags[i] ? s->flags[i] : "";
		uint32_t flag = seccomp_profile_flag(name);

		if (!flag)
			return err_set(e, ERR_SPEC, EINVAL, WHERE "/flags/%zu: unknown flag \"%s\"",
				       i, name);
		if (flag == SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV && !p->notifies)
			return err_set(e, ERR_SPEC, EINVAL,
				       WHERE "/flags/%zu: %s, but no action is SCMP_ACT_NOTIFY", i,
				       name);
		p->flags |= flag;
	}
	if (p->notifies)
		p->flags |= SECCOMP_FILTER_FLAG_NEW_LISTENER;
	return 0;
}

static int make_cond(const struct spec_seccomp_arg *arg, size_t call, size_t i,
		     struct seccomp_cond *ret, struct err *e)
{
	size_t op = 0;

	if (arg->index >= SECCOMP_ARGS)
		return err_set(e, ERR_SPEC, EINVAL,
			       WHERE "/syscalls/%zu/args/%zu/index: %u is above %d", call, i,
			       arg->index, SECCOMP_ARGS - 1);
	while (op < LEN(operators) && !str_eq(arg->op, operators[op].name))
		op++;
	if (op == LEN(operators))
		return err_set(e, ERR_SPEC, EINVAL,
			       WHERE "/syscalls/%zu/args/%zu/op: unknown operator \"%s\"", call, i,
			       arg->op ? arg->op : "");
	*ret = (struct seccomp_cond){
		.arg = (uint8_t)arg->index,
		.cmp = (uint8_t)operators[op].cmp,
		.mask = UINT64_MAX,
		.value = arg->value,
	};
	if (ret->cmp == SECCOMP_CMP_MASKED_EQ) {
		ret->mask = arg->value;
		/* bits of the value outside of the mask do not count, as in libseccomp */
		ret->value = arg->value_two & arg->value;
	}
	return 0;
}

static void sort_conds(struct seccomp_cond *c, size_t n)
{
	for (size_t i = 1; i < n; i++)
		for (size_t j = i; j > 0 && c[j].arg < c[j - 1].arg; j--) {
			struct seccomp_cond swap = c[j];

			c[j] = c[j - 1];
			c[j - 1] = swap;
		}
}

/* One object of linux.seccomp.syscalls; @rules has room for a rule for each of its conditions. */
static int make_rules(const struct spec_syscall *call, size_t index, struct arena *a,
		      struct seccomp_profile *p, struct err *e)
{
	struct seccomp_cond *conds = arena_array(a, call->n_args, sizeof(*conds));
	unsigned seen = 0;
	bool split = false;
	struct seccomp_rule rule = {
		.names = (const char *const *)call->names,
		.n_names = call->n_names,
		.conds = conds,
		.n_conds = call->n_args,
		.syscall = index,
	};
	char where[sizeof(WHERE) + 40];
	int rc;

	if (!conds)
		return err_sys(e, ENOMEM, "seccomp");
	snprintf(where, sizeof(where), WHERE "/syscalls/%zu", index);
	rc = make_verdict(call->action, call->errno_ret, where, "action", "errnoRet", &rule.verdict,
			  e);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < call->n_args; i++) {
		rc = make_cond(&call->args[i], index, i, &conds[i], e);
		if (rc < 0)
			return rc;
		if (seen & 1u << conds[i].arg)
			split = true;
		seen |= 1u << conds[i].arg;
	}
	for (size_t i = 0; i < call->n_names; i++)
		if (!call->names[i] || !call->names[i][0])
			return err_set(e, ERR_SPEC, EINVAL, "%s/names/%zu: empty", where, i);
	if (!split) {
		sort_conds(conds, call->n_args);
		p->rules[p->n_rules++] = rule;
		return 0;
	}
	rule.n_conds = 1;
	for (size_t i = 0; i < call->n_args; i++) {
		rule.conds = &conds[i];
		p->rules[p->n_rules++] = rule;
	}
	return 0;
}

/*
 * runc takes these for actions under which unknown calls should reach the kernel or the tracer. An
 * agent is to see them for the same reason; runc has no NOTIFY as default action.
 */
static bool is_permissive(uint32_t verdict)
{
	uint32_t action = verdict & SECCOMP_RET_ACTION_FULL;

	return action == SECCOMP_RET_ALLOW || action == SECCOMP_RET_LOG ||
	       action == SECCOMP_RET_TRACE || action == SECCOMP_RET_USER_NOTIF;
}

int seccomp_profile_make(const struct spec_seccomp *s, const struct seccomp_abi *native,
			 struct arena *a, struct seccomp_profile *ret, struct err *e)
{
	struct seccomp_profile p = {.notifies = spec_seccomp_notifies(s)};
	size_t n = 0;
	int rc;

	rc = make_verdict(s->default_action, s->default_errno_ret, WHERE, "defaultAction",
			  "defaultErrnoRet", &p.default_verdict, e);
	if (rc < 0)
		return rc;
	p.enosys_above = !is_permissive(p.default_verdict);
	rc = make_abis(s, native, &p, e);
	if (rc < 0)
		return rc;
	rc = make_flags(s, &p, e);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < s->n_syscalls; i++)
		n += s->syscalls[i].n_args ? s->syscalls[i].n_args : 1;
	p.rules = arena_array(a, n, sizeof(*p.rules));
	if (!p.rules)
		return err_sys(e, ENOMEM, "seccomp");
	for (size_t i = 0; i < s->n_syscalls; i++) {
		rc = make_rules(&s->syscalls[i], i, a, &p, e);
		if (rc < 0)
			return rc;
	}
	*ret = p;
	return 0;
}
