/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* hook_child.c: see hook_child.h. Between clone and execve: system calls only. */
#include "apply/hook_child.h"

#include <errno.h>
#include <grp.h>
#include <linux/keyctl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "apply/hooks.h"
#include "base/fd.h"
#include "kernel/sys.h"

/* In a pid namespace the process itself cannot move: its parent chooses for it at the clone. */
#define ENTERED_BY_CHILD(flags) ((flags) & ~(uint64_t)CLONE_NEWPID)

static void default_signals(void)
{
	sigset_t none;

	for (int s = 1; s < NSIG; s++)
		if (s != SIGKILL && s != SIGSTOP)
			signal(s, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Root of the user namespace just entered, with nothing of the host's ids left. */
static int become_root(void)
{
	if (setgroups(0, NULL) < 0 || setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0)
		return -errno;
	return 0;
}

static int set_stdio(const struct hook_stdio *io)
{
	if (dup2(io->in, 0) < 0 || dup2(io->out, 1) < 0 || dup2(io->err, 2) < 0)
		return -errno;
	/* The report pipe goes to 3; everything else is closed, whatever its flags. */
	if (dup3(io->report, 3, O_CLOEXEC) < 0 && io->report != 3)
		return -errno;
	return sys_close_range(4, ~0u, 0) < 0 ? -errno : 0;
}

static void __attribute__((noreturn)) fail(int report_fd, enum hook_step step, int error)
{
	const struct hook_report r = {error, step};

	(void)fd_write_once(report_fd, &r, sizeof(r));
	_exit(127);
}

/* After the last change of ids, which clears the signal. */
static void die_with_runtime(int report_fd)
{
	struct pollfd reader = {.fd = report_fd};

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* It may have died before; then nobody reads the report. */
	if (poll(&reader, 1, 0) > 0 && reader.revents & POLLERR)
		_exit(127);
}

static void __attribute__((noreturn))
run(const struct hook_plan *hook, const struct hooks_run *how, const struct hook_stdio *io)
{
	uint64_t ns = ENTERED_BY_CHILD(how->ns_flags);
	int r;

	setpgid(0, 0);
	default_signals();
	if (how->ns_pidfd >= 0 && ns && sys_setns(how->ns_pidfd, (int)ns) < 0)
		fail(io->report, HOOK_STEP_NAMESPACES, errno);
	if (how->ns_pidfd >= 0 && ns & CLONE_NEWUSER && (r = become_root()) < 0)
		fail(io->report, HOOK_STEP_ROOT, -r);
	die_with_runtime(io->report);
	/* Best effort, as in every runtime: no keyrings in the kernel, or no quota, is no failure.
	 */
	if (how->leave_keyring)
		(void)sys_keyctl(KEYCTL_JOIN_SESSION_KEYRING, 0, 0, 0, 0);
	r = set_stdio(io);
	if (r < 0)
		fail(io->report, HOOK_STEP_STDIO, -r);
	if (chdir(how->cwd) < 0)
		fail(3, HOOK_STEP_CWD, errno);
	execve(hook->path, hook->argv, hook->envp);
	fail(3, HOOK_STEP_EXEC, errno);
}

/* Children to come are made in the pid namespace of @pidfd. */
static int choose_pidns(int pidfd)
{
	return sys_setns(pidfd, CLONE_NEWPID) < 0 ? -errno : 0;
}

int hook_clone(const struct hook_plan *hook, const struct hooks_run *how,
	       const struct hook_stdio *io, int *ret_pidfd)
{
	AUTO_FD self = -1;
	int pidfd = -1, r = 0;

	/* The mount namespace is shared with the runtime until pivot_root: nothing to enter, and
	   a path must never be looked up in the container's. */
	if (how->ns_pidfd >= 0 && how->ns_flags & CLONE_NEWNS)
		return -EINVAL;
	bool pidns = how->ns_pidfd >= 0 && how->ns_flags & CLONE_NEWPID;
	if (pidns) {
		self = sys_pidfd_open(getpid());
		r = self < 0 ? -errno : choose_pidns(how->ns_pidfd);
		if (r < 0)
			return r;
	}
	struct clone_args args = {
		.flags = CLONE_PIDFD,
		.pidfd = (uint64_t)(uintptr_t)&pidfd,
		.exit_signal = SIGCHLD,
	};
	pid_t pid = sys_clone3(&args);
	if (pid == 0)
		run(hook, how, io);
	r = pid < 0 ? -errno : pid;
	if (pid > 0)
		setpgid(pid, pid); /* whoever of both is first: a kill must find the group */
	if (pidns) {
		int back = choose_pidns(self);

		if (back < 0 && r > 0) {
			/* Nothing that we fork from here on would be where it belongs. */
			kill(pid, SIGKILL);
			waitpid(pid, NULL, 0);
			close(pidfd);
			r = back;
		}
	}
	if (r > 0)
		*ret_pidfd = pidfd;
	return r;
}

const char *hook_report_text(const struct hook_report *r)
{
	/* "fork/exec" is how Go, and so runc, names a failed start. */
	switch (r->step) {
	case HOOK_STEP_NAMESPACES:
		return "enter the container's namespaces for";
	case HOOK_STEP_ROOT:
		return "become the container's root for";
	case HOOK_STEP_STDIO:
		return "stdio of";
	case HOOK_STEP_CWD:
		return "chdir for";
	case HOOK_STEP_EXEC:
		return "fork/exec";
	}
	return "start";
}
