/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* memory_policy.c: see memory_policy.h. */
#include "apply/memory_policy.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/err.h"
#include "plan/memory_policy.h"

#define MAXNODE (MEMORY_POLICY_NODES + 1) /* the kernel looks at one bit less: get_nodes() */

static int read_back(const struct memory_policy_plan *p, struct err *e)
{
	static const unsigned long none[MEMORY_POLICY_WORDS];
	const unsigned long *want = p->effective ? p->effective : none;
	unsigned long got[MEMORY_POLICY_WORDS] = {0};
	int mode;

	if (syscall(SYS_get_mempolicy, &mode, got, MAXNODE, 0, 0) < 0)
		return err_sys(e, errno, "/linux/memoryPolicy: get_mempolicy");
	if (mode == MEMORY_POLICY_LOCAL && p->mode == MEMORY_POLICY_PREFERRED && !p->nodes)
		mode = p->mode;
	if (mode != p->mode)
		return err_set(e, ERR_SYSTEM, EIO,
			       "/linux/memoryPolicy: the mode reads back as %#x instead of %#x",
			       (unsigned)mode, (unsigned)p->mode);
	if (memcmp(got, want, sizeof(got)) != 0)
		return err_set(e, ERR_HOST, EINVAL,
			       "/linux/memoryPolicy/nodes: the container's cpuset does not have "
			       "all of them");
	return 0;
}

int memory_policy_apply(const struct memory_policy_plan *p, struct err *e)
{
	if (!p->set)
		return 0;
	if (syscall(SYS_set_mempolicy, p->mode, p->nodes, p->nodes ? MAXNODE : 0) == 0)
		return read_back(p, e);
	if (errno == ENOSYS)
		return err_set(e, ERR_HOST, ENOSYS,
			       "/linux/memoryPolicy: this kernel has no memory policies");
	return err_set(e, ERR_HOST, errno,
		       "/linux/memoryPolicy: set_mempolicy: %s: this kernel does not have the "
		       "mode, or the container's cpuset has none of the nodes",
		       strerror(errno));
}
