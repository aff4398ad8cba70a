/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * clone.c: clone3(2), or clone(2) where there is none, and birth in a cgroup.
 *
 * Without CLONE_INTO_CGROUP (before 5.7) the new process waits in a pipe until its parent has
 * written it into cgroup.procs: it could not do so itself, because kernels before 5.15 ask for the
 * rights of the writer, which in its user namespace it has not.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>

#include "base/fd.h"
#include "kernel/calls.h"
#include "kernel/sys.h"

static bool no_into_cgroup;

static pid_t raw_clone(uint64_t flags, int *pidfd)
{
#if defined(__s390__) || defined(__CRIS__)
	return (pid_t)syscall(SYS_clone, NULL, (unsigned long)flags, pidfd, NULL, 0UL);
#else
	return (pid_t)syscall(SYS_clone, (unsigned long)flags, NULL, pidfd, NULL, 0UL);
#endif
}

/* What clone(2) cannot say is EINVAL: CLONE_NEWTIME has the bits of its exit signal. */
static pid_t clone_old(const struct clone_args *args)
{
	uint64_t flags = args->flags;
	int pidfd = -1;

	if (flags >> 32 || flags & CSIGNAL) {
		errno = EINVAL;
		return -1;
	}
	/* One that cannot be waited for (5.2) is of no use. */
	if (!call_there(CALL_PIDFD_OPEN))
		flags &= ~(uint64_t)CLONE_PIDFD;
	pid_t pid = raw_clone(flags | args->exit_signal, flags & CLONE_PIDFD ? &pidfd : NULL);
	if (pid <= 0 || !(args->flags & CLONE_PIDFD))
		return pid;
	if (pidfd < 0)
		pidfd = sys_pidfd_open(pid);
	*(int *)(uintptr_t)args->pidfd = pidfd;
	return pid;
}

static pid_t clone_any(struct clone_args *args)
{
	if (!call_missing(CALL_CLONE3)) {
		pid_t pid = (pid_t)syscall(SYS_clone3, args, sizeof(*args));
		if (pid >= 0 || !call_refused(CALL_CLONE3))
			return pid;
	}
	return clone_old(args);
}

static int enter_cgroup(int cgroup_fd, pid_t pid)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", pid);
	return file_write_at(cgroup_fd, "cgroup.procs", text);
}

static pid_t clone_and_move(const struct clone_args *args)
{
	struct clone_args a = *args;
	int sync[2];
	char c = 0;

	a.flags &= ~(uint64_t)CLONE_INTO_CGROUP;
	a.cgroup = 0;
	if (pipe2(sync, O_CLOEXEC) < 0)
		return -1;
	pid_t pid = clone_any(&a);
	if (pid == 0) {
		close(sync[1]);
		while (read(sync[0], &c, 1) < 0 && errno == EINTR)
			;
		close(sync[0]);
		if (!c)
			_exit(1);
		return 0;
	}
	int error = errno;
	close(sync[0]);
	if (pid > 0) {
		error = -enter_cgroup((int)args->cgroup, pid);
		c = error == 0;
		if (c && write(sync[1], &c, 1) != 1)
			error = errno;
	}
	close(sync[1]);
	if (pid > 0 && error) {
		/* It has done nothing and is ending. */
		while (waitpid(pid, NULL, __WALL) < 0 && errno == EINTR)
			;
		if (a.flags & CLONE_PIDFD)
			close(*(int *)(uintptr_t)a.pidfd);
		pid = -1;
	}
	errno = error;
	return pid;
}

pid_t sys_clone3(struct clone_args *args)
{
	if (!(args->flags & CLONE_INTO_CGROUP))
		return clone_any(args);
	if (!no_into_cgroup && !call_missing(CALL_CLONE3)) {
		pid_t pid = (pid_t)syscall(SYS_clone3, args, sizeof(*args));
		/* E2BIG: the kernel's structure has no such member; EINVAL: it has no such flag. */
		bool unknown = pid < 0 && (errno == E2BIG || errno == EINVAL);
		if (pid >= 0 || (!unknown && !call_refused(CALL_CLONE3)))
			return pid;
		no_into_cgroup = unknown;
	}
	return clone_and_move(args);
}
