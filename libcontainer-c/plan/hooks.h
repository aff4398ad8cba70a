/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* hooks.h: the six lists of programs that run around a container's life (config.md, "POSIX-platform
 * Hooks"). */
#ifndef BULKHEAD_PLAN_HOOKS_H
#define BULKHEAD_PLAN_HOOKS_H

#include <stddef.h>
#include <stdint.h>

struct arena;
struct err;
struct spec;

enum hook_kind {
	HOOK_PRESTART,
	HOOK_CREATE_RUNTIME,
	HOOK_CREATE_CONTAINER,
	HOOK_START_CONTAINER,
	HOOK_POSTSTART,
	HOOK_POSTSTOP,
	HOOK_KINDS,
};

struct hook_plan {
	const char *path;  /* absolute */
	char *const *argv; /* {path, NULL} when the spec has no args */
	char *const *envp; /* hooks[].env; NULL: the runtime's own, as with other runtimes;
			      startContainer: that of the container's process */
	int64_t timeout;   /* seconds; 0: none */
};

struct hook_list {
	const struct hook_plan *items;
	size_t n;
};

struct hooks_plan {
	struct hook_list lists[HOOK_KINDS];
};

/** hook_kind_name - "prestart", "createRuntime", ... */
const char *hook_kind_name(enum hook_kind k);

/**
 * hooks_plan_make - all lists. @a owns the arrays; strings stay the spec's.
 * ERR_SPEC for a path that is not absolute and a timeout that is not greater than zero.
 */
int hooks_plan_make(const struct spec *s, struct arena *a, struct hooks_plan *ret, struct err *e);

#endif
