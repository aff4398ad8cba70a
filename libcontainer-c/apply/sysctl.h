/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sysctl.h: write a sysctl plan through a private procfs and read it back. Which namespace a file
 * of /proc/sys belongs to depends on who opens it, not on the procfs instance.
 */
#ifndef BULKHEAD_APPLY_SYSCTL_H
#define BULKHEAD_APPLY_SYSCTL_H

#include <stdint.h>

struct err;
struct sysctl_plan;

/**
 * sysctl_apply - write the plan's items of the net, ipc and uts namespaces.
 * To be called by a process with host credentials that has entered the container's net, ipc and uts
 * namespaces. Runs in a vforked helper: no memory, no stdio, raw credential calls.
 * @proc_fd:  root of a private (never the container's) procfs
 * @root_uid, @root_gid: host ids of the container's root. Files that only the owner of a namespace
 *            may write are opened with these as effective ids; the caller's are restored
 */
int sysctl_apply(const struct sysctl_plan *p, int proc_fd, uint32_t root_uid, uint32_t root_gid,
		 struct err *e);

/**
 * sysctl_apply_user - write the plan's user.* items. To be called by the container's child, in its
 * user namespace, before it gives up its capabilities. A plan without such items costs nothing.
 */
int sysctl_apply_user(const struct sysctl_plan *p, int proc_fd, struct err *e);

#endif
