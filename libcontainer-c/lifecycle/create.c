/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * create.c: from a bundle to a container whose first process waits for `start`. The runtime's side;
 * the other side is child.c. Steps run in the order of the table below; a failure undoes what
 * exists, in the reverse order, from creation_undo().
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "apply/fds.h"
#include "apply/fsids.h"
#include "apply/in_root.h"
#include "apply/keyring.h"
#include "apply/nshelper.h"
#include "apply/process.h"
#include "apply/socket.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "host/probe.h"
#include "kernel/sys.h"
#include "lifecycle/bundle.h"
#include "lifecycle/creation.h"
#include "lifecycle/creation_parts.h"
#include "lifecycle/handshake.h"
#include "lifecycle/ids.h"
#include "lifecycle/initproc.h"
#include "lifecycle/pidfile.h"
#include "lifecycle/restarts.h"
#include "oci-spec/spec.h"
#include "policy/policy.h"

#define CHILD_ANSWER_SECONDS 120 /* a loaded machine is slow, a stopped process for ever */

static int step_load(struct creation *c, struct err *e)
{
	int r = container_id_check(c->req->id, e);

	if (r == 0)
		r = bundle_load(c->req->bundle, &c->arena, &c->asked, e);
	if (r == 0)
		r = spec_check_create(c->asked, e);
	if (r == 0)
		r = creation_check_terminal(c, e);
	return r;
}

static int step_statedir(struct creation *c, struct err *e)
{
	int r = statedir_create(c->req->root, c->req->id, &c->dir, e);

	c->dir.seal = &c->seal;
	return r;
}

static int count_restarts(struct creation *c, struct err *e)
{
	const struct policy_restart *p = &c->req->policy->restart;

	if (str_eq(p->level, POLICY_OFF))
		return 0;
	return restarts_count(p, c->req->root, c->req->id, &c->facts.recent_creations,
			      &c->facts.restart_pause, e);
}

static int step_facts(struct creation *c, struct err *e)
{
	int r = host_probe(c->asked, c->req->policy, &c->arena, &c->facts, e);

	if (r == 0)
		r = count_restarts(c, e);
	if (r == 0 && harden_needs_id_range(c->asked, &c->facts)) {
		r = ids_reserve(c->dir.path, c->req->policy->userns.pool, &c->facts.range,
				&c->facts.range_source, e);
		if (r == 0)
			c->record.id_range = c->facts.range.outside;
	}
	return r;
}

static int step_harden(struct creation *c, struct err *e)
{
	return harden(c->asked, c->req->policy, &c->facts, &c->arena, &c->hardened, &c->measures,
		      &c->decisions, e);
}

/*
 * A container that joins another one's user namespace holds that one's range too. A range that a
 * rule which is off, or in audit only, has no use for is given back.
 */
static int settle_range(struct creation *c, struct err *e)
{
	const struct namespaces_plan *ns = &c->plan.ns;
	int r = 0;

	if (c->record.id_range && ns->root_uid != c->record.id_range) {
		r = ids_release(c->dir.path, c->record.id_range, e);
		c->record.id_range = 0;
	}
	if (r < 0 || ns->ns[NS_USER].mode != NS_JOIN_FOREIGN_OWNED)
		return r;
	r = ids_share(c->dir.path, ns->root_uid, e);
	if (r == 0)
		c->record.id_range = ns->root_uid;
	return r;
}

static int step_plan(struct creation *c, struct err *e)
{
	int r = plan_make(c->hardened, &c->measures, &c->facts, c->req->id, c->req->bundle,
			  &c->arena, &c->plan, e);

	return r < 0 ? r : settle_range(c, e);
}

/* From here on `delete --force` finds everything, whenever the runtime is killed. */
static int step_record(struct creation *c, struct err *e)
{
	int r = creation_fill_record(c, e);

	return r < 0 ? r : record_write(&c->dir, &c->record, e);
}

static int step_cgroup(struct creation *c, struct err *e)
{
	int r = cgroup_create(&c->plan.cgroup, &c->cgroup, e);

	c->cgroup_made = r == 0;
	return r;
}

