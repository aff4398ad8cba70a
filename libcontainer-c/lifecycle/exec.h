/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * exec.h: a further process in a running container, as `runc exec` makes one.
 *
 *      R (runtime)                K (intermediate)             P (the process)
 *      |  reads the stored, hardened configuration
 *      |  harden_exec(), plans, opens tasks files, terminal
 *      |--- clone3 ------------->|  non-dumpable
 *      |                         |  setns(pidfd of init, everything), root inside
 *      |                         |--- clone3 CLONE_PARENT ---->|
 *      |                         |  exits                      |  writes 0 into its tasks files
 *      |  rlimits, OOM score, ids of stdio, of P               |
 *      |--- HS_MOUNTED (terminal) ---------------------------->|
 *      |                                                       |  session, labels, ids, bounding
 *      |                                                       |  set, no_new_privs, look-up
 *      |<------------------------------------------- HS_CREATED|
 *      |--- HS_RUN ------------------------------------------->|  seccomp, execve
 *      |<--------------------------------------- (end of file) |
 *
 * K is in R's pid namespace: the container neither sees nor signals it. P is a child of R from its
 * first instruction (so whoever adopts R's children gets its exit status) and sees the container's
 * mounts, never the host's. Nobody writes a foreign pid into cgroup.procs, which would wait for an
 * RCU grace period.
 */
#ifndef BULKHEAD_LIFECYCLE_EXEC_H
#define BULKHEAD_LIFECYCLE_EXEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct policy;

/* What the command line says about the process. Strings are the caller's. */
struct exec_words {
	char *const *args; /* the command; used when there is no process file */
	size_t n_args;
	const char *cwd; /* NULL: the container's */
	const char *const *env;
	size_t n_env;		 /* behind the container's own */
	const char *user;	 /* "UID[:GID]"; NULL: the container's */
	const char *const *gids; /* further groups */
	size_t n_gids;
	const char *const *caps; /* "CAP_..." more */
	size_t n_caps;
	const char *apparmor, *process_label; /* NULL: the container's */
	bool no_new_privs;
	bool tty;
};

struct exec_request {
	const char *root; /* state root, absolute */
	const char *id;
	const char *process_file; /* a process object as JSON; NULL: `words` */
	struct exec_words words;
	const char *console_socket; /* NULL: none; as the next two */
	const char *pidfd_socket;
	const char *pid_file;
	const char *const *cgroups; /* "PATH" or "CONTROLLER[,...]:PATH", below the container's */
	size_t n_cgroups;
	const struct policy *policy;
	unsigned preserve_fds;
	unsigned inherited_fds; /* fds_inherited() as of the start of the process */
	bool detach;
	bool ignore_paused;
};

/**
 * container_exec - run a process in the container.
 * @ret_status: the exit status to return: 0 when detached, else the process's, or 128 + signal
 *
 * Returns when execve(2) has succeeded (detached) or the process has ended. The process never has
 * more than the container's first one: see harden_exec(). On failure no process and no pid file is
 * left. Errors are in runc's words ("cannot exec in a stopped container", "unable to start
 * container process: exec: "x": executable file not found in $PATH").
 */
int container_exec(const struct exec_request *req, int *ret_status, struct err *e);

#endif
