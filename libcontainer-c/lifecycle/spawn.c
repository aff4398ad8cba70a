/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* spawn.c: see spawn.h. */
#include "lifecycle/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "apply/id_map.h"
#include "base/err.h"
#include "base/fd.h"
#include "kernel/calls.h"
#include "kernel/sys.h"
#include "lifecycle/initproc.h"
#include "lifecycle/mntns.h"
#include "lifecycle/nsfds.h"
#include "lifecycle/program.h"
#include "plan/namespaces.h"

#define GONE_MS 10000

/* The flags of the namespaces that the new process gets for itself in the clone. */
static uint64_t new_flags(const struct namespaces_plan *ns)
{
	uint64_t flags = 0;

	/*
	 * Not here: mount (the child unshares it at the end, which locks all mounts against it) and
	 * cgroup (its root is the caller's cgroup, so the child unshares it after attaching).
	 */
	for (int k = 0; k < NS_KINDS; k++)
		if (ns->ns[k].mode == NS_NEW && k != NS_MNT && k != NS_CGROUP)
			flags |= ns_kind_clone_flag((enum ns_kind)k);
	return flags;
}

/* A time namespace by unshare(2): for its offsets, or because clone(2) cannot make one. */
static bool time_apart(const struct namespaces_plan *ns)
{
	return ns->ns[NS_TIME].mode == NS_NEW &&
	       (ns->boottime.set || ns->monotonic.set || !call_there(CALL_CLONE3));
}

/* Offsets can be written only while no process is in the namespace: time_namespaces(7). */
static int make_time_namespace(const struct namespaces_plan *ns, struct err *e)
{
	char text[128];
	int n = 0;

	if (unshare(CLONE_NEWTIME) < 0)
		return err_sys(e, errno, "make a time namespace");
	if (ns->monotonic.set)
		n += snprintf(text, sizeof(text), "monotonic %lld %u\n",
			      (long long)ns->monotonic.secs, ns->monotonic.nanosecs);
	if (ns->boottime.set)
		n += snprintf(text + n, sizeof(text) - (size_t)n, "boottime %lld %u\n",
			      (long long)ns->boottime.secs, ns->boottime.nanosecs);
	int r = n ? file_write_at(AT_FDCWD, "/proc/self/timens_offsets", text) : 0;
	if (r < 0)
		return err_sys(e, -r, "/linux/timeOffsets: write /proc/self/timens_offsets");
	return 0;
}

static pid_t clone_process(uint64_t flags, int cgroup_fd, int *pidfd)
{
	struct clone_args args = {
		.flags = flags | (pidfd ? CLONE_PIDFD : 0),
		.pidfd = (uint64_t)(uintptr_t)pidfd,
		.exit_signal = flags & CLONE_PARENT ? 0 : SIGCHLD,
	};

	if (cgroup_fd >= 0) {
		args.flags |= CLONE_INTO_CGROUP;
		args.cgroup = (uint64_t)cgroup_fd;
	}
	return sys_clone3(&args);
}

/* How the intermediate process gets to where the real one is to be born. */
struct way {
	const struct nsfds *fds; /* the namespaces of a plan that are joined by path ... */
	uint64_t new_flags;	 /* ... and those made besides; or: */
	int pidfd;		 /* all of @ns_flags that this process is in; -1: not so */
	int ns_flags;
	bool keep_groups;
};

static int walk(const struct way *w, struct err *e)
{
	if (w->pidfd < 0) {
		int r = nsfds_enter_foreign(w->fds, e);
		if (r == 0 && w->new_flags && unshare((int)w->new_flags) < 0)
			r = err_sys(e, errno, "make namespaces");
		return r;
	}
	/* One call: those that the host owns could not be entered any more from inside. */
	if (sys_setns(w->pidfd, w->ns_flags) == 0)
		return program_become_root(w->keep_groups, e);
	if (errno == ESRCH)
		return err_set(e, ERR_STATE, ESRCH, "container not running");
	return err_sys(e, errno, "join the namespaces of the container's first process");
}

struct report {
	pid_t pid;
	struct err err;
};

