/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* namespaces.h: which namespaces are made, joined or shared, and the id maps. */
#ifndef BULKHEAD_PLAN_NAMESPACES_H
#define BULKHEAD_PLAN_NAMESPACES_H

#include "host/facts.h"

struct arena;
struct err;
struct spec;

enum ns_kind { NS_USER, NS_PID, NS_NET, NS_IPC, NS_UTS, NS_MNT, NS_CGROUP, NS_TIME, NS_KINDS };

enum ns_mode {
	NS_SHARED, /* the runtime's own (host's) is kept */
	NS_NEW,
	NS_JOIN_HOST_OWNED,    /* by path; owned by the runtime's user namespace */
	NS_JOIN_FOREIGN_OWNED, /* by path; owned by the user namespace that is joined too */
};

struct ns_plan {
	enum ns_mode mode;
	const char *path; /* JOIN_*; for NS_USER in mode JOIN_FOREIGN_OWNED without a path in the
			     spec: NULL, found through NS_GET_USERNS of owner_path */
	const char *owner_path; /* NS_USER only: a namespace owned by the one to join */
};

struct time_offset {
	int64_t secs;
	uint32_t nanosecs;
	bool set;
};

struct namespaces_plan {
	struct ns_plan ns[NS_KINDS];
	struct id_maps maps; /* of the container's user namespace; shared: the identity */
	uint32_t root_uid;   /* host uid of uid 0 inside */
	uint32_t root_gid;
	/*
	 * The engine does not know of the user namespace (it was added, or is that of a joined
	 * container): the rootfs holds container ids on disk and has to be idmapped. False when
	 * the caller asked for the user namespace: then its files carry host ids already, and
	 * idmapping them would shift them twice.
	 */
	bool idmap_rootfs;
	struct time_offset boottime, monotonic;
	const char *hostname, *domainname; /* NULL: leave */
};

/** ns_kind_clone_flag - CLONE_NEW... of a kind; ns_kind_proc_name - its file in /proc/PID/ns. */
uint64_t ns_kind_clone_flag(enum ns_kind k);
const char *ns_kind_proc_name(enum ns_kind k);

/** namespaces_owned_by_container - whether a namespace is owned by the container's user ns. */
bool namespaces_owned_by_container(const struct namespaces_plan *p, enum ns_kind k);

/**
 * ids_to_host - host id of @inside through @maps' extents; UINT32_MAX when not mapped.
 */
uint32_t ids_to_host(const struct id_extent *extents, size_t n, uint32_t inside);

/** namespaces_plan_make - see plan_make(). */
int namespaces_plan_make(const struct spec *s, const struct host_facts *f, struct arena *a,
			 struct namespaces_plan *ret, struct err *e);

#endif
