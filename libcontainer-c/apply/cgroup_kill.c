/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cgroup_kill.c: signals, freezing and waiting for all processes of a container. */
#include "apply/cgroup_priv.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "kernel/sys.h"

#define CHUNK 128 /* pidfds open at a time: far below any RLIMIT_NOFILE */

/* The directories that can freeze: v2 first, which announces "frozen"; v1 has to be asked. */
static size_t freezers(const struct cgroup *c, const struct cgroup_dir *ret[2])
{
	const struct cgroup_dir *v1 = cgroup_v1_dir(c);
	size_t n = 0;

	if (cgroup_v2_fd(c) >= 0)
		ret[n++] = &c->dirs[c->v2];
	if (v1)
		ret[n++] = v1;
	return n;
}

int cgroup_freeze(const struct cgroup *c, struct err *e)
{
	const struct cgroup_dir *d[2];
	size_t n = freezers(c, d);

	for (size_t i = 0; i < n; i++) {
		int r = d[i]->ops->freeze(d[i]->dir_fd, true, e);
		if (r != -ENOENT)
			return r;
	}
	if (n == 0)
		return err_set(e, ERR_HOST, ENOTSUP,
			       "the container has no cgroup that could be frozen");
	return err_set(e, ERR_HOST, ENOTSUP, "this host has no cgroup freezer");
}

/* Both kinds: another runtime or an older version of this one may have used the other. */
int cgroup_thaw(const struct cgroup *c, struct err *e)
{
	const struct cgroup_dir *d[2];
	size_t n = freezers(c, d);
	int ret = 0;

	for (size_t i = 0; i < n; i++) {
		int r = d[i]->ops->frozen(d[i]->dir_fd);
		if (r == 1)
			r = d[i]->ops->freeze(d[i]->dir_fd, false, e);
		if (r < 0 && r != -ENOENT && r != -ENODEV)
			ret = r;
	}
	return ret;
}

int cgroup_is_frozen(const struct cgroup *c, struct err *e)
{
	const struct cgroup_dir *d[2];
	size_t n = freezers(c, d);

	for (size_t i = 0; i < n; i++) {
		int r = d[i]->ops->frozen(d[i]->dir_fd);
		if (r == 1)
			return 1;
		if (r < 0 && r != -ENOENT && r != -ENODEV)
			return err_set(e, ERR_SYSTEM, -r, "reading the state of the freezer: %s",
				       strerrorname_np(-r));
	}
	return 0;
}

static int compare(const void *a, const void *b)
{
	pid_t x = *(const pid_t *)a, y = *(const pid_t *)b;

	return (x > y) - (x < y);
}

static bool listed(const pid_t *list, size_t n, pid_t pid)
{
	return n > 0 && bsearch(&pid, list, n, sizeof(pid), compare) != NULL;
}

/*
 * Signal up to CHUNK processes. A number that was read may belong to somebody else by now, so each
 * is first held by a pidfd and then looked for again: if it is still listed, then the pidfd either
 * is that process, or one that is dead and takes no signal.
 */
static int signal_chunk(const struct cgroup *c, const pid_t *pids, size_t n, int sig,
			struct arena *a, struct err *e)
{
	int fds[CHUNK];
	pid_t *again;
	size_t n_again;
	int r;

	for (size_t i = 0; i < n; i++)
		fds[i] = sys_pidfd_open(pids[i]);
	r = cgroup_pids(c, a, &again, &n_again, e);
	for (size_t i = 0; i < n; i++) {
		if (fds[i] < 0)
			continue;
		if (r == 0 && listed(again, n_again, pids[i]) &&
		    sys_pidfd_send_signal(fds[i], sig) < 0 && errno != ESRCH)
			r = err_set(e, ERR_SYSTEM, errno, "signalling process %d: %s", pids[i],
				    strerrorname_np(errno));
		fd_closep(&fds[i]);
	}
	return r;
}

/* One pass over all processes, which are left in @ret, sorted. */
static int signal_all(const struct cgroup *c, int sig, struct arena *a, pid_t **ret, size_t *ret_n,
		      struct err *e)
{
	int r = cgroup_pids(c, a, ret, ret_n, e);

	for (size_t i = 0; r == 0 && i < *ret_n; i += CHUNK) {
		size_t n = *ret_n - i < CHUNK ? *ret_n - i : CHUNK;
		r = signal_chunk(c, *ret + i, n, sig, a, e);
	}
	return r;
}

static int signal_once(const struct cgroup *c, int sig, struct err *e)
{
	struct arena a = ARENA_INIT;
	pid_t *pids;
	size_t n;
	int r = signal_all(c, sig, &a, &pids, &n, e);

	arena_free(&a);
	return r;
}

static bool all_listed(const pid_t *pids, size_t n, const pid_t *in, size_t n_in)
{
	for (size_t i = 0; i < n; i++)
		if (!listed(in, n_in, pids[i]))
			return false;
	return true;
}

/*
 * Without cgroup.kill: again and again until nobody new is found, because what cannot be frozen can
 * fork while it is being killed. Frozen v1 tasks die only when they thaw.
 */
