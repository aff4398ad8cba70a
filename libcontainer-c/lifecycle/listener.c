/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* listener.c: see listener.h. */
#include "lifecycle/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

#include "apply/seccomp.h"
#include "apply/seccomp_notify.h"
#include "apply/socket.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "kernel/sys.h"
#include "lifecycle/handshake.h"
#include "lifecycle/oci_state.h"

#define ANSWER_MS (120 * 1000)

/*
 * How long HS_LISTENER may take before R looks whether it is being asked about. Nothing tells R
 * that: the process that could say so is the one that waits. It costs time only under filters that
 * ask about sendmsg(2).
 */
#define LOOK_MS 5

/* C: the number that the next descriptor gets. */
static int next_number(int any_fd)
{
	int n = fcntl(any_fd, F_DUPFD_CLOEXEC, 0);

	if (n < 0)
		return -errno;
	close(n);
	return n;
}

int listener_load(const struct seccomp_plan *p, int hs_fd, struct err *e)
{
	int number = next_number(hs_fd), fd = -1;

	if (number < 0)
		return err_sys(e, -number, "descriptor for the seccomp listener");
	int r = hs_send_number(hs_fd, HS_FILTER, number);
	if (r < 0)
		return err_sys(e, -r, "send to the runtime");
	r = seccomp_apply(p, &fd, e);
	if (r < 0)
		return r;
	r = hs_send_fd(hs_fd, HS_LISTENER, fd);
	if (r < 0)
		return err_sys(e, -r, "send the seccomp listener to the runtime");
	r = hs_recv(hs_fd, HS_TAKEN, e);
	close(fd);
	return r;
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* R's side while it waits. */
struct waiting {
	int hs_fd, pidfd;
	int number; /* of the listener in C */
	int fd;	    /* ours; -1: not yet */
	int why;    /* errno of the last fetch() that failed for another reason; 0: none */
	int64_t until;
	struct err *e;
};

/*
 * Not there yet: 0. A failure ends nothing yet: most filters do not ask about
 * sendmsg(2), and C is only late then.
 */
static int fetch(struct waiting *w)
{
	int fd = sys_pidfd_getfd(w->pidfd, w->number);

	w->why = fd < 0 && errno != EBADF ? errno : 0;
	if (fd >= 0 && !seccomp_notify_is(fd)) {
		close(fd);
		return err_set(w->e, ERR_BUG, EPROTO, "descriptor %d is no seccomp listener",
			       w->number);
	}
	w->fd = fd;
	return 0;
}

static int take(struct waiting *w, int passed)
{
	if (w->fd < 0)
		w->fd = passed;
	else
		fd_closep(&passed);
	if (w->fd < 0)
		return err_set(w->e, ERR_BUG, EPROTO, "no seccomp listener in the message");
	int r = hs_send(w->hs_fd, HS_TAKEN);
	/* A dead peer: its last message says why. */
	return r < 0 && r != -EPIPE ? err_sys(w->e, -r, "send to the container's process") : 0;
}

/* Returns 1 at the end, with w->fd. */
static int receive(struct waiting *w)
{
	int passed = -1;
	int type = hs_recv_any_fd(w->hs_fd, &passed, w->e);

	if (type == HS_LISTENER)
		return take(w, passed);
	fd_closep(&passed);
	if (type < 0)
		return type;
	if (type == HS_CREATED && w->fd >= 0)
		return 1;
	return err_set(w->e, ERR_BUG, EPROTO, "message %d from a process under its filter", type);
}

static int timeout_of(const struct waiting *w)
{
	int64_t left = w->until - now_ms();

	return left <= 0 ? -1 : w->fd < 0 ? LOOK_MS : (int)left;
}

/* Returns 1 at the end. */
static int await_once(struct waiting *w)
{
	struct pollfd p[] = {{w->hs_fd, POLLIN, 0}, {w->fd, POLLIN, 0}};
	int ms = timeout_of(w);

	if (ms < 0 && w->why)
		return err_sys(w->e, w->why,
			       "/linux/seccomp: take over the listener of a filter that asks about "
			       "sendmsg(2)");
	if (ms < 0)
		return err_set(w->e, ERR_SYSTEM, ETIMEDOUT,
			       "the container's process does not answer: is it stopped, or its "
			       "cgroup frozen?");
	int n = poll(p, 2, ms);
	if (n < 0)
		return errno == EINTR ? 0 : err_sys(w->e, errno, "poll");
	if (p[0].revents)
		return receive(w);
	if (p[1].revents & POLLIN)
		return seccomp_notify_pass(w->fd, w->e);
	return w->fd < 0 ? fetch(w) : 0;
}

int listener_await(int hs_fd, int pidfd, int *ret, struct err *e)
{
	struct waiting w = {
		.hs_fd = hs_fd, .pidfd = pidfd, .fd = -1, .until = now_ms() + ANSWER_MS, .e = e};
	int r = hs_recv_number(hs_fd, HS_FILTER, &w.number, e);

	while (r == 0)
		r = await_once(&w);
	if (r < 0) {
		fd_closep(&w.fd);
		return r;
	}
	*ret = w.fd;
	return 0;
}

/* Judged by who it is, not by where: see rule seccomp. */
static int check_agent(const struct seccomp_listener *l, int sock, struct err *e)
{
	uid_t uid;

	if (!l->own_agent)
		return 0;
	int r = socket_peer_uid(sock, "seccomp agent", &uid, e);
	if (r < 0 || uid == 0 || uid == geteuid())
		return r;
	return err_set(e, ERR_POLICY, EPERM,
		       "policy: seccomp: the agent at %s runs as user %u, and not as root: refused",
		       l->path, uid);
}

static int send_state(const struct seccomp_listener *l, int fd, const char *state, struct err *e)
{
	AUTO_FD sock = socket_connect(l->path, "seccomp agent", e);

	if (sock < 0)
		return sock;
	int r = check_agent(l, sock, e);
	return r < 0 ? r : socket_send_fd(sock, state, fd, "seccomp listener", e);
}

int listener_hand_over(const struct seccomp_listener *l, int fd, const struct record *r,
		       const char *status, pid_t pid, pid_t process, struct err *e)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	size_t size = oci_process_state_size(l->metadata);
	char *state = arena_alloc(&a, size);

	if (!state)
		return err_sys(e, ENOMEM, "state for the seccomp agent");
	int rc = oci_process_state_format(r, status, pid, process, l->metadata, state, size);
	if (rc < 0)
		return err_set(e, ERR_SYSTEM, -rc, "state for the seccomp agent is too long");
	rc = send_state(l, fd, state, e);
	if (rc < 0 && !(e && e->kind == ERR_POLICY))
		err_wrap(e, "/linux/seccomp/listenerPath: failed to connect with seccomp agent");
	return rc;
}
