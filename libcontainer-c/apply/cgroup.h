/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cgroup.h: making, limiting, freezing, killing and removing the container's cgroups. Everything
 * below the container's directories is reached through descriptors; nothing above them that this
 * process did not make is changed, but for v2 controllers that have to be enabled and empty v1
 * cpusets that have to be filled on the way.
 */
#ifndef BULKHEAD_APPLY_CGROUP_H
#define BULKHEAD_APPLY_CGROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/str.h"
#include "plan/cgroup.h"

struct arena;
struct err;

#define CGROUP_MAX_TREES 32

struct cgroup_ops; /* v1 or v2: apply/cgroup_priv.h */

struct cgroup_dir {
	const struct cgroup_ops *ops;
	int dir_fd;    /* -1: this cgroup does not exist (any more) */
	int tasks_fd;  /* v1 `tasks`, for cgroup_attach_self(); -1: none */
	unsigned made; /* how many directories at the end of the path this process made */
};

/* Opened cgroups of one container; dirs[i] belongs to paths[i] and to plan->trees[i]. */
struct cgroup {
	struct cgroup_dir dirs[CGROUP_MAX_TREES];
	size_t n;
	int v2;		      /* index of the v2 directory, -1: none */
	struct strbuf record; /* see cgroup_record() */
	struct strbuf limits; /* see cgroup_limits() */
};

/**
 * cgroup_create - make every directory, write every limit and the device rules, read all of them
 * back. No process is involved.
 * A value that reads back differently is ERR_HOST: pointer, wanted, got. A cgroup that exists is
 * used when it and everything below it is empty, not frozen, and no other create is about to use it
 * (an flock on the first directory, until cgroup_close()). On failure everything that this
 * call made is removed again, parents included.
 * Release with cgroup_close(); removal is cgroup_destroy().
 */
int cgroup_create(const struct cgroup_plan *p, struct cgroup *ret, struct err *e);

/**
 * cgroup_apply_limits - only the limits (not the device rules) of @p, written and read back; for
 * update. @c: opened with cgroup_open(p->paths, ...). Renews the record.
 */
int cgroup_apply_limits(const struct cgroup_plan *p, struct cgroup *c, struct err *e);

/**
 * cgroup_check_devices - whether the plan's device rules are in force: the very list on v1, on v2 a
 * program with the same instructions. @c: opened with the plan's paths.
 * Returns 0, or ERR_HOST "/linux/resources/devices: ..." with what is there instead.
 */
int cgroup_check_devices(const struct cgroup_plan *p, const struct cgroup *c, struct err *e);

/**
 * cgroup_snapshot - a plan of the same cgroups that puts back what @p's limits are now; for update,
 * made before cgroup_apply_limits(p).
 * Left out are files that have a line per device, and those that are not there yet.
 */
int cgroup_snapshot(const struct cgroup_plan *p, const struct cgroup *c, struct arena *a,
		    struct cgroup_plan *ret, struct err *e);

/**
 * cgroup_record - what was read back, as one JSON object:
 * {"limits":[{"pointer","file","value"}...],"devices":{...},"kernelMemory":"..."}
 * Valid until cgroup_close(); NULL after cgroup_open().
 */
const char *cgroup_record(const struct cgroup *c);

/**
 * cgroup_limits - the limits of the record, one line "FILE=VALUE\n" each. Valid as long, and NULL
 * also when there is no limit.
 */
const char *cgroup_limits(const struct cgroup *c);

/** cgroup_v2_fd - directory for CLONE_INTO_CGROUP, owned by @c; -1: there is none. */
int cgroup_v2_fd(const struct cgroup *c);

/**
 * cgroup_attach_self - move the calling, single-threaded process into the v1 cgroups. For the
 * child: async-signal-safe, no allocation, works inside its new user namespace, because the
 * parent opened the files. v2 is entered by CLONE_INTO_CGROUP. Returns 0 or -errno.
 * Needs the descriptors of cgroup_create() or cgroup_prepare_attach().
 */
int cgroup_attach_self(const struct cgroup *c);

/** cgroup_prepare_attach - open `tasks` of every v1 cgroup (after cgroup_open(), for exec). */
int cgroup_prepare_attach(struct cgroup *c, struct err *e);

/**
 * cgroup_attach_pid - move another process into all cgroups through cgroup.procs. Slow (waits for
 * an RCU grace period, 10 to 15 ms): only for kernels that refuse the two ways above.
 */
int cgroup_attach_pid(const struct cgroup *c, pid_t pid, struct err *e);

/**
 * cgroup_open - open existing cgroups by the paths of a plan or of the state.
 * A directory that is missing is no error: its dir_fd is -1. A path that is not in a cgroup file
 * system is ERR_STATE.
 */
int cgroup_open(const char *const *paths, size_t n, struct cgroup *ret, struct err *e);

/** cgroup_close - close the descriptors and free the record; removes nothing. */
void cgroup_close(struct cgroup *c);

/**
 * cgroup_pids - processes in the container's cgroup and all cgroups below it.
 * @ret: in @a; ascending, each once. 0 or negative errno.
 */
int cgroup_pids(const struct cgroup *c, struct arena *a, pid_t **ret, size_t *ret_n, struct err *e);

/**
 * cgroup_kill - send @sig to every process. SIGKILL: through cgroup.kill (5.14) where there is a v2
 * cgroup, so that nothing can escape by forking; else, and for other signals, to a frozen cgroup
 * where there is a freezer. Does not wait for anything to die: see cgroup_wait_empty(). An empty
 * cgroup is no error. A paused container is thawed by SIGKILL and stays paused for other signals.
 */
int cgroup_kill(const struct cgroup *c, int sig, struct err *e);

/**
 * cgroup_wait_empty - wait until no process is left, without polling (cgroup.events or pidfds).
 * Returns 0, or -ETIMEDOUT with an error that gives the number of processes.
 */
int cgroup_wait_empty(const struct cgroup *c, int timeout_ms, struct err *e);

/** cgroup_freeze, cgroup_thaw - returns when all processes are frozen (bounded: 2 s). */
int cgroup_freeze(const struct cgroup *c, struct err *e);
int cgroup_thaw(const struct cgroup *c, struct err *e);

/**
 * cgroup_is_frozen - 1 frozen or freezing by its own setting, 0 not (or no freezer), negative
 * errno.
 */
int cgroup_is_frozen(const struct cgroup *c, struct err *e);

/**
 * cgroup_destroy - remove the cgroups and those made inside them, deepest first. Waits up to 2 s in
 * all for processes that are still exiting (EBUSY). Missing ones are no error; goes on after a
 * failure and reports the first. A path outside a cgroup file system is ERR_STATE and untouched.
 */
int cgroup_destroy(const char *const *paths, size_t n, struct err *e);

#endif
