/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* foreground.c: see foreground.h. */
#include "lifecycle/foreground.h"

#include <errno.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "apply/relay.h"
#include "base/err.h"
#include "base/fd.h"
#include "kernel/sys.h"
#include "lifecycle/notify.h"
#include "lifecycle/spawn.h"

int foreground_check_terminal(bool terminal, bool detached, const char *console_socket,
			      struct err *e)
{
	if (detached && terminal && !console_socket)
		return err_set(
			e, ERR_STATE, EINVAL,
			"cannot allocate tty if bulkhead will detach without setting console "
			"socket: use --console-socket");
	if ((!detached || !terminal) && console_socket)
		return err_set(
			e, ERR_STATE, EINVAL,
			"cannot use console socket if bulkhead will not detach or allocate tty");
	return 0;
}

/* Everything but what tells of our own children or of our own faults. */
int foreground_begin(struct foreground *f, struct err *e)
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
	int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		return err_sys(e, errno, "signalfd");
	sigprocmask(SIG_BLOCK, &set, &f->old);
	f->signal_fd = fd;
	return 0;
}

void foreground_end(struct foreground *f)
{
	fd_closep(&f->notify_fd);
	if (f->signal_fd < 0)
		return;
	fd_closep(&f->signal_fd);
	sigprocmask(SIG_SETMASK, &f->old, NULL);
}

static void pass_signals(const struct foreground *f, const struct spawned *proc,
			 struct relay *relay)
{
	struct signalfd_siginfo si;

	while (read(f->signal_fd, &si, sizeof(si)) == (ssize_t)sizeof(si)) {
		if (si.ssi_signo == SIGWINCH) {
			if (relay)
				relay_resize(relay);
		} else if (si.ssi_signo != SIGPIPE) { /* ours: nobody reads our stdout */
			(void)sys_pidfd_send_signal(proc->pidfd, (int)si.ssi_signo);
		}
	}
}

static int wait_end(struct foreground *f, const struct spawned *proc, struct relay *relay,
		    struct err *e)
{
	for (;;) {
		struct pollfd p[3 + RELAY_FDS] = {
			{.fd = proc->pidfd, .events = POLLIN},
			{.fd = f->signal_fd, .events = POLLIN},
			{.fd = f->notify_fd, .events = POLLIN},
		};
		nfds_t n = 3;
		if (relay && !relay->done) {
			relay_poll(relay, p + 3);
			n += RELAY_FDS;
		}
		if (sys_pidfd_poll(p, n, -1) < 0) {
			if (errno == EINTR)
				continue;
			return err_sys(e, errno, "poll");
		}
		if (p[1].revents)
			pass_signals(f, proc, relay);
		if (p[2].revents)
			notify_forward(&f->notify_fd, proc->pid);
		if (n > 3 && relay_step(relay, p + 3, e) < 0)
			return -EIO;
		if (p[0].revents)
			return 0;
	}
}

static int reap(struct spawned *proc, int *ret_status, struct err *e)
{
	int status;

	while (waitpid(proc->pid, &status, __WALL) < 0)
		if (errno != EINTR)
			return err_sys(e, errno, "wait for process %d", proc->pid);
	proc->pid = -1;
	*ret_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	return 0;
}

int foreground_stay(struct foreground *f, struct spawned *proc, int master_fd, int *ret_status,
		    struct err *e)
{
	struct relay relay;
	int r;

	if (master_fd < 0) {
		r = wait_end(f, proc, NULL, e);
		return r < 0 ? r : reap(proc, ret_status, e);
	}
	r = relay_begin(&relay, 0, 1, master_fd, e);
	if (r < 0)
		return r;
	r = wait_end(f, proc, &relay, e);
	relay_drain(&relay);
	relay_end(&relay);
	return r < 0 ? r : reap(proc, ret_status, e);
}
