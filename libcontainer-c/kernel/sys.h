/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sys.h: system calls that glibc 2.36 does not wrap, or wraps without the flag we need.
 *
 * Each returns what the kernel returns: >= 0, or -1 with errno set. Descriptors they make are
 * always close-on-exec. Kernel versions stand beside each. Where a call is missing (calls.h) older
 * ones do its work, as far as they can; what differs then is said here.
 */
#ifndef BULKHEAD_KERNEL_SYS_H
#define BULKHEAD_KERNEL_SYS_H

#include <fcntl.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#ifndef AT_RECURSIVE
#define AT_RECURSIVE 0x8000
#endif

/**
 * sys_openat2 - openat2(2), 5.6. Adds O_CLOEXEC; retries EAGAIN (rename races) up to 128 times.
 * Missing: resolve.h; not with both O_CREAT and @resolve.
 */
int sys_openat2(int dirfd, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve);

/**
 * sys_mounts_are_private - the caller has a mount namespace of its own whose "/" is not shared: in
 * it, and only there, the calls of the mount API below can be replaced by mount(2) (mount_stage.h).
 * Missing calls are ENOSYS before.
 */
void sys_mounts_are_private(void);

/**
 * sys_open_tree - open_tree(2), 5.2. Adds OPEN_TREE_CLOEXEC; only with OPEN_TREE_CLONE.
 * Missing: the clone lasts as long as the mount namespace has its root, or until it is moved.
 */
int sys_open_tree(int dirfd, const char *path, unsigned flags);

/** sys_move_mount - move_mount(2), 5.2. */
int sys_move_mount(int from_fd, const char *from, int to_fd, const char *to, unsigned flags);

/** sys_fsopen - fsopen(2), 5.2. Adds FSOPEN_CLOEXEC. */
int sys_fsopen(const char *fstype);

/** sys_fsconfig - fsconfig(2), 5.2. */
int sys_fsconfig(int fd, unsigned cmd, const char *key, const void *value, int aux);

/** sys_fsmount - fsmount(2), 5.2. Adds FSMOUNT_CLOEXEC. @attrs: MOUNT_ATTR_... */
int sys_fsmount(int fd, unsigned attrs);

/** sys_fspick - fspick(2), 5.2. Adds FSPICK_CLOEXEC. Missing: ENOSYS. */
int sys_fspick(int dirfd, const char *path, unsigned flags);

/**
 * sys_mount_setattr - mount_setattr(2), 5.12 (MOUNT_ATTR_IDMAP likewise).
 * Missing: MOUNT_ATTR_IDMAP is ENOSYS; mount by mount, not all or nothing.
 */
int sys_mount_setattr(int dirfd, const char *path, unsigned flags, const struct mount_attr *attr);

/**
 * sys_clone3 - clone3(2), 5.3. Only without CLONE_VM: the child goes on with a copied stack.
 * Missing: clone(2), which has no CLONE_NEWTIME (EINVAL). CLONE_INTO_CGROUP (5.7) missing: the
 * child waits until its parent has put it there; not with CLONE_PARENT.
 */
pid_t sys_clone3(struct clone_args *args);

/**
 * sys_fork - clone(2) of this process alone, as fork(2) does; *@ret_pidfd: of the child, 5.2.
 * Filters in engines' profiles answer ENOSYS to clone3(2), since they can't look into its argument.
 */
pid_t sys_fork(int *ret_pidfd);

/** sys_fork_sibling - clone(2) with CLONE_PARENT: a child of our parent's, who gets its SIGCHLD. */
pid_t sys_fork_sibling(void);

/**
 * sys_default_signals - no signal is blocked or ignored any more, as a program expects that is
 * about to be executed: signal(7). Ignored ones and the mask outlive execve(2).
 */
void sys_default_signals(void);

/** sys_pivot_root - pivot_root(2). */
int sys_pivot_root(const char *new_root, const char *put_old);

/** sys_pidfd_open - pidfd_open(2), 5.3. Missing: a descriptor of /proc/PID, for the calls below. */
int sys_pidfd_open(pid_t pid);

/** sys_pidfd_is_real - whether @pidfd can be given to other programs as one. */
bool sys_pidfd_is_real(int pidfd);

/** sys_pidfd_send_signal - pidfd_send_signal(2), 5.1. Missing: kill(2), after a look. */
int sys_pidfd_send_signal(int pidfd, int sig);

/** sys_pidfd_getfd - pidfd_getfd(2), 5.6: a close-on-exec copy of another process's descriptor. */
int sys_pidfd_getfd(int pidfd, int fd);

/**
 * sys_pidfd_poll - poll(2) with a pidfd (5.3), or -1, in fds[0]: POLLIN when the process has ended.
 * Missing: a look every 10 ms, at that one only.
 */
int sys_pidfd_poll(struct pollfd *fds, nfds_t n, int ms);

/**
 * sys_close_range - close_range(2), 5.9. @flags: CLOSE_RANGE_CLOEXEC (5.11) or 0.
 * Missing: those that /proc/self/fd lists; without procfs, all numbers below fs.nr_open's default.
 */
int sys_close_range(unsigned first, unsigned last, unsigned flags);

/** sys_close_range_by - the same where /proc is not to be believed: @proc_fd is the host's. */
int sys_close_range_by(int proc_fd, unsigned first, unsigned last, unsigned flags);

/** sys_seccomp - seccomp(2), 3.17. */
int sys_seccomp(unsigned op, unsigned flags, void *args);

/** sys_bpf - bpf(2); @attr is a union bpf_attr. */
int sys_bpf(int cmd, void *attr, unsigned size);

/** sys_keyctl - keyctl(2). */
long sys_keyctl(int op, unsigned long a, unsigned long b, unsigned long c, unsigned long d);

/**
 * sys_setns - setns(2); also with a pidfd and several CLONE_NEW flags (5.8).
 * Missing: one after the other, the user namespace last; a failure leaves the caller in between.
 */
int sys_setns(int fd, int nstype);

/**
 * sys_landlock_create_ruleset - landlock_create_ruleset(2), 5.13. @attr may be longer than what the
 * kernel knows, if the rest of it is zero. With @flags: the version of Landlock.
 */
int sys_landlock_create_ruleset(const void *attr, size_t size, unsigned flags);

/** sys_landlock_add_rule - landlock_add_rule(2), 5.13. */
int sys_landlock_add_rule(int ruleset_fd, unsigned type, const void *attr);

/** sys_landlock_restrict_self - landlock_restrict_self(2), 5.13. */
int sys_landlock_restrict_self(int ruleset_fd);

#endif
