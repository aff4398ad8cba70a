/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * exec.c: one more process in a running container. First the rules that judge processes, as for the
 * first process; then the rule exec: nothing that the first one does not have. What containers are
 * trusted with is decided when they are made; whoever execs into one may ask for less, not for more
 * (CIS Docker Benchmark 5.23: docker exec --privileged).
 */
#include "harden/exec.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "harden/rule.h"
#include "oci-spec/schema.h"

/* Record how the process differs from @want, and make it so. */
static void settle(struct harden *h, const struct spec_process *want, const char *why)
{
	struct spec_change *v;
	int n = json_diff_object(&spec_process_schema, h->s->process, want, h->a, &v);

	if (n < 0)
		h->oom = true;
	for (int i = 0; i < n; i++)
		if (!decide_change(h, text(h, "/process%s", v[i].pointer), v[i].before, v[i].after,
				   "%s", why))
			return;
	*h->s->process = *want;
}

static void cut(struct harden *h, const char *name, char ***set, size_t *n, char *const *allowed,
		size_t n_allowed, const char *why)
{
	char **v = list_new(h, *n);
	size_t kept = 0;

	if (!v)
		return;
	for (size_t i = 0; i < *n; i++)
		if (list_has(allowed, n_allowed, (*set)[i]))
			v[kept++] = (*set)[i];
	if (kept == *n ||
	    !decide_change(h, text(h, "/process/capabilities/%s", name), json_strings(h, *set, *n),
			   json_strings(h, v, kept), "%s", why))
		return;
	*set = v;
	*n = kept;
}

/* By the bounding set, which is what the first process can get at most. */
static void cut_capabilities(struct harden *h)
{
	static const struct spec_capabilities none;
	static const char why[] = "the container's own process can't have them either";
	const struct spec_process *first = h->in->process;
	const struct spec_capabilities *f = first->capabilities ? first->capabilities : &none;
	struct spec_capabilities *c = h->s->process->capabilities;

	if (!c)
		return;
	cut(h, "bounding", &c->bounding, &c->n_bounding, f->bounding, f->n_bounding, why);
	cut(h, "permitted", &c->permitted, &c->n_permitted, f->bounding, f->n_bounding, why);
	cut(h, "effective", &c->effective, &c->n_effective, f->bounding, f->n_bounding, why);
	cut(h, "ambient", &c->ambient, &c->n_ambient, f->ambient, f->n_ambient, why);
	cut(h, "inheritable", &c->inheritable, &c->n_inheritable, f->inheritable, f->n_inheritable,
	    why);
}

static bool is_on(const bool *b)
{
	return b && *b;
}

static void keep_no_new_privileges(struct harden *h)
{
	struct spec_process want = *h->s->process;

	if (!is_on(h->in->process->no_new_privileges) || is_on(want.no_new_privileges))
		return;
	want.no_new_privileges = h->in->process->no_new_privileges;
	settle(h, &want, "the container's own process has given new privileges up, too");
}

static struct spec_rlimit *rlimit_find(struct spec_rlimit *v, size_t n, const char *type)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(v[i].type, type))
			return &v[i];
	return NULL;
}

/* Every limit of the first process, at most as high. */
static void lower_rlimits(struct harden *h)
{
	const struct spec_process *first = h->in->process;
	struct spec_process want = *h->s->process;
	size_t n = want.n_rlimits;

	if (first->n_rlimits == 0)
		return;
	want.rlimits = arena_array(h->a, n + first->n_rlimits, sizeof(*want.rlimits));
	if (!want.rlimits) {
		h->oom = true;
		return;
	}
	if (n)
		memcpy(want.rlimits, h->s->process->rlimits, n * sizeof(*want.rlimits));
	for (size_t i = 0; i < first->n_rlimits; i++) {
		const struct spec_rlimit *f = &first->rlimits[i];
		struct spec_rlimit *l = rlimit_find(want.rlimits, n, f->type);
		if (!l) {
			l = &want.rlimits[want.n_rlimits++];
			*l = *f;
		}
		if (l->hard > f->hard)
			l->hard = f->hard;
		if (l->soft > l->hard)
			l->soft = l->hard;
	}
	settle(h, &want, "the container's own process has that limit");
}

/* A lower score lets the kernel kill others in its place. */
static void raise_oom_score(struct harden *h)
{
	const int64_t *first = h->in->process->oom_score_adj;
	struct spec_process want = *h->s->process;

	if (!want.oom_score_adj || *want.oom_score_adj >= (first ? *first : 0))
		return;
	/* Absent: inherited from the engine, as the first process did. */
	want.oom_score_adj = h->in->process->oom_score_adj;
	settle(h, &want, "not below the container's own process");
}

