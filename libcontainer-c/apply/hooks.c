/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* hooks.c: see hooks.h. The runtime's side of one hook after the other; hook_child.c is the other.
 */
#include "apply/hooks.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

#include "apply/hook_child.h"
#include "base/err.h"
#include "base/fd.h"
#include "kernel/sys.h"

/* The end of what a hook wrote to one stream: programs say last what went wrong. */
#define TAIL_MAX 400
struct tail {
	char text[TAIL_MAX + 1];
	size_t n;
};

/* What a process that outlives the hook may still have in a pipe. */
#define DRAIN_MAX 65536

struct running {
	pid_t pid;
	int pidfd, out_fd, err_fd, report_fd;
	struct tail out, err;
	struct hook_report report; /* errno 0: the hook was executed */
};

static void tail_add(struct tail *t, const char *data, size_t n)
{
	if (n > TAIL_MAX) {
		data += n - TAIL_MAX;
		n = TAIL_MAX;
	}
	if (t->n + n > TAIL_MAX) {
		size_t drop = t->n + n - TAIL_MAX;

		memmove(t->text, t->text + drop, t->n - drop);
		t->n -= drop;
	}
	memcpy(t->text + t->n, data, n);
	t->n += n;
	t->text[t->n] = '\0';
}

/* One read; closes *@fd at its end. Returns the bytes read. */
static size_t take(int *fd, struct tail *t)
{
	char buf[4096];
	ssize_t n = read(*fd, buf, sizeof(buf));

	if (n > 0)
		tail_add(t, buf, (size_t)n);
	else if (n == 0 || (errno != EAGAIN && errno != EINTR))
		fd_closep(fd);
	return n > 0 ? (size_t)n : 0;
}

static void take_report(struct running *h)
{
	struct hook_report got;

	/* A closed pipe is the good news: execve(2) has closed it. */
	if (read(h->report_fd, &got, sizeof(got)) == (ssize_t)sizeof(got))
		h->report = got;
	fd_closep(&h->report_fd);
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Until the hook has ended: 0, or -ETIMEDOUT, or -errno. */
static int watch(struct running *h, int64_t deadline)
{
	for (;;) {
		struct pollfd fds[] = {
			{h->pidfd, POLLIN, 0},
			{h->out_fd, POLLIN, 0},
			{h->err_fd, POLLIN, 0},
			{h->report_fd, POLLIN, 0},
		};
		int64_t left = deadline ? deadline - now_ms() : -1;

		if (deadline && left <= 0)
			return -ETIMEDOUT;
		int n = sys_pidfd_poll(fds, 4, left > INT32_MAX ? INT32_MAX : (int)left);
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n <= 0)
			continue;
		if (fds[1].revents)
			take(&h->out_fd, &h->out);
		if (fds[2].revents)
			take(&h->err_fd, &h->err);
		if (fds[3].revents)
			take_report(h);
		if (fds[0].revents)
			return 0;
	}
}

/* What is left in the pipes, without waiting for processes the hook has left behind. */
static void drain(struct running *h)
{
	size_t n, total = 0;

	while (h->out_fd >= 0 && total < DRAIN_MAX && (n = take(&h->out_fd, &h->out)) > 0)
		total += n;
	total = 0;
	while (h->err_fd >= 0 && total < DRAIN_MAX && (n = take(&h->err_fd, &h->err)) > 0)
		total += n;
	if (h->report_fd >= 0)
		take_report(h);
}

static void kill_group(const struct running *h)
{
	/* Not reaped yet, so neither pid nor process group can be anybody else's. */
	kill(-h->pid, SIGKILL);
	kill(h->pid, SIGKILL);
}

static int reap(const struct running *h, siginfo_t *ret)
{
	int r;

	memset(ret, 0, sizeof(*ret));
	do
		r = waitid(P_PID, (id_t)h->pid, ret, WEXITED);
	while (r < 0 && errno == EINTR);
	return r < 0 ? -errno : 0;
}

static int judge(const struct running *h, const struct hook_plan *hook, const siginfo_t *how,
		 struct err *e)
{
	char why[64];

	if (h->report.error)
		return err_sys(e, h->report.error, "%s %s", hook_report_text(&h->report),
			       hook->path);
	if (how->si_code == CLD_EXITED && how->si_status == 0)
		return 0;
	if (how->si_code == CLD_EXITED)
		snprintf(why, sizeof(why), "exit status %d", how->si_status);
	else
		snprintf(why, sizeof(why), "signal: %s", strsignal(how->si_status));
	if (how->si_code != CLD_EXITED && why[8] >= 'A' && why[8] <= 'Z')
		why[8] += 'a' - 'A'; /* Go's spelling: "signal: killed" */
	return err_set(e, ERR_SYSTEM, ECANCELED, "%s, stdout: %s, stderr: %s", why, h->out.text,
		       h->err.text);
}

