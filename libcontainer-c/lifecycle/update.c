/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* update.c: see update.h. */
#include "lifecycle/update.h"

#include <errno.h>
#include <string.h>

#include "apply/cgroup.h"
#include "base/arena.h"
#include "base/err.h"
#include "harden/harden.h"
#include "harden/measures.h"
#include "harden/update.h"
#include "host/facts.h"
#include "host/probe.h"
#include "lifecycle/audit.h"
#include "lifecycle/container.h"
#include "lifecycle/documents.h"
#include "lifecycle/opened.h"
#include "lifecycle/seal.h"
#include "oci-spec/spec.h"
#include "plan/cgroup.h"

struct updating {
	const struct update_request *q;
	struct arena arena;
	struct opened o;
	struct spec *spec;
	struct measures measures;
	struct decisions decisions;
	struct cgroup_plan plan, before; /* what is to be; what was */
	struct cgroup cgroup;
	const char *texts[2]; /* the documents as they were */
	struct seal seal;
	bool sealed;
};

static int check_status(const struct opened *o, struct err *e)
{
	if (o->status == CONTAINER_STOPPED || o->status == CONTAINER_CREATING)
		return err_set(e, ERR_STATE, ESRCH, "container not running");
	return 0;
}

static int decide(struct updating *u, struct err *e)
{
	struct host_facts facts = {0};
	struct spec *old;
	struct measures measures;
	int r = spec_check_resources(u->q->resources, e);

	if (r == 0)
		r = documents_read_spec(&u->o.dir, &u->arena, &old, e);
	if (r == 0)
		r = documents_read_measures(&u->o.dir, &u->arena, &measures, e);
	if (r == 0)
		r = host_probe(NULL, u->q->policy, &u->arena, &facts, e);
	if (r == 0)
		r = harden_update(u->q->resources, old, &measures, u->q->policy, &facts, &u->arena,
				  &u->spec, &u->measures, &u->decisions, e);
	if (r == 0)
		r = cgroup_plan_make(u->spec, &u->measures, &facts, u->q->id, &u->arena, &u->plan,
				     e);
	if (r == 0)
		r = cgroup_plan_place(&u->plan, (const char *const *)u->o.record.cgroup_paths,
				      u->o.record.n_cgroup_paths, &u->arena, e);
	return r;
}

/*
 * A file that somebody has changed must not become right by being written anew: its old digest
 * stays, and verify goes on telling.
 */
static void begin_seal(struct updating *u)
{
	struct seal now;

	u->sealed = seal_get(&u->cgroup, &u->seal) == 0;
	if (!u->sealed)
		return;
	seal_read(&u->o.dir, &now);
	if (memcmp(&now, &u->seal, sizeof(now)) == 0)
		u->o.dir.seal = &u->seal;
}

static int store(struct updating *u, struct err *e)
{
	const struct documents docs = {
		.spec = u->spec,
		.measures = &u->measures,
		.update = &u->decisions,
		.limits = cgroup_record(&u->cgroup),
	};

	begin_seal(u);
	int r = documents_write(&u->o.dir, &docs, e);
	if (r == 0 && u->o.dir.seal)
		(void)seal_put(&u->seal, &u->cgroup);
	return r;
}

static void restore(struct updating *u)
{
	(void)cgroup_apply_limits(&u->before, &u->cgroup, NULL);
	if (!u->texts[0] || documents_restore(&u->o.dir, u->texts, NULL) < 0)
		return;
	if (u->o.dir.seal)
		(void)seal_put(&u->seal, &u->cgroup);
}

static struct audit line_of(const struct updating *u)
{
	return (struct audit){
		.policy = u->q->policy,
		.event = "update",
		.id = u->q->id,
		.bundle = u->o.record.bundle,
		.decisions = &u->decisions,
		.limits = cgroup_limits(&u->cgroup),
		.pid = u->o.init.pid,
	};
}

static int change(struct updating *u, struct err *e)
{
	int r = cgroup_snapshot(&u->plan, &u->cgroup, &u->arena, &u->before, e);

	if (r < 0)
		return r;
	r = cgroup_apply_limits(&u->plan, &u->cgroup, e);
	if (r == 0)
		r = documents_read_texts(&u->o.dir, &u->arena, u->texts, e);
	if (r == 0)
		r = store(u, e);
	if (r == 0) {
		const struct audit line = line_of(u);
		r = audit_done(&line, e);
	}
	if (r < 0)
		restore(u);
	return r;
}

int container_update(const struct update_request *q, struct err *e)
{
	struct updating u = {.q = q, .cgroup = {.v2 = -1}};
	int r = opened_load(q->root, q->id, true, &u.o, e);

	if (r < 0)
		return r;
	r = check_status(&u.o, e);
	if (r == 0)
		r = decide(&u, e);
	if (r == 0)
		r = cgroup_open((const char *const *)u.o.record.cgroup_paths,
				u.o.record.n_cgroup_paths, &u.cgroup, e);
	if (r == 0)
		r = change(&u, e);
	if (r < 0) {
		struct audit line = line_of(&u);
		line.limits = NULL;
		audit_result(&line, e);
	}
	cgroup_close(&u.cgroup);
	opened_close(&u.o);
	arena_free(&u.arena);
	return r;
}
