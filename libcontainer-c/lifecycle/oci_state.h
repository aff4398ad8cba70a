/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* oci_state.h: the state as hooks and seccomp agents get it (runtime.md, "State"). */
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

/**
 * oci_process_state_size - room that is enough for oci_process_state_format().
 * @metadata: may be NULL
 */
size_t oci_process_state_size(const char *metadata);

/**
 * oci_process_state_format - what an agent gets together with a seccomp listener (config-linux.md,
 * "The Container Process State"), as JSON.
 * @status, @pid: of the container; @process: that is under the filter; @metadata: NULL leaves it
 * out Returns the length, or -E2BIG when it does not fit.
 */
int oci_process_state_format(const struct record *r, const char *status, pid_t pid, pid_t process,
			     const char *metadata, char *buf, size_t size);

#endif
