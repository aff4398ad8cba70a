/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mntns.h: from one mount namespace to another and back. setns(2) puts a process at the root of the
 * namespace it enters; where it has been is three descriptors.
 */
#ifndef BULKHEAD_LIFECYCLE_MNTNS_H
#define BULKHEAD_LIFECYCLE_MNTNS_H

#include <stdbool.h>

struct err;
struct stat;

struct mntns {
	int ns_fd, root_fd, cwd_fd; /* -1: none */
};
#define MNTNS_INIT ((struct mntns){-1, -1, -1})

/** mntns_here - where the caller is: its mount namespace, root and working directory. */
int mntns_here(struct mntns *ret, struct err *e);

/** mntns_go - there. The caller must be root of the user namespace that owns it, or above. */
int mntns_go(const struct mntns *m, struct err *e);

/** mntns_is - whether @st is of the mount namespace of @m; also true when that cannot be told. */
bool mntns_is(const struct mntns *m, const struct stat *st);

/** mntns_close - close all three; @m is as after MNTNS_INIT. */
void mntns_close(struct mntns *m);

#endif
