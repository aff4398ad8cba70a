/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * process.h: the last steps of the container's process before execve(2), in their order, and what
 * the runtime does to it from outside.
 */
#ifndef BULKHEAD_APPLY_PROCESS_H
#define BULKHEAD_APPLY_PROCESS_H

#include <sys/types.h>

struct err;
struct process_plan;
struct rlimits_saved;

/**
 * process_apply_host - the host's side: limits, OOM score, scheduler, I/O priority of @pid.
 * @saved:   of rlimits_prepare_parent(); NULL: none
 * @proc_fd: root of the host's procfs
 * Before the child is let go on; everything is read back.
 */
int process_apply_host(const struct process_plan *p, const struct rlimits_saved *saved, int proc_fd,
		       pid_t pid, struct err *e);

/**
 * process_apply - the child's side, after pivot_root and its own unshare(CLONE_NEWNS), as uid 0 of
 * its user namespace with all capabilities in it. No memory, no stdio. In order:
 *   personality; memory policy; umask; chdir; bounding set; groups, gid, uid; chdir again when only
 *   the user may enter; getcwd check (CVE-2024-21626); capabilities; no_new_privs.
 * Each is read back. Left to the caller: labels_apply() before it, while a procfs is still open;
 * then HOME (home_lookup()), exec_lookup(), seccomp, fds_seal(), execve(), and PR_SET_PDEATHSIG
 * once more: the change of user clears it.
 *
 * @early: called with @arg before the change of user, only when the plan has no no_new_privs:
 *         loading a seccomp filter then needs CAP_SYS_ADMIN. May be NULL
 */
int process_apply(const struct process_plan *p, int (*early)(void *arg, struct err *e), void *arg,
		  struct err *e);

/**
 * process_enter_cwd - chdir(@cwd) and prove that it is inside the root. Part of process_apply().
 */
int process_enter_cwd(const char *cwd, struct err *e);

#endif