/* The intermediate process: goes there and makes the real one. */
static void __attribute__((noreturn))
intermediate(const struct way *w, int report_fd, void (*prepare)(void *), void (*child)(void *),
	     void *arg)
{
	struct report report = {.pid = -1};

	prepare(arg);
	if (walk(w, &report.err) == 0) {
		report.pid = clone_process(CLONE_PARENT, -1, NULL);
		if (report.pid < 0)
			err_sys(&report.err, errno, "clone the container's process");
	}
	if (report.pid == 0) {
		close(report_fd);
		child(arg);
		_exit(1);
	}
	(void)fd_write_all(report_fd, &report, sizeof(report));
	_exit(report.pid < 0);
}

/* -1 seconds: for ever. A frozen cgroup holds the process that was born in it. */
static int wait_report(int fd, int seconds, struct report *ret, struct err *e)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	int r;

	do
		r = poll(&p, 1, seconds < 0 ? -1 : seconds * 1000);
	while (r < 0 && errno == EINTR);
	if (r == 0)
		return err_set(e, ERR_SYSTEM, ETIMEDOUT,
			       "the intermediate process does not answer: is the container's "
			       "cgroup frozen?");
	if (read(fd, ret, sizeof(*ret)) != (ssize_t)sizeof(*ret))
		return err_set(e, ERR_SYSTEM, ECHILD, "the intermediate process ended too early");
	if (ret->pid >= 0)
		return 0;
	if (e && e->kind == ERR_NONE)
		*e = ret->err;
	return ret->err.code ? -ret->err.code : -EINVAL;
}

static int spawn_by_way(const struct way *w, int cgroup_fd, int seconds, void (*prepare)(void *),
			void (*child)(void *), void *arg, struct spawned *ret, struct err *e)
{
	struct spawned k = {.pid = -1, .pidfd = -1, .userns_fd = -1};
	struct spawned p = k;
	struct report report;
	int sync[2];

	if (pipe2(sync, O_CLOEXEC) < 0)
		return err_sys(e, errno, "pipe");
	AUTO_FD rd = sync[0];
	AUTO_FD wr = sync[1];
	k.pid = clone_process(0, cgroup_fd, &k.pidfd);
	if (k.pid < 0)
		return err_sys(e, errno, "clone");
	if (k.pid == 0) {
		close(rd);
		intermediate(w, wr, prepare, child, arg);
	}
	fd_closep(&wr);
	int r = wait_report(rd, seconds, &report, e);
	/* Frozen, it dies when it is thawed, and makes nothing before: we do not wait for that. */
	if (r == -ETIMEDOUT)
		(void)sys_pidfd_send_signal(k.pidfd, SIGKILL);
	else
		while (waitpid(k.pid, NULL, 0) < 0 && errno == EINTR)
			;
	fd_closep(&k.pidfd);
	if (r < 0)
		return r;
	p.pid = report.pid;
	p.pidfd = sys_pidfd_open(p.pid);
	if (p.pidfd < 0) {
		r = err_sys(e, errno, "pidfd_open");
		kill(p.pid, SIGKILL);
		while (waitpid(p.pid, NULL, __WALL) < 0 && errno == EINTR)
			;
		return r;
	}
	*ret = p;
	return 0;
}

int spawn_inside(int pidfd, int ns_flags, bool keep_groups, int cgroup_fd, int seconds,
		 void (*prepare)(void *), void (*child)(void *) __attribute__((noreturn)),
		 void *arg, struct spawned *ret, struct err *e)
{
	const struct way w = {.pidfd = pidfd, .ns_flags = ns_flags, .keep_groups = keep_groups};

	return spawn_by_way(&w, cgroup_fd, seconds, prepare, child, arg, ret, e);
}

void spawn_end(struct spawned *p)
{
	if (p->pid <= 0)
		return;
	(void)sys_pidfd_send_signal(p->pidfd, SIGKILL);
	/* A whole pid namespace dies with its init before the wait returns. */
	if (initproc_wait_gone(p->pidfd, GONE_MS) == 0)
		while (waitpid(p->pid, NULL, __WALL) < 0 && errno == EINTR)
			;
	fd_closep(&p->pidfd);
	p->pid = -1;
}

