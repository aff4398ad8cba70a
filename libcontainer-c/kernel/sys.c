/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sys.c: see sys.h. */
#include "kernel/sys.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

#include "kernel/calls.h"
#include "kernel/mount_stage.h"
#include "kernel/resolve.h"

/* Any rename or mount on the machine can make a walk with ".." return EAGAIN. */
static long openat2_tries(int dirfd, const char *path, const struct open_how *how)
{
	long fd = -1;

	for (int i = 0; i < 128; i++) {
		fd = syscall(SYS_openat2, dirfd, path, how, sizeof(*how));
		if (fd >= 0 || (errno != EAGAIN && errno != EINTR))
			break;
	}
	return fd;
}

int sys_openat2(int dirfd, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve)
{
	const struct open_how how = {.flags = flags | O_CLOEXEC, .mode = mode, .resolve = resolve};

	if (!call_missing(CALL_OPENAT2)) {
		long fd = openat2_tries(dirfd, path, &how);
		if (fd >= 0 || !call_refused(CALL_OPENAT2))
			return (int)fd;
	}
	if (!resolve)
		return openat(dirfd, path, (int)how.flags, (mode_t)mode);
	int r = resolve_open(dirfd, path, flags, resolve);
	if (r < 0)
		errno = -r;
	return r < 0 ? -1 : r;
}

int sys_open_tree(int dirfd, const char *path, unsigned flags)
{
	if (!call_mounts_there())
		return stage_open_tree(dirfd, path, flags);
	return (int)syscall(SYS_open_tree, dirfd, path, flags | OPEN_TREE_CLOEXEC);
}

int sys_move_mount(int from_fd, const char *from, int to_fd, const char *to, unsigned flags)
{
	if (!call_mounts_there())
		return stage_move_mount(from_fd, from, to_fd, to, flags);
	return (int)syscall(SYS_move_mount, from_fd, from, to_fd, to, flags);
}

int sys_fsopen(const char *fstype)
{
	if (!call_mounts_there())
		return stage_fsopen(fstype);
	return (int)syscall(SYS_fsopen, fstype, FSOPEN_CLOEXEC);
}

int sys_fsconfig(int fd, unsigned cmd, const char *key, const void *value, int aux)
{
	if (!call_mounts_there())
		return stage_fsconfig(fd, cmd, key, value);
	return (int)syscall(SYS_fsconfig, fd, cmd, key, value, aux);
}

int sys_fsmount(int fd, unsigned attrs)
{
	if (!call_mounts_there())
		return stage_fsmount(fd, attrs);
	return (int)syscall(SYS_fsmount, fd, FSMOUNT_CLOEXEC, attrs);
}

int sys_fspick(int dirfd, const char *path, unsigned flags)
{
	if (!call_mounts_there()) {
		errno = ENOSYS;
		return -1;
	}
	return (int)syscall(SYS_fspick, dirfd, path, flags | FSPICK_CLOEXEC);
}

int sys_mount_setattr(int dirfd, const char *path, unsigned flags, const struct mount_attr *attr)
{
	if (!call_mounts_there())
		return stage_mount_setattr(dirfd, path, flags, attr);
	return (int)syscall(SYS_mount_setattr, dirfd, path, flags, attr, sizeof(*attr));
}

static pid_t fork_with_pidfd(int *ret_pidfd)
{
#if defined(__s390__) || defined(__s390x__)
	return (pid_t)syscall(SYS_clone, NULL, CLONE_PIDFD | SIGCHLD, ret_pidfd, NULL, 0);
#else
	return (pid_t)syscall(SYS_clone, CLONE_PIDFD | SIGCHLD, NULL, ret_pidfd, NULL, 0);
#endif
}

pid_t sys_fork(int *ret_pidfd)
{
	*ret_pidfd = -1;
	pid_t pid = fork_with_pidfd(ret_pidfd);
	/* CLONE_PIDFD is ignored before 5.2. Nobody but us can reap it: the number is still its. */
	if (pid > 0 && *ret_pidfd < 0)
		*ret_pidfd = sys_pidfd_open(pid);
	if (pid <= 0 || *ret_pidfd >= 0)
		return pid;
	int error = errno;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	errno = error;
	return -1;
}

pid_t sys_fork_sibling(void)
{
#if defined(__s390__) || defined(__s390x__)
	return (pid_t)syscall(SYS_clone, NULL, CLONE_PARENT, NULL, NULL, 0);
#else
	return (pid_t)syscall(SYS_clone, CLONE_PARENT, NULL, NULL, NULL, 0);
#endif
}

int sys_pivot_root(const char *new_root, const char *put_old)
{
	return (int)syscall(SYS_pivot_root, new_root, put_old);
}

int sys_pidfd_getfd(int pidfd, int fd)
{
	return (int)syscall(SYS_pidfd_getfd, pidfd, fd, 0);
}

int sys_seccomp(unsigned op, unsigned flags, void *args)
{
	return (int)syscall(SYS_seccomp, op, flags, args);
}

int sys_bpf(int cmd, void *attr, unsigned size)
{
	return (int)syscall(SYS_bpf, cmd, attr, size);
}

long sys_keyctl(int op, unsigned long a, unsigned long b, unsigned long c, unsigned long d)
{
	return syscall(SYS_keyctl, op, a, b, c, d);
}

int sys_landlock_create_ruleset(const void *attr, size_t size, unsigned flags)
{
	return (int)syscall(SYS_landlock_create_ruleset, attr, size, flags);
}

int sys_landlock_add_rule(int ruleset_fd, unsigned type, const void *attr)
{
	return (int)syscall(SYS_landlock_add_rule, ruleset_fd, type, attr, 0);
}

int sys_landlock_restrict_self(int ruleset_fd)
{
	return (int)syscall(SYS_landlock_restrict_self, ruleset_fd, 0);
}
