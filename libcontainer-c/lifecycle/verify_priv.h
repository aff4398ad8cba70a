/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * verify_priv.h: what lifecycle/verify*.c share. One file per area; each adds rows to the report,
 * for what is as planned too, and returns a negative errno only when it could not look.
 */
#ifndef BULKHEAD_LIFECYCLE_VERIFY_PRIV_H
#define BULKHEAD_LIFECYCLE_VERIFY_PRIV_H

#include <stdbool.h>
#include <stdint.h>

#include "apply/cgroup.h"
#include "base/arena.h"
#include "harden/measures.h"
#include "host/facts.h"
#include "lifecycle/container.h"
#include "lifecycle/initproc.h"
#include "lifecycle/record.h"
#include "lifecycle/statedir.h"
#include "lifecycle/verify.h"
#include "lifecycle/verify_text.h"
#include "plan/plan.h"

struct err;
struct spec;

#define VERIFY_MAP_MAX 340 /* extents of a map: UID_GID_MAP_MAX_EXTENTS, 4.15 */

struct verify {
	const struct verify_request *q;
	struct arena *a;
	struct verify_report *report;

	struct statedir dir;
	struct record record;
	bool has_record; /* state.json could be read */
	bool has_seal;
	bool sealed; /* all files are what create wrote */
	/* An update was cut short: limits are what the configuration says or what they were. */
	bool unsettled;

	int proc_fd;	      /* the host's procfs, O_PATH */
	struct initproc init; /* the process that is looked at, and how it stays the same one */
	int pidfd;	      /* of it */
	int pid_fd;	      /* its /proc/PID: ESRCH once it is gone, whoever has the pid then */
	enum container_status status;
	bool waiting; /* created: it has not executed the user's program */
	struct proc_status proc;
	struct id_extent uid_map[VERIFY_MAP_MAX], gid_map[VERIFY_MAP_MAX]; /* the kernel's */
	size_t n_uid_map, n_gid_map;
	uint64_t userns; /* inode of its user namespace */

	struct host_facts facts;
	struct spec *spec;
	struct measures measures;
	struct plan plan;
	bool has_plan;

	struct cgroup cgroup; /* the container's, by the record or, without one, by the kernel */
};

/** verify_add - one row. Texts are static or in v->a; a NULL counts as out of memory. */
void verify_add(struct verify *v, enum verify_result result, const char *area, const char *what,
		const char *expected, const char *seen);

/** verify_is - a row that is ok when @ok. */
void verify_is(struct verify *v, bool ok, const char *area, const char *what, const char *expected,
	       const char *seen);

/** verify_read - a file of the process that is looked at, in v->a. Length or -errno. */
ssize_t verify_read(const struct verify *v, const char *name, char **ret);

/** verify_ns_inode - inode of a namespace; @pid_fd: a /proc/PID, or v->proc_fd for "self". */
int verify_ns_inode(int pid_fd, const char *name, uint64_t *ret);

/** verify_proc_path - open /proc/@pid of the host's procfs, O_PATH. */
int verify_open_pid(const struct verify *v, pid_t pid);

/* verify_find.c */

/** verify_find_by_range - the first process of the container whose state directory holds an id
 * range. Returns 1 and fills @ret, 0 when there is none, or -errno. */
int verify_find_by_range(const struct verify *v, struct initproc *ret);

/** verify_kernel_cgroups - the cgroups the process is in, as directories; in v->a. */
int verify_kernel_cgroups(const struct verify *v, char ***ret, size_t *ret_n);

/* verify_state.c */

/** verify_open - find the container and the process to look at. */
int verify_open(struct verify *v, struct err *e);

/** verify_state - the files against the seal; the plan made again. */
int verify_state(struct verify *v, struct err *e);

/* One area each. */
void verify_namespaces(struct verify *v);
void verify_process(struct verify *v);
void verify_limits(struct verify *v);
void verify_seccomp(struct verify *v);
void verify_ids(struct verify *v);
void verify_cgroup(struct verify *v);
void verify_machine(struct verify *v);
int verify_sysctl(struct verify *v, struct err *e);
int verify_mounts(struct verify *v, struct err *e);
int verify_others(struct verify *v, struct err *e);

/**
 * verify_filters - whether the thread @tid, stopped for a moment, is under every filter of @p, by
 * their instructions: 1, 0 or -errno.
 */
int verify_filters(pid_t tid, const struct seccomp_plan *p);

/** verify_minimum - without a plan to trust: what the policy in force demands of everybody. */
void verify_minimum(struct verify *v);

#endif
