/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * child.c: the container's first process from the clone to execve(2). It runs on a copy of the
 * runtime's memory, allocates none, and uses only what it finds in struct creation. Its privileges
 * are those of its user namespace from its first instruction on.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "apply/exec_path.h"
#include "apply/fds.h"
#include "apply/home.h"
#include "apply/hooks.h"
#include "apply/process.h"
#include "apply/seccomp.h"
#include "apply/sysctl.h"
#include "base/err.h"
#include "base/fd.h"
#include "kernel/sys.h"
#include "lifecycle/creation.h"
#include "lifecycle/handshake.h"
#include "lifecycle/initproc.h"
#include "lifecycle/oci_state.h"

/* Room for what process_env_add() keeps a pointer to. */
static char env_home[PATH_MAX + 8], env_listen_fds[32], env_listen_pid[] = "LISTEN_PID=1";
static char exec_path[PATH_MAX];

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
	if (!namespaces_owned_by_container(ns, NS_UTS))
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

static int become_root(struct err *e)
{
	if (setgroups(0, NULL) < 0 || setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0)
		return err_sys(e, errno, "become root of the user namespace");
	return 0;
}

/* Every change of ids clears it. That the runtime died before shows as end of file. */
static void die_with_runtime(bool on)
{
	prctl(PR_SET_PDEATHSIG, on ? SIGKILL : 0);
}

static int load_seccomp(void *arg, struct err *e)
{
	const struct creation *c = arg;

	return seccomp_apply(&c->plan.seccomp, e);
}

static int set_environment(struct creation *c, struct err *e)
{
	struct process_plan *p = &c->plan.process;
	int r = 0;

	if (p->home_missing) {
		AUTO_FD root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
		home_lookup(root, p->uid, env_home, sizeof(env_home));
		r = process_env_add(p, env_home);
	}
	if (r == 0 && c->listen_fds > 0) {
		snprintf(env_listen_fds, sizeof(env_listen_fds), "LISTEN_FDS=%u", c->listen_fds);
		r = process_env_add(p, env_listen_fds);
		if (r == 0)
			r = process_env_add(p, env_listen_pid);
	}
	return r < 0 ? err_sys(e, -r, "environment") : 0;
}

/*
 * The slave that the runtime opened hangs on its own copy of the devpts mount, so that its name
 * would be "/0" in here. Open it once more by its name in our own mounts; anything but the very
 * same device is ignored.
 */
static int reopen_tty(int tty_fd)
{
	struct stat st, again;
	char path[32];

	if (fstat(tty_fd, &st) < 0)
		return tty_fd;
	snprintf(path, sizeof(path), "/dev/pts/%u", minor(st.st_rdev));
	int fd = sys_openat2(AT_FDCWD, path, O_RDWR | O_NOCTTY, 0,
			     RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS);
	if (fd < 0)
		return tty_fd;
	if (fstat(fd, &again) < 0 || again.st_dev != st.st_dev || again.st_ino != st.st_ino ||
	    again.st_rdev != st.st_rdev) {
		close(fd);
		return tty_fd;
	}
	close(tty_fd);
	return fd;
}

/* While it waits for `start`, the process holds its stdio, what it passes on, and two sockets. */
static int close_all_but(unsigned keep, int a, int b, struct err *e)
{
	unsigned low = (unsigned)(a < b ? a : b), high = (unsigned)(a < b ? b : a);
	unsigned from = 3 + keep;

	if (a < 0 || b < 0)
		low = high; /* only one of them is open */
	for (int i = 0; i < 2; i++) {
		unsigned stop = i == 0 ? low : high;
		if (stop > from && sys_close_range(from, stop - 1, 0) < 0)
			return err_sys(e, errno, "close descriptors");
		from = stop + 1;
	}
	return sys_close_range(from, ~0u, 0) < 0 ? err_sys(e, errno, "close descriptors") : 0;
}

/* After pivot_root: lock the mounts, take the terminal, give up privileges, find the program. */
static int enter(struct creation *c, int tty_fd, struct err *e)
{
	struct process_plan *p = &c->plan.process;
	int r;

	/* A copy made by a lesser user namespace: every mount in it is locked against us. */
	if (unshare(CLONE_NEWNS) < 0)
		return err_sys(e, errno, "lock the mounts");
	if (chdir("/") < 0)
		return err_sys(e, errno, "chdir to the container's root");
	r = rootfs_finish(&c->plan.rootfs, e);
	if (r == 0)
		r = become_root(e);
	if (r < 0)
		return r;
	if (p->terminal)
		r = console_adopt(reopen_tty(tty_fd), e);
	else if (setsid() < 0)
		r = err_sys(e, errno, "setsid");
	if (r == 0)
		r = process_apply(p, c->proc_fd, load_seccomp, c, e);
	if (r < 0)
		return r;
	die_with_runtime(true);
	/* Before anything is looked up by a name that the image chose: no way back to the host. */
	r = close_all_but(c->keep_fds, c->hs_peer_fd, c->start_fd, e);
	if (r == 0)
		r = set_environment(c, e);
	if (r == 0)
		r = exec_lookup(p->argv[0], p->envp, exec_path, sizeof(exec_path), e);
	return r;
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
	struct hooks_run how = {
		.state_json = state, .state_len = (size_t)n, .cwd = "/", .ns_pidfd = -1};
	return hooks_run(list, HOOK_START_CONTAINER, &how, e);
}

static void default_signals(void)
{
	sigset_t none;

	for (int s = 1; s < NSIG; s++)
		if (s != SIGKILL && s != SIGSTOP)
			signal(s, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Returns only when execve(2) failed. */
static void execute(struct creation *c, struct err *e)
{
	struct process_plan *p = &c->plan.process;

	default_signals();
	/* Close-on-exec from here on: a program that starts has nothing of ours. */
	if (fds_seal(c->keep_fds, e) < 0)
		return;
	if (p->no_new_privs && seccomp_apply(&c->plan.seccomp, e) < 0)
		return;
	execve(exec_path, p->argv, p->envp);
	err_sys(e, errno, "exec %s", exec_path);
}

static void fail(int fd, const struct err *e)
{
	hs_send_error(fd, e);
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

	prctl(PR_SET_DUMPABLE, 0);
	fd_closep(&c->hs_fd);
	fd_closep(&c->dir.fd);
	fd_closep(&c->console_sock);
	fd_closep(&c->host_mnt_fd);
	fd_closep(&c->host_root_fd);
	fd_closep(&c->host_cwd_fd);
}

void child_main(void *arg)
{
	struct creation *c = arg;
	struct err e = {0};
	int hs = c->hs_peer_fd;
	int tty_fd = -1;

	die_with_runtime(true);
	prctl(PR_SET_NAME, INITPROC_NAME);
	if (settle(c, &e) < 0)
		fail(hs, &e);
	if (hs_send(hs, HS_READY) < 0 || hs_recv_fd(hs, HS_MOUNTED, &tty_fd, &e) < 0)
		_exit(1);
	if (enter(c, tty_fd, &e) < 0)
		fail(hs, &e);
	if (hs_send(hs, HS_CREATED) < 0)
		_exit(1);
	int next = hs_recv_any(hs, &e);
	if (next != HS_RUN && next != HS_WAIT)
		_exit(1);
	die_with_runtime(false);
	if (next == HS_WAIT) {
		close(hs);
		hs = wait_for_start(c, &e);
		if (hs < 0)
			_exit(1);
	}
	if (run_start_hooks(c, &e) == 0)
		execute(c, &e);
	fail(hs, &e);
	_exit(1);
}
