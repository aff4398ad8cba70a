/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* nsfds.h: the namespaces of a plan that are joined by path, opened, entered and left. */
#ifndef BULKHEAD_LIFECYCLE_NSFDS_H
#define BULKHEAD_LIFECYCLE_NSFDS_H

#include <stdbool.h>

#include "plan/namespaces.h"

struct err;
struct mntns;

struct nsfds {
	int target[NS_KINDS]; /* joined by path, -1: none */
	int own[NS_KINDS];    /* the runtime's own, kept to come back; -1: not left */
	enum ns_mode mode[NS_KINDS];
};

/**
 * nsfds_open - open every namespace of @ns that has a path and check it again: it must be of the
 * right type and not the runtime's own. Between the facts and this moment a pid in a path may have
 * been reused, and a reused pid must never put a container into a host namespace.
 * @host: where the runtime came from: its own mount namespace is another one by then
 */
int nsfds_open(const struct namespaces_plan *ns, const struct mntns *host, struct nsfds *ret,
	       struct err *e);

/** nsfds_enter_host_owned - the runtime joins those that the host owns, except for the mount
 * namespace; sets the host name there
 * when the plan has one and the uts namespace is among them. */
int nsfds_enter_host_owned(struct nsfds *f, const struct namespaces_plan *ns, struct err *e);

/** nsfds_enter_foreign - the calling (intermediate) process joins the user namespace and then those
 * that it owns. The process keeps only the privileges it has there. */
int nsfds_enter_foreign(const struct nsfds *f, struct err *e);

/** nsfds_leave - the runtime goes back to its own. @time_too: also out of a time namespace made for
 * its children. */
int nsfds_leave(struct nsfds *f, bool time_too, struct err *e);

/** nsfds_close - close all. */
void nsfds_close(struct nsfds *f);

#endif
