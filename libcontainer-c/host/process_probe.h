/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* process_probe.h: what a container's process has from the runtime unless the config says
 * otherwise. */
#ifndef BULKHEAD_HOST_PROCESS_PROBE_H
#define BULKHEAD_HOST_PROCESS_PROBE_H

#include "host/facts.h"

struct arena;

/** host_probe_inherited - fill in facts->inherited. Returns 0 or -ENOMEM. */
int host_probe_inherited(struct arena *a, struct host_facts *f);

#endif
