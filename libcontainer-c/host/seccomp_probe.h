/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* seccomp_probe.h: what the kernel can do with filters. */
#ifndef BULKHEAD_HOST_SECCOMP_PROBE_H
#define BULKHEAD_HOST_SECCOMP_PROBE_H

#include <stdint.h>

/**
 * host_probe_seccomp - the SECCOMP_FILTER_FLAG_... of seccomp(2) that the kernel knows. Needs no
 * privilege and loads nothing.
 */
uint32_t host_probe_seccomp(void);

#endif
