/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* hook_probe.h: the programs that hooks are, and who could exchange them. */
#ifndef BULKHEAD_HOST_HOOK_PROBE_H
#define BULKHEAD_HOST_HOOK_PROBE_H

#include "host/facts.h"

struct arena;
struct spec_hooks;

/** host_probe_hooks - fill in facts->hooks, for @h or none (NULL). Returns 0 or -ENOMEM. */
int host_probe_hooks(const struct spec_hooks *h, struct arena *a, struct host_facts *f);

#endif
