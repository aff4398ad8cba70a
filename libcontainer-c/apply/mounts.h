/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mounts.h: carries out a mounts_plan in the runtime's private mount namespace, with host
 * credentials and by descriptors only. Every mount is made detached, gets its attributes, and is
 * moved onto a target that was opened inside the root; nothing is remounted by path.
 *
 * Order of the calls:
 *	mounts_open_shared()	in the host's mount namespace
 *	mounts_open_sources()	in the private mount namespace, before anything of the container
 *				is visible and before its user namespace exists
 *	mounts_apply()		the rootfs is attached, the first process of the container exists
 *and has unshared its cgroup namespace mounts_console()	when there is a terminal, after
 *mounts_apply() mounts_close()		always
 *
 * Failure: detached mounts vanish with mounts_close(), attached ones with the mount namespace.
 * Mount points that were made in the rootfs stay, as with every runtime.
 */
#ifndef BULKHEAD_APPLY_MOUNTS_H
#define BULKHEAD_APPLY_MOUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct mounts_plan;
struct namespaces_plan;
struct nshelper_job;

/* Zero-initialise with MOUNTS_INIT; owned by the caller, released by mounts_close(). */
struct mounts {
	int *source_fds; /* one per mount of the plan: the detached clone of a bind, or -1 */
	size_t n_sources;
	int dev_fd; /* O_PATH of the container's /dev (after mounts_apply), or -1 */
	int pts_fd; /* root of the container's own devpts (after mounts_apply), or -1: open "ptmx"
		       below it for a terminal */
	size_t *unmapped; /* indices N of /mounts/N: read-only binds whose file system can not be
			     idmapped and that were mounted plainly, for the record */
	size_t n_unmapped;
};
#define MOUNTS_INIT ((struct mounts){.dev_fd = -1, .pts_fd = -1})

struct mounts_env {
	int root_fd;		     /* root of the container's file system, attached */
	int userns_fd;		     /* the container's user namespace, for idmapped binds */
	uint32_t root_uid, root_gid; /* host ids of 0:0 inside */
	int pidfd;		     /* the container's first process */
	const struct namespaces_plan *ns;
	bool carried; /* copied to another mount namespace when all is made: not unbindable yet */
	const char *const *cgroup_paths; /* the container's directory in each hierarchy, absolute */
	size_t n_cgroup_paths;

	/*
	 * Further work for the one process that enters the container's namespaces (sysctls), done
	 * after the mounts' own; it also enters job_ns (CLONE_NEW...). May be NULL, 0. A job that
	 * fails makes mounts_apply() fail with its -errno; it fills the struct err itself. It runs
	 * with the caller's credentials, but fsuid and fsgid are those of the container's root.
	 */
	struct nshelper_job *jobs;
	size_t n_jobs;
	uint64_t job_ns;
};

/**
 * mounts_open_shared - open the bind sources that stay shared with the host, before
 * mounts_open_sources() opens all others: a clone made here is a peer of the host's mount, one made
 * in the private mount namespace its slave. Errors: as there.
 */
int mounts_open_shared(const struct mounts_plan *p, struct mounts *m, struct err *e);

/**
 * mounts_open_sources - open every bind source: open_tree(2) clones, detached.
 * A missing source is "/mounts/N: error mounting "SRC" to rootfs at "DST": ...: no such file or
 * directory".
 * Sources on procfs are refused, except under the files that lxcfs covers.
 */
int mounts_open_sources(const struct mounts_plan *p, struct mounts *m, struct err *e);

/**
 * mounts_apply - mounts, device nodes, links, read-only and masked paths, in that order.
 * The caller's fsuid, fsgid and umask are changed meanwhile and restored.
 */
int mounts_apply(const struct mounts_plan *p, const struct mounts_env *env, struct mounts *m,
		 struct err *e);

/**
 * mounts_console - bind the terminal @slave_fd over /dev/console, made anew and never through a
 * symlink (CVE-2025-52565). @slave_fd: a pty that was opened below m->pts_fd (TIOCGPTPEER): it is
 * checked to be a character device with major 136..143 and not on another mount namespace.
 */
int mounts_console(const struct mounts_env *env, const struct mounts *m, int slave_fd,
		   struct err *e);

/**
 * mounts_finish - in the container's process, at its root, after its last unshare(CLONE_NEWNS):
 * what that took from the mounts. A copy of an unbindable mount is none (6.17), one of a shared
 * mount is a slave when its owner is a lesser user namespace.
 */
int mounts_finish(const struct mounts_plan *p, struct err *e);

/** mounts_close - release everything; @m is as after MOUNTS_INIT. */
void mounts_close(struct mounts *m);

#endif
