/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mounts_priv.h: what the files of apply/mounts*.c, devices.c and masks.c share. */
#ifndef BULKHEAD_APPLY_MOUNTS_PRIV_H
#define BULKHEAD_APPLY_MOUNTS_PRIV_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "apply/mounts.h"
#include "plan/mounts.h"

/** mounts_attach - move the detached mount @mount_fd onto @target_fd. Returns 0 or -errno. */
int mounts_attach(int mount_fd, int target_fd);

/** mounts_set_attr - mount_setattr(2) of the mount @fd is the root of; nothing when both are 0. */
int mounts_set_attr(int fd, uint64_t set, uint64_t clr, bool recursive);

/**
 * mounts_source_open - the detached clone of a bind's source, idmapped if it has maps of its own.
 * @ret_unmapped: as the result 1 of mounts_source_prepare()
 * Returns the descriptor or -errno.
 */
int mounts_source_open(const struct mount_plan *p, bool *ret_unmapped, struct err *e);

/**
 * mounts_target_open - the mount point of @p, O_PATH; made by the container's root where missing.
 * @source_fd: of a bind, which decides between file and directory
 * @made: it was not there before
 * Returns the descriptor or -errno.
 */
int mounts_target_open(const struct mount_plan *p, const struct mounts_env *env, int source_fd,
		       bool *made, struct err *e);

/** mounts_is_symlink - whether @fd, opened with O_PATH, is a symlink. */
bool mounts_is_symlink(int fd);

/**
 * mounts_copy_symlink - "copy-symlink": the symlink @link_fd made anew at the destination of @p.
 * One that says the same may be there already; anything else is ERR_SPEC.
 */
int mounts_copy_symlink(const struct mount_plan *p, const struct mounts_env *env, int link_fd,
			struct err *e);

/**
 * mounts_remount - "remount": new flags for what is mounted at the destination of @p, and for a
 * mount that is no bind new parameters for its file system, as mount(2) with MS_REMOUNT has it.
 */
int mounts_remount(const struct mount_plan *p, const struct mounts_env *env, struct err *e);

/**
 * mounts_propagate - the propagation of the mount @fd is the root of. Returns 0 or -errno.
 * @carried: it has to be copied yet, which an unbindable one cannot be: mounts_finish() makes it so
 */
int mounts_propagate(const struct mount_plan *p, bool carried, int fd);

/** mounts_set_params - p->params to the file system context @context_fd. */
int mounts_set_params(const struct mount_plan *p, int context_fd, struct err *e);

/** mounts_set_param - one parameter, or flag when @value is NULL; @type: for the message. */
int mounts_set_param(int context_fd, const char *key, const char *value, const char *type,
		     struct err *e);

/**
 * mounts_source_prepare - the container's map and the attributes of a clone, before anybody can
 * reach it. Returns 1 when the file system cannot be idmapped and the mount, being read-only, was
 * left unmapped; else 0 or -errno.
 */
int mounts_source_prepare(const struct mount_plan *p, const struct mounts_env *env, int fd,
			  struct err *e);

/*
 * File system contexts of one plan: same index as plan->mounts, -1 where there is none. proc, sysfs
 * and mqueue are bound to the namespaces of the process that calls fsopen(2), so that the helper
 * does no more than that.
 */
/** mounts_contexts_open - open them all in one helper, with env->jobs behind them. */
int mounts_contexts_open(const struct mounts_plan *p, const struct mounts_env *env, int *fds,
			 struct err *e);

/**
 * mounts_fs_make - a detached mount of a new file system.
 * @context_fd: from mounts_contexts_open(), or -1: fsopen(2) here
 * @mode: tmpfs: mode of its root when the plan gives none; (mode_t)-1: the kernel's default
 */
int mounts_fs_make(const struct mount_plan *p, const struct mounts_env *env, int context_fd,
		   mode_t mode, struct err *e);

/** mounts_tmpfs_make - a detached tmpfs with these parameters (key, value, ..., NULL). */
int mounts_tmpfs_make(const char *const *params, unsigned attrs, struct err *e);

/** mounts_cgroup_apply - a mount of type cgroup at @target_fd. Returns its descriptor. */
int mounts_cgroup_apply(const struct mounts_plan *p, const struct mount_plan *m,
			const struct mounts_env *env, int target_fd, struct err *e);

/**
 * mounts_copy_up - "tmpcopyup": copy what is below @from_fd (a directory of the image) into the
 * root of the detached tmpfs @to_fd. Directories, regular files, symlinks and fifos with owner and
 * mode; other types and xattrs are left out, hard links become copies.
 */
int mounts_copy_up(int from_fd, int to_fd, const struct mount_plan *p, struct err *e);

#endif
