/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * create.c: from a bundle to a container whose first process waits for `start`. The runtime's side;
 * the other side is child.c. Steps run in the order of the table below; a failure undoes what
 * exists, in the reverse order, from creation_undo().
 */
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
#include <time.h>
#include <unistd.h>

#include "apply/fds.h"
#include "apply/fsids.h"
#include "apply/in_root.h"
#include "apply/intel_rdt.h"
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
#include "lifecycle/creation_root.h"
#include "lifecycle/groups.h"
#include "lifecycle/handshake.h"
#include "lifecycle/ids.h"
#include "lifecycle/initproc.h"
#include "lifecycle/late_hooks.h"
#include "lifecycle/listener.h"
#include "lifecycle/notify.h"
#include "lifecycle/outer.h"
#include "lifecycle/pidfile.h"
#include "lifecycle/readback.h"
#include "lifecycle/remains.h"
#include "lifecycle/restarts.h"
#include "lifecycle/scope.h"
#include "lifecycle/trace.h"
#include "lifecycle/warnings.h"
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
	return r < 0 ? r : notify_prepare(&c->dir, c->asked, &c->arena, e);
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

	c->facts.no_pivot = c->req->no_pivot;
	if (r == 0)
		r = host_probe_place(c->asked->linux_ ? c->asked->linux_->cgroups_path : NULL,
				     c->req->systemd_cgroup, &c->arena, &c->facts, e);
	if (r == 0 && c->req->need_cgroup && !c->facts.n_cgroup_v1 &&
	    !c->facts.cgroup_v2_mountpoint)
		r = err_set(e, ERR_HOST, EPERM,
			    "--rootless false: no cgroup is delegated to this user in which the "
			    "container's could be made");
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
	int r = harden(c->asked, c->req->policy, &c->facts, &c->arena, &c->hardened, &c->measures,
		       &c->decisions, e);

	if (r == 0)
		trace("%s: %zu decisions, which `explain` shows", c->req->id, c->decisions.n);
	/* Those that no rule has taken away, and said so. */
	if (r == 0)
		caps_ignored(c->hardened->process->capabilities, warnings_capability);
	return r;
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
	int r = groups_keep(c->hardened, &c->arena, e);

	if (r == 0)
		r = plan_make(c->hardened, &c->measures, &c->facts, c->req->id, c->req->bundle,
			      &c->arena, &c->plan, e);

	if (r == 0 && c->check)
		r = c->check(&c->plan, c->criu, e);
	for (size_t i = 0; r == 0 && i < c->plan.seccomp.n; i++)
		trace("%s: seccomp filter flags: %u, %u instructions, %s", c->req->id,
		      c->plan.seccomp.filters[i].flags, c->plan.seccomp.filters[i].n,
		      c->plan.seccomp.filters[i].source);
	return r < 0 ? r : settle_range(c, e);
}

/* From here on `delete --force` finds everything, whenever the runtime is killed. */
static int step_record(struct creation *c, struct err *e)
{
	int r = creation_fill_record(c, e);

	/* What is there already must not be written down as ours. */
	if (r == 0 && c->plan.intel_rdt.set)
		r = c->rdt_fd = intel_rdt_open(c->plan.intel_rdt.mountpoint, e);
	if (r >= 0 && c->plan.intel_rdt.set)
		r = intel_rdt_check_free(&c->plan.intel_rdt, c->rdt_fd, e);
	return r < 0 ? r : record_write(&c->dir, &c->record, e);
}

static int step_cgroup(struct creation *c, struct err *e)
{
	int r = scope_start(c, e);

	if (r == 0)
		r = cgroup_create_around(&c->plan.cgroup, c->holder, &c->cgroup, e);
	c->cgroup_made = r == 0;
	if (r == 0)
		remains_mark(&c->dir, c->req->id, &c->cgroup);
	if (r == 0 && c->plan.cgroup.delegate)
		r = cgroup_delegate(&c->cgroup, c->plan.cgroup.owner, e);
	return r;
}

