/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * verify_seccomp.c: the system call filter. Mode and number of filters stand in /proc/PID/status.
 * The program itself is shown by ptrace(2) alone, which stops the process for a moment and can end
 * some of its system calls early (signal(7), "Interruption of system calls ... by stop signals"):
 * that is done only when it was asked for. A filter, once loaded, can neither be changed nor
 * removed, so what this adds is that the right one was loaded.
 */
#include "lifecycle/verify_priv.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>

#include "apply/seccomp.h"

#define AREA	 "seccomp"
#define STOP_MS	 2000
#define INSN_MAX 4096 /* BPF_MAXINSNS */

/*
 * A process in an uninterruptible wait does not stop. One that gets a signal just now stops for
 * that first (signal-delivery-stop, ptrace(2)), and the signal has to be handed on.
 */
static int wait_stopped(pid_t pid, int *ret_signal)
{
	int status;

	for (int i = 0; i < STOP_MS; i++) {
		pid_t r = waitpid(pid, &status, __WALL | WNOHANG);
		if (r < 0 && errno != EINTR)
			return -errno;
		if (r == pid && !WIFSTOPPED(status))
			return -ESRCH;
		if (r == pid) {
			*ret_signal = status >> 16 ? 0 : WSTOPSIG(status);
			return 0;
		}
		nanosleep(&(struct timespec){.tv_nsec = 1000 * 1000}, NULL);
	}
	return -ETIMEDOUT;
}

/* Whether @f is one of the filters of the stopped process: 1, 0 or -errno. */
static int has_filter(pid_t pid, const struct seccomp_filter *f, struct sock_filter *buf)
{
	for (unsigned long i = 0;; i++) {
		long n = ptrace(PTRACE_SECCOMP_GET_FILTER, pid, i, NULL);
		if (n < 0)
			return errno == ENOENT ? 0 : -errno;
		if (n > INSN_MAX || ptrace(PTRACE_SECCOMP_GET_FILTER, pid, i, buf) != n)
			return -EPROTO;
		if (n == f->n && memcmp(buf, f->insns, sizeof(*buf) * (size_t)n) == 0)
			return 1;
	}
}

static int compare_programs(pid_t pid, const struct seccomp_plan *p)
{
	struct sock_filter *buf = calloc(INSN_MAX, sizeof(*buf));
	int r = buf ? 1 : -ENOMEM;

	for (size_t i = 0; r == 1 && i < p->n; i++)
		r = has_filter(pid, &p->filters[i], buf);
	free(buf);
	return r;
}

/* The kernel lets go of the process if we die. */
int verify_filters(pid_t pid, const struct seccomp_plan *p)
{
	int signal = 0;

	if (ptrace(PTRACE_SEIZE, pid, NULL, NULL) < 0)
		return -errno;
	int r = ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) < 0 ? -errno : wait_stopped(pid, &signal);
	if (r == 0)
		r = compare_programs(pid, p);
	(void)ptrace(PTRACE_DETACH, pid, NULL, (uintptr_t)signal);
	return r;
}

static void check_program(struct verify *v)
{
	static const char what[] = "program", expected[] = "the planned one";

	if (!v->q->stop) {
		verify_add(v, VERIFY_NOTE, AREA, what, expected,
			   "not compared: needs --stop, which stops the process for a moment");
		return;
	}
	/* A frozen process does not stop. */
	if (v->status == CONTAINER_PAUSED) {
		verify_add(v, VERIFY_NOTE, AREA, what, expected,
			   "not compared: the container is paused");
		return;
	}
	int r = verify_filters(v->init.pid, &v->plan.seccomp);
	if (r >= 0)
		verify_is(v, r == 1, AREA, what, expected, r ? "the same" : "another one");
	else
		/* EACCES, EINVAL: we are under a filter ourselves, or the kernel cannot show any.
		 */
		verify_add(v, VERIFY_FAILED, AREA, what, expected,
			   arena_printf(v->a, "cannot be read: %s", strerror(-r)));
}

void verify_seccomp(struct verify *v)
{
	size_t want = v->plan.seccomp.n;
	long got = v->proc.seccomp_filters;

	if (!v->has_plan)
		return;
	if (want == 0) {
		verify_add(v, VERIFY_OK, AREA, "filters", "none planned",
			   arena_printf(v->a, "mode %u", v->proc.seccomp));
		return;
	}
	if (v->waiting && v->plan.process.no_new_privs && !v->plan.seccomp.listener.path &&
	    v->proc.seccomp != SECCOMP_MODE_FILTER) {
		verify_add(v, VERIFY_NOTE, AREA, "mode", "2 (filters)", "is loaded at start");
		return;
	}
	/* The kernel shows neither that a filter has a listener nor who has it open. */
	if (v->plan.seccomp.listener.path)
		verify_add(v, VERIFY_NOTE, AREA, "listener", v->plan.seccomp.listener.path,
			   "was handed to the agent; without one its calls fail with ENOSYS");
	verify_is(v, v->proc.seccomp == SECCOMP_MODE_FILTER, AREA, "mode", "2 (filters)",
		  arena_printf(v->a, "%u", v->proc.seccomp));
	/* It may have added some, and have inherited those of the runtime's caller. */
	if (got >= 0)
		verify_is(v, (size_t)got >= want, AREA, "filters",
			  arena_printf(v->a, "at least %zu", want), arena_printf(v->a, "%ld", got));
	if (v->proc.seccomp == SECCOMP_MODE_FILTER)
		check_program(v);
}
