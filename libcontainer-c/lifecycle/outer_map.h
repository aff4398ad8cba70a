/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * outer_map.h: the id maps of a user namespace that an ordinary user makes. More than his own id
 * only newuidmap(1) and newgidmap(1) can map, and only from outside: a helper process waits there.
 */
#ifndef BULKHEAD_LIFECYCLE_OUTER_MAP_H
#define BULKHEAD_LIFECYCLE_OUTER_MAP_H

#include <stdbool.h>
#include <sys/types.h>

struct arena;
struct err;

struct outer_map {
	char **uid_args, **gid_args; /* of the two programs; NULL: the own id alone */
	uid_t uid;
	gid_t gid;
	pid_t helper; /* 0: none */
	int go_fd;    /* a byte lets the helper begin */
	int report_fd;
};
#define OUTER_MAP_INIT ((struct outer_map){.go_fd = -1, .report_fd = -1})

/**
 * outer_map_prepare - before the namespace exists: look up what is to be mapped, and start the
 * helper. The programs are looked for in PATH, as every runtime does: they are the user's own
 * affair until they turn out to be setuid root, and then they have no environment of his.
 */
int outer_map_prepare(struct arena *a, struct outer_map *ret, struct err *e);

/** outer_map_write - in the new namespace: have the maps written. Uid and gid are 0 then. */
int outer_map_write(struct outer_map *m, struct err *e);

/** outer_map_end - let the helper go, whatever it is at. */
void outer_map_end(struct outer_map *m);

#endif
