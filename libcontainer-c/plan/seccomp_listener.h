/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * seccomp_listener.h: whom the kernel asks about system calls whose verdict is SCMP_ACT_NOTIFY
 * (seccomp_unotify(2)): the agent that listens on linux.seccomp.listenerPath.
 */
#ifndef BULKHEAD_PLAN_SECCOMP_LISTENER_H
#define BULKHEAD_PLAN_SECCOMP_LISTENER_H

#include <stdbool.h>

struct err;
struct host_facts;
struct spec_seccomp;

struct seccomp_listener {
	const char *path;     /* of the agent's socket, absolute; NULL: nothing is to be asked */
	const char *metadata; /* handed to the agent with each listener; NULL: none */
	bool own_agent;	      /* refuse one that is neither root's nor the runtime's user's */
};

/**
 * seccomp_listener_make - the listener of a profile that has SCMP_ACT_NOTIFY.
 * Strings stay those of @s. ERR_SPEC with the pointer of listenerPath when there is none, or when
 * it is not absolute: a relative one would depend on where the caller of each exec happens to be.
 */
int seccomp_listener_make(const struct spec_seccomp *s, struct seccomp_listener *ret,
			  struct err *e);

/**
 * seccomp_listener_check - whether the kernel knows the flags that @s asks for, and listeners.
 * @s: checked by seccomp_plan_make(); NULL: nothing to check
 * @f: seccomp_flags, if they were looked for
 * ERR_HOST with the pointer of the first flag that it does not know.
 */
int seccomp_listener_check(const struct spec_seccomp *s, const struct seccomp_listener *l,
			   const struct host_facts *f, struct err *e);

#endif