static int spawn_own(uint64_t flags, int cgroup_fd, void (*prepare)(void *), void (*child)(void *),
		     void *arg, struct spawned *ret, struct err *e)
{
	ret->pid = clone_process(flags, cgroup_fd, &ret->pidfd);
	if (ret->pid == 0) {
		prepare(arg);
		child(arg);
		_exit(1);
	}
	if (ret->pid < 0 && errno == ENOSPC)
		return err_set(
			e, ERR_HOST, ENOSPC,
			"no further namespace can be made: a limit in /proc/sys/user/ (such as "
			"max_user_namespaces) is reached");
	if (ret->pid < 0 && errno == EPERM)
		return err_set(
			e, ERR_HOST, EPERM,
			"this host allows no user namespace: the runtime is in a chroot(2), or a "
			"setting forbids it");
	if (ret->pid < 0)
		return err_sys(e, errno, "clone the container's process");
	return 0;
}

/*
 * The process is born where its mounts will be. That namespace is entered last and left first: what
 * lies at /proc in it is its own affair. One of another user namespace is not for the runtime.
 */
static int enter_mounts(const struct nsfds *fds, const struct mntns *host, struct mntns *back,
			struct err *e)
{
	enum ns_mode mode = fds->mode[NS_MNT];
	int r = mode == NS_SHARED || mode == NS_JOIN_HOST_OWNED ? mntns_here(back, e) : 0;

	if (r == 0 && mode == NS_SHARED)
		return mntns_go(host, e);
	if (r == 0 && mode == NS_JOIN_HOST_OWNED && sys_setns(fds->target[NS_MNT], CLONE_NEWNS) < 0)
		return err_sys(e, errno, "join the mnt namespace");
	return r;
}

static int leave_mounts(struct mntns *back, struct err *e)
{
	int r = back->ns_fd < 0 ? 0 : mntns_go(back, e);

	mntns_close(back);
	return r;
}

int spawn_process(const struct namespaces_plan *ns, const struct mntns *host, int cgroup_fd,
		  void (*prepare)(void *), void (*child)(void *) __attribute__((noreturn)),
		  void *arg, struct spawned *ret, struct err *e)
{
	struct spawned p = {.pid = -1, .pidfd = -1, .userns_fd = -1};
	struct mntns back_mnt = MNTNS_INIT;
	struct nsfds fds;
	uint64_t flags = new_flags(ns);
	bool foreign = ns->ns[NS_USER].mode == NS_JOIN_FOREIGN_OWNED;
	int r = nsfds_open(ns, host, &fds, e);

	if (r < 0)
		return r;
	r = nsfds_enter_host_owned(&fds, ns, e);
	if (r == 0 && time_apart(ns)) {
		flags &= ~(uint64_t)CLONE_NEWTIME;
		r = make_time_namespace(ns, e);
	}
	const struct way way = {.fds = &fds, .new_flags = flags, .pidfd = -1};
	if (r == 0)
		r = enter_mounts(&fds, host, &back_mnt, e);
	if (r == 0)
		r = foreign ? spawn_by_way(&way, cgroup_fd, -1, prepare, child, arg, &p, e)
			    : spawn_own(flags, cgroup_fd, prepare, child, arg, &p, e);
	int back = leave_mounts(&back_mnt, e);
	if (back == 0)
		back = nsfds_leave(&fds, time_apart(ns), e);
	nsfds_close(&fds);
	if (r == 0 && back < 0) {
		spawn_end(&p);
		return back;
	}
	if (r == 0)
		*ret = p;
	return r;
}

static int set_map(int dir, const char *file, const struct id_extent *v, size_t n, bool write_it,
		   struct err *e)
{
	return write_it ? id_map_write(dir, file, v, n, e) : id_map_check(dir, file, v, n, e);
}

int spawn_map(const struct namespaces_plan *ns, struct spawned *p, struct err *e)
{
	char path[32];
	bool own = ns->ns[NS_USER].mode == NS_NEW;

	snprintf(path, sizeof(path), "/proc/%d", p->pid);
	AUTO_FD dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return err_sys(e, errno, "open %s", path);
	int r = set_map(dir, "gid_map", ns->maps.gid, ns->maps.n_gid, own, e);
	if (r == 0)
		r = set_map(dir, "uid_map", ns->maps.uid, ns->maps.n_uid, own, e);
	if (r < 0)
		return r;
	p->userns_fd = openat(dir, "ns/user", O_RDONLY | O_CLOEXEC);
	if (p->userns_fd < 0)
		return err_sys(e, errno, "open the container's user namespace");
	return 0;
}
