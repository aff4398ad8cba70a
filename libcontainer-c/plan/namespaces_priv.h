/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* namespaces_priv.h: private to plan/namespaces.c and plan/idmaps.c. */
#ifndef BULKHEAD_PLAN_NAMESPACES_PRIV_H
#define BULKHEAD_PLAN_NAMESPACES_PRIV_H

#include "plan/namespaces.h"

/**
 * idmaps_from_spec - p->maps from linux.uidMappings and gidMappings, checked as the kernel will
 * (user_namespaces(7)), and p->idmap_rootfs: whether they are the range that was reserved.
 */
int idmaps_from_spec(const struct spec *s, const struct host_facts *f, struct arena *a,
		     struct namespaces_plan *p, struct err *e);

/** idmaps_check_joined - mappings given besides a path must be those of the joined namespace. */
int idmaps_check_joined(const struct spec *s, const struct id_maps *maps, struct err *e);

/** idmaps_settle - p->root_uid and p->root_gid from p->maps. @where: for the error's pointer. */
int idmaps_settle(struct namespaces_plan *p, const char *where, struct err *e);

#endif