static int step_channels(struct creation *c, struct err *e)
{
	int pair[2];

	c->listen_fds = fds_listen();
	int r = fds_preserved(c->listen_fds, c->req->preserve_fds, c->req->inherited_fds,
			      &c->keep_fds, e);
	if (r == 0)
		r = fds_check_preserved(c->keep_fds, e);
	if (r == 0 && c->req->console_socket) {
		r = c->console_sock = socket_connect(c->req->console_socket, "console", e);
	}
	if (r >= 0 && c->req->pidfd_socket)
		r = c->pidfd_sock = socket_connect(c->req->pidfd_socket, "pidfd", e);
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
	int r = c->facts.in_userns ? outer_own_mounts(e) : 0;

	if (r < 0)
		return r;
	c->proc_fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (c->proc_fd < 0)
		return err_sys(e, errno, "open /proc");
	r = mntns_here(&c->host, e);
	if (r == 0)
		r = mounts_open_shared(&c->plan.mounts, &c->mounts, e);
	if (r == 0)
		r = rootfs_namespace(&c->plan.rootfs, e);
	return r < 0 ? r : mounts_open_sources(&c->plan.mounts, &c->mounts, e);
}

static int step_spawn(struct creation *c, struct err *e)
{
	int r = 0;

	if (!c->req->no_new_keyring)
		r = keyring_join(c->req->id, c->plan.process.selinux_label, e);
	if (r == 0)
		r = scope_before_spawn(c, e);
	if (r == 0)
		r = rlimits_prepare_parent(&c->plan.process, &c->rlimits, e);
	if (r < 0)
		return r;
	r = spawn_process(&c->plan.ns, &c->host, cgroup_v2_fd(&c->cgroup), child_prepare,
			  child_main, c, &c->proc, e);
	rlimits_restore_parent(&c->rlimits);
	if (r == 0)
		r = scope_after_spawn(c, e);
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

/* Before a program of the container or a hook runs: children are in the groups of their parent. */
static int step_intel_rdt(struct creation *c, struct err *e)
{
	const struct record *rec = &c->record;

	if (!c->plan.intel_rdt.set)
		return 0;
	int r = intel_rdt_make(&c->plan.intel_rdt, c->rdt_fd, e);
	c->rdt_made = r == 0;
	return r < 0 ? r
		     : intel_rdt_join(c->rdt_fd, (const char *const *)rec->rdt_groups,
				      rec->n_rdt_groups, c->proc.pid, e);
}

/* Before the sysctls, which can be about one of them. */
static int step_net_devices(struct creation *c, struct err *e)
{
	return net_devices_move(&c->plan.net_devices, c->proc_fd, c->proc.pid, c->proc.pidfd,
				&c->arena, &c->net_devices, e);
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
		.carried = c->plan.ns.ns[NS_MNT].mode != NS_NEW,
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

/*
 * From here on a failure is followed by the poststop hooks (runtime.md, steps 3 to 5). `delete`
 * runs them after a creator that was killed, and finds them in the stored config.json.
 */
static int step_hooks(struct creation *c, struct err *e)
{
	int r = c->record.has_poststop ? creation_write_documents(c, e) : 0;

	c->hooks_begun = r == 0;
	return r < 0 ? r : creation_hooks(c, e);
}

int creation_leave_mounts(struct creation *c, struct err *e)
{
	int r = c->host.ns_fd < 0 ? 0 : mntns_go(&c->host, e);

	if (r == 0)
		fd_closep(&c->host.ns_fd);
	return r;
}

static int step_pivot(struct creation *c, struct err *e)
{
	int r = c->plan.rootfs.readonly ? rootfs_set_readonly(&c->rootfs, e) : 0;

	if (r == 0)
		r = creation_root(c, e);
	if (r == 0)
		r = creation_leave_mounts(c, e);
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
	r = c->record.has_poststop ? 0 : creation_write_documents(c, e);
	if (r < 0)
		return r;
	r = c->plan.seccomp.listener.path
		    ? listener_await(c->hs_fd, c->proc.pidfd, &c->listener_fd, e)
		    : hs_recv(c->hs_fd, HS_CREATED, e);
	return r < 0 ? r : readback_check(&c->plan, &ns->maps, c->proc_fd, c->proc.pid, e);
}

/* "creating", as runc says: nothing of the container is on record yet. */
static int step_hand_over(struct creation *c, struct err *e)
{
	int r = c->pidfd_sock < 0 ? 0
				  : socket_send_pidfd(c->pidfd_sock, "standard", c->proc.pidfd, e);

	if (r < 0 || c->listener_fd < 0)
		return r;
	r = listener_hand_over(&c->plan.seccomp.listener, c->listener_fd, &c->record, "creating",
			       c->proc.pid, c->proc.pid, e);
	fd_closep(&c->listener_fd);
	return r;
}

int creation_record_process(struct creation *c, struct err *e)
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
	scope_fill_record(c);
	return 0;
}

int creation_finish(struct creation *c, struct err *e)
{
	int r = record_write(&c->dir, &c->record, e);

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

static int step_created(struct creation *c, struct err *e)
{
	int r = creation_record_process(c, e);

	if (r == 0 && c->console_sock >= 0) {
		r = console_send(c->console_sock, &c->console, e);
		if (r == 0)
			console_close(&c->console);
	}
	return r < 0 ? r : creation_finish(c, e);
}

static const char starting[] = "unable to start container process";

static const struct step {
	const char *doing;   /* for --debug */
	const char *context; /* put in front of an error, as callers know it from runc */
	int (*run)(struct creation *c, struct err *e);
} steps[] = {
	{"reading the bundle", NULL, step_load},
	{"making the state directory", NULL, step_statedir},
	{"looking at the host", NULL, step_facts},
	{"applying the policy", NULL, step_harden},
	{"planning", NULL, step_plan},
	{"writing the first record", NULL, step_record},
	{"making the cgroups and their limits", NULL, step_cgroup},
	{"opening sockets and terminals", NULL, step_channels},
	{"entering a mount namespace and opening the sources of binds", starting, step_namespace},
	{"cloning the first process", starting, step_spawn},
	{"writing id maps and attaching the root", starting, step_rootfs},
	{"waiting for the first process", starting, step_ready},
	{"classes of service", starting, step_intel_rdt},
	{"moving network devices", starting, step_net_devices},
	{"mounting", starting, step_mounts},
	{"limits of the first process", starting, step_process_host},
	{"running hooks", NULL, step_hooks},
	{"changing the root", starting, step_pivot},
	{"letting the first process set itself up", starting, step_release},
	{"handing over the pidfd and the seccomp listener", NULL, step_hand_over},
	{"writing the record", NULL, step_created},
};

void creation_undo(struct creation *c)
{
	fd_closep(&c->hs_fd);
	/* While the network namespace is there. */
	net_devices_give_back(&c->net_devices);
	net_devices_close(&c->net_devices);
	spawn_end(&c->proc);
	mounts_close(&c->mounts);
	rootfs_close(&c->rootfs);
	(void)creation_leave_mounts(c, NULL);
	if (c->dir.fd >= 0)
		(void)rootfs_take_down(c->dir.fd, ROOT_DIR, NULL);
	if (c->cgroup_made) {
		(void)cgroup_kill(&c->cgroup, SIGKILL, NULL);
		cgroup_close(&c->cgroup);
	}
	scope_undo(c);
	if (c->cgroup_made) {
		(void)cgroup_destroy(c->plan.cgroup.paths, c->plan.cgroup.n_paths, NULL);
		c->cgroup_made = false;
	}
	if (c->rdt_made)
		(void)intel_rdt_remove(c->rdt_fd, (const char *const *)c->record.rdt_own,
				       c->record.n_rdt_own, NULL);
	c->rdt_made = false;
	(void)rootfs_release(c->rootfs.workdir, NULL);
	/* conmon takes one for a sign of success. */
	if (c->pid_file_made)
		(void)unlink(c->req->pid_file);
	c->pid_file_made = false;
	if (c->hooks_begun)
		late_hooks_undo(&c->plan.hooks.lists[HOOK_POSTSTOP], &c->record,
				!c->req->no_new_keyring);
	c->hooks_begun = false;
	if (c->dir.fd >= 0) {
		(void)ids_release(c->dir.path, c->record.id_range, NULL);
		(void)statedir_remove(&c->dir, NULL);
	}
}

static void begin(struct creation *c, const struct container_request *req, bool run)
{
	*c = (struct creation){
		.req = req,
		.run = run,
		.dir = STATEDIR_INIT,
		.rootfs = ROOTFS_INIT,
		.mounts = MOUNTS_INIT,
		.console = CONSOLE_INIT,
		.net_devices = NET_DEVICES_INIT,
		.rdt_fd = -1,
		.proc = {.pid = -1, .pidfd = -1, .userns_fd = -1},
		.proc_fd = -1,
		.hs_fd = -1,
		.hs_peer_fd = -1,
		.start_fd = -1,
		.console_sock = -1,
		.pidfd_sock = -1,
		.listener_fd = -1,
		.host = MNTNS_INIT,
	};
}

/* @last: the step after which to stop; NULL: go through all. */
static int go(struct creation *c, int (*last)(struct creation *, struct err *), struct err *e)
{
	int pdeathsig = 0;
	int r = 0;

	/* containerd's shim wants us dead when it dies; changing fsuid clears that wish. */
	prctl(PR_GET_PDEATHSIG, &pdeathsig);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]) && r == 0; i++) {
		trace("%s: %s", c->req->id, steps[i].doing);
		r = steps[i].run(c, e);
		if (r < 0 && steps[i].context)
			err_wrap(e, "%s", steps[i].context);
		if (steps[i].run == last)
			break;
	}
	if (pdeathsig)
		prctl(PR_SET_PDEATHSIG, pdeathsig);
	if (r < 0)
		creation_undo(c);
	return r < 0 ? r : 0;
}

