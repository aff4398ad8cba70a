/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * nshelper.h: work that must be done inside the container's namespaces, but with the host's
 * credentials.
 *
 * proc, sysfs, mqueue and the sysctls belong to the pid, network, ipc or uts namespace of whoever
 * opens them. Done by the container's own user namespace they fail when such a namespace is owned
 * by the host (engines make the network namespace first); done by host root from inside, they work
 * whoever owns it. One short-lived process per call: clone(CLONE_VM | CLONE_VFORK | CLONE_FILES),
 * which enters the namespaces of a pidfd, runs the jobs in order and is gone. Memory and the
 * descriptor table are the caller's, so results need no socket.
 */
#ifndef BULKHEAD_APPLY_NSHELPER_H
#define BULKHEAD_APPLY_NSHELPER_H

#include <stddef.h>
#include <stdint.h>

struct err;

/*
 * One job. It runs while the caller's only thread is suspended in vfork(2): it may use the
 * caller's memory and descriptor table, must return (no exec, no longjmp) and must not wait for
 * anything. Credentials are its own and start as the caller's: change them with raw system calls
 * only, because glibc's wrappers also keep records in the shared memory.
 */
struct nshelper_job {
	int (*run)(void *arg); /* >= 0, or -errno */
	void *arg;
	int result; /* what run() returned; -ECANCELED when an earlier job failed */
};

/**
 * nshelper_run - run @jobs in the namespaces of a process. The caller must be single-threaded.
 * @pidfd: the process, a child of the container's first clone
 * @ns_flags: which ones to enter: CLONE_NEWPID, NEWNET, NEWIPC, NEWUTS, NEWCGROUP (a process that
 *            shares its memory can enter no user or time namespace). One that the caller is in
 *            already is no error. To be *in* a pid namespace takes a new process: the caller's
 *            pid_for_children is switched for the one clone and put back before this returns.
 *
 * Returns 0 when every job returned >= 0; else the first job's -errno, with no struct err set by
 * this function (the job's owner knows what failed); or -errno with @e set when the helper itself
 * could not be made: jobs[0].result is then -ECANCELED.
 */
int nshelper_run(int pidfd, uint64_t ns_flags, struct nshelper_job *jobs, size_t n, struct err *e);

#endif
