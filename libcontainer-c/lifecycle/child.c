/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * child.c: the container's first process from the clone to execve(2). It runs on a copy of the
 * runtime's memory, allocates none, and uses only what it finds in struct creation. Its privileges
 * are those of its user namespace from its first instruction on.
 */
#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "apply/hooks.h"
#include "apply/scheduling.h"
#include "apply/sysctl.h"
#include "base/err.h"
#include "base/fd.h"
#include "lifecycle/creation.h"
#include "lifecycle/creation_root.h"
#include "lifecycle/handshake.h"
#include "lifecycle/initproc.h"
#include "lifecycle/oci_state.h"
#include "lifecycle/program.h"

static int loopback_up(struct err *e)
{
	struct ifreq ifr = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};

	AUTO_FD fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	/* A kernel without IPv4 has no loopback to bring up. */
	if (fd < 0)
		return errno == EAFNOSUPPORT ? 0 : err_sys(e, errno, "socket for loopback");
	if (ioctl(fd, SIOCSIFFLAGS, &ifr) < 0)
		return err_sys(e, errno, "bring up loopback");
	return 0;
}

static int set_names(const struct namespaces_plan *ns, struct err *e)
{
	enum ns_mode uts = ns->ns[NS_UTS].mode;

	/* One of the host's is named where the runtime joins it (nsfds.c). */
	if (uts != NS_NEW && uts != NS_JOIN_FOREIGN_OWNED)
		return 0;
	if (ns->hostname && sethostname(ns->hostname, strlen(ns->hostname)) < 0)
		return err_sys(e, errno, "/hostname: sethostname");
	if (ns->domainname && setdomainname(ns->domainname, strlen(ns->domainname)) < 0)
		return err_sys(e, errno, "/domainname: setdomainname");
	return 0;
}

/* Before the runtime looks at us: into our cgroups and what only we can do in our namespaces. */
static int settle(const struct creation *c, struct err *e)
{
	const struct namespaces_plan *ns = &c->plan.ns;
	int r = cgroup_attach_self(&c->cgroup);

	if (r < 0)
		return err_sys(e, -r, "enter the container's cgroups");
	scheduling_reset_cpus();
	/* Only now: the root of a cgroup namespace is where its maker is. */
	if (ns->ns[NS_CGROUP].mode == NS_NEW && unshare(CLONE_NEWCGROUP) < 0)
		return err_sys(e, errno, "make a cgroup namespace");
	if (ns->ns[NS_NET].mode == NS_NEW)
		r = loopback_up(e);
	if (r == 0)
		r = set_names(ns, e);
	if (r == 0)
		r = sysctl_apply_user(&c->plan.sysctl, c->proc_fd, e);
	return r;
}

/* Where pivot_root(2) has not made the container's root ours. */
static int take_root(const struct creation *c, int hs_fd, struct err *e)
{
	AUTO_FD fd = -1;
	int r = creation_chroots(&c->plan) ? hs_recv_fd(hs_fd, HS_ROOT, &fd, e) : 0;

	if (r == 0 && fd >= 0 && (fchdir(fd) < 0 || chroot(".") < 0))
		return err_sys(e, errno, "chroot to the container's root");
	return r;
}

/* A copy made by a lesser user namespace: every mount in it is locked against us. */
static int lock_mounts(const struct creation *c, struct err *e)
{
	if (unshare(CLONE_NEWNS) < 0)
		return err_sys(e, errno, "lock the mounts");
	if (chdir("/") < 0)
		return err_sys(e, errno, "chdir to the container's root");
	int r = rootfs_finish(&c->plan.rootfs, e);
	return r < 0 ? r : mounts_finish(&c->plan.mounts, e);
}

/* In the container's root: lock the mounts, then as every program. */
static int enter(struct creation *c, struct program *p, int tty_fd, struct err *e)
{
	/* In somebody else's mount namespace the runtime has done all that can be done. */
	int r = c->plan.ns.ns[NS_MNT].mode == NS_NEW ? lock_mounts(c, e) : 0;

	if (r == 0)
		r = program_become_root(p->process->keep_groups, e);
	return r < 0 ? r : program_prepare(p, tty_fd, e);
}

static void end_of_wait(int signal)
{
	_exit(128 + signal);
}

/*
 * A container that waits for `start` can be ended by what ends other programs, as with runc. The
 * kernel drops signals to the first process of a pid namespace that it has no handler for; these
 * are gone with execve(2).
 */
