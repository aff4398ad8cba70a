/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* nshelper.c: see nshelper.h. */
#include "apply/nshelper.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

#include "base/err.h"
#include "base/fd.h"
#include "kernel/sys.h"

#define STACK_SIZE 65536

struct helper {
	int pidfd;
	uint64_t ns_flags; /* without CLONE_NEWPID */
	struct nshelper_job *jobs;
	size_t n;
	int setns_error; /* errno */
	int failed;	 /* first negative result of a job */
};

/* Runs in the helper: the caller's memory, its own credentials and namespaces. */
static int helper_main(void *arg)
{
	struct helper *h = arg;

	if (h->ns_flags && sys_setns(h->pidfd, (int)h->ns_flags) < 0) {
		h->setns_error = errno;
		return 0;
	}
	for (size_t i = 0; i < h->n && h->failed >= 0; i++) {
		h->jobs[i].result = h->jobs[i].run(h->jobs[i].arg);
		if (h->jobs[i].result < 0)
			h->failed = h->jobs[i].result;
	}
	return 0;
}

/*
 * The stack is part of this frame: CLONE_VFORK keeps the frame alive until the helper is gone.
 * Signals stay blocked meanwhile, so that no handler of the caller runs in the helper's context.
 */
static int run_helper(struct helper *h, struct err *e)
{
	char stack[STACK_SIZE] __attribute__((aligned(16)));
	sigset_t all, old;
	int status;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &old);
	pid_t pid =
		clone(helper_main, stack + sizeof(stack), CLONE_VM | CLONE_VFORK | CLONE_FILES, h);
	int clone_error = errno;
	pid_t got = pid;
	if (pid > 0)
		while ((got = waitpid(pid, &status, __WALL)) < 0 && errno == EINTR)
			;
	sigprocmask(SIG_SETMASK, &old, NULL);

	if (pid < 0)
		return err_sys(e, clone_error, "start a helper in the container's namespaces");
	if (got < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return err_set(e, ERR_SYSTEM, EIO,
			       "the helper in the container's namespaces was killed");
	if (h->setns_error)
		return err_sys(e, h->setns_error, "enter the container's namespaces");
	return h->failed;
}

int nshelper_run(int pidfd, uint64_t ns_flags, struct nshelper_job *jobs, size_t n, struct err *e)
{
	struct helper h = {.pidfd = pidfd,
			   .ns_flags = ns_flags & ~(uint64_t)CLONE_NEWPID,
			   .jobs = jobs,
			   .n = n};
	AUTO_FD old_fd = -1;

	for (size_t i = 0; i < n; i++)
		jobs[i].result = -ECANCELED;
	if (ns_flags & CLONE_NEWPID) {
		/* The host's /proc, about ourselves: nothing a container could have touched. */
		old_fd = open("/proc/self/ns/pid_for_children", O_RDONLY | O_CLOEXEC);
		if (old_fd < 0)
			return err_sys(e, errno, "open /proc/self/ns/pid_for_children");
		if (sys_setns(pidfd, CLONE_NEWPID) < 0)
			return err_sys(e, errno, "enter the container's pid namespace");
	}
	int r = run_helper(&h, e);
	if (old_fd >= 0 && sys_setns(old_fd, CLONE_NEWPID) < 0)
		return err_sys(e, errno, "leave the container's pid namespace");
	return r;
}
