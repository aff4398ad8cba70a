/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * exec.c: one more process in a container, the runtime's side; the other side is exec_child.c.
 * Steps run in the order of the table below. What exists before the process does is descriptors
 * only; the process itself dies with the runtime until it has its go.
 */
#include "lifecycle/exec.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apply/fds.h"
#include "apply/in_root.h"
#include "apply/intel_rdt.h"
#include "apply/keyring.h"
#include "apply/process.h"
#include "apply/socket.h"
#include "base/err.h"
#include "base/fd.h"
#include "harden/exec.h"
#include "host/ns_probe.h"
#include "host/probe.h"
#include "kernel/sys.h"
#include "lifecycle/audit.h"
#include "lifecycle/documents.h"
#include "lifecycle/exec_priv.h"
#include "lifecycle/handshake.h"
#include "lifecycle/initproc.h"
#include "lifecycle/listener.h"
#include "lifecycle/readback.h"
#include "lifecycle/scope.h"
#include "lifecycle/pidfile.h"
#include "lifecycle/self.h"
#include "lifecycle/trace.h"
#include "lifecycle/warnings.h"
#include "oci-spec/spec.h"

#define ANSWER_SECONDS 120 /* a loaded machine is slow, a stopped process for ever */

static int check_status(const struct execution *x, struct err *e)
{
	switch (x->o.status) {
	case CONTAINER_CREATED:
	case CONTAINER_RUNNING:
		return 0;
	case CONTAINER_STOPPED:
		return err_set(e, ERR_STATE, EINVAL, "cannot exec in a stopped container");
	case CONTAINER_PAUSED:
		if (x->req->ignore_paused)
			return 0;
		return err_set(e, ERR_STATE, EINVAL,
			       "cannot exec in a paused container (use --ignore-paused to "
			       "override)");
	default:
		return err_set(e, ERR_STATE, EINVAL, "cannot exec in a container in the %s state",
			       container_status_name(x->o.status));
	}
}

/* No lock: several may run at once, and a foreground one as long as it likes. */
static int step_open(struct execution *x, struct err *e)
{
	int r = opened_load(x->req->root, x->req->id, false, &x->o, e);

	if (r < 0)
		return r;
	x->opened = true;
	r = check_status(x, e);
	if (r < 0)
		return r;
	x->init_fd = initproc_pidfd(&x->o.init);
	if (x->init_fd < 0)
		return err_set(e, ERR_STATE, ESRCH, "cannot exec in a stopped container");
	opened_refresh(&x->o);
	return 0;
}

/*
 * The first process of a container may have made a user namespace inside its own and moved there,
 * with maps of its choice. That is not where anybody wants to be.
 */
static int check_userns(const struct execution *x, pid_t pid, struct err *e)
{
	struct stat st;
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/ns/user", pid);
	if (stat(path, &st) < 0)
		return err_set(e, ERR_STATE, ESRCH, "cannot exec in a stopped container");
	/* 0: made by a version that did not write it down. */
	if (x->o.record.userns && st.st_ino != x->o.record.userns)
		return err_set(e, ERR_STATE, EXDEV,
			       "the container's first process is in another user namespace than "
			       "it was started in");
	return 0;
}

static int read_maps(struct execution *x, struct err *e)
{
	int r = check_userns(x, x->o.init.pid, e);

	if (r == 0)
		r = host_probe_maps(x->o.init.pid, &x->arena, &x->maps);
	/* The pid was still the first process's when all this was read. */
	if (r < 0 || sys_pidfd_send_signal(x->init_fd, 0) < 0)
		return err_set(e, ERR_STATE, ESRCH, "cannot exec in a stopped container");
	return 0;
}

static int step_read(struct execution *x, struct err *e)
{
	int r = documents_read_spec(&x->o.dir, &x->arena, &x->container, e);

	if (r == 0)
		r = documents_read_measures(&x->o.dir, &x->arena, &x->measures, e);
	if (r == 0)
		r = host_probe(NULL, x->req->policy, &x->arena, &x->facts, e);
	if (r == 0)
		r = read_maps(x, e);
	/* May begin anew, in a copy of ours: nothing exists yet that execve(2) does not close. */
	if (r == 0)
		r = self_seal_for_exec(&x->maps, e);
	return r;
}