static int kill_by_signals(const struct cgroup *c, struct err *e)
{
	int64_t deadline = cgroup_deadline(CGROUP_PATIENCE_MS), delay = 0;
	struct arena a[2] = {ARENA_INIT, ARENA_INIT}; /* of this pass and of the one before */
	pid_t *pids[2] = {NULL, NULL};
	size_t n[2] = {0, 0};
	bool again = true;
	int r = 0;

	for (unsigned i = 0; r == 0 && again; i = !i) {
		struct err ignored = {0};
		arena_free(&a[i]);
		cgroup_freeze(c, &ignored);
		r = signal_all(c, SIGKILL, &a[i], &pids[i], &n[i], e);
		int thawed = cgroup_thaw(c, e);
		r = r < 0 ? r : thawed;
		again = r == 0 && !all_listed(pids[i], n[i], pids[!i], n[!i]);
		if (again && !cgroup_backoff(&delay, deadline))
			r = err_set(
				e, ERR_SYSTEM, ETIMEDOUT,
				"the container's processes fork faster than they can be killed");
	}
	arena_free(&a[0]);
	arena_free(&a[1]);
	return r;
}

/* Nobody is there who could send for others: the usual case when a container is deleted. */
static bool is_empty(const struct cgroup *c)
{
	const struct cgroup_dir *v1 = cgroup_v1_dir(c);
	struct cgroup_pid_list l = {0};
	struct arena a = ARENA_INIT;
	bool empty = true;

	if (cgroup_v2_fd(c) >= 0)
		empty = cgroup_v2_ops.wait_empty(cgroup_v2_fd(c), 0) == 0;
	if (empty && v1)
		empty = cgroup_dir_pids(v1->dir_fd, &a, &l, NULL) == 0 && l.n == 0 &&
			l.n_hidden == 0;
	arena_free(&a);
	return empty;
}

int cgroup_kill(const struct cgroup *c, int sig, struct err *e)
{
	struct err ignored = {0};

	if (c->init <= 0 && is_empty(c))
		return 0;
	if (sig == SIGKILL) {
		if (cgroup_v2_fd(c) < 0 || cgroup_v2_ops.kill(cgroup_v2_fd(c)) < 0)
			return kill_by_signals(c, e);
		/* A process that is only in the v1 cgroups, and a v1 freezer that holds them. */
		int r = signal_once(c, SIGKILL, e);
		int thawed = cgroup_thaw(c, e);
		return r < 0 ? r : thawed;
	}
	int was_frozen = cgroup_is_frozen(c, e);
	if (was_frozen < 0)
		return was_frozen;
	bool froze = !was_frozen && cgroup_freeze(c, &ignored) == 0;
	int r = signal_once(c, sig, e);
	int thawed = froze ? cgroup_thaw(c, e) : 0;
	return r < 0 ? r : thawed;
}

/* Wait for the processes that are there now; those forked meanwhile are the caller's next look. */
static int wait_pids(const pid_t *pids, size_t n, int64_t deadline)
{
	for (size_t i = 0; i < n; i++) {
		AUTO_FD fd = sys_pidfd_open(pids[i]);
		struct pollfd p = {.fd = fd, .events = POLLIN};
		int r;
		if (fd < 0 && errno == ESRCH)
			continue;
		if (fd < 0)
			return -errno;
		do
			r = sys_pidfd_poll(&p, 1, cgroup_poll_ms(deadline));
		while (r < 0 && errno == EINTR);
		if (r <= 0)
			return r < 0 ? -errno : -ETIMEDOUT;
	}
	return 0;
}

static int timed_out(size_t n, int timeout_ms, struct err *e)
{
	return err_set(e, ERR_SYSTEM, ETIMEDOUT,
		       "%zu process(es) are left in the container's cgroup after %d ms", n,
		       timeout_ms);
}

int cgroup_wait_empty(const struct cgroup *c, int timeout_ms, struct err *e)
{
	int64_t deadline = cgroup_deadline(timeout_ms), delay = 0;

	for (;;) {
		struct arena a = ARENA_INIT;
		pid_t *pids;
		size_t n = 0;
		int r = 0;
		if (cgroup_v2_fd(c) >= 0)
			r = cgroup_v2_ops.wait_empty(cgroup_v2_fd(c), deadline);
		if (r == 0 || r == -ETIMEDOUT) {
			int listing = cgroup_pids(c, &a, &pids, &n, e);
			if (listing < 0)
				r = listing;
			else if (r == 0)
				r = wait_pids(pids, n, deadline);
		}
		arena_free(&a);
		if (r == -ETIMEDOUT)
			return timed_out(n, timeout_ms, e);
		if (r < 0)
			return err_set(e, ERR_SYSTEM, -r,
				       "waiting for the container's processes: %s",
				       strerrorname_np(-r));
		if (n == 0)
			return 0;
		/* All have exited; a moment until the last is taken off the list. */
		if (!cgroup_backoff(&delay, deadline))
			return timed_out(n, timeout_ms, e);
	}
}

void cgroup_take_back(const struct cgroup *c, pid_t pid)
{
	const struct cgroup_dir *v1 = cgroup_v1_dir(c);
	char text[16];

	snprintf(text, sizeof(text), "%d", pid);
	if (v1)
		(void)file_write_at(v1->dir_fd, "cgroup.procs", text);
}
