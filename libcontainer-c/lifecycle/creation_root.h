/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* creation_root.h: the finished root file system becomes the container's. Private to lifecycle/. */
#ifndef BULKHEAD_LIFECYCLE_CREATION_ROOT_H
#define BULKHEAD_LIFECYCLE_CREATION_ROOT_H

#include <stdbool.h>

struct creation;
struct err;
struct plan;

/** creation_chroots - whether the first process has to chroot(2), being told where by HS_ROOT. */
bool creation_chroots(const struct plan *p);

/**
 * creation_root - from M1, with all mounts made: pivot_root(2), or what stands for it. Leaves the
 * runtime in the container's root and mount namespace.
 */
int creation_root(struct creation *c, struct err *e);

#endif
