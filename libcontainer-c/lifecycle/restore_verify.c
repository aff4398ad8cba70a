/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * restore_verify.c: what CRIU has made, by the kernel's word. What `verify` asks of a running
 * container, and of every thread its capabilities, no_new_privs and filter, of every process its
 * limits, oom_score_adj and label: here no process came out of another one that was confined
 * already; each is what a file says. Scheduling and securebits are not looked at.
 */
#include "lifecycle/restore_priv.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "apply/cgroup.h"
#include "base/arena.h"
#include "base/dir.h"
#include "base/err.h"
#include "base/fd.h"
#include "kernel/sys.h"
#include "lifecycle/checkpoint_files.h"
#include "lifecycle/creation.h"
#include "lifecycle/initproc.h"
#include "lifecycle/verify_priv.h"

#define STATUS_MAX 8192
#define STOP_MS	   5000

static int refuse(struct err *e, const char *what, const char *expected, const char *seen)
{
	return err_set(e, ERR_POLICY, EPERM, "policy: restore: %s: expected %s, seen %s", what,
		       expected, seen);
}

static int check_report(const struct verify_report *p, struct err *e)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct verify_row *row = &p->rows[i];
		char what[256];

		if (row->result != VERIFY_FAILED)
			continue;
		snprintf(what, sizeof(what), "%s: %s", row->area, row->what);
		return refuse(e, what, row->expected, row->seen);
	}
	return 0;
}

static int check_container(struct creation *c, struct err *e)
{
	const struct verify_request q = {.root = c->req->root,
					 .id = c->req->id,
					 .policy = c->req->policy,
					 .stop = c->plan.seccomp.n > 0};
	struct verify_report report;
	int r = container_verify(&q, &c->arena, &report, e);

	return r < 0 ? r : check_report(&report, e);
}

/* NULL: as confined as the first process has to be. */
static const char *fault_of(const struct plan *p, const char *status)
{
	const struct caps_plan *caps = &p->process.caps;
	uint64_t most = caps->bounding | caps->permitted | caps->inheritable;
	struct proc_status s;

	if (verify_parse_status(status, &s) < 0)
		return "something that cannot be read";
	if (!strstr(status, "\nState:\tT") && !strstr(status, "\nState:\tt"))
		return "one that runs already";
	if (p->process.no_new_privs && !s.no_new_privs)
		return "one without no_new_privs";
	if ((s.cap_bnd | s.cap_prm | s.cap_eff | s.cap_inh | s.cap_amb) & ~most)
		return "one with capabilities that are not in the plan";
	if (p->seccomp.n > 0 && s.seccomp != 2)
		return "one without a seccomp filter";
	return NULL;
}

static bool is_stopped(int task_fd, const char *tid, char *status)
{
	char name[64];

	snprintf(name, sizeof(name), "%s/status", tid);
	return file_read_at(task_fd, name, status, STATUS_MAX) > 0 &&
	       (strstr(status, "\nState:\tT") || strstr(status, "\nState:\tt") ||
		strstr(status, "\nState:\tZ"));
}

/* A signal takes its time to stop them all; with the last one nothing moves any more. */
static void wait_stopped(int task_fd, const char *tid, char *status)
{
	for (int ms = 0; ms < STOP_MS && !is_stopped(task_fd, tid, status); ms++)
		nanosleep(&(struct timespec){.tv_nsec = 1000 * 1000}, NULL);
}

static int check_thread(const struct creation *c, int task_fd, const char *tid, struct err *e)
{
	const struct plan *p = &c->plan;
	char status[STATUS_MAX] = "", what[64];

	wait_stopped(task_fd, tid, status);
	/* It has ended before it was written down, and only waits for its parent. */
	if (strstr(status, "\nState:\tZ"))
		return 0;
	snprintf(what, sizeof(what), "thread %s", tid);
	const char *fault = fault_of(p, status);
	if (!fault && p->seccomp.n > 0 && verify_filters((pid_t)atoi(tid), &p->seccomp) != 1)
		fault = "one under another seccomp filter";
	return fault ? refuse(e, what, "one that is confined as planned", fault) : 0;
}

static int check_threads(const struct creation *c, pid_t pid, struct err *e)
{
	char path[64];

	snprintf(path, sizeof(path), "%d/task", pid);
	AUTO_DIR dir = dir_open(c->proc_fd, path);
	const struct dirent *x;
	int r = 0, more = dir ? 0 : -errno;
	while (dir && r == 0 && (more = dir_next(dir, &x)) > 0)
		r = check_thread(c, dirfd(dir), x->d_name, e);
	return more < 0 ? err_sys(e, -more, "look at process %d", pid) : r;
}

static int by_pid(const void *x, const void *y)
{
	const pid_t *a = x, *b = y;

	return (*a > *b) - (*a < *b);
}

