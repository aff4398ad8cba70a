/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* creation_parts.c: see creation_parts.h. */
#include "lifecycle/creation_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "apply/hooks.h"
#include "apply/sysctl.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "host/userns_probe.h"
#include "lifecycle/creation.h"
#include "lifecycle/documents.h"
#include "lifecycle/foreground.h"
#include "lifecycle/now.h"
#include "lifecycle/oci_state.h"
#include "lifecycle/scope.h"
#include "oci-spec/spec.h"

int creation_check_terminal(const struct creation *c, struct err *e)
{
	const struct container_request *q = c->req;
	bool terminal = c->asked->process->terminal && *c->asked->process->terminal;

	return foreground_check_terminal(terminal, !c->run || q->detach, q->console_socket, e);
}

static int fill_rdt(const struct intel_rdt_plan *p, struct arena *a, struct record *r,
		    struct err *e)
{
	if (!p->set)
		return 0;
	r->rdt_groups = arena_array(a, 3, sizeof(*r->rdt_groups));
	r->rdt_own = arena_array(a, 3, sizeof(*r->rdt_own));
	if (!r->rdt_groups || !r->rdt_own)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	r->rdt_root = p->mountpoint;
	r->rdt_groups[r->n_rdt_groups++] = (char *)(uintptr_t)p->group;
	if (p->own)
		r->rdt_own[r->n_rdt_own++] = (char *)(uintptr_t)p->group;
	if (p->monitor) {
		r->rdt_groups[r->n_rdt_groups++] = (char *)(uintptr_t)p->monitor;
		r->rdt_own[r->n_rdt_own++] = (char *)(uintptr_t)p->monitor;
	}
	return 0;
}

int creation_fill_record(struct creation *c, struct err *e)
{
	struct record *r = &c->record;
	const struct spec *s = c->hardened;
	const struct hooks_plan *h = &c->plan.hooks;
	enum ns_mode pid_mode = c->plan.ns.ns[NS_PID].mode;
	char *created = arena_alloc(&c->arena, NOW_SIZE);

	if (!created || now_text(created) < 0)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	r->format = RECORD_FORMAT;
	r->oci_version = s->version;
	r->id = c->req->id;
	r->bundle = c->req->bundle;
	r->rootfs = c->plan.rootfs.path;
	r->created = created;
	r->owner_uid = c->facts.in_userns ? c->facts.caller.uid : geteuid();
	r->root_uid = c->plan.ns.root_uid;
	r->ids_inside = c->facts.in_userns && !host_userns_is_claimed();
	r->cgroup_paths = (char **)(uintptr_t)c->plan.cgroup.paths;
	r->n_cgroup_paths = c->plan.cgroup.n_paths;
	scope_fill_record(c);
	r->shared_pid_namespace = pid_mode != NS_NEW;
	r->shared_mount_namespace = c->plan.ns.ns[NS_MNT].mode == NS_SHARED;
	r->has_poststart = h->lists[HOOK_POSTSTART].n > 0;
	r->has_poststop = h->lists[HOOK_POSTSTOP].n > 0;
	r->annotations = s->annotations;
	r->n_annotations = s->n_annotations;
	return fill_rdt(&c->plan.intel_rdt, &c->arena, r, e);
}

int creation_write_documents(struct creation *c, struct err *e)
{
	if (c->rootfs.overlay) {
		c->record.overlay_source = c->rootfs.path;
		c->record.overlay_workdir = c->rootfs.workdir;
		c->record.overlay_device = c->rootfs.dev;
	}
	struct documents docs = {
		.spec = c->hardened,
		.measures = &c->measures,
		.decisions = &c->decisions,
		.limits = cgroup_record(&c->cgroup),
	};
	return documents_write(&c->dir, &docs, e);
}

struct audit creation_audit(const struct creation *c)
{
	const struct spec *s = c->hardened ? c->hardened : c->asked;

	return (struct audit){
		.policy = c->req->policy,
		.event = c->run ? "run" : "create",
		.id = c->req->id,
		.bundle = c->req->bundle,
		.process = s ? s->process : NULL,
		.decisions = &c->decisions,
		.maps = c->record.complete ? &c->plan.ns.maps : NULL,
		.limits = c->cgroup_made ? cgroup_limits(&c->cgroup) : NULL,
		.pid = c->proc.pid,
	};
}

