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

#include <sys/types.h>

struct err;
struct namespaces_plan;

struct spawned {
	pid_t pid;     /* in our pid namespace */
	int pidfd;     /* close-on-exec */
	int userns_fd; /* the container's user namespace, maps in force; set by spawn_map() */
};

/**
 * spawn_process - make the process.
 * @ns:        what to make and join
 * @cgroup_fd: for CLONE_INTO_CGROUP (5.7), or -1
 * @prepare:   runs before anybody in a joined user namespace can see or signal the process: either
 *             first in @child's process or in the one that makes it
 * @child:     runs in the new process and never returns
 * @ret:       pid and pidfd; userns_fd is -1 until spawn_map()
 * On failure no process is left and the runtime is in the namespaces it came from.
 */
int spawn_process(const struct namespaces_plan *ns, int cgroup_fd, void (*prepare)(void *),
		  void (*child)(void *) __attribute__((noreturn)), void *arg, struct spawned *ret,
		  struct err *e);

/**
 * spawn_map - write the id maps of a new user namespace, read them back, open the namespace.
 * A joined user namespace is only opened, and its maps compared with the plan's.
 */
int spawn_map(const struct namespaces_plan *ns, struct spawned *p, struct err *e);

#endif
