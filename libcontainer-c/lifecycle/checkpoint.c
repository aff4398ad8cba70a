/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* checkpoint.c: see checkpoint.h. */
#include "lifecycle/checkpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "apply/cgroup.h"
#include "base/err.h"
#include "base/fd.h"
#include "harden/measures.h"
#include "host/facts.h"
#include "host/probe.h"
#include "lifecycle/audit.h"
#include "lifecycle/checkpoint_priv.h"
#include "lifecycle/destroy.h"
#include "lifecycle/documents.h"

static int check_status(const struct opened *o, struct err *e)
{
	if (o->status != CONTAINER_RUNNING && o->status != CONTAINER_PAUSED)
		return err_set(e, ERR_STATE, EINVAL, "Container cannot be checkpointed in %s state",
			       container_status_name(o->status));
	return 0;
}

/* As it was planned: from the documents, as `verify` does it. */
static int read_plan(struct dumping *d, struct err *e)
{
	struct host_facts facts;
	struct measures measures;
	struct spec *spec;
	int r = documents_read_spec(&d->o.dir, &d->arena, &spec, e);

	if (r == 0)
		r = documents_read_measures(&d->o.dir, &d->arena, &measures, e);
	if (r == 0)
		r = host_probe(spec, d->q->policy, &d->arena, &facts, e);
	if (r == 0)
		r = plan_make(spec, &measures, &facts, d->q->id, d->o.record.bundle, &d->arena,
			      &d->plan, e);
	return r;
}

static int open_first(struct dumping *d, struct err *e)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d", d->o.init.pid);
	d->pid_fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (d->pid_fd < 0 || !initproc_alive(&d->o.init))
		return err_set(e, ERR_STATE, ESRCH, "container not running");
	return 0;
}

/*
 * containerd pauses a container first, and CRIU would wait for ever for processes in a frozen
 * cgroup of v1. It stops them itself, by ptrace(2): its --freeze-cgroup is not used, with which now
 * and then (CRIU 4.2: one time in a hundred) it waits in vain until its time is up, and on v1 for
 * ever when a signal has stopped a process.
 */
static int run_thawed(struct dumping *d, struct err *e)
{
	const struct checkpoint_request *q = d->q;
	struct cgroup c;

	if (d->o.status != CONTAINER_PAUSED)
		return criu_run(&d->criu, NULL, e);
	int r = opened_cgroups(&d->o, &c, e);
	if (r < 0)
		return r;
	r = cgroup_thaw(&c, e);
	if (r == 0)
		r = criu_run(&d->criu, NULL, e);
	if (r < 0 || q->leave_running || q->pre_dump)
		(void)cgroup_freeze(&c, NULL);
	cgroup_close(&c);
	return r;
}

static int dump(struct dumping *d, struct err *e)
{
	int r = check_status(&d->o, e);

	if (r == 0)
		r = read_plan(d, e);
	if (r == 0)
		r = open_first(d, e);
	if (r == 0)
		r = checkpoint_images_open(d, e);
	if (r == 0)
		r = checkpoint_command(d, e);
	d->note.format = CHECKPOINT_FORMAT;
	/* Before the processes are gone. */
	if (r == 0 && !d->q->pre_dump)
		r = checkpoint_note_write(d->criu.image_fd, &d->note, e);
	return r < 0 ? r : run_thawed(d, e);
}

int container_checkpoint(const struct checkpoint_request *q, struct err *e)
{
	struct dumping d = {.q = q, .criu = CRIU_INIT, .pid_fd = -1};
	int r = opened_load(q->root, q->id, true, &d.o, e);

	if (r < 0)
		return r;
	r = dump(&d, e);
	if (r < 0)
		checkpoint_images_undo(&d);
	if (r == 0 && !q->leave_running && !q->pre_dump)
		r = container_destroy(&d.o, e);
	audit_result(&(struct audit){.policy = q->policy,
				     .event = "checkpoint",
				     .id = q->id,
				     .bundle = d.o.record.bundle,
				     .pid = d.o.init.pid},
		     r < 0 ? e : NULL);
	fd_closep(&d.pid_fd);
	criu_close(&d.criu);
	opened_close(&d.o);
	arena_free(&d.arena);
	return r;
}
