/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* hook_child.c: see hook_child.h. Between clone and execve: system calls only. */
#include "apply/hook_child.h"

#include <errno.h>
#include <fcntl.h>
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
static void die_with_runtime(const struct hook_stdio *io)
{
	struct pollfd reader = {.fd = io->report};

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* It may have died before; then nobody reads the report. */
	if (poll(&reader, 1, 0) > 0 && reader.revents & POLLERR)
		_exit(127);
}

/* Namespaces of this process, and the pid namespace of those that it will fork. */
static void enter(const struct hooks_run *how, const struct hook_stdio *io)
{
	int r;

	if (how->ns_pidfd < 0 || !how->ns_flags)
		return;
	if (sys_setns(how->ns_pidfd, (int)how->ns_flags) < 0)
		fail(io->report, HOOK_STEP_NAMESPACES, errno);
	if (how->ns_flags & CLONE_NEWUSER && (r = become_root()) < 0)
		fail(io->report, HOOK_STEP_ROOT, -r);
}

static void __attribute__((noreturn))
run(const struct hook_plan *hook, const struct hooks_run *how, const struct hook_stdio *io)
{
	die_with_runtime(io);
	/* Best effort, as in every runtime: no keyrings in the kernel, or no quota, is no failure.
	 */
	if (how->leave_keyring)
		(void)sys_keyctl(KEYCTL_JOIN_SESSION_KEYRING, 0, 0, 0, 0);
	int r = set_stdio(io);
	if (r < 0)
		fail(io->report, HOOK_STEP_STDIO, -r);
	if (chdir(how->cwd) < 0)
		fail(3, HOOK_STEP_CWD, errno);
	execve(hook->path, hook->argv, hook->envp ? hook->envp : how->env ? how->env : environ);
	fail(3, HOOK_STEP_EXEC, errno);
}

/* Tells @tell_fd the number of the hook's process, which is our sibling. */
static void __attribute__((noreturn))
run_sibling(const struct hook_plan *hook, const struct hooks_run *how, const struct hook_stdio *io,
	    int tell_fd)
{
	pid_t pid = sys_fork_sibling();

	if (pid < 0)
		fail(io->report, HOOK_STEP_NAMESPACES, errno);
	if (pid > 0)
		_exit(fd_write_once(tell_fd, &pid, sizeof(pid)) == (ssize_t)sizeof(pid) ? 0 : 127);
	setpgid(0, 0);
	run(hook, how, io);
}

/* The hook's process, or one that ends at once and leaves a report. */
static pid_t clone_one(const struct hook_plan *hook, const struct hooks_run *how,
		       const struct hook_stdio *io, int tell_fd, int *ret_pidfd)
{
	/* In the container this is under its filter. */
	pid_t pid = sys_fork(ret_pidfd);

	if (pid != 0)
		return pid < 0 ? -errno : pid;
	close(io->report_reader);
	sys_default_signals();
	enter(how, io);
	if (tell_fd >= 0)
		run_sibling(hook, how, io, tell_fd);
	setpgid(0, 0);
	run(hook, how, io);
}

static void wait_for(pid_t pid)
{
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

/*
 * Nobody moves to another pid namespace, but what he forks does. A process in between does that, so
 * that the runtime need not come back from there, which an ordinary user may not.
 */
static int clone_into_pidns(const struct hook_plan *hook, const struct hooks_run *how,
			    const struct hook_stdio *io, int *ret_pidfd)
{
	int tell[2], between_fd;
	pid_t pid;

	if (pipe2(tell, O_CLOEXEC) < 0)
		return -errno;
	AUTO_FD rd = tell[0];
	AUTO_FD wr = tell[1];
	pid_t between = clone_one(hook, how, io, wr, &between_fd);
	fd_closep(&wr);
	if (between < 0)
		return between;
	ssize_t n;
	do
		n = read(rd, &pid, sizeof(pid));
	while (n < 0 && errno == EINTR);
	/* It could not go there: the report says why, and this is the process that made it. */
	if (n != (ssize_t)sizeof(pid)) {
		*ret_pidfd = between_fd;
		return between;
	}
	wait_for(between);
	close(between_fd);
	/* Nobody but us reaps it: the number is its. */
	*ret_pidfd = sys_pidfd_open(pid);
	if (*ret_pidfd >= 0)
		return pid;
	int r = -errno;
	kill(pid, SIGKILL);
	wait_for(pid);
	return r;
}

int hook_clone(const struct hook_plan *hook, const struct hooks_run *how,
	       const struct hook_stdio *io, int *ret_pidfd)
{
	/* The mount namespace is shared with the runtime until pivot_root: nothing to enter, and
	   a path must never be looked up in the container's. */
	if (how->ns_pidfd >= 0 && how->ns_flags & CLONE_NEWNS)
		return -EINVAL;
	int pid = how->ns_pidfd >= 0 && how->ns_flags & CLONE_NEWPID
			  ? clone_into_pidns(hook, how, io, ret_pidfd)
			  : clone_one(hook, how, io, -1, ret_pidfd);
	if (pid > 0)
		setpgid(pid, pid); /* whoever of both is first: a kill must find the group */
	return pid;
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
