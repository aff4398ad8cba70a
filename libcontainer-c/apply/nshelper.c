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
	char *stack;	 /* of a helper below another one ... */
	struct err err;	 /* ... and why it could not be started */
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
 * The stack is part of the caller's frame: CLONE_VFORK keeps that alive until the process is gone.
 * Signals stay blocked meanwhile, so that no handler of the caller runs in its context.
 */
static int run_beside(int (*run)(void *), struct helper *h, char *stack, struct err *e)
{
	sigset_t all, old;
	int status;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &old);
	pid_t pid = clone(run, stack + STACK_SIZE, CLONE_VM | CLONE_VFORK | CLONE_FILES, h);
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
	return 0;
}

static int run_helper(struct helper *h, struct err *e)
{
	char stack[STACK_SIZE] __attribute__((aligned(16)));
	int r = run_beside(helper_main, h, stack, e);

	if (r < 0)
		return r;
	if (h->setns_error)
		return err_sys(e, h->setns_error, "enter the container's namespaces");
	return h->failed;
}

/* A pid namespace is entered by children only: those of this process, which does not come back. */
static int enter_pid_main(void *arg)
{
	struct helper *h = arg;

	if (sys_setns(h->pidfd, CLONE_NEWPID) < 0)
		h->setns_error = errno;
	else if (run_beside(helper_main, h, h->stack, &h->err) < 0)
		h->failed = -EIO;
	return 0;
}

static int run_below(struct helper *h, struct err *e)
{
	char stack[STACK_SIZE] __attribute__((aligned(16)));
	char below[STACK_SIZE] __attribute__((aligned(16)));

	h->stack = below;
	int r = run_beside(enter_pid_main, h, stack, e);

	if (r < 0)
		return r;
	if (h->err.kind != ERR_NONE && e && e->kind == ERR_NONE)
		*e = h->err;
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

	for (size_t i = 0; i < n; i++)
		jobs[i].result = -ECANCELED;
	if (!(ns_flags & CLONE_NEWPID))
		return run_helper(&h, e);
	/* The host's /proc, about ourselves: nothing a container could have touched. */
	AUTO_FD old_fd = open("/proc/self/ns/pid_for_children", O_RDONLY | O_CLOEXEC);
	if (old_fd < 0)
		return err_sys(e, errno, "open /proc/self/ns/pid_for_children");
	/* Ours may belong to a user namespace above: then there would be no way back into it. */
	if (sys_setns(old_fd, CLONE_NEWPID) < 0)
		return run_below(&h, e);
	if (sys_setns(pidfd, CLONE_NEWPID) < 0)
		return err_sys(e, errno, "enter the container's pid namespace");
	int r = run_helper(&h, e);
	if (sys_setns(old_fd, CLONE_NEWPID) < 0)
		return err_sys(e, errno, "leave the container's pid namespace");
	return r;
}