int creation_make(struct creation *c, const struct container_request *req, bool run, struct err *e)
{
	begin(c, req, run);
	return go(c, NULL, e);
}

int creation_scaffold(struct creation *c, const struct container_request *req,
		      int (*check)(const struct plan *, const struct criu *, struct err *),
		      const struct criu *criu, struct err *e)
{
	begin(c, req, true); /* nobody will `start` it */
	c->check = check;
	c->criu = criu;
	/* From the first record on: whoever has read an older one may act on it much later. */
	c->record.restored = c->record.restoring = true;
	return go(c, step_mounts, e);
}

void creation_release(struct creation *c)
{
	mounts_close(&c->mounts);
	rootfs_close(&c->rootfs);
	console_close(&c->console);
	net_devices_close(&c->net_devices);
	fd_closep(&c->rdt_fd);
	if (c->cgroup_made)
		cgroup_close(&c->cgroup);
	fd_closep(&c->proc.pidfd);
	fd_closep(&c->proc.userns_fd);
	fd_closep(&c->proc_fd);
	fd_closep(&c->hs_fd);
	fd_closep(&c->hs_peer_fd);
	fd_closep(&c->start_fd);
	fd_closep(&c->console_sock);
	fd_closep(&c->pidfd_sock);
	fd_closep(&c->listener_fd);
	mntns_close(&c->host);
	statedir_close(&c->dir);
	arena_free(&c->arena);
}

/* Let the first process wait on its own: only when it has closed its end, our death is not its. */
static int leave_alone(struct creation *c, struct err *e)
{
	if (hs_send(c->hs_fd, HS_WAIT) < 0)
		return err_set(e, ERR_SYSTEM, ECHILD,
			       "the container's process ended right after its set-up");
	return hs_recv_exec(c->hs_fd, NULL, e);
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