static int step_channels(struct creation *c, struct err *e)
{
	int pair[2];

	c->listen_fds = fds_listen();
	if (__builtin_add_overflow(c->listen_fds, c->req->preserve_fds, &c->keep_fds))
		c->keep_fds = UINT_MAX;
	int r = fds_check_preserved(c->keep_fds, c->req->inherited_fds, e);
	if (r == 0 && c->req->console_socket) {
		r = c->console_sock = socket_connect(c->req->console_socket, "console", e);
	}
	if (r >= 0 && !c->run)
		r = creation_listen(c, e);
	if (r >= 0)
		r = hs_pair(pair, e);
	if (r < 0)
		return r;
	c->hs_fd = pair[0];
	c->hs_peer_fd = pair[1];
	return hs_limit(c->hs_fd, CHILD_ANSWER_SECONDS, e);
}

/* M1: a mount namespace of our own, where all mounts of the container are made. */
static int step_namespace(struct creation *c, struct err *e)
{
	c->proc_fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	c->host_mnt_fd = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	c->host_root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	c->host_cwd_fd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (c->proc_fd < 0 || c->host_mnt_fd < 0 || c->host_root_fd < 0 || c->host_cwd_fd < 0)
		return err_sys(e, errno, "open /proc and the host's mount namespace");
	int r = rootfs_namespace(&c->plan.rootfs, e);
	return r < 0 ? r : mounts_open_sources(&c->plan.mounts, &c->mounts, e);
}

static int step_spawn(struct creation *c, struct err *e)
{
	int r = 0;

	if (!c->req->no_new_keyring)
		r = keyring_join(c->req->id, c->plan.process.selinux_label, e);
	if (r == 0)
		r = rlimits_prepare_parent(&c->plan.process, &c->rlimits, e);
	if (r < 0)
		return r;
	r = spawn_process(&c->plan.ns, cgroup_v2_fd(&c->cgroup), child_prepare, child_main, c,
			  &c->proc, e);
	rlimits_restore_parent(&c->rlimits);
	if (r < 0)
		return r;
	fd_closep(&c->hs_peer_fd);
	return spawn_map(&c->plan.ns, &c->proc, e);
}

static int step_rootfs(struct creation *c, struct err *e)
{
	const struct namespaces_plan *ns = &c->plan.ns;
	int r = rootfs_open(&c->plan.rootfs, ns->idmap_rootfs ? c->proc.userns_fd : -1,
			    ns->root_uid, ns->root_gid, &c->rootfs, e);

	if (r == 0 && c->rootfs.overlay)
		r = creation_pin_guard(c, e);
	if (r == 0)
		r = rootfs_attach(&c->rootfs, e);
	return r;
}

static int step_ready(struct creation *c, struct err *e)
{
	return hs_recv(c->hs_fd, HS_READY, e);
}

static struct mounts_env mounts_env_of(const struct creation *c)
{
	return (struct mounts_env){
		.root_fd = c->rootfs.fd,
		.userns_fd = c->proc.userns_fd,
		.root_uid = c->plan.ns.root_uid,
		.root_gid = c->plan.ns.root_gid,
		.pidfd = c->proc.pidfd,
		.ns = &c->plan.ns,
		.cgroup_paths = c->plan.cgroup.paths,
		.n_cgroup_paths = c->plan.cgroup.n_paths,
	};
}

/* runc makes a missing working directory; as the container's root, inside the root, so do we. */
static int make_cwd(struct creation *c, struct err *e)
{
	const struct namespaces_plan *ns = &c->plan.ns;
	int r = fsids_enter(ns->root_uid, ns->root_gid);

	if (r < 0)
		return err_sys(e, -r, "act as the container's root");
	mode_t mask = umask(0);
	AUTO_FD fd = in_root_mkdir_p(c->rootfs.fd, c->plan.process.cwd, 0755, NULL);
	umask(mask);
	r = fsids_leave();
	if (r < 0)
		return err_sys(e, -r, "act as root again");
	/* Not ours to judge yet: a volume that only the user can enter is tried by process_apply.
	 */
	if (fd < 0 && fd != -EACCES && fd != -EROFS)
		return err_sys(e, -fd, "/process/cwd: mkdir %s", c->plan.process.cwd);
	return 0;
}

static int open_console(struct creation *c, const struct mounts_env *env, struct err *e)
{
	const struct process_plan *p = &c->plan.process;

	if (!p->terminal)
		return 0;
	if (c->mounts.pts_fd < 0)
		return err_set(e, ERR_SPEC, EINVAL,
			       "/process/terminal: needs a devpts mount at /dev/pts");
	uint32_t uid = ids_to_host(c->plan.ns.maps.uid, c->plan.ns.maps.n_uid, p->uid);
	int r = console_open(c->mounts.pts_fd, uid, p->rows, p->cols, &c->console, e);
	return r < 0 ? r : mounts_console(env, &c->mounts, c->console.slave_fd, e);
}

