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
	int v2;	    /* index of the v2 directory, -1: none */
	pid_t init; /* without any cgroup: see cgroup_without(); else 0 */
	bool init_alone;
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
 * cgroup_create_around - the same for cgroups that systemd has made: @holder, the place-holder of
 * apply/systemd.h, may be in them.
 */
int cgroup_create_around(const struct cgroup_plan *p, pid_t holder, struct cgroup *ret,
			 struct err *e);

/**
 * cgroup_make_room - while @n processes that are not the container's are in its cgroups: make room
 * for them in a v2 pids.max that is too small for the first process to be cloned beside them.
 * @n: 0 puts the limit back and reads it back
 */
int cgroup_make_room(const struct cgroup_plan *p, const struct cgroup *c, unsigned n,
		     struct err *e);

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

/**
 * cgroup_mark - write into each of the container's cgroups whose they are: an extended attribute of
 * the kernel's directory, which nobody inside can write. Without privilege over the host nothing
 * happens.
 * @mark: at most 512 bytes
 */
void cgroup_mark(const struct cgroup *c, const char *mark);

/** cgroup_is_marked - whether each of the cgroups, of which there is one at least, has this mark.
 */
bool cgroup_is_marked(const struct cgroup *c, const char *mark);

/**
 * cgroup_find_marked - look for cgroups with exactly this mark in whole hierarchies, deepest first;
 * for a container of which nobody knows any more where they are.
 * @mountpoints: of the hierarchies; @ret: paths, in @a
 * 0 or -errno; -E2BIG: more than CGROUP_MAX_TREES.
 */
int cgroup_find_marked(const char *const *mountpoints, size_t n, const char *mark, struct arena *a,
		       char ***ret, size_t *ret_n);

/** cgroup_v2_fd - directory for CLONE_INTO_CGROUP, owned by @c; -1: there is none. */
int cgroup_v2_fd(const struct cgroup *c);

/**
 * cgroup_delegate - make @uid of the host the owner of the v2 cgroup and of those of its files that
 * /sys/kernel/cgroup/delegate names; how many cgroups can be made below it, and how deep, is
 * bounded before. Nothing without a v2 cgroup.
 */
int cgroup_delegate(const struct cgroup *c, uint32_t uid, struct err *e);

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

/**
 * cgroup_without - a container that has no cgroup (rootless, nothing delegated): what is to be
 * listed, signalled or waited for are the processes in @init's pid namespace.
 * @alone: that is not the container's own: only @init itself
 */
void cgroup_without(struct cgroup *c, pid_t init, bool alone);

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
 * cgroup_take_back - bring the process back into the container's v1 freezer. Somebody may have
 * moved it to another one and frozen it there, where no signal reaches it; the kernel thaws what
 * enters a cgroup that is not frozen. Nothing of the other cgroup is changed. @pid is held by the
 * caller's pidfd. Where it does not help the caller sees the process stay.
 */
void cgroup_take_back(const struct cgroup *c, pid_t pid);

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
