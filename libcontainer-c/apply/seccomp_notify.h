/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* seccomp_notify.h: the runtime as the one who is asked (seccomp_unotify(2)). */
#ifndef BULKHEAD_APPLY_SECCOMP_NOTIFY_H
#define BULKHEAD_APPLY_SECCOMP_NOTIFY_H

#include <stdbool.h>

struct err;

/** seccomp_notify_is - whether @fd is a listener. */
bool seccomp_notify_is(int fd);

/**
 * seccomp_notify_pass - receive one question and let the system call go on
 * (SECCOMP_USER_NOTIF_FLAG_CONTINUE, 5.5). Waits for one if there is none.
 *
 * CONTINUE is no judgement: another thread could change what pointers lead to in between. It is for
 * questions about processes that execute the runtime's own code.
 */
int seccomp_notify_pass(int fd, struct err *e);

#endif
