/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ns_probe.h: facts about the namespaces that a spec wants to join by path. */
#ifndef BULKHEAD_HOST_NS_PROBE_H
#define BULKHEAD_HOST_NS_PROBE_H

#include <sys/types.h>

struct arena;
struct err;
struct host_facts;
struct id_maps;
struct spec;

/**
 * host_probe_namespaces - fill f->ns, one entry per linux.namespaces[] of @s.
 * A path that cannot be opened or is not a namespace of the named type is not an error here: the
 * entry says exists = false and hardening refuses it with the JSON pointer. To read the maps of a
 * foreign user namespace a short-lived process enters it; without the privilege n_uid stays 0.
 */
int host_probe_namespaces(const struct spec *s, struct arena *a, struct host_facts *f,
			  struct err *e);

/** host_probe_maps - id maps of the user namespace that process @pid is in, as seen from ours. 0 or
 * -errno. */
int host_probe_maps(pid_t pid, struct arena *a, struct id_maps *ret);

#endif
