/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* names.h: the words that a policy is written with. All lists end with NULL. */
#ifndef BULKHEAD_POLICY_NAMES_H
#define BULKHEAD_POLICY_NAMES_H

extern const char *const policy_levels[];	/* "enforce", ... */
extern const char *const policy_rules[];	/* as in policy_level(): "userns", ... */
extern const char *const policy_seccomp_sets[]; /* of plan/seccomp_sets.h: "tty-injection", ... */
extern const char *const policy_securebits[];	/* "noroot", ... */
extern const char *const policy_rlimits[];	/* "RLIMIT_AS", ...: setrlimit(2) */
extern const char *const policy_treatments[];	/* of binds of host paths: "refuse", ... */
extern const char *const policy_destinations[]; /* of the audit trail: "file", ... */

#endif