static int step_mounts(struct creation *c, struct err *e)
{
	struct mounts_env env = mounts_env_of(c);
	struct sysctl_job job = {.c = c};
	struct nshelper_job in_ns = {.run = creation_sysctls, .arg = &job};

	/* One process enters the container's namespaces, for the mounts and for the sysctls. */
	if (c->plan.sysctl.n > 0) {
		env.jobs = &in_ns;
		env.n_jobs = 1;
		env.job_ns = CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS;
	}
	int r = mounts_apply(&c->plan.mounts, &env, &c->mounts, e);
	if (r < 0 && job.err.kind != ERR_NONE && e && e->kind == ERR_NONE)
		*e = job.err;
	if (r == 0)
		r = make_cwd(c, e);
	if (r == 0)
		r = open_console(c, &env, e);
	return r;
}

static int step_process_host(struct creation *c, struct err *e)
{
	return process_apply_host(&c->plan.process, &c->rlimits, c->proc_fd, c->proc.pid, e);
}

static int step_hooks(struct creation *c, struct err *e)
{
	return creation_hooks(c, e);
}

/* Back to the mount namespace, root and working directory that the caller gave us. */
static int leave_m1(struct creation *c, struct err *e)
{
	if (c->host_mnt_fd < 0)
		return 0;
	if (sys_setns(c->host_mnt_fd, CLONE_NEWNS) < 0 || fchdir(c->host_root_fd) < 0 ||
	    chroot(".") < 0 || fchdir(c->host_cwd_fd) < 0)
		return err_sys(e, errno, "return to the host's mount namespace");
	fd_closep(&c->host_mnt_fd);
	return 0;
}

static int step_pivot(struct creation *c, struct err *e)
{
	int r = c->plan.rootfs.readonly ? rootfs_set_readonly(&c->rootfs, e) : 0;

	if (r == 0)
		r = rootfs_pivot(&c->rootfs, e);
	if (r == 0)
		r = leave_m1(c, e);
	if (r < 0)
		return r;
	/* Nothing of the container's tree is held by us any longer. */
	mounts_close(&c->mounts);
	rootfs_close(&c->rootfs);
	return 0;
}

static int step_release(struct creation *c, struct err *e)
{
	const struct namespaces_plan *ns = &c->plan.ns;
	const struct process_plan *p = &c->plan.process;
	int r = 0;

	if (!p->terminal)
		r = fds_chown_stdio(ids_to_host(ns->maps.uid, ns->maps.n_uid, p->uid),
				    ids_to_host(ns->maps.gid, ns->maps.n_gid, p->gid), e);
	if (r < 0)
		return r;
	r = hs_send_fd(c->hs_fd, HS_MOUNTED, c->console.slave_fd);
	fd_closep(&c->console.slave_fd);
	if (r < 0 && r != -EPIPE)
		return err_sys(e, -r, "send to the container's process");
	/* A dead peer: its last message says why, below. */
	/* Written while the child works. */
	r = creation_write_documents(c, e);
	return r < 0 ? r : hs_recv(c->hs_fd, HS_CREATED, e);
}

static int step_created(struct creation *c, struct err *e)
{
	struct stat userns;
	char state;
	uint64_t start;
	int r = initproc_read(c->proc.pid, &start, &state);

	if (r == 0 && fstat(c->proc.userns_fd, &userns) < 0)
		r = -errno;
	if (r < 0)
		return err_sys(e, -r, "read the state of process %d", c->proc.pid);
	c->record.complete = true;
	c->record.pid = (uint32_t)c->proc.pid;
	c->record.start_time = start;
	c->record.userns = userns.st_ino;
	if (c->console_sock >= 0) {
		r = console_send(c->console_sock, &c->console, e);
		if (r < 0)
			return r;
		console_close(&c->console);
	}
	r = record_write(&c->dir, &c->record, e);
	if (r == 0)
		(void)seal_put(&c->seal, &c->cgroup);
	if (r == 0 && c->rootfs.overlay)
		(void)rootfs_refresh(c->rootfs.path, -1, 0, NULL);
	if (r == 0 && c->req->pid_file) {
		r = pidfile_write(c->req->pid_file, c->proc.pid, e);
		c->pid_file_made = r == 0;
	}
	return r;
}

