/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * creation.h: everything that exists while a container is being made. Private to create.c (the
 * runtime's side), child.c (the side of the container's first process, which gets a copy by the
 * clone) and run.c.
 */
#ifndef BULKHEAD_LIFECYCLE_CREATION_H
#define BULKHEAD_LIFECYCLE_CREATION_H

#include "apply/cgroup.h"
#include "apply/console.h"
#include "apply/mounts.h"
#include "apply/net_devices.h"
#include "apply/rlimits.h"
#include "apply/rootfs.h"
#include "base/arena.h"
#include "harden/harden.h"
#include "harden/measures.h"
#include "host/facts.h"
#include "lifecycle/container.h"
#include "lifecycle/mntns.h"
#include "lifecycle/record.h"
#include "lifecycle/seal.h"
#include "lifecycle/spawn.h"
#include "lifecycle/statedir.h"
#include "plan/plan.h"

struct criu;

struct creation {
	const struct container_request *req;
	bool run; /* go on to execve without waiting for `start` */
	/* Of the plan, before anything exists; NULL: none. */
	int (*check)(const struct plan *p, const struct criu *criu, struct err *e);
	const struct criu *criu;

	struct arena arena;
	struct spec *asked, *hardened;
	struct measures measures;
	struct decisions decisions;
	struct host_facts facts;
	struct plan plan;

	struct statedir dir;
	struct seal seal; /* of the files in it */
	struct record record;
	struct cgroup cgroup;
	bool cgroup_made;
	bool unit_made; /* systemd's, see lifecycle/scope.h */
	pid_t holder;	/* its place-holder, while there is one */
	bool pid_file_made;
	bool hooks_begun; /* a failure is followed by the poststop hooks */
	struct rootfs rootfs;
	struct mounts mounts;
	struct rlimits_saved rlimits;
	struct console console;
	struct spawned proc;
	struct net_devices net_devices;
	int rdt_fd; /* root of resctrl, when it is used */
	bool rdt_made;

	int proc_fd;	  /* host's procfs, O_PATH */
	int hs_fd;	  /* our end of the hand-shake; in the child its own end */
	int hs_peer_fd;	  /* the other end; closed by each side after the clone */
	int start_fd;	  /* listening start.sock; inherited by the child */
	int console_sock; /* connected --console-socket */
	int pidfd_sock;	  /* connected --pidfd-socket */
	int listener_fd;  /* seccomp listener, until the agent has it */

	struct mntns host; /* the way back from the private mount namespace */

	unsigned keep_fds; /* descriptors from 3 on that the container gets */
	unsigned listen_fds;
};

/**
 * creation_make - up to "created": on success the first process has told HS_CREATED and waits for
 * HS_RUN or HS_WAIT on c->hs_fd; the state is written as created. On failure nothing is left.
 * Always call creation_release() afterwards.
 */
int creation_make(struct creation *c, const struct container_request *req, bool run, struct err *e);

/**
 * creation_scaffold - creation_make() up to where the mounts are made, for `restore`: cgroups with
 * their limits, and in a mount namespace of the caller the container's root, attached, with all its
 * mounts (c->rootfs.fd). The first process only has the namespaces that they belong to.
 * @check: may refuse the plan, before anything exists; gets @criu
 * Release as after creation_make().
 */
int creation_scaffold(struct creation *c, const struct container_request *req,
		      int (*check)(const struct plan *p, const struct criu *criu, struct err *e),
		      const struct criu *criu, struct err *e);

/** creation_leave_mounts - back to the mount namespace, root and working directory that the caller
 * gave us. */
int creation_leave_mounts(struct creation *c, struct err *e);

/** creation_record_process - note c->proc as the container's first process. */
int creation_record_process(struct creation *c, struct err *e);

/** creation_finish - write the record, seal it, write the pid file: from now on it is created. */
int creation_finish(struct creation *c, struct err *e);

/** creation_undo - remove everything: for failures after creation_make(). */
void creation_undo(struct creation *c);

/** creation_release - free memory and descriptors; the container stays. */
void creation_release(struct creation *c);

/** child_prepare - first of all: no ptrace, no descriptors of the runtime alone. @arg as below. */
void child_prepare(void *arg);

/** child_main - the container's first process; @arg is the struct creation. Never returns. */
void child_main(void *arg) __attribute__((noreturn));

#endif
