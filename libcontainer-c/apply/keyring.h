/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* keyring.h: a session keyring per container, so that none of the host's is inherited. */
#ifndef BULKHEAD_APPLY_KEYRING_H
#define BULKHEAD_APPLY_KEYRING_H

struct err;

/**
 * keyring_join - make or join the session keyring "_ses.<id>" for the caller and what it forks.
 * @selinux_label: label for a new keyring; NULL: none
 *
 * To be called by the runtime before it makes the user namespace: keys are charged to the user who
 * makes them, and the quota of a mapped uid (200 keys) ends after 200 containers where root's does
 * not. With the quota used up an anonymous keyring is joined instead; a kernel without keyrings is
 * no error.
 */
int keyring_join(const char *id, const char *selinux_label, struct err *e);

#endif
