/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * verify_others.c: every other process of the container: those in its cgroups, which have to be as
 * confined as the first one, and those of its user namespace, which have to be in its cgroups.
 */
#include "lifecycle/verify_priv.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>

#include "base/err.h"
#include "base/fd.h"
#include "lifecycle/ids.h"

#define AREA	    "other processes"
#define LOOKS	    4 /* a process on its way in is there for a moment with the host's privileges */
#define LOOK_AGAIN  50 /* ms */
#define NESTING_MAX 33 /* of user namespaces: user_namespaces(7) */

/* Whether the user namespace of a process is the container's or one made inside it. */
static bool is_inside(const struct verify *v, int pid_fd, bool *ret_same)
{
	AUTO_FD ns_fd = openat(pid_fd, "ns/user", O_RDONLY | O_CLOEXEC);
	struct stat st;

	*ret_same = false;
	for (int i = 0; ns_fd >= 0 && i < NESTING_MAX; i++) {
		if (fstat(ns_fd, &st) < 0)
			return false;
		if (st.st_ino == v->userns) {
			*ret_same = i == 0;
			return true;
		}
		int parent = ioctl(ns_fd, NS_GET_PARENT);
		fd_closep(&ns_fd);
		ns_fd = parent;
	}
	return false;
}

/* What is wrong with a process, NULL: nothing. -ESRCH counts as nothing: it has ended. */
static const char *fault_of(const struct verify *v, int pid_fd, struct proc_status *s)
{
	const struct process_plan *p = &v->plan.process;
	char text[8192];
	bool same;

	if (file_read_at(pid_fd, "status", text, sizeof(text)) <= 0 ||
	    verify_parse_status(text, s) < 0)
		return NULL;
	if (!is_inside(v, pid_fd, &same))
		return "not in the container's user namespace";
	if (p->no_new_privs && !s->no_new_privs)
		return "without no_new_privs";
	if (v->plan.seccomp.n > 0 && !v->waiting && s->seccomp != 2)
		return "without a seccomp filter";
	/* In a user namespace made inside, all capabilities are over that one alone. */
	if (same &&
	    ((s->cap_bnd | s->cap_prm | s->cap_inh) & ~(p->caps.bounding | p->caps.permitted)))
		return "with capabilities that are not in the plan";
	for (int i = 0; i < 4; i++)
		if (!verify_has_id(v->uid_map, v->n_uid_map, s->uid[i]) ||
		    !verify_has_id(v->gid_map, v->n_gid_map, s->gid[i]))
			return "with ids that are not in the container's map";
	return NULL;
}

static void pause_ms(long ms)
{
	nanosleep(&(struct timespec){.tv_nsec = ms * 1000000}, NULL);
}

static bool check_process(struct verify *v, pid_t pid)
{
	struct proc_status s;
	const char *fault = NULL;
	AUTO_FD pid_fd = verify_open_pid(v, pid);

	for (int i = 0; i < LOOKS; i++) {
		if (i)
			pause_ms(LOOK_AGAIN);
		fault = pid_fd < 0 ? NULL : fault_of(v, pid_fd, &s);
		if (!fault)
			return true;
	}
	verify_add(v, VERIFY_FAILED, AREA, arena_printf(v->a, "process %d (%s)", pid, s.name),
		   "as confined as the first one", fault);
	return false;
}

static int by_pid(const void *x, const void *y)
{
	const pid_t *a = x, *b = y;

	return (*a > *b) - (*a < *b);
}

/* A zombie waits for its parent and is in no cgroup. One whose other threads go on is none. */
static bool is_dead(int pid_fd)
{
	char text[8192];

	return file_read_at(pid_fd, "status", text, sizeof(text)) <= 0 ||
	       (strstr(text, "\nState:\tZ") && strstr(text, "\nThreads:\t1\n"));
}

/* Whether a process is alive and in the container's user namespace itself. */
static bool lives_here(const struct verify *v, pid_t pid)
{
	AUTO_FD pid_fd = verify_open_pid(v, pid);
	uint64_t ns;

	return pid_fd >= 0 && verify_ns_inode(pid_fd, "user", &ns) == 0 && ns == v->userns &&
	       !is_dead(pid_fd);
}

static bool is_still_out(const struct verify *v, pid_t pid)
{
	AUTO_ARENA struct arena scratch = ARENA_INIT;
	pid_t *pids;
	size_t n;

	for (int i = 0; i < LOOKS; i++) {
		if (i)
			pause_ms(LOOK_AGAIN);
		if (!lives_here(v, pid) || cgroup_pids(&v->cgroup, &scratch, &pids, &n, NULL) < 0 ||
		    bsearch(&pid, pids, n, sizeof(pid), by_pid))
			return false;
	}
	return true;
}

/* Containers that joined this one's user namespace have cgroups of their own. */
static void check_outside(struct verify *v, const pid_t *pids, size_t n)
{
	bool shared = ids_is_shared(v->uid_map[0].outside) || v->record.id_range == 0;
	DIR *d = opendir("/proc");

	if (!d)
		return;
	for (struct dirent *x; (x = readdir(d));) {
		pid_t pid = (pid_t)strtol(x->d_name, NULL, 10);
		if (!isdigit((unsigned char)x->d_name[0]) || pid == v->init.pid ||
		    bsearch(&pid, pids, n, sizeof(pid), by_pid) || !lives_here(v, pid) ||
		    !is_still_out(v, pid))
			continue;
		verify_add(v, shared ? VERIFY_NOTE : VERIFY_FAILED, AREA,
			   arena_printf(v->a, "process %d", pid), "in the container's cgroups",
			   "in its user namespace, but not in its cgroups");
	}
	closedir(d);
}

int verify_others(struct verify *v, struct err *e)
{
	bool own = v->plan.ns.ns[NS_USER].mode != NS_SHARED;
	size_t n, bad = 0;
	pid_t *pids;

	if (!v->has_plan || !own)
		return 0;
	int r = cgroup_pids(&v->cgroup, v->a, &pids, &n, e);
	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i++)
		bad += pids[i] != v->init.pid && !check_process(v, pids[i]);
	check_outside(v, pids, n);
	verify_add(v, VERIFY_OK, AREA, "processes in the cgroups", "looked at each",
		   arena_printf(v->a, "%zu, of which %zu are not confined", n, bad));
	return 0;
}
