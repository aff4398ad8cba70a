/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* seccomp.c: see seccomp.h. Puts the caller's profile and the built-in one together. */
#include "plan/seccomp.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "harden/measures.h"
#include "plan/seccomp_abi.h"
#include "plan/seccomp_builtin.h"
#include "plan/seccomp_compile.h"
#include "plan/seccomp_default.h"
#include "plan/seccomp_profile.h"

/* The built-in profile as a policy over the empty graph @d. */
static int builtin_policy(const struct seccomp_abi *native, uint64_t caps, struct seccomp_dag *d,
			  struct seccomp_policy *ret, struct err *e)
{
	const struct seccomp_builtin *b = seccomp_builtin_find(native->token, caps);
	struct seccomp_profile profile;
	int rc;

	if (b) {
		seccomp_dag_load(d, b->nodes, b->n_nodes);
		*ret = b->policy;
		return d->failed;
	}
	rc = seccomp_default_make(native, caps, d->a, &profile);
	return rc < 0 ? rc : seccomp_compile(&profile, d, ret, e);
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

static int plan_builtin(const struct seccomp_abi *native, uint64_t caps, uint32_t flags,
			struct arena *a, struct seccomp_plan *plan, struct err *e)
{
	AUTO_ARENA struct arena scratch = ARENA_INIT;
	const struct seccomp_builtin *b = seccomp_builtin_find(native->token, caps);
	struct seccomp_policy policy;
	struct seccomp_dag d;
	int rc;

	if (b) {
		plan->filters[plan->n++] = (struct seccomp_filter){
			.insns = b->insns, .n = b->n_insns, .flags = flags, .source = "built-in"};
		return 0;
	}
	seccomp_dag_init(&d, &scratch);
	rc = builtin_policy(native, caps, &d, &policy, e);
	return rc < 0 ? rc : add_filter(&policy, &d, flags, "built-in", a, plan);
}

static int plan_merged(const struct seccomp_abi *native, uint64_t caps,
		       const struct seccomp_profile *caller, struct arena *a,
		       struct seccomp_plan *plan, struct err *e)
{
	AUTO_ARENA struct arena scratch = ARENA_INIT;
	struct seccomp_policy builtin, callers, merged;
	struct seccomp_dag d;
	int rc;

	seccomp_dag_init(&d, &scratch);
	rc = builtin_policy(native, caps, &d, &builtin, e);
	if (rc == 0)
		rc = seccomp_compile(caller, &d, &callers, e);
	if (rc == 0)
		rc = seccomp_policy_stricter(&callers, &builtin, &d, &merged);
	if (rc == 0)
		rc = add_filter(&merged, &d, caller->flags, "built-in+config", a, plan);
	return rc;
}

static int plan_callers(const struct seccomp_profile *caller, struct arena *a,
			struct seccomp_plan *plan, struct err *e)
{
	AUTO_ARENA struct arena scratch = ARENA_INIT;
	struct seccomp_policy callers;
	struct seccomp_dag d;
	int rc;

	seccomp_dag_init(&d, &scratch);
	rc = seccomp_compile(caller, &d, &callers, e);
	return rc < 0 ? rc : add_filter(&callers, &d, caller->flags, "config", a, plan);
}

/* Two programs, for a caller's that fits and a merged one that does not. */
static int plan_apart(const struct seccomp_abi *native, uint64_t caps,
		      const struct seccomp_profile *caller, struct arena *a,
		      struct seccomp_plan *plan, struct err *e)
{
	int rc;

	/* one filter without SPEC_ALLOW would undo it for all (arch_seccomp_spec_mitigate) */
	rc = plan_builtin(native, caps, caller->flags & SECCOMP_FILTER_FLAG_SPEC_ALLOW, a, plan, e);
	return rc < 0 ? rc : plan_callers(caller, a, plan, e);
}

int seccomp_plan_make(const struct spec_seccomp *caller, const struct measures *m,
		      uint64_t bounding_caps, struct arena *a, struct seccomp_plan *ret,
		      struct err *e)
{
	AUTO_ARENA struct arena scratch = ARENA_INIT;
	const struct seccomp_abi *native = seccomp_abi_by_token(seccomp_arch_native());
	struct seccomp_profile profile;
	struct seccomp_plan plan = {0};
	int rc;

	if (!native || !seccomp_abi_usable(native))
		return err_set(e, ERR_HOST, ENOTSUP,
			       "seccomp: libseccomp does not know this machine");
	if (!caller && !m->seccomp_builtin) {
		rc = 0;
	} else if (!caller) {
		rc = plan_builtin(native, bounding_caps, 0, a, &plan, e);
	} else {
		rc = seccomp_profile_make(caller, native, &scratch, &profile, e);
		if (rc == 0 && !m->seccomp_builtin)
			rc = plan_callers(&profile, a, &plan, e);
		else if (rc == 0)
			rc = plan_merged(native, bounding_caps, &profile, a, &plan, e);
		if (rc == -E2BIG && m->seccomp_builtin)
			rc = plan_apart(native, bounding_caps, &profile, a, &plan, e);
	}
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
