/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* start.c: the start operation: let the waiting first process go on to the user's program. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fd.h"
#include "kernel/sys.h"
#include "lifecycle/audit.h"
#include "lifecycle/container.h"
#include "lifecycle/handshake.h"
#include "lifecycle/late_hooks.h"
#include "lifecycle/opened.h"

static int check_status(const struct opened *o, struct err *e)
{
	switch (o->status) {
	case CONTAINER_CREATED:
		return 0;
	case CONTAINER_STOPPED:
		return err_set(e, ERR_STATE, EINVAL, "cannot start a container that has stopped");
	case CONTAINER_RUNNING:
		return err_set(e, ERR_STATE, EINVAL, "cannot start an already running container");
	default:
		return err_set(e, ERR_STATE, EINVAL, "cannot start a container in the %s state",
			       container_status_name(o->status));
	}
}

static int connect_init(const struct opened *o, struct err *e)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};

	AUTO_FD fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return err_sys(e, errno, "socket");
	snprintf(a.sun_path, sizeof(a.sun_path), "/proc/self/fd/%d/%s", o->dir.fd, START_SOCKET);
	if (connect(fd, (struct sockaddr *)&a, sizeof(a)) < 0)
		return err_set(e, ERR_STATE, errno,
			       "cannot start a container that has stopped: its first process does "
			       "not answer");
	return TAKE_FD(fd);
}

static void stop(const struct opened *o)
{
	AUTO_FD fd = initproc_pidfd(&o->init);

	if (fd >= 0 && sys_pidfd_send_signal(fd, SIGKILL) == 0)
		(void)initproc_wait_gone(fd, 10000);
}

static int start(const struct opened *o, struct err *e)
{
	int r = check_status(o, e);

	if (r == 0) {
		opened_refresh(o);
		AUTO_FD fd = connect_init(o, e);
		r = fd < 0 ? fd : 0;
		/*
		 * Whoever looks during the hooks sees "running". It cannot be held back any longer:
		 * a failure is none of the start, and the name of the process tells afterwards.
		 */
		if (r == 0)
			(void)unlinkat(o->dir.fd, START_SOCKET, 0);
		if (r == 0)
			r = hs_recv_exec(fd, e);
		if (r < 0)
			err_wrap(e, "unable to start container process");
	}
	if (r == 0 && o->record.has_poststart) {
		r = late_hooks_poststart(o, e);
		/* runtime.md, step 9: a failure stops the container, which can then be deleted. */
		if (r < 0)
			stop(o);
	}
	return r;
}

int container_start(const char *root, const char *id, const struct policy *policy, struct err *e)
{
	struct opened o;
	int r = opened_load(root, id, true, &o, e);

	if (r < 0)
		return r;
	r = start(&o, e);
	audit_result(&(struct audit){.policy = policy,
				     .event = "start",
				     .id = id,
				     .bundle = o.record.bundle,
				     .pid = o.init.pid},
		     r < 0 ? e : NULL);
	opened_close(&o);
	return r;
}
