/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * create.c: from a bundle to a container whose first process waits for `start`. The runtime's side;
 * the other side is child.c. Steps run in the order of the table below; a failure undoes what
 * exists, in the reverse order, from creation_undo().
 */
#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "apply/intel_rdt.h"
#include "base/err.h"
#include "base/fd.h"
#include "lifecycle/create_steps.h"
#include "lifecycle/creation.h"
#include "lifecycle/creation_parts.h"
#include "lifecycle/handshake.h"
#include "lifecycle/ids.h"
#include "lifecycle/late_hooks.h"
#include "lifecycle/scope.h"
#include "lifecycle/trace.h"

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
	{"nsexec container setup: cloning the first process", starting, step_spawn},
	{"writing id maps and attaching the root", starting, step_rootfs},
	{"child process in init(): waiting for it", starting, step_ready},
	{"classes of service", starting, step_intel_rdt},
	{"moving network devices", starting, step_net_devices},
	{"mounting", starting, step_mounts},
	{"limits of the first process", starting, step_process_host},
	{"running hooks", NULL, step_hooks},
	{"changing the root", starting, step_pivot},
	{"letting the first process set itself up, init: closing the pipe to signal completion",
	 starting, step_release},
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
