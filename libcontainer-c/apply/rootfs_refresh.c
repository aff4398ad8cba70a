/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rootfs_refresh.c: the engine's overlay A and the container's overlay B share an upper layer, and
 * each has directory entries of its own that it never checks again. See rootfs.h.
 *
 * Reconfiguring a file system without changing anything makes the kernel drop all directory entries
 * that are not in use (reconfigure_super() calls shrink_dcache_sb()). It takes the superblock's
 * s_umount lock for writing, and cannot be interrupted while it waits: a container whose syncfs(2)
 * is held up by a throttled disk would hold up `kill` with it. So a process of its own waits for
 * the lock, and we wait for that process for a moment only.
 */
#include "apply/rootfs.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fd.h"
#include "kernel/sys.h"

/*
 * Reconfiguring takes 0.05 ms; whoever holds the lock longer than this is at disk. A helper that
 * does not wait for the lock has not got a processor yet, and is waited for this often.
 */
#define REFRESH_WAIT_MS 100
#define REFRESH_ROUNDS	100

static bool is_overlay(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) == 0 && fs.f_type == OVERLAYFS_SUPER_MAGIC;
}

/* A configuration context of the overlay that @root_fd is the root of, or -1. */
static int pick(int root_fd)
{
	return sys_fspick(root_fd, "", FSPICK_EMPTY_PATH | FSPICK_NO_AUTOMOUNT);
}

static int pick_a(const char *path)
{
	AUTO_FD fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	return fd >= 0 && is_overlay(fd) ? pick(fd) : -1;
}

static int pick_b(int root_fd, uint64_t dev)
{
	struct statx st;

	/*
	 * The container decides what its root is. Not asking the file system to sync means that a
	 * FUSE server in there is not asked at all, and can't hold us up; only what turned out to
	 * be on our own device is asked more.
	 */
	if (statx(root_fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_TYPE, &st) != 0 ||
	    makedev(st.stx_dev_major, st.stx_dev_minor) != dev || !is_overlay(root_fd))
		return -1;
	return pick(root_fd);
}

/* What the helper works with. It has our memory, but a descriptor table of its own. */
struct job {
	int a_fd, b_fd;
};

/* One per call: a helper that we no longer wait for still stands on it. */
struct helper_memory {
	char stack[16384] __attribute__((aligned(64))); /* grows down, away from the job */
	struct job job;
};

/*
 * The helper. It closes everything but the two contexts, so that nobody waits for the end of our
 * stdio if it has to outlive us. Of our memory it writes only its stack, and errno if the kernel
 * refuses.
 */
static int reconfigure(void *arg)
{
	const struct job *job = arg;
	int fds[2] = {job->a_fd, job->b_fd}; /* A first: the container has no hand on its lock */
	int low = fds[0] < fds[1] ? fds[0] : fds[1], high = fds[0] < fds[1] ? fds[1] : fds[0];
	int failed = 0;

	if (low > 0)
		(void)sys_close_range(0, (unsigned)low - 1, 0);
	if (high > low + 1)
		(void)sys_close_range((unsigned)(low + 1), (unsigned)high - 1, 0);
	(void)sys_close_range((unsigned)(high + 1), ~0U, 0);
	for (int i = 0; i < 2; i++)
		if (fds[i] >= 0 &&
		    sys_fsconfig(fds[i], FSCONFIG_CMD_RECONFIGURE, NULL, NULL, 0) != 0)
			failed = 1;
	_exit(failed);
}

/* Uninterruptible, as whoever waits for s_umount. */
static bool waits_for_lock(pid_t pid)
{
	char path[32], text[1024];

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	ssize_t n = file_read_at(AT_FDCWD, path, text, sizeof(text));
	/* The name before it may hold anything, ')' included. */
	const char *end = n < 0 ? NULL : strrchr(text, ')');
	return !end || strncmp(end, ") D", 3) == 0;
}

/* Returns 1 when the helper has ended, 0 when it is still waiting for a lock, or -errno. */
static int wait_for(pid_t pid, int pidfd, struct err *e)
{
	struct pollfd p = {.fd = pidfd, .events = POLLIN};
	siginfo_t info = {0};

	for (int i = 0; poll(&p, 1, REFRESH_WAIT_MS) <= 0; i++)
		if (i == REFRESH_ROUNDS || waits_for_lock(pid))
			return 0; /* init or a subreaper reaps it */
	if (waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED | __WALL) != 0)
		return err_sys(e, errno, "refresh overlays: wait");
	if (info.si_code != CLD_EXITED || info.si_status != 0)
		return err_set(e, ERR_SYSTEM, EIO, "refresh overlays: the kernel refuses");
	return 1;
}

/* With our memory, because copying a process takes longer than the work; nothing else is shared.
 * No exit signal: a caller with a SIGCHLD handler doesn't see this one. */
static int run_helper(struct helper_memory *m, struct err *e)
{
	int pidfd = -1;
	pid_t pid = clone(reconfigure, m->stack + sizeof(m->stack), CLONE_VM | CLONE_PIDFD, &m->job,
			  &pidfd);

	if (pid < 0)
		return err_sys(e, errno, "refresh overlays: clone");
	int r = wait_for(pid, pidfd, e);
	fd_closep(&pidfd);
	return r;
}

int rootfs_refresh(const char *a_path, int b_root_fd, uint64_t b_dev, struct err *e)
{
	AUTO_FD a = a_path ? pick_a(a_path) : -1;
	AUTO_FD b = b_root_fd >= 0 ? pick_b(b_root_fd, b_dev) : -1;

	if (a < 0 && b < 0)
		return 0;
	struct helper_memory *m = mmap(NULL, sizeof(*m), PROT_READ | PROT_WRITE,
				       MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
	if (m == MAP_FAILED)
		return err_sys(e, errno, "refresh overlays");
	m->job = (struct job){a, b};
	int r = run_helper(m, e);
	if (r != 0) /* else it is still in use */
		munmap(m, sizeof(*m));
	return r < 0 ? r : 0;
}
