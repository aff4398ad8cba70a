/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * overlay_workdir.h: the work dir of our second overlay. It stands beside the engine's upper layer,
 * because overlayfs wants both on one mount, and goes with it when the engine removes the
 * container. Using the engine's own work dir would delete what the engine's overlay has in it.
 *
 * Its name ends with the host id of the container's root, so that two containers on one root
 * filesystem don't share it.
 */
#ifndef BULKHEAD_APPLY_OVERLAY_WORKDIR_H
#define BULKHEAD_APPLY_OVERLAY_WORKDIR_H

#include <stddef.h>
#include <stdint.h>

struct err;

#define OVERLAY_WORKDIR_PREFIX "work.userns."
#define OVERLAY_WORKDIR_MAX    32 /* bytes of its name with the NUL */

/** overlay_workdir_name - "work.userns.UID" into @buf[OVERLAY_WORKDIR_MAX]. */
void overlay_workdir_name(uint32_t root_uid, char *buf);

/**
 * overlay_workdir_make - make the directory @name below @parent_fd, mode 0700, owned by root.
 * One that is there already was left by a container that did not end properly: it is emptied.
 * ERR_HOST when the name belongs to somebody else (another owner, a symlink, a mount).
 */
int overlay_workdir_make(int parent_fd, const char *name, struct err *e);

/**
 * overlay_workdir_remove - remove @name below @parent_fd and what overlayfs left in it.
 * Nothing there is success. Removes: work/ and index/, in them whiteouts and temporary files ("#5")
 * and directories of whiteouts, and work/incompat/volatile/dirty. Never follows a symlink, never
 * crosses a mount; anything else in there is -ENOTEMPTY (ERR_HOST) and stays.
 */
int overlay_workdir_remove(int parent_fd, const char *name, struct err *e);

#endif
