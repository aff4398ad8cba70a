/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* seccomp.c: see seccomp.h. Puts the caller's profile and the administrator's half together. */
#include "plan/seccomp.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "harden/measures.h"
#include "plan/seccomp_abi.h"
#include "plan/seccomp_base.h"
#include "plan/seccomp_builtin.h"
#include "plan/seccomp_compile.h"
#include "plan/seccomp_profile.h"
#include "plan/seccomp_sets.h"

/* What the filter is to be made of. */
struct parts {
	const struct seccomp_abi *native;
	uint64_t caps;
	bool builtin;
	uint32_t sets;
	const struct seccomp_profile *own;    /* the administrator's instead of the built-in one */
	const struct seccomp_profile *caller; /* NULL: none */
};

/* Whether there is anything besides the caller's. */
static bool has_ours(const struct parts *p)
{
	return p->builtin || p->own || p->sets;
}

static const char *our_source(const struct parts *p)
{
	return p->builtin ? "built-in" : p->own ? "profile" : "sets";
}

/* The kernel refuses TSYNC with a listener (until 5.7: altogether) unless its errors are numbers.
 */
static uint32_t with_esrch(uint32_t flags)
{
	const uint32_t both = SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_NEW_LISTENER;

	return (flags & both) == both ? flags | SECCOMP_FILTER_FLAG_TSYNC_ESRCH : flags;
}

/*
 * SECCOMP_FILTER_FLAG_SPEC_ALLOW takes a mitigation away: only where the config asks for it, which
 * the rule seccomp has judged, and an own profile does too. The built-in one has no opinion.
 */
static uint32_t flags_of(const struct parts *p)
{
	uint32_t caller = p->caller ? p->caller->flags : 0, own = p->own ? p->own->flags : 0;
	uint32_t allow = SECCOMP_FILTER_FLAG_SPEC_ALLOW;

	if (caller & allow && (!p->own || own & allow))
		return with_esrch(caller | own);
	return with_esrch((caller | own) & ~allow);
}

/* A mistake in the policy is not one in config.json. */
static int our_mistake(int rc, const struct err *why, struct err *e)
{
	if (rc == -ENOMEM)
		return rc;
	return err_set(e, ERR_POLICY, -rc, "policy: seccomp: the policy's own profile: %s",
		       why->kind ? why->msg : "more than a program can hold");
}

static int own_policy(const struct parts *p, struct seccomp_dag *d, struct seccomp_policy *ret,
		      struct err *e)
{
	struct err why = {0};
	int rc = seccomp_compile(p->own, d, ret, &why);

	return rc < 0 ? our_mistake(rc, &why, e) : seccomp_base_deny(p->native, p->sets, d, ret, e);
}

static int sets_policy(const struct parts *p, struct seccomp_dag *d, struct seccomp_policy *ret,
		       struct err *e)
{
	struct seccomp_profile sets;
	int rc = seccomp_sets_make(p->native, p->sets, d->a, &sets);

	return rc < 0 ? rc : seccomp_compile(&sets, d, ret, e);
}

static const struct seccomp_builtin *prepared(const struct parts *p)
{
	return p->builtin ? seccomp_builtin_find(p->native->token, p->caps, p->sets) : NULL;
}

/* The administrator's half as a policy over the empty graph @d. */
static int our_policy(const struct parts *p, struct seccomp_dag *d, struct seccomp_policy *ret,
		      struct err *e)
{
	const struct seccomp_builtin *b = prepared(p);

	if (p->own)
		return own_policy(p, d, ret, e);
	if (!p->builtin)
		return sets_policy(p, d, ret, e);
	if (!b)
		return seccomp_base_compile(p->native, p->caps, p->sets, d, ret, e);
	seccomp_dag_load(d, b->nodes, b->n_nodes);
	*ret = b->policy;
	return d->failed ? d->failed : seccomp_base_deny(p->native, p->sets & ~b->sets, d, ret, e);
}

/* Append the program of @policy to the plan, copied from the scratch arena to @a. */
static int add_filter(const struct seccomp_policy *policy, struct seccomp_dag *d, uint32_t flags,
		      const char *source, struct arena *a, struct seccomp_plan *plan)
{
	const struct sock_filter *insns;
	struct sock_filter *copy;
	uint16_t n;
	int rc = seccomp_policy_assemble(policy, d, &insns, &n);

	if (rc < 0)
		return rc;
	copy = arena_array(a, n, sizeof(*copy));
	if (!copy)
		return -ENOMEM;
	memcpy(copy, insns, n * sizeof(*copy));
	plan->filters[plan->n++] =
		(struct seccomp_filter){.insns = copy, .n = n, .flags = flags, .source = source};
	return 0;
}

static int plan_ours(const struct parts *p, uint32_t flags, struct arena *a,
		     struct seccomp_plan *plan, struct err *e)
{
	AUTO_ARENA struct arena scratch = ARENA_INIT;
	const struct seccomp_builtin *b = prepared(p);
	struct seccomp_policy policy;
	struct seccomp_dag d;
	int rc;