static const struct step {
	const char *context; /* put in front of an error, as callers know it from runc */
	int (*run)(struct creation *c, struct err *e);
} steps[] = {
	{NULL, step_load},
	{NULL, step_statedir},
	{NULL, step_facts},
	{NULL, step_harden},
	{NULL, step_plan},
	{NULL, step_record},
	{NULL, step_cgroup},
	{NULL, step_channels},
	{"unable to start container process", step_namespace},
	{"unable to start container process", step_spawn},
	{"unable to start container process", step_rootfs},
	{"unable to start container process", step_ready},
	{"unable to start container process", step_mounts},
	{"unable to start container process", step_process_host},
	{NULL, step_hooks},
	{"unable to start container process", step_pivot},
	{"unable to start container process", step_release},
	{NULL, step_created},
};

void creation_undo(struct creation *c)
{
	fd_closep(&c->hs_fd);
	spawn_end(&c->proc);
	mounts_close(&c->mounts);
	rootfs_close(&c->rootfs);
	(void)leave_m1(c, NULL);
	if (c->cgroup_made) {
		(void)cgroup_kill(&c->cgroup, SIGKILL, NULL);
		cgroup_close(&c->cgroup);
		(void)cgroup_destroy(c->plan.cgroup.paths, c->plan.cgroup.n_paths, NULL);
		c->cgroup_made = false;
	}
	(void)rootfs_release(c->rootfs.workdir, NULL);
	/* conmon takes one for a sign of success. */
	if (c->pid_file_made)
		(void)unlink(c->req->pid_file);
	c->pid_file_made = false;
	if (c->dir.fd >= 0) {
		(void)ids_release(c->dir.path, c->record.id_range, NULL);
		(void)statedir_remove(&c->dir, NULL);
	}
}

int creation_make(struct creation *c, const struct container_request *req, bool run, struct err *e)
{
	int pdeathsig = 0;
	int r = 0;

	*c = (struct creation){
		.req = req,
		.run = run,
		.dir = STATEDIR_INIT,
		.rootfs = ROOTFS_INIT,
		.mounts = MOUNTS_INIT,
		.console = CONSOLE_INIT,
		.proc = {.pid = -1, .pidfd = -1, .userns_fd = -1},
		.proc_fd = -1,
		.hs_fd = -1,
		.hs_peer_fd = -1,
		.start_fd = -1,
		.console_sock = -1,
		.host_mnt_fd = -1,
		.host_root_fd = -1,
		.host_cwd_fd = -1,
	};
	/* containerd's shim wants us dead when it dies; changing fsuid clears that wish. */
	prctl(PR_GET_PDEATHSIG, &pdeathsig);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]) && r == 0; i++) {
		r = steps[i].run(c, e);
		if (r < 0 && steps[i].context)
			err_wrap(e, "%s", steps[i].context);
	}
	if (pdeathsig)
		prctl(PR_SET_PDEATHSIG, pdeathsig);
	if (r < 0)
		creation_undo(c);
	return r < 0 ? r : 0;
}

void creation_release(struct creation *c)
{
	mounts_close(&c->mounts);
	rootfs_close(&c->rootfs);
	console_close(&c->console);
	if (c->cgroup_made)
		cgroup_close(&c->cgroup);
	fd_closep(&c->proc.pidfd);
	fd_closep(&c->proc.userns_fd);
	fd_closep(&c->proc_fd);
	fd_closep(&c->hs_fd);
	fd_closep(&c->hs_peer_fd);
	fd_closep(&c->start_fd);
	fd_closep(&c->console_sock);
	fd_closep(&c->host_mnt_fd);
	fd_closep(&c->host_root_fd);
	fd_closep(&c->host_cwd_fd);
	statedir_close(&c->dir);
	arena_free(&c->arena);
}

/* Let the first process wait on its own: only when it has closed its end, our death is not its. */
static int leave_alone(struct creation *c, struct err *e)
{
	if (hs_send(c->hs_fd, HS_WAIT) < 0)
		return err_set(e, ERR_SYSTEM, ECHILD,
			       "the container's process ended right after its set-up");
	return hs_recv_exec(c->hs_fd, e);
}

int container_create(const struct container_request *req, struct err *e)
{
	struct creation c;
	int r = creation_make(&c, req, false, e);

	if (r == 0) {
		r = leave_alone(&c, e);
		/* The last thing that can fail: a line that says "done" is true. */
		if (r == 0) {
			const struct audit line = creation_audit(&c);
			r = audit_done(&line, e);
		}
		if (r < 0)
			creation_undo(&c);
	}
	if (r < 0) {
		const struct audit line = creation_audit(&c);
		audit_result(&line, e);
	}
	creation_release(&c);
	return r;
}
