/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * run.c: create, start and, in the foreground, stay until the container's process has ended, then
 * delete.
 */
#include <errno.h>
#include <fcntl.h>

#include "base/err.h"
#include "base/fd.h"
#include "lifecycle/creation.h"
#include "lifecycle/creation_parts.h"
#include "lifecycle/foreground.h"
#include "lifecycle/handshake.h"
#include "lifecycle/late_hooks.h"
#include "lifecycle/notify.h"
#include "lifecycle/opened.h"

/* Let the first process go on to its program; returns when execve(2) has succeeded. */
static int go(struct creation *c, struct err *e)
{
	/* startContainer hooks take their time. Its death or its error shows in the answer. */
	(void)hs_limit(c->hs_fd, 0, NULL);
	int r = hs_send(c->hs_fd, HS_RUN);
	if (r == 0 || r == -EPIPE)
		r = hs_recv_exec(c->hs_fd, NULL, e);
	else
		err_sys(e, -r, "send to the container's process");
	if (r < 0)
		err_wrap(e, "unable to start container process");
	if (r == 0 && c->record.has_poststart) {
		struct opened o = {.dir = c->dir,
				   .has_record = true,
				   .record = c->record,
				   .init = {c->proc.pid, c->record.start_time}};
		r = late_hooks_poststart(&o, e);
	}
	return r;
}

/* Nothing runs that could not be written down. */
static int make_recorded(struct creation *c, const struct container_request *req, struct err *e)
{
	int r = creation_make(c, req, true, e);

	if (r == 0) {
		const struct audit line = creation_audit(c);
		r = audit_done(&line, e);
		if (r < 0)
			creation_undo(c);
	}
	if (r < 0) {
		/* Another line: what it says of cgroups and processes is gone. */
		const struct audit line = creation_audit(c);
		audit_result(&line, e);
	}
	return r;
}

static void record_failed_start(const struct creation *c, const struct err *why)
{
	const struct audit line = {
		.policy = c->req->policy,
		.event = "start",
		.id = c->req->id,
		.bundle = c->req->bundle,
	};

	audit_result(&line, why);
}

int container_run(const struct container_request *req, int *ret_status, struct err *e)
{
	struct creation c;
	struct foreground f = FOREGROUND_INIT;
	bool stay = !req->detach, created = false;
	int status = 0;
	int r = stay ? foreground_begin(&f, e) : 0;

	if (r < 0)
		return r;
	r = make_recorded(&c, req, e);
	if (r == 0) {
		r = notify_listen(&c.dir, &f.notify_fd, e);
		if (r == 0)
			r = go(&c, e);
		if (r < 0)
			record_failed_start(&c, e);
		if (r == 0 && stay)
			r = foreground_stay(&f, &c.proc, c.console.master_fd, &status, e);
		if (r < 0)
			spawn_end(&c.proc);
		created = true;
	}
	AUTO_FD pidfd = f.notify_fd < 0 ? -1 : fcntl(c.proc.pidfd, F_DUPFD_CLOEXEC, 3);
	pid_t pid = c.proc.pid;
	creation_release(&c); /* drops the lock that delete takes */
	if (r == 0 && !stay)
		notify_wait(&f.notify_fd, pidfd, pid);
	/* A created container ends by delete, poststop hooks included, whatever went wrong in it.
	 */
	if (r < 0 && created)
		(void)container_delete(req->root, req->id, true, req->policy, NULL);
	if (r == 0 && stay && !req->keep)
		r = container_delete(req->root, req->id, true, req->policy, e);
	foreground_end(&f);
	if (r == 0)
		*ret_status = status;
	return r;
}
