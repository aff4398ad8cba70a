/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rlimit_names.h: the names of resource limits, as config.json and policies spell them. */
#ifndef BULKHEAD_OCI_SPEC_RLIMIT_NAMES_H
#define BULKHEAD_OCI_SPEC_RLIMIT_NAMES_H

/** rlimit_from_name - the number of "RLIMIT_NOFILE" for getrlimit(2); -1: there is none. */
int rlimit_from_name(const char *name);

/** rlimit_name - "RLIMIT_NOFILE" for a number; NULL behind the last. */
const char *rlimit_name(unsigned number);

#endif