static int finish(struct running *h, const struct hook_plan *hook, int watched, struct err *e)
{
	siginfo_t how;

	if (watched < 0)
		kill_group(h);
	int r = reap(h, &how);
	drain(h);
	if (watched == -ETIMEDOUT)
		return err_set(e, ERR_SYSTEM, ETIMEDOUT,
			       "hook ran past specified timeout of %lld.0s",
			       (long long)hook->timeout);
	if (watched < 0)
		return err_sys(e, -watched, "wait for hook");
	if (r < 0)
		return err_sys(e, -r, "hook's exit status");
	return judge(h, hook, &how, e);
}

/* A file with the state: no reader can keep us waiting, and none can break a pipe. */
static int make_stdin(const struct hooks_run *how)
{
	AUTO_FD made = memfd_create("oci-state", MFD_CLOEXEC);
	AUTO_FD fd = made < 0 ? -1 : fcntl(made, F_DUPFD_CLOEXEC, 3);

	if (fd < 0)
		return -errno;
	int r = fd_write_all(fd, how->state_json, how->state_len);
	if (r == 0 && lseek(fd, 0, SEEK_SET) < 0)
		r = -errno;
	return r < 0 ? r : TAKE_FD(fd);
}

/* Above 2, as all of struct hook_stdio: the child's dup2() calls must not overwrite any. */
static int make_pipe(int fds[2], int flags)
{
	int p[2];

	if (pipe2(p, O_CLOEXEC) < 0)
		return -errno;
	for (int i = 0; i < 2; i++) {
		fds[i] = fcntl(p[i], F_DUPFD_CLOEXEC, 3);
		close(p[i]);
	}
	if (fds[0] < 0 || fds[1] < 0 || fcntl(fds[0], F_SETFL, O_RDONLY | flags) < 0) {
		fd_closep(&fds[0]);
		fd_closep(&fds[1]);
		return -EMFILE;
	}
	return 0;
}

static int start(const struct hook_plan *hook, const struct hooks_run *how, struct running *h,
		 struct err *e)
{
	int out[2] = {-1, -1}, err[2] = {-1, -1}, report[2] = {-1, -1};
	AUTO_FD in = make_stdin(how);
	int r = in < 0 ? in : 0;

	if (r == 0)
		r = make_pipe(out, O_NONBLOCK);
	if (r == 0)
		r = make_pipe(err, O_NONBLOCK);
	if (r == 0)
		r = make_pipe(report, 0);
	if (r == 0) {
		const struct hook_stdio io = {in, out[1], err[1], report[1], report[0]};

		r = hook_clone(hook, how, &io, &h->pidfd);
	}
	fd_closep(&out[1]);
	fd_closep(&err[1]);
	fd_closep(&report[1]);
	h->out_fd = out[0];
	h->err_fd = err[0];
	h->report_fd = report[0];
	if (r < 0)
		return err_sys(e, -r, "start %s", hook->path);
	h->pid = r;
	return 0;
}

static int run_one(const struct hook_plan *hook, const struct hooks_run *how, struct err *e)
{
	struct running h = {.pidfd = -1, .out_fd = -1, .err_fd = -1, .report_fd = -1};
	int64_t deadline = hook->timeout ? now_ms() + hook->timeout * 1000 : 0;
	int r = start(hook, how, &h, e);

	if (r == 0)
		r = finish(&h, hook, watch(&h, deadline), e);
	fd_closep(&h.pidfd);
	fd_closep(&h.out_fd);
	fd_closep(&h.err_fd);
	fd_closep(&h.report_fd);
	return r;
}

int hooks_run(const struct hook_list *list, enum hook_kind kind, const struct hooks_run *how,
	      struct err *e)
{
	for (size_t i = 0; i < list->n; i++) {
		int r = run_one(&list->items[i], how, e);

		if (r < 0) {
			err_wrap(e, "error running %s hook #%zu", hook_kind_name(kind), i);
			return r;
		}
	}
	return 0;
}

int hooks_run_each(const struct hook_list *list, enum hook_kind kind, const struct hooks_run *how,
		   void (*failed)(void *arg, const struct err *why), void *arg)
{
	int failures = 0;

	for (size_t i = 0; i < list->n; i++) {
		struct err e = {0};

		if (run_one(&list->items[i], how, &e) == 0)
			continue;
		err_wrap(&e, "error running %s hook #%zu", hook_kind_name(kind), i);
		failures++;
		if (failed)
			failed(arg, &e);
	}
	return failures;
}
