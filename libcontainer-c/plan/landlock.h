/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * landlock.h: a Landlock domain (landlock(7)) in the kernel's words. Pure.
 */
#ifndef BULKHEAD_PLAN_LANDLOCK_H
#define BULKHEAD_PLAN_LANDLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct host_facts;
struct measures;

/* Rights and scopes that the headers of Linux 6.1 do not know yet (linux/landlock.h). */
#define LANDLOCK_TRUNCATE	(1ull << 14) /* ABI 3, 6.2: ..._ACCESS_FS_TRUNCATE */
#define LANDLOCK_SCOPE_ABSTRACT (1ull << 0)  /* ABI 6, 6.12: ..._SCOPE_ABSTRACT_UNIX_SOCKET */
#define LANDLOCK_SCOPE_SIGNALS	(1ull << 1)  /* ABI 6, 6.12: ..._SCOPE_SIGNAL */

/* The first ABI with which a hierarchy can be made read-only without breaking rename(2) in the
 * others (REFER, 5.19), and the first one with scopes (6.12). */
#define LANDLOCK_ABI_READONLY 2
#define LANDLOCK_ABI_SCOPES   6

struct landlock_plan {
	uint64_t writes; /* rights that nothing below `readonly` has; 0: files are left alone */
	uint64_t scopes; /* 0: none */
	char *const *readonly; /* absolute paths in the container */
	size_t n_readonly;
};

/**
 * landlock_plan_make - from what the rule landlock decided.
 * ERR_HOST when this kernel's Landlock cannot do it: a domain is never less than planned.
 */
int landlock_plan_make(const struct measures *m, const struct host_facts *f,
		       struct landlock_plan *ret, struct err *e);

#endif
