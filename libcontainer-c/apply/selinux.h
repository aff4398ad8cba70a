/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * selinux.h: the only caller of libselinux in this room, so that a build without it (or a
 * start-up without its constructor) touches one file.
 */
#ifndef BULKHEAD_APPLY_SELINUX_H
#define BULKHEAD_APPLY_SELINUX_H

/**
 * selinux_set_key_label - label for keys that the caller makes from now on; NULL: the default.
 * Works through the host's /proc/self: not for a process inside a container. 0 or -errno;
 * -ENOTSUP in a build without libselinux.
 */
int selinux_set_key_label(const char *label);

#endif
