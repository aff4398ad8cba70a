/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* seccomp_builtin.c: holds what seccomp_generate wrote at build time. */
#include "plan/seccomp_builtin.h"

#include "plan/seccomp_default.h"

/* Defines `builtins`, ended by an entry without instructions. */
#include "libcontainer-c/plan/seccomp_builtin_data.h"

const struct seccomp_builtin *seccomp_builtin_find(uint32_t native, uint64_t caps, uint32_t sets)
{
	caps &= seccomp_default_caps();
	for (const struct seccomp_builtin *b = builtins; b->insns; b++)
		if (b->native == native && b->caps == caps && !(b->sets & ~sets))
			return b;
	return NULL;
}
