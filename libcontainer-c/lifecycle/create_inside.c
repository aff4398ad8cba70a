/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* create_inside.c: steps of create.c that set up what the container will see. */
#include <errno.h>
#include <sched.h>

#include "apply/fsids.h"
#include "apply/in_root.h"
#include "apply/intel_rdt.h"
#include "apply/nshelper.h"
#include "apply/process.h"
#include "base/err.h"
#include "base/fd.h"
#include "lifecycle/create_steps.h"
#include "lifecycle/creation.h"
#include "lifecycle/creation_parts.h"
#include "lifecycle/creation_root.h"

/* Before a program of the container or a hook runs: children are in the groups of their parent. */
int step_intel_rdt(struct creation *c, struct err *e)
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
int step_net_devices(struct creation *c, struct err *e)
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

static int mkdir_cwd(void *arg)
{
	struct creation *c = arg;
	AUTO_FD fd = in_root_mkdir_p(c->rootfs.fd, c->plan.process.cwd, 0755, NULL);

	return fd < 0 ? fd : 0;
}

/* runc makes a missing working directory; as the container's root, inside the root, so do we. */
static int make_cwd(struct creation *c, struct err *e)
{
	const struct namespaces_plan *ns = &c->plan.ns;
	int r = fsids_run(ns->root_uid, ns->root_gid, mkdir_cwd, c, e);

	/* Not ours to judge yet: a volume that only the user can enter is tried by process_apply.
	 */
	if (r == -EACCES || r == -EROFS)
		return 0;
	return r < 0 ? err_sys(e, -r, "/process/cwd: mkdir %s", c->plan.process.cwd) : 0;
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
	if (r == 0 && c->console_sock < 0)
		r = console_keep_newlines(&c->console, e);
	return r < 0 ? r : mounts_console(env, &c->mounts, c->console.slave_fd, e);
}

int step_mounts(struct creation *c, struct err *e)
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

int step_process_host(struct creation *c, struct err *e)
{
	return process_apply_host(&c->plan.process, &c->rlimits, c->proc_fd, c->proc.pid, e);
}

/*
 * From here on a failure is followed by the poststop hooks (runtime.md, steps 3 to 5). `delete`
 * runs them after a creator that was killed, and finds them in the stored config.json.
 */
int step_hooks(struct creation *c, struct err *e)
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

int step_pivot(struct creation *c, struct err *e)
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