/* One that waits for its parent is in no cgroup. */
static bool is_dead(const struct creation *c, pid_t pid)
{
	char name[64], text[STATUS_MAX];

	snprintf(name, sizeof(name), "%d/status", pid);
	return file_read_at(c->proc_fd, name, text, sizeof(text)) <= 0 ||
	       (strstr(text, "\nState:\tZ") && strstr(text, "\nThreads:\t1\n"));
}

/* In the images stands also which cgroup a process was in. */
static int check_strays(const struct creation *c, const pid_t *pids, size_t n, struct err *e)
{
	struct stat ours, st;
	char name[64];
	int r = 0;

	snprintf(name, sizeof(name), "%d/ns/pid", c->proc.pid);
	if (fstatat(c->proc_fd, name, &ours, 0) < 0)
		return err_sys(e, errno, "look at process %d", c->proc.pid);
	AUTO_DIR dir = dir_open(c->proc_fd, ".");
	const struct dirent *x;
	int more = dir ? 0 : -errno;
	while (dir && r == 0 && (more = dir_next(dir, &x)) > 0) {
		pid_t pid = (pid_t)atoi(x->d_name);
		if (!isdigit((unsigned char)x->d_name[0]))
			continue;
		snprintf(name, sizeof(name), "%d/ns/pid", pid);
		if (fstatat(c->proc_fd, name, &st, 0) == 0 && st.st_ino == ours.st_ino &&
		    !bsearch(&pid, pids, n, sizeof(pid), by_pid) && !is_dead(c, pid))
			r = refuse(e, "processes", "all in the container's cgroups",
				   "one that is not");
	}
	return more < 0 ? err_sys(e, -more, "read /proc") : r;
}

/* What was handed over, and nothing else that is outside. */
static int check_files(const struct creation *c, const pid_t *pids, size_t n, struct err *e)
{
	struct open_file known[4];
	size_t n_known = 0;
	struct stat st;

	AUTO_FD self_fd = openat(c->proc_fd, "self", O_PATH | O_DIRECTORY | O_CLOEXEC);
	for (int i = 0; i < 3; i++)
		n_known += checkpoint_file_of(self_fd, i, &known[n_known]) == 0;
	if (stat("/dev/null", &st) == 0)
		known[n_known++] = (struct open_file){st.st_dev, st.st_ino};
	return checkpoint_files(c->proc_fd, pids, n, known, n_known, e);
}

int restore_verify(struct creation *c, struct err *e)
{
	pid_t *pids;
	size_t n;
	int r = cgroup_pids(&c->cgroup, &c->arena, &pids, &n, e);

	for (size_t i = 0; r == 0 && i < n; i++) {
		r = check_threads(c, pids[i], e);
		if (r == 0)
			r = restore_check_process(c, pids[i], e);
	}
	if (r == 0)
		r = check_strays(c, pids, n, e);
	if (r == 0)
		r = check_files(c, pids, n, e);
	return r < 0 ? r : check_container(c, e);
}

static bool was_stopped(const struct creation *c, pid_t pid, const uint32_t *stopped, size_t n)
{
	char name[64], text[STATUS_MAX];
	struct proc_status s;

	snprintf(name, sizeof(name), "%d/status", pid);
	if (file_read_at(c->proc_fd, name, text, sizeof(text)) <= 0 ||
	    verify_parse_status(text, &s) < 0)
		return false;
	for (size_t i = 0; i < n; i++)
		if (stopped[i] == (uint32_t)s.ns_pid)
			return true;
	return false;
}

int restore_resume(struct creation *c, const uint32_t *stopped, size_t n_stopped, struct err *e)
{
	pid_t *pids;
	size_t n;
	int r = cgroup_pids(&c->cgroup, &c->arena, &pids, &n, e);

	if (r < 0)
		return r;
	/* Of a `kill`, meanwhile; it is our child, which takes signals also when it has ended. */
	if (!initproc_alive(&(struct initproc){c->proc.pid, c->record.start_time}))
		return err_set(e, ERR_SYSTEM, ESRCH, "the restored process has ended");
	/* A parent that goes on finds no child that is stopped. */
	for (size_t i = 0; i < n; i++) {
		AUTO_FD fd = pids[i] == c->proc.pid ? -1 : sys_pidfd_open(pids[i]);
		if (fd >= 0 && !was_stopped(c, pids[i], stopped, n_stopped))
			(void)sys_pidfd_send_signal(fd, SIGCONT);
	}
	if (!was_stopped(c, c->proc.pid, stopped, n_stopped) &&
	    sys_pidfd_send_signal(c->proc.pidfd, SIGCONT) < 0)
		return err_set(e, ERR_SYSTEM, errno, "the restored process has ended");
	return 0;
}
