/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* systemd_priv.h: the place-holder of a scope. Private to apply/systemd*.c. */
#ifndef BULKHEAD_APPLY_SYSTEMD_PRIV_H
#define BULKHEAD_APPLY_SYSTEMD_PRIV_H

#include <sys/types.h>

struct err;

/** systemd_holder_start - the place-holder, in the caller's cgroups. */
int systemd_holder_start(pid_t *ret, struct err *e);

#endif
