/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * seccomp_probe.c: see seccomp_probe.h. The kernel looks at the flags before it looks at the
 * program: without one a flag that it knows gives EFAULT, any other EINVAL.
 */
#include "host/seccomp_probe.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <stddef.h>

#include "kernel/sys.h"

uint32_t host_probe_seccomp(void)
{
	static const uint32_t flags[] = {
		SECCOMP_FILTER_FLAG_TSYNC,	 SECCOMP_FILTER_FLAG_LOG,
		SECCOMP_FILTER_FLAG_SPEC_ALLOW,	 SECCOMP_FILTER_FLAG_NEW_LISTENER,
		SECCOMP_FILTER_FLAG_TSYNC_ESRCH, SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV,
	};
	uint32_t known = 0;

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		uint32_t with = flags[i];

		/* EINVAL also where the kernel knows it, without its companion. */
		if (with == SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV)
			with |= SECCOMP_FILTER_FLAG_NEW_LISTENER;
		if (with == SECCOMP_FILTER_FLAG_TSYNC_ESRCH)
			with |= SECCOMP_FILTER_FLAG_TSYNC;
		if (sys_seccomp(SECCOMP_SET_MODE_FILTER, with, NULL) < 0 && errno == EFAULT)
			known |= flags[i];
	}
	return known;
}