static int step_plan(struct execution *x, struct err *e)
{
	int r = exec_ask(x, e);

	if (r == 0)
		r = harden_exec(x->asked, x->container, x->req->policy, &x->facts, &x->arena,
				&x->hardened, &x->decisions, e);
	if (r == 0)
		caps_ignored(x->hardened->capabilities, warnings_capability);
	if (r == 0)
		r = plan_exec(x->container, x->hardened, &x->measures, &x->facts, &x->maps,
			      &x->arena, &x->plan, e);
	return r;
}

static int step_channels(struct execution *x, struct err *e)
{
	const struct exec_request *q = x->req;
	int pair[2];
	int r = foreground_check_terminal(x->plan.process.terminal, q->detach, q->console_socket,
					  e);

	if (r == 0)
		r = fds_preserved(0, q->preserve_fds, q->inherited_fds, &x->keep_fds, e);
	if (r == 0)
		r = fds_check_preserved(x->keep_fds, e);
	if (r == 0 && q->console_socket)
		r = x->console_sock = socket_connect(q->console_socket, "console", e);
	if (r >= 0 && q->pidfd_socket)
		r = x->pidfd_sock = socket_connect(q->pidfd_socket, "pidfd", e);
	if (r >= 0)
		r = hs_pair(pair, e);
	if (r < 0)
		return r;
	x->hs_fd = pair[0];
	x->hs_peer_fd = pair[1];
	/* A paused container: its process answers when it goes on. */
	return hs_limit(x->hs_fd, q->ignore_paused ? 0 : ANSWER_SECONDS, e);
}