	if (b && b->sets == p->sets) {
		plan->filters[plan->n++] = (struct seccomp_filter){
			.insns = b->insns, .n = b->n_insns, .flags = flags, .source = "built-in"};
		return 0;
	}
	seccomp_dag_init(&d, &scratch);
	rc = our_policy(p, &d, &policy, e);
	return rc < 0 ? rc : add_filter(&policy, &d, flags, our_source(p), a, plan);
}

static int plan_merged(const struct parts *p, struct arena *a, struct seccomp_plan *plan,
		       struct err *e)
{
	AUTO_ARENA struct arena scratch = ARENA_INIT;
	struct seccomp_policy ours, callers, merged;
	struct seccomp_dag d;
	int rc;

	seccomp_dag_init(&d, &scratch);
	rc = our_policy(p, &d, &ours, e);
	if (rc == 0)
		rc = seccomp_compile(p->caller, &d, &callers, e);
	if (rc == 0)
		rc = seccomp_policy_stricter(&callers, &ours, &d, &merged);
	if (rc < 0)
		return rc;
	const char *source = arena_printf(a, "%s+config", our_source(p));
	return source ? add_filter(&merged, &d, flags_of(p), source, a, plan) : -ENOMEM;
}

static int plan_callers(const struct parts *p, struct arena *a, struct seccomp_plan *plan,
			struct err *e)
{
	AUTO_ARENA struct arena scratch = ARENA_INIT;
	struct seccomp_policy callers;
	struct seccomp_dag d;
	int rc;

	seccomp_dag_init(&d, &scratch);
	rc = seccomp_compile(p->caller, &d, &callers, e);
	return rc < 0 ? rc : add_filter(&callers, &d, flags_of(p), "config", a, plan);
}

static int plan_parts(const struct parts *p, struct arena *a, struct seccomp_plan *plan,
		      struct err *e)
{
	int rc;

	if (!p->caller)
		return has_ours(p) ? plan_ours(p, flags_of(p), a, plan, e) : 0;
	if (!has_ours(p))
		return plan_callers(p, a, plan, e);
	rc = plan_merged(p, a, plan, e);
	if (rc != -E2BIG)
		return rc;
	/*
	 * Two programs, for a caller's that fits and a merged one that does not. One filter without
	 * SPEC_ALLOW would undo it for all (arch_seccomp_spec_mitigate).
	 */
	rc = plan_ours(p, flags_of(p) & SECCOMP_FILTER_FLAG_SPEC_ALLOW, a, plan, e);
	return rc < 0 ? rc : plan_callers(p, a, plan, e);
}

static int find_parts(const struct spec_seccomp *caller, const struct measures *m,
		      struct arena *scratch, struct parts *p, struct err *e)
{
	struct seccomp_profile *profiles = arena_array(scratch, 2, sizeof(*profiles));
	size_t bad = seccomp_sets_find(m->seccomp_deny, m->n_seccomp_deny, &p->sets);
	struct err why = {0};
	int rc = 0;

	if (!profiles)
		return -ENOMEM;
	if (bad)
		return err_set(e, ERR_POLICY, EINVAL,
			       "policy: seccomp: there is no set of system calls named \"%.64s\"",
			       m->seccomp_deny[bad - 1]);
	p->builtin = m->seccomp_builtin && !m->seccomp_profile;
	if (m->seccomp_profile) {
		rc = seccomp_profile_make(m->seccomp_profile, p->native, scratch, &profiles[0],
					  &why);
		if (rc < 0)
			return our_mistake(rc, &why, e);
		if (profiles[0].notifies)
			return err_set(e, ERR_POLICY, EINVAL,
				       "policy: seccomp: the policy's own profile: SCMP_ACT_NOTIFY "
				       "needs a listener, which only a container's has");
		p->own = &profiles[0];
	}
	if (caller) {
		rc = seccomp_profile_make(caller, p->native, scratch, &profiles[1], e);
		p->caller = &profiles[1];
	}
	return rc;
}

int seccomp_plan_make(const struct spec_seccomp *caller, const struct measures *m,
		      uint64_t bounding_caps, struct arena *a, struct seccomp_plan *ret,
		      struct err *e)
{
	AUTO_ARENA struct arena scratch = ARENA_INIT;
	struct parts p = {.native = seccomp_abi_by_token(seccomp_arch_native()),
			  .caps = bounding_caps};
	struct seccomp_plan plan = {0};
	int rc;

	if (!p.native || !seccomp_abi_usable(p.native))
		return err_set(e, ERR_HOST, ENOTSUP,
			       "seccomp: libseccomp does not know this machine");
	rc = find_parts(caller, m, &scratch, &p, e);
	if (rc == 0 && p.caller && p.caller->notifies)
		rc = seccomp_listener_make(caller, &plan.listener, e);
	plan.listener.own_agent = plan.listener.path && m->seccomp_own_agent;
	if (rc == 0)
		rc = plan_parts(&p, a, &plan, e);
	if (rc == -E2BIG && !p.caller)
		return our_mistake(rc, &(struct err){0}, e);
	if (rc == -E2BIG)
		return err_set(e, ERR_SPEC, E2BIG,
			       "/linux/seccomp: compiles to more than %d BPF instructions, the "
			       "kernel's limit",
			       BPF_MAXINSNS);
	if (rc == -ENOMEM)
		return err_sys(e, ENOMEM, "seccomp");
	if (rc < 0)
		return rc;
	*ret = plan;
	return 0;
}
