/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * exec_child.c: the process of exec from its clone to execve(2). It is born in the container's
 * namespaces, as root there. Runs on a copy of the runtime's memory, allocates none.
 */
#include <errno.h>
#include <sched.h>
#include <unistd.h>

#include "apply/scheduling.h"
#include "base/err.h"
#include "base/fd.h"
#include "lifecycle/exec_priv.h"
#include "lifecycle/handshake.h"
#include "lifecycle/program.h"

/* What shows the host, and what the runtime alone may talk to. */
void exec_prepare(void *arg)
{
	struct execution *x = arg;

	program_hide();
	program_rename();
	program_die_with_runtime(true);
	fd_closep(&x->hs_fd);
	fd_closep(&x->o.dir.fd);
	fd_closep(&x->console_sock);
	fd_closep(&x->pidfd_sock);
	console_close(&x->console);
}

static int set_cpus(const struct cpu_mask *m, struct err *e)
{
	if (m->bits && sched_setaffinity(0, m->size, (const cpu_set_t *)m->bits) < 0)
		return err_sys(e, errno, "error setting CPU affinity");
	return 0;
}

/*
 * Into the v1 cgroups only now: the intermediate process would take a second place in a container
 * that is at its limit of processes.
 */
static int enter(struct execution *x, struct program *p, struct err *e)
{
	int tty_fd = -1;

	if (x->root_fd >= 0 && (fchdir(x->root_fd) < 0 || chroot(".") < 0))
		return err_sys(e, errno, "chroot to the container's root");
	int r = set_cpus(&p->process->cpus_initial, e);

	if (r < 0)
		return r;
	r = cgroup_attach_self(&x->cgroup);
	if (r < 0)
		return err_sys(e, -r, "enter the container's cgroups");
	scheduling_reset_cpus();
	r = set_cpus(&p->process->cpus_final, e);
	if (r == 0)
		r = hs_recv_fd(p->hs_fd, HS_MOUNTED, &tty_fd, e);
	return r < 0 ? r : program_prepare(p, tty_fd, e);
}

void exec_child(void *arg)
{
	struct execution *x = arg;
	struct program p = {
		.process = &x->plan.process,
		.seccomp = &x->plan.seccomp,
		.landlock = &x->plan.landlock,
		.proc_fd = x->proc_fd,
		.hs_fd = x->hs_peer_fd,
		.start_fd = -1,
		.keep_fds = x->keep_fds,
	};
	struct err e = {0};

	program_die_with_runtime(true);
	if (enter(x, &p, &e) < 0)
		goto fail;
	if (hs_send(p.hs_fd, HS_CREATED) < 0 || hs_recv(p.hs_fd, HS_RUN, NULL) < 0)
		_exit(1);
	program_die_with_runtime(false);
	if (program_confine(&p, &e) == 0)
		program_execute(&p, &e);
fail:
	hs_send_error(p.hs_fd, HS_ERROR, &e);
	_exit(1);
}
