/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* home.h: HOME of a user from the container's /etc/passwd. */
#ifndef BULKHEAD_APPLY_HOME_H
#define BULKHEAD_APPLY_HOME_H

#include <stddef.h>
#include <stdint.h>

/**
 * home_lookup - write "HOME=<dir>" for @uid into @ret. Reads <root_fd>/etc/passwd, an untrusted
 * file: bounded, in the root, regular files only; no allocation. Whatever is wrong with it gives
 * "HOME=/". @size must be at least 8.
 */
void home_lookup(int root_fd, uint32_t uid, char *ret, size_t size);

/** home_parse - the same for a passwd text of @len bytes. */
void home_parse(const char *text, size_t len, uint32_t uid, char *ret, size_t size);

#endif