static void end_at_signals(void)
{
	static const int fatal[] = {SIGHUP, SIGINT, SIGQUIT, SIGABRT, SIGTERM};
	const struct sigaction a = {.sa_handler = end_of_wait};

	for (size_t i = 0; i < sizeof(fatal) / sizeof(fatal[0]); i++)
		sigaction(fatal[i], &a, NULL);
}

/* `create`: a connection on start.sock is `start`; it hears of us until execve closes it. */
static int wait_for_start(struct creation *c, struct err *e)
{
	int fd;

	do
		fd = accept4(c->start_fd, NULL, NULL, SOCK_CLOEXEC);
	while (fd < 0 && (errno == EINTR || errno == ECONNABORTED));
	if (fd < 0)
		return err_sys(e, errno, "wait for start");
	/* 0 to 2 are never free: a filter that was loaded early has answered, and nobody came. */
	if (fd <= 2)
		return err_set(e, ERR_SYSTEM, EPROTO, "accept4 returned descriptor %d", fd);
	return fd;
}

static int run_start_hooks(struct creation *c, struct err *e)
{
	const struct hook_list *list = &c->plan.hooks.lists[HOOK_START_CONTAINER];
	char state[OCI_STATE_MAX];

	if (list->n == 0)
		return 0;
	/* The pid as the container sees it: nobody inside knows another. */
	int n = oci_state_format(&c->record, "created", getpid(), state, sizeof(state));
	if (n < 0)
		return err_set(e, ERR_SYSTEM, -n, "state for hooks is too long");
	struct hooks_run how = {.state_json = state,
				.state_len = (size_t)n,
				.cwd = "/",
				.env = c->plan.process.envp,
				.ns_pidfd = -1};
	return hooks_run(list, HOOK_START_CONTAINER, &how, e);
}

static void __attribute__((noreturn)) fail(int fd, enum hs_type type, const struct err *e)
{
	hs_send_error(fd, type, e);
	_exit(1);
}

/*
 * The copy of the state directory's descriptor would hold its lock: a neighbour in a joined pid
 * namespace, who can stop us from our first instruction on, would hold it for ever. The others show
 * the host.
 */
void child_prepare(void *arg)
{
	struct creation *c = arg;

	program_hide();
	fd_closep(&c->hs_fd);
	fd_closep(&c->dir.fd);
	fd_closep(&c->console_sock);
	fd_closep(&c->pidfd_sock);
	fd_closep(&c->rdt_fd);
	mntns_close(&c->host);
}

void child_main(void *arg)
{
	struct creation *c = arg;
	struct err e = {0};
	struct program p = {
		.process = &c->plan.process,
		.seccomp = &c->plan.seccomp,
		.landlock = &c->plan.landlock,
		.proc_fd = c->proc_fd,
		.hs_fd = c->hs_peer_fd,
		.start_fd = c->start_fd,
		.keep_fds = c->keep_fds,
		.listen_fds = c->listen_fds,
	};
	int hs = c->hs_peer_fd;
	int tty_fd = -1;

	program_die_with_runtime(true);
	prctl(PR_SET_NAME, INITPROC_NAME);
	if (settle(c, &e) < 0)
		fail(hs, HS_ERROR, &e);
	if (hs_send(hs, HS_READY) < 0)
		_exit(1);
	if (take_root(c, hs, &e) < 0)
		fail(hs, HS_ERROR, &e);
	if (hs_recv_fd(hs, HS_MOUNTED, &tty_fd, &e) < 0)
		_exit(1);
	if (enter(c, &p, tty_fd, &e) < 0)
		fail(hs, HS_ERROR, &e);
	end_at_signals();
	if (hs_send(hs, HS_CREATED) < 0)
		_exit(1);
	int next = hs_recv_any(hs, &e);
	if (next != HS_RUN && next != HS_WAIT)
		_exit(1);
	program_die_with_runtime(false);
	if (next == HS_WAIT) {
		close(hs);
		hs = wait_for_start(c, &e);
		if (hs < 0)
			_exit(1);
	}
	if (program_confine(&p, &e) < 0)
		fail(hs, HS_ERROR, &e);
	if (run_start_hooks(c, &e) < 0)
		fail(hs, HS_HOOK_ERROR, &e);
	program_execute(&p, &e);
	fail(hs, HS_ERROR, &e);
}
