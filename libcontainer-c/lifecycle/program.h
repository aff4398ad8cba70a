/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * program.h: the last part of the way to the user's program, in the process that will become it:
 * the container's first one (child.c) and those of exec (exec_child.c). Runs on a copy of the
 * runtime's memory, allocates none.
 */
#ifndef BULKHEAD_LIFECYCLE_PROGRAM_H
#define BULKHEAD_LIFECYCLE_PROGRAM_H

#include <stdbool.h>

struct err;
struct landlock_plan;
struct process_plan;
struct seccomp_plan;

struct program {
	struct process_plan *process;
	const struct seccomp_plan *seccomp;
	const struct landlock_plan *landlock;
	int proc_fd; /* host's procfs, O_PATH; closed on the way */
	int hs_fd,
		start_fd;  /* the only descriptors of ours that stay open until execve; -1: none */
	unsigned keep_fds; /* descriptors from 3 on that the program gets */
	unsigned listen_fds; /* as many of them are announced by LISTEN_FDS */
	bool filtered;	     /* the seccomp filter is in force */
	bool walled;	     /* the Landlock domain is entered */
};

/**
 * program_die_with_runtime - SIGKILL when the runtime ends, or no longer. Every change of ids
 * clears the wish. That the runtime ended before it was made shows as end of file.
 */
void program_die_with_runtime(bool on);

/**
 * program_arguments - where the command line of this process is, for program_rename(). @argv as
 * main() got it, before anything reorders it.
 */
void program_arguments(int argc, char **argv);

/**
 * program_rename - /proc/PID/cmdline, which everybody may read, shows "bulkhead:exec" and no paths
 * of the host any longer. In a copy of the runtime: what points into argv is gone.
 */
void program_rename(void);

/** program_hide - no ptrace(2), no /proc/PID/fd or exe for anybody but the host's root. */
void program_hide(void);

/**
 * program_become_root - uid and gid 0 of the user namespace, no further groups.
 * @keep_groups: setgroups(2) is denied in it
 */
int program_become_root(bool keep_groups, struct err *e);

/**
 * program_prepare - in the container's root, as root of its user namespace: session and terminal
 * (@tty_fd, -1: none; taken over), then what process_apply() does, then every descriptor but the
 * program's own and the two above is closed, the environment completed and the program looked up.
 * With a seccomp listener (listener.h) or without no_new_privs the filter is loaded here, after the
 * Landlock domain was entered: a filter can answer for any call after it.
 */
int program_prepare(struct program *p, int tty_fd, struct err *e);

/**
 * program_confine - default signals, Landlock, seccomp: the last things but startContainer hooks,
 * which are programs of the container and run under the same filter as under runc.
 */
int program_confine(struct program *p, struct err *e);

/** program_execute - execve(2). Returns only on failure. */
void program_execute(struct program *p, struct err *e);

#endif
