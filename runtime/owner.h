/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* owner.h: the name of a host user, for `list`. */
#ifndef BULKHEAD_RUNTIME_OWNER_H
#define BULKHEAD_RUNTIME_OWNER_H

#include <sys/types.h>

struct arena;

/**
 * owner_name - the user's name from /etc/passwd, else "#UID". In @a, or static when memory is
 * exhausted. Not getpwuid(3): it loads NSS modules, which a static program cannot.
 */
const char *owner_name(uid_t uid, struct arena *a);

/** owner_find - as owner_name() from the text @passwd; NULL when @uid is not in it. */
const char *owner_find(const char *passwd, uid_t uid, struct arena *a);

#endif
