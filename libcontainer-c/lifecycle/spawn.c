/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* spawn.c: see spawn.h. */
#include "lifecycle/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fd.h"
#include "kernel/sys.h"
#include "lifecycle/nsfds.h"
#include "plan/namespaces.h"

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

static bool has_offsets(const struct namespaces_plan *ns)
{
	return ns->ns[NS_TIME].mode == NS_NEW && (ns->boottime.set || ns->monotonic.set);
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
	(void)n;
	int r = file_write_at(AT_FDCWD, "/proc/self/timens_offsets", text);
	if (r < 0)
		return err_sys(e, -r, "/linux/timeOffsets: write /proc/self/timens_offsets");
	return 0;
}

static pid_t clone_process(uint64_t flags, int cgroup_fd, int *pidfd)
{
	struct clone_args args = {
		.flags = flags | CLONE_PIDFD,
		.pidfd = (uint64_t)(uintptr_t)pidfd,
		.exit_signal = flags & CLONE_PARENT ? 0 : SIGCHLD,
	};

	if (cgroup_fd >= 0) {
		args.flags |= CLONE_INTO_CGROUP;
		args.cgroup = (uint64_t)cgroup_fd;
	}
	return sys_clone3(&args);
}

/* The intermediate process: enters the foreign namespaces and makes the real one. */
static void __attribute__((noreturn))
intermediate(const struct nsfds *fds, uint64_t flags, int report_fd, void (*prepare)(void *),
	     void (*child)(void *), void *arg)
{
	struct err e = {0};
	pid_t pid = -1;
	int pidfd;

	prepare(arg);
	if (nsfds_enter_foreign(fds, &e) == 0) {
		if (flags && unshare((int)flags) < 0)
			err_sys(&e, errno, "make namespaces");
		else
			pid = clone_process(CLONE_PARENT, -1, &pidfd);
		if (pid < 0 && e.kind == ERR_NONE)
			err_sys(&e, errno, "clone the container's process");
	}
	if (pid == 0) {
		close(report_fd);
		child(arg);
		_exit(1);
	}
	struct {
		pid_t pid;
		struct err err;
	} report = {pid, e};
	(void)fd_write_all(report_fd, &report, sizeof(report));
	_exit(pid < 0);
}

static int spawn_foreign(const struct nsfds *fds, uint64_t flags, int cgroup_fd,
			 void (*prepare)(void *), void (*child)(void *), void *arg,
			 struct spawned *ret, struct err *e)
{
	struct {
		pid_t pid;
		struct err err;
	} report;
	int sync[2], k_pidfd = -1;

	if (pipe2(sync, O_CLOEXEC) < 0)
		return err_sys(e, errno, "pipe");
	AUTO_FD rd = sync[0];
	AUTO_FD wr = sync[1];
	pid_t k = clone_process(0, cgroup_fd, &k_pidfd);
	if (k < 0)
		return err_sys(e, errno, "clone");
	if (k == 0) {
		close(rd);
		intermediate(fds, flags, wr, prepare, child, arg);
	}
	fd_closep(&k_pidfd);
	fd_closep(&wr);
	ssize_t n = read(rd, &report, sizeof(report));
	while (waitpid(k, NULL, 0) < 0 && errno == EINTR)
		;
	if (n != (ssize_t)sizeof(report))
		return err_set(e, ERR_SYSTEM, ECHILD, "the intermediate process ended too early");
	if (report.pid < 0) {
		if (e && e->kind == ERR_NONE)
			*e = report.err;
		return report.err.code ? -report.err.code : -EINVAL;
	}
	ret->pid = report.pid;
	ret->pidfd = sys_pidfd_open(report.pid);
	if (ret->pidfd < 0) {
		int code = errno;
		kill(report.pid, SIGKILL);
		while (waitpid(report.pid, NULL, __WALL) < 0 && errno == EINTR)
			;
		return err_sys(e, code, "pidfd_open");
	}
	return 0;
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

int spawn_process(const struct namespaces_plan *ns, int cgroup_fd, void (*prepare)(void *),
		  void (*child)(void *) __attribute__((noreturn)), void *arg, struct spawned *ret,
		  struct err *e)
{
	struct spawned p = {.pid = -1, .pidfd = -1, .userns_fd = -1};
	struct nsfds fds;
	uint64_t flags = new_flags(ns);
	bool foreign = ns->ns[NS_USER].mode == NS_JOIN_FOREIGN_OWNED;
	int r = nsfds_open(ns, &fds, e);

	if (r < 0)
		return r;
	r = nsfds_enter_host_owned(&fds, ns, e);
	if (r == 0 && has_offsets(ns)) {
		flags &= ~(uint64_t)CLONE_NEWTIME;
		r = make_time_namespace(ns, e);
	}
	if (r == 0)
		r = foreign ? spawn_foreign(&fds, flags, cgroup_fd, prepare, child, arg, &p, e)
			    : spawn_own(flags, cgroup_fd, prepare, child, arg, &p, e);
	int back = nsfds_leave(&fds, has_offsets(ns), e);
	nsfds_close(&fds);
	if (r == 0 && back < 0) {
		sys_pidfd_send_signal(p.pidfd, SIGKILL);
		while (waitpid(p.pid, NULL, __WALL) < 0 && errno == EINTR)
			;
		fd_closep(&p.pidfd);
		return back;
	}
	if (r == 0)
		*ret = p;
	return r;
}

static int format_map(const struct id_extent *v, size_t n, char *text, size_t size)
{
	size_t len = 0;

	for (size_t i = 0; i < n; i++) {
		int w = snprintf(text + len, size - len, "%u %u %u\n", v[i].inside, v[i].outside,
				 v[i].size);
		if (w < 0 || (size_t)w >= size - len)
			return -E2BIG;
		len += (size_t)w;
	}
	return 0;
}

/* The kernel sorts extents; compare as sets. */
static bool map_is(int dir, const char *file, const struct id_extent *v, size_t n)
{
	char text[16384];
	unsigned in, out, size;
	size_t seen = 0;
	int used;

	if (file_read_at(dir, file, text, sizeof(text)) <= 0)
		return false;
	for (const char *p = text; sscanf(p, "%u %u %u%n", &in, &out, &size, &used) == 3;
	     p += used, seen++) {
		size_t i = 0;
		while (i < n && (v[i].inside != in || v[i].outside != out || v[i].size != size))
			i++;
		if (i == n)
			return false;
	}
	return seen == n;
}

static int set_map(int dir, const char *file, const struct id_extent *v, size_t n, bool write_it,
		   struct err *e)
{
	char text[16384];
	int r = format_map(v, n, text, sizeof(text));

	if (r < 0)
		return err_set(e, ERR_SPEC, -r, "/linux/uidMappings: too many extents");
	r = write_it ? file_write_at(dir, file, text) : 0;
	if (r < 0)
		return err_sys(e, -r, "write %s", file);
	if (!map_is(dir, file, v, n))
		return err_set(e, ERR_SYSTEM, EIO, "%s reads back different from what was planned",
			       file);
	return 0;
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
