/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* create_finish.c: steps of create.c from the last set-up of the first process to "created". */
#include <errno.h>
#include <sys/stat.h>

#include "apply/fds.h"
#include "apply/socket.h"
#include "base/err.h"
#include "base/fd.h"
#include "lifecycle/create_steps.h"
#include "lifecycle/creation.h"
#include "lifecycle/creation_parts.h"
#include "lifecycle/handshake.h"
#include "lifecycle/initproc.h"
#include "lifecycle/listener.h"
#include "lifecycle/pidfile.h"
#include "lifecycle/readback.h"
#include "lifecycle/scope.h"

int step_release(struct creation *c, struct err *e)
{
	const struct namespaces_plan *ns = &c->plan.ns;
	const struct process_plan *p = &c->plan.process;
	int r = 0;

	if (!p->terminal)
		r = fds_chown_stdio(ids_to_host(ns->maps.uid, ns->maps.n_uid, p->uid),
				    ids_to_host(ns->maps.gid, ns->maps.n_gid, p->gid), e);
	if (r < 0)
		return r;
	r = hs_send_fd(c->hs_fd, HS_MOUNTED, c->console.slave_fd);
	fd_closep(&c->console.slave_fd);
	if (r < 0 && r != -EPIPE)
		return err_sys(e, -r, "send to the container's process");
	/* A dead peer: its last message says why, below. */
	/* Written while the child works. */
	r = c->record.has_poststop ? 0 : creation_write_documents(c, e);
	if (r < 0)
		return r;
	r = c->plan.seccomp.listener.path
		    ? listener_await(c->hs_fd, c->proc.pidfd, &c->listener_fd, e)
		    : hs_recv(c->hs_fd, HS_CREATED, e);
	return r < 0 ? r : readback_check(&c->plan, &ns->maps, c->proc_fd, c->proc.pid, e);
}

/* "creating", as runc says: nothing of the container is on record yet. */
int step_hand_over(struct creation *c, struct err *e)
{
	int r = c->pidfd_sock < 0 ? 0
				  : socket_send_pidfd(c->pidfd_sock, "standard", c->proc.pidfd, e);

	if (r < 0 || c->listener_fd < 0)
		return r;
	r = listener_hand_over(&c->plan.seccomp.listener, c->listener_fd, &c->record, "creating",
			       c->proc.pid, c->proc.pid, e);
	fd_closep(&c->listener_fd);
	return r;
}

int creation_record_process(struct creation *c, struct err *e)
{
	struct stat userns;
	char state;
	uint64_t start;
	int r = initproc_read(c->proc.pid, &start, &state);

	if (r == 0 && fstat(c->proc.userns_fd, &userns) < 0)
		r = -errno;
	if (r < 0)
		return err_sys(e, -r, "read the state of process %d", c->proc.pid);
	c->record.complete = true;
	c->record.pid = (uint32_t)c->proc.pid;
	c->record.start_time = start;
	c->record.userns = userns.st_ino;
	scope_fill_record(c);
	return 0;
}

int creation_finish(struct creation *c, struct err *e)
{
	int r = record_write(&c->dir, &c->record, e);

	if (r == 0)
		(void)seal_put(&c->seal, &c->cgroup);
	if (r == 0 && c->rootfs.overlay)
		(void)rootfs_refresh(c->rootfs.path, -1, 0, NULL);
	if (r == 0 && c->req->pid_file) {
		r = pidfile_write(c->req->pid_file, c->proc.pid, e);
		c->pid_file_made = r == 0;
	}
	return r;
}

int step_created(struct creation *c, struct err *e)
{
	int r = creation_record_process(c, e);

	if (r == 0 && c->console_sock >= 0) {
		r = console_send(c->console_sock, &c->console, e);
		if (r == 0)
			console_close(&c->console);
	}
	return r < 0 ? r : creation_finish(c, e);
}
