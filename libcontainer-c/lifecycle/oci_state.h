/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* oci_state.h: the state as hooks get it on stdin (runtime.md, "State"). */
#ifndef BULKHEAD_LIFECYCLE_OCI_STATE_H
#define BULKHEAD_LIFECYCLE_OCI_STATE_H

#include <stddef.h>
#include <sys/types.h>

struct record;

#define OCI_STATE_MAX 65536

/**
 * oci_state_format - the state as one line of JSON, without using the heap.
 * @status: "creating", "created", ...; @pid: 0 leaves it out
 * Returns the length, or -E2BIG when it does not fit.
 */
int oci_state_format(const struct record *r, const char *status, pid_t pid, char *buf, size_t size);

#endif