int creation_listen(struct creation *c, struct err *e)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};

	/* By descriptor: a state directory's path is often longer than sun_path. */
	snprintf(a.sun_path, sizeof(a.sun_path), "/proc/self/fd/%d/%s", c->dir.fd, START_SOCKET);
	c->start_fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (c->start_fd < 0)
		return err_sys(e, errno, "socket");
	if (bind(c->start_fd, (struct sockaddr *)&a, sizeof(a)) < 0 || listen(c->start_fd, 1) < 0)
		return err_sys(e, errno, "listen on %s/%s", c->dir.path, START_SOCKET);
	return 0;
}

int creation_pin_guard(struct creation *c, struct err *e)
{
	const struct mounts_plan *m = &c->plan.mounts;
	const char **destinations = arena_array(&c->arena, m->n_mounts, sizeof(*destinations));

	if (!destinations)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	for (size_t i = 0; i < m->n_mounts; i++)
		destinations[i] = m->mounts[i].destination;
	return rootfs_pin_guard(c->rootfs.fd, destinations, m->n_mounts, c->plan.process.cwd, e);
}

int creation_sysctls(void *arg)
{
	struct sysctl_job *j = arg;

	return sysctl_apply(&j->c->plan.sysctl, j->c->proc_fd, j->c->plan.ns.root_uid,
			    j->c->plan.ns.root_gid, &j->err);
}

/* Run one list with the state of this moment. */
static int run_list(struct creation *c, enum hook_kind kind, int ns_pidfd, uint64_t ns_flags,
		    struct err *e)
{
	char state[OCI_STATE_MAX];
	int n = oci_state_format(&c->record, "creating", c->proc.pid, state, sizeof(state));

	if (n < 0)
		return err_set(e, ERR_SYSTEM, -n, "state for hooks is too long");
	struct hooks_run how = {.state_json = state,
				.state_len = (size_t)n,
				/*
				 * Not the container's root, where runc starts createContainer
				 * hooks: a hook has the runtime's privileges, and many programs
				 * load what lies in their working directory (CVE-2025-23266).
				 */
				.cwd = c->req->bundle,
				.ns_pidfd = ns_pidfd,
				.ns_flags = ns_flags,
				.leave_keyring = !c->req->no_new_keyring};
	return hooks_run(&c->plan.hooks.lists[kind], kind, &how, e);
}

static int run_runtime_hooks(struct creation *c, struct err *e)
{
	int r = run_list(c, HOOK_PRESTART, -1, 0, e);

	return r < 0 ? r : run_list(c, HOOK_CREATE_RUNTIME, -1, 0, e);
}

int creation_restore_hooks(struct creation *c, struct err *e)
{
	/* From here on a failure is followed by the poststop hooks. */
	c->hooks_begun = true;
	return run_runtime_hooks(c, e);
}

/*
 * prestart and createRuntime see the host's mounts. A process of its own steps out of M1 for them:
 * the runtime itself could not come back, since setns(2) would make the attached root file system
 * its root, which pivot_root(2) then refuses.
 */
static void __attribute__((noreturn)) host_hooks_process(struct creation *c, int report_fd)
{
	struct err e = {0};

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (mntns_go(&c->host, &e) == 0)
		run_runtime_hooks(c, &e);
	if (e.kind != ERR_NONE)
		(void)fd_write_all(report_fd, &e, sizeof(e));
	_exit(0);
}

static int in_host_mounts(struct creation *c, struct err *e)
{
	struct err report;
	int sync[2];

	if (pipe2(sync, O_CLOEXEC) < 0)
		return err_sys(e, errno, "pipe");
	AUTO_FD rd = sync[0];
	AUTO_FD wr = sync[1];
	pid_t pid = fork();
	if (pid < 0)
		return err_sys(e, errno, "fork for hooks");
	if (pid == 0)
		host_hooks_process(c, wr);
	fd_closep(&wr);
	ssize_t n = read(rd, &report, sizeof(report));
	int status = 0;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (n == (ssize_t)sizeof(report)) {
		if (e && e->kind == ERR_NONE)
			*e = report;
		return report.code > 0 ? -report.code : -EINVAL;
	}
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return err_set(e, ERR_SYSTEM, ECHILD, "the process that runs hooks was killed");
	return 0;
}

int creation_hooks(struct creation *c, struct err *e)
{
	const struct hook_list *l = c->plan.hooks.lists;
	int r = 0;

	if (l[HOOK_PRESTART].n + l[HOOK_CREATE_RUNTIME].n > 0)
		r = in_host_mounts(c, e);
	if (r == 0 && l[HOOK_CREATE_CONTAINER].n > 0)
		r = run_list(c, HOOK_CREATE_CONTAINER, c->proc.pidfd,
			     CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWPID |
				     CLONE_NEWCGROUP,
			     e);
	return r;
}
