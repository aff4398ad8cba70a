/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* policy_load.h: the policy of this host, from its file. */
#ifndef BULKHEAD_HOST_POLICY_LOAD_H
#define BULKHEAD_HOST_POLICY_LOAD_H

struct arena;
struct err;
struct policy;

/* Read when no other is named; that it is not there is no error. */
#define POLICY_FILE "/etc/bulkhead/policy.json"

/**
 * policy_load - the policy in force.
 * @file: absolute path, or NULL: POLICY_FILE if it exists, else the built-in policy
 * @a:    owns the result; not used for the built-in one
 * @ret:  lives as long as @a; source and digest are set, a seccomp profile that it names is read
 *
 * Files are read as trust_open() says. Errors are ERR_POLICY and begin
 * "policy: file: PATH: ", then, for contents, the JSON pointer. Costs one failed open(2) when
 * there is no file.
 */
int policy_load(const char *file, struct arena *a, const struct policy **ret, struct err *e);

#endif