static void keep_scheduling(struct harden *h)
{
	struct spec_process want = *h->s->process;

	want.scheduler = h->in->process->scheduler;
	want.io_priority = h->in->process->io_priority;
	settle(h, &want, "scheduled as the container's own process");
}

/* Before the rules about labels run, which would refuse what is not to be. */
static void keep_labels(struct harden *h)
{
	const struct spec_process *first = h->in->process;
	struct spec_process want = *h->s->process;

	/* dockerd asks for "unconfined" with --privileged. */
	if (first->apparmor_profile || str_eq(want.apparmor_profile, "unconfined"))
		want.apparmor_profile = first->apparmor_profile;
	if (first->selinux_label)
		want.selinux_label = first->selinux_label;
	settle(h, &want, "confined as the container's own process");
}

static uint32_t uid_of(const struct spec_process *p)
{
	return p->user ? p->user->uid : 0;
}

static void refuse_root(struct harden *h)
{
	if (h->policy->exec.allow_root || uid_of(h->s->process) != 0 || uid_of(h->in->process) == 0)
		return;
	decide_refuse(h, "/process/user/uid", "0",
		      "root in a container whose own process runs as user %u",
		      uid_of(h->in->process));
}

void rule_exec(struct harden *h)
{
	refuse_root(h);
	cut_capabilities(h);
	keep_no_new_privileges(h);
	lower_rlimits(h);
	raise_oom_score(h);
	keep_scheduling(h);
	keep_labels(h);
}

/*
 * execve(2) gives root its whole bounding set, unless no_new_privs is on: what `docker exec -u 0`
 * counts on in a container whose own process is a user, and sends no other set. It is written down
 * here, before a rule switches no_new_privs on.
 */
static void root_has_its_bounding_set(const struct spec_process *asked, struct spec_process *p)
{
	struct spec_capabilities *c = p->capabilities;

	if (!c || uid_of(asked) != 0 || is_on(asked->no_new_privileges))
		return;
	c->permitted = c->effective = c->bounding;
	c->n_permitted = c->n_effective = c->n_bounding;
}

/* What is not said is as for the first process (runc's newInitConfig()). */
static struct spec_process *complete(const struct spec_process *asked,
				     const struct spec_process *first, struct arena *a)
{
	struct spec_process *copy = arena_alloc(a, sizeof(*copy));
	struct spec_process p = *asked;

	if (!p.capabilities)
		p.capabilities = first->capabilities;
	if (!p.no_new_privileges)
		p.no_new_privileges = first->no_new_privileges;
	if (p.n_rlimits == 0) {
		p.rlimits = first->rlimits;
		p.n_rlimits = first->n_rlimits;
	}
	if (!p.oom_score_adj)
		p.oom_score_adj = first->oom_score_adj;
	if (!p.scheduler)
		p.scheduler = first->scheduler;
	if (!p.io_priority)
		p.io_priority = first->io_priority;
	if (!p.exec_cpu_affinity)
		p.exec_cpu_affinity = first->exec_cpu_affinity;
	if (!p.apparmor_profile)
		p.apparmor_profile = first->apparmor_profile;
	if (!p.selinux_label)
		p.selinux_label = first->selinux_label;
	if (!copy || json_copy_object(&spec_process_schema, &p, a, copy) < 0)
		return NULL;
	root_has_its_bounding_set(asked, copy);
	return copy;
}

int harden_exec(const struct spec_process *asked, const struct spec *container,
		const struct policy *policy, const struct host_facts *facts, struct arena *a,
		struct spec_process **ret, struct decisions *ret_decisions, struct err *e)
{
	struct decisions d = {0};
	struct harden h = {
		.in = container,
		.s = spec_copy(container, a),
		.policy = policy,
		.facts = facts,
		.a = a,
		.d = &d,
	};

	if (!container->process)
		return err_set(e, ERR_STATE, EINVAL, "process property must not be empty");
	if (h.s)
		h.s->process = complete(asked, container->process, a);
	h.oom = !h.s || !h.s->process;
	int r = harden_run(&h, RULES_OF_EXEC, e);
	if (r != -ENOMEM)
		*ret_decisions = d;
	if (r == 0)
		*ret = h.s->process;
	return r;
}
