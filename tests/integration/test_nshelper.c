/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* nshelper_run(): where its jobs run, what they leave, and what stays as it was. */
#include "tests/unit/check.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "apply/nshelper.h"
#include "base/err.h"
#include "base/fd.h"
#include "kernel/sys.h"

#define ALL (CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP)

static const char *const kinds[] = {"pid", "net", "ipc", "uts", "cgroup"};
#define N_KINDS 5

__attribute__((constructor)) static void need_root(void)
{
	alarm(900);
	if (geteuid() == 0)
		return;
	printf("1..0 # SKIP needs root\n");
	exit(0);
}

/* A process in namespaces of its own, owned by a user namespace of its own. */
static pid_t start(int *ret_pidfd)
{
	struct clone_args args = {.flags = ALL | CLONE_NEWUSER | CLONE_PIDFD,
				  .pidfd = (uint64_t)(uintptr_t)ret_pidfd,
				  .exit_signal = SIGCHLD};
	fflush(stdout);
	pid_t pid = sys_clone3(&args);

	CHECK(pid >= 0);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	return pid;
}

static void stop(pid_t pid, int pidfd)
{
	kill(pid, SIGKILL);
	CHECK(waitpid(pid, NULL, 0) == pid);
	close(pidfd);
}

static void ns_links(const char *who, char out[N_KINDS][64])
{
	char path[64];

	for (size_t i = 0; i < N_KINDS; i++) {
		snprintf(path, sizeof(path), "/proc/%s/ns/%s", who, kinds[i]);
		ssize_t n = readlink(path, out[i], 63);
		out[i][n < 0 ? 0 : n] = '\0';
	}
}

struct seen {
	char links[N_KINDS][64];
	pid_t pid;
	uid_t uid;
	int fd;
};

static int look(void *arg)
{
	struct seen *s = arg;

	ns_links("self", s->links);
	s->pid = getpid();
	s->uid = geteuid();
	s->fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	return 5;
}

static int fail(void *arg)
{
	(void)arg;
	return -EXDEV;
}

TEST(runs_inside_with_host_credentials)
{
	static struct seen seen, again;
	char child[N_KINDS][64], before[N_KINDS][64], after[N_KINDS][64], who[16];
	struct nshelper_job jobs[] = {{.run = look, .arg = &seen}, {.run = look, .arg = &again}};
	struct err e = {0};
	int pidfd;

	pid_t pid = start(&pidfd);
	snprintf(who, sizeof(who), "%d", pid);
	ns_links(who, child);
	ns_links("self", before);
	CHECK_MSG(nshelper_run(pidfd, ALL, jobs, 2, &e) == 0, "%s", e.msg);
	ns_links("self", after);
	CHECK_INT(jobs[0].result, 5);
	CHECK_INT(jobs[1].result, 5);
	CHECK_INT(seen.pid, 2); /* in the child's pid namespace, where it is 1 */
	CHECK_INT(again.pid, 2);
	CHECK_INT(seen.uid, 0);
	for (size_t i = 0; i < N_KINDS; i++) {
		CHECK_STR(seen.links[i], child[i]);
		CHECK_STR(before[i], after[i]);
		CHECK(strcmp(child[i], before[i]) != 0);
	}
	CHECK(fcntl(seen.fd, F_GETFD) == FD_CLOEXEC && seen.fd != again.fd);
	close(seen.fd);
	close(again.fd);
	stop(pid, pidfd);
}

/* Processes that are made later are in our own pid namespace again. */
TEST(pid_namespace_is_put_back)
{
	static struct seen seen;
	struct nshelper_job job = {.run = look, .arg = &seen};
	struct err e = {0};
	char ours[64], theirs[64];
	int pidfd, pipe_fds[2];

	pid_t pid = start(&pidfd);
	CHECK(nshelper_run(pidfd, CLONE_NEWPID, &job, 1, &e) == 0);
	close(seen.fd);
	ssize_t n = readlink("/proc/self/ns/pid", ours, 63);
	CHECK(n > 0 && pipe(pipe_fds) == 0);
	ours[n] = '\0';
	n = readlink("/proc/self/ns/pid_for_children", theirs, 63);
	CHECK(n > 0);
	theirs[n] = '\0';
	CHECK_STR(ours, theirs);
	fflush(stdout);
	pid_t fork_pid = fork();
	if (fork_pid == 0)
		_exit(getppid() > 1 ? 0 : 1);
	int status;
	CHECK(waitpid(fork_pid, &status, 0) == fork_pid && status == 0);
	stop(pid, pidfd);
}