/* Of a container without a mount namespace of its own: where its first process was put. */
static int open_root(struct execution *x, struct err *e)
{
	if (!x->o.record.shared_mount_namespace)
		return 0;
	x->root_fd = openat(x->o.dir.fd, ROOT_DIR, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (x->root_fd < 0)
		return err_sys(e, errno, "open the container's root");
	return 0;
}

static int step_cgroups(struct execution *x, struct err *e)
{
	int r = open_root(x, e);

	if (r < 0)
		return r;
	x->proc_fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (x->proc_fd < 0)
		return err_sys(e, errno, "open /proc");
	r = scope_join(&x->o.record, e);
	return r < 0 ? r : exec_open_cgroups(x, e);
}

/* In the container's own devpts, which console_open() proves to be one. */
static int step_console(struct execution *x, struct err *e)
{
	const struct process_plan *p = &x->plan.process;
	char path[32];

	if (!p->terminal)
		return 0;
	snprintf(path, sizeof(path), "%d/root", x->o.init.pid);
	AUTO_FD root = openat(x->proc_fd, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return err_sys(e, errno, "open the container's root");
	AUTO_FD pts = in_root_open_plain(root, "dev/pts", O_PATH | O_DIRECTORY);
	if (pts < 0)
		return err_sys(e, -pts, "open the container's /dev/pts");
	int r = console_open(pts, ids_to_host(x->maps.uid, x->maps.n_uid, p->uid), p->rows, p->cols,
			     &x->console, e);
	return r == 0 && x->console_sock < 0 ? console_keep_newlines(&x->console, e) : r;
}

static bool same_file(int dir, const char *a, const char *b)
{
	struct stat x, y;

	return fstatat(dir, a, &x, 0) == 0 && fstatat(dir, b, &y, 0) == 0 && x.st_dev == y.st_dev &&
	       x.st_ino == y.st_ino;
}

/*
 * All of them: entering one that we are in already does no harm, but for the user namespace. From
 * within a user namespace that is refused, too, where the one above owns it.
 */
static int ns_flags(const struct execution *x)
{
	static const struct {
		const char *name;
		int flag;
	} namespaces[] = {
		{"user", CLONE_NEWUSER}, {"pid", CLONE_NEWPID},	      {"mnt", CLONE_NEWNS},
		{"net", CLONE_NEWNET},	 {"ipc", CLONE_NEWIPC},	      {"uts", CLONE_NEWUTS},
		{"time", CLONE_NEWTIME}, {"cgroup", CLONE_NEWCGROUP},
	};
	char own[32], path[32];
	int flags = 0;

	for (size_t i = 0; i < sizeof(namespaces) / sizeof(namespaces[0]); i++) {
		int flag = namespaces[i].flag;
		snprintf(own, sizeof(own), "self/ns/%s", namespaces[i].name);
		snprintf(path, sizeof(path), "%d/ns/%s", x->o.init.pid, namespaces[i].name);
		/* A kernel may be built without. */
		if (flag == CLONE_NEWTIME &&
		    faccessat(x->proc_fd, own, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		if ((flag == CLONE_NEWUSER || x->facts.in_userns) &&
		    same_file(x->proc_fd, own, path))
			continue;
		flags |= flag;
	}
	return flags;
}

static int spawn(struct execution *x, struct err *e)
{
	return spawn_inside(x->init_fd, ns_flags(x), x->plan.process.keep_groups,
			    cgroup_v2_fd(&x->cgroup), x->req->ignore_paused ? -1 : ANSWER_SECONDS,
			    exec_prepare, exec_child, x, &x->proc, e);
}

/* In hexadecimal, the highest CPU first, as runc's log has it. */
static void trace_cpus(const char *id, const struct cpu_mask *m)
{
	char text[256] = "0x0";
	size_t n = m->bits ? m->size / sizeof(*m->bits) : 0;
	int at = 0;

	if (!m->bits)
		return;
	while (n > 1 && !m->bits[n - 1])
		n--;
	for (bool first = true; n > 0 && at < (int)sizeof(text); first = false) {
		n--;
		at += snprintf(text + at, sizeof(text) - (size_t)at, first ? "0x%lx" : "%016lx",
			       m->bits[n]);
	}
	trace("%s: nsexec: affinity: %s", id, text);
}

static int step_spawn(struct execution *x, struct err *e)
{
	struct err why = {0};
	int r = keyring_join(x->req->id, x->plan.process.selinux_label, e);

	if (r < 0)
		return r;
	trace_cpus(x->req->id, &x->plan.process.cpus_initial);
	r = spawn(x, &why);
	if (r == -EBUSY && x->cgroup.v2 >= 0 && x->req->n_cgroups == 0) {
		r = exec_open_init_cgroup(x, e);
		if (r == 0)
			r = spawn(x, e);
	} else if (r < 0 && e && e->kind == ERR_NONE) {
		*e = why;
	}
	fd_closep(&x->hs_peer_fd);
	return r;
}

/* A child of the runtime is in the runtime's class of service. */
static int join_rdt(const struct execution *x, struct err *e)
{
	const struct record *r = &x->o.record;

	if (r->n_rdt_groups == 0)
		return 0;
	AUTO_FD fd = intel_rdt_open(r->rdt_root, e);
	return fd < 0 ? fd
		      : intel_rdt_join(fd, (const char *const *)r->rdt_groups, r->n_rdt_groups,
				       x->proc.pid, e);
}

/* What needs the host's privileges. */
static int step_process(struct execution *x, struct err *e)
{
	const struct process_plan *p = &x->plan.process;
	int r = process_apply_host(p, NULL, x->proc_fd, x->proc.pid, e);

	if (r == 0)
		r = join_rdt(x, e);
	if (r == 0 && !p->terminal)
		r = fds_chown_stdio(ids_to_host(x->maps.uid, x->maps.n_uid, p->uid),
				    ids_to_host(x->maps.gid, x->maps.n_gid, p->gid), e);
	if (r < 0)
		return r;
	r = hs_send_fd(x->hs_fd, HS_MOUNTED, x->console.slave_fd);
	fd_closep(&x->console.slave_fd);
	/* A dead peer: its last message says why. */
	if (r < 0 && r != -EPIPE)
		return err_sys(e, -r, "send to the container's process");
	r = x->plan.seccomp.listener.path
		    ? listener_await(x->hs_fd, x->proc.pidfd, &x->listener_fd, e)
		    : hs_recv(x->hs_fd, HS_CREATED, e);
	if (r == 0)
		r = readback_check(&x->plan, &x->maps, x->proc_fd, x->proc.pid, e);
	/* Once more, of the new one: between the look and the join was time for a move. */
	return r < 0 ? r : check_userns(x, x->proc.pid, e);
}

static int step_hand_over(struct execution *x, struct err *e)
{
	int r = 0;

	if (x->console_sock >= 0) {
		r = console_send(x->console_sock, &x->console, e);
		console_close(&x->console);
	}
	if (r == 0 && x->pidfd_sock >= 0)
		r = socket_send_pidfd(x->pidfd_sock, "setns", x->proc.pidfd, e);
	if (r == 0 && x->listener_fd >= 0) {
		r = listener_hand_over(&x->plan.seccomp.listener, x->listener_fd, &x->o.record,
				       container_status_name(x->o.status), x->o.init.pid,
				       x->proc.pid, e);
		fd_closep(&x->listener_fd);
	}
	return r;
}

static struct audit audit_line(const struct execution *x)
{
	return (struct audit){
		.policy = x->req->policy,
		.event = "exec",
		.id = x->req->id,
		.bundle = x->o.record.bundle,
		.process = x->hardened ? x->hardened : x->asked,
		.maps = &x->maps,
		.decisions = &x->decisions,
		.pid = x->proc.pid,
	};
}

/* All is ready but the execve(2): nothing runs that could not be written down. */
static int step_record(struct execution *x, struct err *e)
{
	const struct audit line = audit_line(x);

	return audit_done(&line, e);
}

static int step_go(struct execution *x, struct err *e)
{
	/* Until here a signal ends us, and with us the process. */
	int r = x->req->detach ? 0 : foreground_begin(&x->foreground, e);

	if (r < 0)
		return r;
	r = hs_send(x->hs_fd, HS_RUN);
	if (r < 0 && r != -EPIPE)
		return err_sys(e, -r, "send to the container's process");
	r = hs_recv_exec(x->hs_fd, NULL, e);
	/* Last: conmon takes a pid file for the sign that a program runs. */
	if (r == 0 && x->req->pid_file)
		r = pidfile_write(x->req->pid_file, x->proc.pid, e);
	return r;
}

static const char starting[] = "unable to start container process";

static const struct step {
	const char *doing;   /* for --debug */
	const char *context; /* put in front of an error, as callers know it from runc */
	int (*run)(struct execution *x, struct err *e);
} steps[] = {
	{"looking at the container", NULL, step_open},
	{"reading its documents", NULL, step_read},
	{"applying the policy and planning", NULL, step_plan},
	{"opening sockets", NULL, step_channels},
	{"opening the cgroups", NULL, step_cgroups},
	{"opening a terminal", starting, step_console},
	{"nsexec container setup: cloning the process inside", starting, step_spawn},
	{"child process in init(): letting it set itself up", starting, step_process},
	{"handing over the seccomp listener", starting, step_hand_over},
	{"writing the audit trail", NULL, step_record},
	{"setns_init: about to exec the program", starting, step_go},
};

static int execute(struct execution *x, struct err *e)
{
	int r = 0;

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]) && r >= 0; i++) {
		trace("%s: %s", x->req->id, steps[i].doing);
		r = steps[i].run(x, e);
		if (r < 0 && steps[i].context)
			err_wrap(e, "%s", steps[i].context);
	}
	return r < 0 ? r : 0;
}

static void release(struct execution *x)
{
	console_close(&x->console);
	cgroup_close(&x->cgroup);
	fd_closep(&x->proc.pidfd);
	fd_closep(&x->init_fd);
	fd_closep(&x->proc_fd);
	fd_closep(&x->root_fd);
	fd_closep(&x->hs_fd);
	fd_closep(&x->hs_peer_fd);
	fd_closep(&x->console_sock);
	fd_closep(&x->pidfd_sock);
	fd_closep(&x->listener_fd);
	foreground_end(&x->foreground);
	if (x->opened)
		opened_close(&x->o);
	arena_free(&x->arena);
}

int container_exec(const struct exec_request *req, int *ret_status, struct err *e)
{
	struct execution x = {
		.req = req,
		.cgroup = {.v2 = -1},
		.console = CONSOLE_INIT,
		.foreground = FOREGROUND_INIT,
		.proc = {.pid = -1, .pidfd = -1, .userns_fd = -1},
		.init_fd = -1,
		.proc_fd = -1,
		.root_fd = -1,
		.hs_fd = -1,
		.hs_peer_fd = -1,
		.console_sock = -1,
		.pidfd_sock = -1,
		.listener_fd = -1,
	};
	int status = 0;
	int r = execute(&x, e);

	if (r == 0 && !req->detach)
		r = foreground_stay(&x.foreground, &x.proc, x.console.master_fd, &status, e);
	if (r < 0 && x.opened) {
		const struct audit line = audit_line(&x);
		audit_result(&line, e);
	}
	if (r < 0)
		spawn_end(&x.proc);
	release(&x);
	if (r == 0)
		*ret_status = status;
	return r;
}
