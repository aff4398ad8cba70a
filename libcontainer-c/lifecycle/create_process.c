/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* create_process.c: steps of create.c that make the cgroups and the first process. */
#include <errno.h>
#include <fcntl.h>

#include "apply/fds.h"
#include "apply/keyring.h"
#include "apply/socket.h"
#include "base/err.h"
#include "base/fd.h"
#include "lifecycle/create_steps.h"
#include "lifecycle/creation.h"
#include "lifecycle/creation_parts.h"
#include "lifecycle/handshake.h"
#include "lifecycle/outer.h"
#include "lifecycle/remains.h"
#include "lifecycle/scope.h"

#define CHILD_ANSWER_SECONDS 120 /* a loaded machine is slow, a stopped process for ever */

int step_cgroup(struct creation *c, struct err *e)
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

int step_channels(struct creation *c, struct err *e)
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
int step_namespace(struct creation *c, struct err *e)
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

int step_spawn(struct creation *c, struct err *e)
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

int step_rootfs(struct creation *c, struct err *e)
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

int step_ready(struct creation *c, struct err *e)
{
	return hs_recv(c->hs_fd, HS_READY, e);
}
