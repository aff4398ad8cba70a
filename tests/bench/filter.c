/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* filter.c: writes the built-in seccomp filter as struct sock_filter[], for the floor program. */
#include <stdio.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "harden/measures.h"
#include "plan/seccomp.h"

/* What the built-in policy decides. */
static char *const denied_by_default[] = {(char *)(uintptr_t) "tty-injection", NULL};
static const struct measures builtin = {
	.seccomp_builtin = true,
	.seccomp_deny = (char **)(uintptr_t)denied_by_default,
	.n_seccomp_deny = 1,
};

#define CEILING 0x800405fbull /* the default policy's capabilities */

int main(void)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct seccomp_plan p;
	struct err e = {0};

	if (seccomp_plan_make(NULL, &builtin, CEILING, &a, &p, &e) < 0) {
		fprintf(stderr, "filter: %s\n", e.msg);
		return 1;
	}
	const struct seccomp_filter *f = &p.filters[0];
	return fd_write_all(STDOUT_FILENO, f->insns, f->n * sizeof(f->insns[0])) < 0;
}
