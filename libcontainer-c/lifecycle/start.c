/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* start.c: the start operation: let the waiting first process go on to the user's program. */
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fd.h"
#include "lifecycle/audit.h"
#include "lifecycle/container.h"
#include "lifecycle/destroy.h"
#include "lifecycle/handshake.h"
#include "lifecycle/late_hooks.h"
#include "lifecycle/notify.h"
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

/* It has said why it ends, and is on its way out: whoever looks next finds it stopped. */
static void await_end(const struct initproc *init)
{
	AUTO_FD fd = initproc_pidfd(init);

	if (fd >= 0)
		(void)initproc_wait_gone(fd, INITPROC_GONE_MS);
}

/* runtime.md, steps 7 and 9: when a hook fails, *@ret_hook, the container is stopped and destroyed.
 */
static int start(const struct opened *o, bool *ret_hook, int *ret_notify_fd, struct err *e)
{
	int r = check_status(o, e);

	if (r == 0)
		r = notify_listen(&o->dir, ret_notify_fd, e);
	if (r < 0)
		return r;
	opened_refresh(o);
	AUTO_FD fd = connect_init(o, e);
	r = fd < 0 ? fd : 0;
	/*
	 * Whoever looks during the hooks sees "running". It cannot be held back any longer: a
	 * failure is none of the start, and the name of the process tells afterwards.
	 */
	if (r == 0)
		(void)unlinkat(o->dir.fd, START_SOCKET, 0);
	if (r == 0)
		r = hs_recv_exec(fd, ret_hook, e);
	if (r < 0) {
		if (fd >= 0)
			await_end(&o->init);
		return err_wrap(e, "unable to start container process");
	}
	if (!o->record.has_poststart)
		return 0;
	r = late_hooks_poststart(o, e);
	*ret_hook = r < 0;
	return r;
}

/* Where a step of it fails, `delete` goes on. */
static void give_up(struct opened *o, const struct audit *line)
{
	struct audit deleted = *line;
	struct err why = {0};

	deleted.event = "delete";
	(void)container_destroy(o, &why);
	audit_result(&deleted, why.kind == ERR_NONE ? NULL : &why);
}

int container_start(const char *root, const char *id, const struct policy *policy, struct err *e)
{
	struct opened o;
	bool hook_failed = false;
	int notify_fd = -1;
	int r = opened_load(root, id, true, &o, e);

	if (r < 0)
		return r;
	const struct audit line = {.policy = policy,
				   .event = "start",
				   .id = id,
				   .bundle = o.record.bundle,
				   .pid = o.init.pid};
	r = start(&o, &hook_failed, &notify_fd, e);
	audit_result(&line, r < 0 ? e : NULL);
	if (hook_failed)
		give_up(&o, &line);
	AUTO_FD pidfd = r == 0 && notify_fd >= 0 ? initproc_pidfd(&o.init) : -1;
	pid_t pid = o.init.pid;
	opened_close(&o); /* whoever waits may be told to stop */
	if (pidfd >= 0)
		notify_wait(&notify_fd, pidfd, pid);
	fd_closep(&notify_fd);
	return r;
}