/* A namespace that both are in is no obstacle. */
TEST(only_what_is_asked)
{
	static struct seen seen;
	struct nshelper_job job = {.run = look, .arg = &seen};
	char ours[N_KINDS][64], child[N_KINDS][64], who[16];
	struct err e = {0};
	int pidfd;

	pid_t pid = start(&pidfd);
	snprintf(who, sizeof(who), "%d", pid);
	ns_links("self", ours);
	ns_links(who, child);
	CHECK(nshelper_run(pidfd, CLONE_NEWUTS, &job, 1, &e) == 0);
	close(seen.fd);
	CHECK_STR(seen.links[0], ours[0]);
	CHECK_STR(seen.links[1], ours[1]);
	CHECK_STR(seen.links[3], child[3]);
	stop(pid, pidfd);
	int self = sys_pidfd_open(getpid());
	CHECK(self >= 0);
	CHECK_MSG(nshelper_run(self, ALL & ~CLONE_NEWPID, &job, 1, &e) == 0, "%s", e.msg);
	close(seen.fd);
	close(self);
}

TEST(a_job_that_fails)
{
	static struct seen seen;
	struct nshelper_job jobs[] = {
		{.run = look, .arg = &seen}, {.run = fail}, {.run = look, .arg = &seen}};
	struct err e = {0};
	int pidfd;

	pid_t pid = start(&pidfd);
	CHECK_INT(nshelper_run(pidfd, ALL, jobs, 3, &e), -EXDEV);
	close(seen.fd);
	CHECK_INT(e.kind, ERR_NONE);
	CHECK_INT(jobs[0].result, 5);
	CHECK_INT(jobs[1].result, -EXDEV);
	CHECK_INT(jobs[2].result, -ECANCELED);
	stop(pid, pidfd);
}

TEST(a_process_that_is_gone)
{
	static struct seen seen;
	struct nshelper_job job = {.run = look, .arg = &seen};
	struct err e = {0};
	int pidfd;

	pid_t pid = start(&pidfd);
	kill(pid, SIGKILL);
	CHECK(waitpid(pid, NULL, 0) == pid);
	CHECK(nshelper_run(pidfd, ALL, &job, 1, &e) < 0);
	CHECK_INT(e.kind, ERR_SYSTEM);
	CHECK_INT(job.result, -ECANCELED);
	err_clear(&e);
	CHECK(nshelper_run(pidfd, CLONE_NEWNET, &job, 1, &e) < 0);
	CHECK_HAS(e.msg, "enter the container's namespaces");
	close(pidfd);
}

static volatile sig_atomic_t handled_by;

static void handler(int sig)
{
	(void)sig;
	handled_by = (sig_atomic_t)syscall(SYS_getpid);
}

static int raise_in_parent(void *arg)
{
	return kill(*(pid_t *)arg, SIGUSR1) == 0 ? 0 : -errno;
}

/* A signal meanwhile is delivered afterwards, and to us. */
TEST(signals_wait)
{
	pid_t us = getpid();
	struct nshelper_job job = {.run = raise_in_parent, .arg = &us};
	struct sigaction sa = {.sa_handler = handler};
	struct err e = {0};
	int pidfd;

	pid_t pid = start(&pidfd);
	CHECK(sigaction(SIGUSR1, &sa, NULL) == 0);
	CHECK(nshelper_run(pidfd, CLONE_NEWNET, &job, 1, &e) == 0);
	CHECK_INT(handled_by, us);
	stop(pid, pidfd);
}
