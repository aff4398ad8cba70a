/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* exec_priv.h: everything that exists while exec works. For lifecycle/exec*.c only. */
#ifndef BULKHEAD_LIFECYCLE_EXEC_PRIV_H
#define BULKHEAD_LIFECYCLE_EXEC_PRIV_H

#include "apply/cgroup.h"
#include "apply/console.h"
#include "base/arena.h"
#include "harden/harden.h"
#include "harden/measures.h"
#include "host/facts.h"
#include "lifecycle/exec.h"
#include "lifecycle/foreground.h"
#include "lifecycle/opened.h"
#include "lifecycle/spawn.h"
#include "plan/plan.h"

struct execution {
	const struct exec_request *req;
	struct arena arena;
	struct opened o;
	bool opened;		/* o has to be closed */
	struct spec *container; /* hardened, as stored */
	struct measures measures;
	struct host_facts facts;
	struct id_maps maps; /* of the container's user namespace */
	struct spec_process *asked, *hardened;
	struct decisions decisions;
	struct plan plan;

	const char **cgroup_paths; /* to enter: those of the record, or below them */
	struct cgroup cgroup;
	struct console console;
	struct foreground foreground;
	struct spawned proc;

	int init_fd;	  /* pidfd of the container's first process */
	int proc_fd;	  /* host's procfs, O_PATH */
	int root_fd;	  /* to chroot(2) to; -1: the root of the mount namespace is it */
	int hs_fd;	  /* our end of the hand-shake */
	int hs_peer_fd;	  /* the process's end */
	int console_sock; /* connected --console-socket */
	int pidfd_sock;	  /* connected --pidfd-socket */
	int listener_fd;  /* seccomp listener, until the agent has it */

	unsigned keep_fds; /* descriptors from 3 on that the process gets */
};

/** exec_ask - the process that is asked for: the process file's, or the container's own with the
 * words of the command line. */
int exec_ask(struct execution *x, struct err *e);

/**
 * exec_open_cgroups - the container's cgroups, or those below them that --cgroup names, ready to be
 * entered.
 */
int exec_open_cgroups(struct execution *x, struct err *e);

/**
 * exec_open_init_cgroup - instead of the v2 cgroup that has just answered EBUSY the one that the
 * container's first process has moved to, below it; as runc does. Not with --cgroup.
 */
int exec_open_init_cgroup(struct execution *x, struct err *e);

/** exec_prepare - first of all in the intermediate process: no ptrace, no descriptors of the
 * runtime alone. @arg as below. */
void exec_prepare(void *arg);

/** exec_child - the process; @arg is the struct execution. Never returns. */
void exec_child(void *arg) __attribute__((noreturn));

#endif
