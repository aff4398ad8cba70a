/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * run.c: create, start and, in the foreground, stay: pass signals on, relay the terminal, wait,
 * delete.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "apply/relay.h"
#include "base/err.h"
#include "base/fd.h"
#include "kernel/sys.h"
#include "lifecycle/creation.h"
#include "lifecycle/creation_parts.h"
#include "lifecycle/handshake.h"
#include "lifecycle/late_hooks.h"
#include "lifecycle/opened.h"

struct foreground {
	struct creation *c;
	int signal_fd;
	bool has_relay;
	struct relay relay;
};

/*
 * Everything but what tells of our own children or of our own faults. They
 * are blocked and read from a descriptor before the container exists, so that none is lost.
 */
static int block_signals(sigset_t *ret_old)
{
	sigset_t set;

	sigfillset(&set);
	sigdelset(&set, SIGSEGV);
	sigdelset(&set, SIGBUS);
	sigdelset(&set, SIGILL);
	sigdelset(&set, SIGFPE);
	sigdelset(&set, SIGABRT);
	sigdelset(&set, SIGURG);
	sigdelset(&set, SIGCHLD);
	if (sigprocmask(SIG_BLOCK, &set, ret_old) < 0)
		return -errno;
	int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? -errno : fd;
}

static void pass_signals(struct foreground *f)
{
	struct signalfd_siginfo si;

	while (read(f->signal_fd, &si, sizeof(si)) == (ssize_t)sizeof(si)) {
		if (si.ssi_signo == SIGWINCH) {
			if (f->has_relay)
				relay_resize(&f->relay);
		} else if (si.ssi_signo != SIGPIPE) { /* ours: nobody reads our stdout */
			(void)sys_pidfd_send_signal(f->c->proc.pidfd, (int)si.ssi_signo);
		}
	}
}

/* Until the container's process has ended. */
static int stay(struct foreground *f, struct err *e)
{
	for (;;) {
		struct pollfd p[2 + RELAY_FDS] = {
			{.fd = f->c->proc.pidfd, .events = POLLIN},
			{.fd = f->signal_fd, .events = POLLIN},
		};
		nfds_t n = 2;
		if (f->has_relay && !f->relay.done) {
			relay_poll(&f->relay, p + 2);
			n += RELAY_FDS;
		}
		if (poll(p, n, -1) < 0) {
			if (errno == EINTR)
				continue;
			return err_sys(e, errno, "poll");
		}
		if (p[1].revents)
			pass_signals(f);
		if (n > 2 && relay_step(&f->relay, p + 2, e) < 0)
			return -EIO;
		if (p[0].revents)
			return 0;
	}
}

static int reap(struct creation *c, struct err *e)
{
	int status;

	while (waitpid(c->proc.pid, &status, __WALL) < 0)
		if (errno != EINTR)
			return err_sys(e, errno, "wait for process %d", c->proc.pid);
	c->proc.pid = -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void end_process(struct creation *c)
{
	if (c->proc.pid <= 0)
		return;
	(void)sys_pidfd_send_signal(c->proc.pidfd, SIGKILL);
	(void)reap(c, NULL);
}

static int foreground(struct creation *c, int signal_fd, int *ret_status, struct err *e)
{
	struct foreground f = {.c = c, .signal_fd = signal_fd};
	int r = 0;

	if (c->console.master_fd >= 0) {
		r = relay_begin(&f.relay, 0, 1, c->console.master_fd, e);
		f.has_relay = r == 0;
	}
	if (r == 0)
		r = stay(&f, e);
	if (f.has_relay) {
		relay_drain(&f.relay);
		relay_end(&f.relay);
	}
	if (r < 0)
		return r;
	r = reap(c, e);
	if (r >= 0)
		*ret_status = r;
	return r < 0 ? r : 0;
}

/* Let the first process go on to its program; returns when execve(2) has succeeded. */
static int go(struct creation *c, struct err *e)
{
	/* startContainer hooks take their time. Its death or its error shows in the answer. */
	(void)hs_limit(c->hs_fd, 0, NULL);
	(void)hs_send(c->hs_fd, HS_RUN);
	int r = hs_recv_exec(c->hs_fd, e);
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
	struct audit line = creation_audit(c);

	if (r == 0) {
		r = audit_done(&line, e);
		if (r < 0)
			creation_undo(c);
	}
	if (r < 0)
		audit_result(&line, e);
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
	sigset_t old;
	bool stay_here = !req->detach, created = false;
	int status = 0;

	AUTO_FD signal_fd = stay_here ? block_signals(&old) : -1;
	if (stay_here && signal_fd < 0)
		return err_sys(e, -signal_fd, "signalfd");
	int r = make_recorded(&c, req, e);
	if (r == 0) {
		r = go(&c, e);
		if (r < 0)
			record_failed_start(&c, e);
		if (r == 0 && stay_here)
			r = foreground(&c, signal_fd, &status, e);
		if (r < 0)
			end_process(&c);
		created = true;
	}
	creation_release(&c); /* drops the lock that delete takes */
	/* A created container ends by delete, poststop hooks included, whatever went wrong in it.
	 */
	if (r < 0 && created)
		(void)container_delete(req->root, req->id, true, req->policy, NULL);
	if (r == 0 && stay_here && !req->keep)
		r = container_delete(req->root, req->id, true, req->policy, e);
	if (stay_here)
		sigprocmask(SIG_SETMASK, &old, NULL);
	if (r == 0)
		*ret_status = status;
	return r;
}
