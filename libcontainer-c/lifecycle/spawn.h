/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * spawn.h: the birth of the container's first process in its namespaces, with its id maps.
 *
 * The usual case is one clone3(2) with the user namespace in it. Namespaces that the host owns and
 * that are joined by path are joined by the runtime itself before the clone and left again after
 * it, because from inside a child user namespace setns(2) to them is refused. Namespaces owned by
 * another container's user namespace need that user namespace first, which would cost the runtime
 * its own privileges: an intermediate process does it and clones with CLONE_PARENT.
 */
#ifndef BULKHEAD_LIFECYCLE_SPAWN_H
#define BULKHEAD_LIFECYCLE_SPAWN_H

#include <stdbool.h>
#include <sys/types.h>

struct err;
struct mntns;
struct namespaces_plan;

struct spawned {
	pid_t pid;     /* in our pid namespace */
	int pidfd;     /* close-on-exec */
	int userns_fd; /* the container's user namespace, maps in force; set by spawn_map() */
};

/**
 * spawn_process - make the process.
 * @ns:        what to make and join; a new mount namespace is the caller's until the process makes
 * one
 * @host:      where a process without a mount namespace of its own is born
 * @cgroup_fd: for CLONE_INTO_CGROUP (5.7), or -1
 * @prepare:   runs before anybody in a joined user namespace can see or signal the process: either
 *             first in @child's process or in the one that makes it
 * @child:     runs in the new process and never returns
 * @ret:       pid and pidfd; userns_fd is -1 until spawn_map()
 * On failure no process is left and the runtime is in the namespaces it came from.
 */
int spawn_process(const struct namespaces_plan *ns, const struct mntns *host, int cgroup_fd,
		  void (*prepare)(void *), void (*child)(void *) __attribute__((noreturn)),
		  void *arg, struct spawned *ret, struct err *e);

/**
 * spawn_inside - make a process beside an existing one, in its namespaces, as root of its user
 * namespace and as a child of the caller. Through an intermediate process that stays in the
 * caller's pid namespace: nobody inside sees a process with the caller's credentials or mounts.
 * @pidfd:    the existing process
 * @ns_flags: CLONE_NEW... of the namespaces to enter; not CLONE_NEWUSER when it is the caller's
 * @keep_groups: setgroups(2) is denied there
 * @cgroup_fd, @prepare, @child, @ret: as above; @prepare runs in the intermediate process
 * @seconds:  how long it may take, -1: for ever (in a frozen cgroup until that is thawed)
 * -EBUSY: the v2 cgroup has cgroups with controllers below it and takes no processes.
 */
int spawn_inside(int pidfd, int ns_flags, bool keep_groups, int cgroup_fd, int seconds,
		 void (*prepare)(void *), void (*child)(void *) __attribute__((noreturn)),
		 void *arg, struct spawned *ret, struct err *e);

/** spawn_end - kill the process and reap it, when there is one. Waits at most 10 s. */
void spawn_end(struct spawned *p);

/**
 * spawn_map - write the id maps of a new user namespace, read them back, open the namespace.
 * A joined user namespace is only opened, and its maps compared with the plan's.
 */
int spawn_map(const struct namespaces_plan *ns, struct spawned *p, struct err *e);

#endif
