/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* namespaces_priv.h: private to plan/namespaces.c, plan/idmaps.c and plan/mounts_idmap.c. */
#ifndef BULKHEAD_PLAN_NAMESPACES_PRIV_H
#define BULKHEAD_PLAN_NAMESPACES_PRIV_H

#include "plan/namespaces.h"

struct spec_id_mapping;

/**
 * idmaps_convert - a list of mappings as the kernel takes it: at least one and at most 340 lines,
 * none empty, beyond the highest id or over another one. @pointer: of the list, for the message
 */
int idmaps_convert(const struct spec_id_mapping *m, size_t n, const char *pointer, struct arena *a,
		   const struct id_extent **ret, size_t *ret_n, struct err *e);

/**
 * idmaps_from_spec - p->maps from linux.uidMappings and gidMappings, checked as the kernel will
 * (user_namespaces(7)), in the runtime's own ids (facts->caller_ids), and p->idmap_rootfs: whether
 * they are the range that was reserved.
 */
int idmaps_from_spec(const struct spec *s, const struct host_facts *f, struct arena *a,
		     struct namespaces_plan *p, struct err *e);

/** idmaps_check_joined - mappings given besides a path must be those of the joined namespace. */
int idmaps_check_joined(const struct spec *s, const struct host_facts *f,
			const struct id_maps *maps, struct err *e);

/** idmaps_settle - p->root_uid and p->root_gid from p->maps. @where: for the error's pointer. */
int idmaps_settle(struct namespaces_plan *p, const char *where, struct err *e);

#endif
