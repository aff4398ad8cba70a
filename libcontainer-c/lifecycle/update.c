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
#include "host/cgroup_own.h"
#include "host/probe.h"
#include "lifecycle/audit.h"
#include "lifecycle/container.h"
#include "lifecycle/documents.h"
#include "lifecycle/opened.h"
#include "lifecycle/scope.h"
#include "lifecycle/seal.h"
#include "lifecycle/update_classes.h"
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
	struct class_update classes;
	const char *texts[2];  /* the documents as they were */
	struct seal seal;      /* of the files as they are */
	struct seal announced; /* what hangs at the cgroup meanwhile */
	bool unsettled;	       /* an update before this one has not ended */
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
	if (r == 0 && facts.in_userns)
		r = host_keep_cgroups((const char *const *)u->o.record.cgroup_paths,
				      u->o.record.n_cgroup_paths, &u->arena, &facts);
	if (r == -ENOMEM)
		err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	if (r == 0 && u->o.record.n_cgroup_paths == 0)
		r = err_set(e, ERR_HOST, ENOTSUP,
			    "/linux/resources: the container has no cgroup whose limits could be "
			    "changed");
	if (r == 0)
		r = harden_update(u->q->resources, u->q->classes, old, &measures, u->q->policy,
				  &facts, &u->arena, &u->spec, &u->measures, &u->decisions, e);
	if (r == 0 && u->q->classes)
		r = class_update_open(&u->o.record, u->spec, &u->arena, &u->classes, e);
	if (r == 0)
		r = cgroup_plan_make(u->spec, &u->measures, &facts, u->q->id, &u->arena, &u->plan,
				     e);
	if (r == 0)
		r = cgroup_plan_place(&u->plan, (const char *const *)u->o.record.cgroup_paths,
				      u->o.record.n_cgroup_paths, &u->arena, e);
	return r;
}

static struct documents documents_of(const struct updating *u)
{
	return (struct documents){
		.spec = u->spec,
		.measures = &u->measures,
		.update = &u->decisions,
		.limits = cgroup_record(&u->cgroup),
	};
}

/* Notes what will be written next: an update that is killed then leaves a file that is known. */
static void announce(struct updating *u, enum seal_file f)
{
	const struct documents docs = documents_of(u);
	struct seal next = {0};

	if (!u->o.dir.seal || documents_digest(&u->o.dir, &docs, &next) < 0)
		return;
	memcpy(u->announced.next[f], next.digest[f], sizeof(next.digest[f]));
	(void)seal_put(&u->announced, &u->cgroup);
}

/*
 * A file that somebody has changed must not become right by being written anew: its old digest
 * stays, and verify goes on telling. What an update that was killed has left is taken as it is, but
 * does not pass for what one has done: the announcement says so, and only success ends that.
 */
static void begin_seal(struct updating *u)
{
	struct seal now;

	if (seal_get(&u->cgroup, &u->seal) < 0)
		return;
	seal_read(&u->o.dir, &now);
	if (!seal_covers(&u->seal, &now))
		return;
	u->unsettled = u->seal.unsettled;
	u->seal = u->announced = now;
	u->announced.unsettled = true;
	u->o.dir.seal = &u->seal;
}

/* What was written becomes what is right. */
static void end_seal(struct updating *u, bool unsettled)
{
	u->seal.unsettled = unsettled;
	if (u->o.dir.seal)
		(void)seal_put(&u->seal, &u->cgroup);
}

/*
 * The files first: they know what cannot be. Then systemd, which writes some of them anew, rounded
 * in its own way; then the files again.
 */
static int apply_limits(struct updating *u, const struct cgroup_plan *p, struct err *e)
{
	int r = cgroup_apply_limits(p, &u->cgroup, e);

	if (r < 0 || !u->o.record.systemd_unit)
		return r;
	r = scope_update(&u->o.record, p, e);
	return r < 0 ? r : cgroup_apply_limits(p, &u->cgroup, e);
}

static void restore(struct updating *u)
{
	class_update_undo(&u->classes);
	bool undone = apply_limits(u, &u->before, NULL) == 0;
	if (documents_restore(&u->o.dir, u->texts, NULL) == 0)
		end_seal(u, u->unsettled || !undone);
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

/*
 * The configuration goes first, what was read back goes last. Killed in between, the one says what
 * the limits should be and the other what they were, and each of them is one or the other: verify
 * knows that, and the next update sets things right.
 */
static int apply(struct updating *u, struct err *e)
{
	announce(u, SEAL_CONFIG);
	int r = documents_write_config(&u->o.dir, u->spec, e);
	if (r == 0)
		r = apply_limits(u, &u->plan, e);
	if (r == 0)
		r = class_update_apply(&u->classes, &u->arena, e);
	if (r < 0)
		return r;
	const struct documents docs = documents_of(u);
	announce(u, SEAL_HARDENING);
	return documents_write_hardening(&u->o.dir, &docs, e);
}

static int change(struct updating *u, struct err *e)
{
	int r = cgroup_snapshot(&u->plan, &u->cgroup, &u->arena, &u->before, e);

	if (r == 0)
		r = documents_read_texts(&u->o.dir, &u->arena, u->texts, e);
	if (r < 0)
		return r;
	begin_seal(u);
	r = apply(u, e);
	if (r == 0) {
		const struct audit line = line_of(u);
		r = audit_done(&line, e);
	}
	/* An update that is killed before it is on record does not pass for one that was done. */
	if (r == 0)
		end_seal(u, false);
	else
		restore(u);
	return r;
}

int container_update(const struct update_request *q, struct err *e)
{
	struct updating u = {.q = q, .cgroup = {.v2 = -1}, .classes = {.root_fd = -1}};
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
	class_update_close(&u.classes);
	cgroup_close(&u.cgroup);
	opened_close(&u.o);
	arena_free(&u.arena);
	return r;
}
