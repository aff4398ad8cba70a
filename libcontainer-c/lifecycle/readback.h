/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * readback.h: ids and capabilities of a process that changed them under its filter.
 *
 * Without no_new_privs a filter has to be loaded while there is a capability for it (seccomp(2)),
 * so before ids and capabilities change. SCMP_ACT_ERRNO with errno 0 then lets setresuid(2),
 * capset(2) or prctl(2) seem to succeed, and the calls that read back as well. The runtime is under
 * no such filter, and the kernel tells it the truth.
 */
#ifndef BULKHEAD_LIFECYCLE_READBACK_H
#define BULKHEAD_LIFECYCLE_READBACK_H

#include <sys/types.h>

struct err;
struct id_maps;
struct plan;

/**
 * readback_check - compare what the kernel says of @pid with the plan, where a filter could have
 * answered for it. The process waits for the runtime (HS_CREATED).
 * @proc_fd: the host's procfs
 * @maps:    of its user namespace, as the runtime sees it
 * ERR_SYSTEM for what is not as planned.
 */
int readback_check(const struct plan *p, const struct id_maps *maps, int proc_fd, pid_t pid,
		   struct err *e);

#endif
