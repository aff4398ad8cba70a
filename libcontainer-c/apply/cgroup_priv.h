/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cgroup_priv.h: what apply/cgroup*.c share. Not for anybody else. */
#ifndef BULKHEAD_APPLY_CGROUP_PRIV_H
#define BULKHEAD_APPLY_CGROUP_PRIV_H

#include <stdint.h>

#include "apply/cgroup.h"

/* For processes that have to end, or to freeze: a loaded machine is slow. */
#define CGROUP_PATIENCE_MS 10000

/* What v1 and v2 do differently. -ENOENT: this hierarchy (or kernel) cannot do it. */
struct cgroup_ops {
	enum cgroup_version version;
	/* After mkdir: what a directory needs before limits can be written and tasks can enter. */
	int (*prepare)(const struct cgroup_plan *p, size_t tree, int dir_fd, struct err *e);
	/* Ask for @on and, when freezing, wait until all is frozen. */
	int (*freeze)(int dir_fd, bool on, struct err *e);
	int (*frozen)(int dir_fd); /* 1 this cgroup itself is to be frozen, 0 not */
	int (*stuck)(int dir_fd);  /* 1 what enters freezes, be it because of a cgroup above */
	int (*kill)(int dir_fd);   /* SIGKILL to the whole subtree */
	/* Wait until the subtree has no process; -ETIMEDOUT. */
	int (*wait_empty)(int dir_fd, int64_t deadline_ns);
};

extern const struct cgroup_ops cgroup_v1_ops, cgroup_v2_ops;

/** cgroup_now, cgroup_deadline - monotonic time in ns; now plus @ms. */
int64_t cgroup_now(void);
int64_t cgroup_deadline(int ms);

/** cgroup_poll_ms - what is left until @deadline_ns for poll(2), rounded up, at least 0. */
int cgroup_poll_ms(int64_t deadline_ns);

/**
 * cgroup_backoff - sleep *@delay_ns (start with 0: 100 us), then double it up to 20 ms.
 * Returns false, without sleeping, when the deadline has passed.
 */
bool cgroup_backoff(int64_t *delay_ns, int64_t deadline_ns);

/**
 * cgroup_read - content of a cgroup file from its beginning, NUL-terminated; length or -errno.
 * Truncates to @size - 1 bytes.
 */
ssize_t cgroup_read(int fd, char *buf, size_t size);

/** cgroup_visit - the cgroup @name in @parent_fd; a negative errno ends the walk. */
typedef int (*cgroup_visit)(int parent_fd, const char *name, void *arg);

/**
 * cgroup_walk - call @visit for each cgroup below @dir_fd, children before their parent, however
 * deep. One that goes away meanwhile is left out. 0, or what @visit returned, or -errno (-E2BIG:
 * more names than a working tree has).
 */
int cgroup_walk(int dir_fd, cgroup_visit visit, void *arg);

/* A list of processes that grows in an arena. */
struct cgroup_pid_list {
	pid_t *pids;
	size_t n, cap;
	size_t n_hidden; /* further ones, outside our pid namespace: nothing can be done to them */
};

/** cgroup_dir_pids - add the processes of @dir_fd and all cgroups below it. */
int cgroup_dir_pids(int dir_fd, struct arena *a, struct cgroup_pid_list *list, struct err *e);

/** cgroup_pid_add - one process more. 0 or -ENOMEM. */
int cgroup_pid_add(struct cgroup_pid_list *list, struct arena *a, pid_t pid);

/**
 * cgroup_pidns_pids - add the processes in the pid namespace of @init, those in namespaces below it
 * excepted; with @alone only @init.
 */
int cgroup_pidns_pids(pid_t init, bool alone, struct arena *a, struct cgroup_pid_list *list,
		      struct err *e);

/** cgroup_v1_dir - the v1 cgroup to ask about processes: the freezer's, else any; NULL: no v1. */
const struct cgroup_dir *cgroup_v1_dir(const struct cgroup *c);

/** cgroup_put_devices - write or attach the device rules and read them back, into the record. */
int cgroup_put_devices(const struct cgroup_plan *p, struct cgroup *c, struct err *e);

/** cgroup_put_limits - every setting, read back; @out gets the members of the "limits" array. */
int cgroup_put_limits(const struct cgroup_plan *p, struct cgroup *c, struct strbuf *out,
		      const char **ret_kernel_memory, struct err *e);

/** cgroup_open_dir - descriptor of @path and whether it is v1 or v2; -ENOENT is not recorded. */
int cgroup_open_dir(const char *path, struct cgroup_dir *ret, struct err *e);

#endif
