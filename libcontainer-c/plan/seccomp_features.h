/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * seccomp_features.h: what linux.seccomp may contain, for `features` (features-linux.md, section
 * seccomp). NULL-terminated, sorted. The same tables drive the compiler's checks.
 */
#ifndef BULKHEAD_PLAN_SECCOMP_FEATURES_H
#define BULKHEAD_PLAN_SECCOMP_FEATURES_H

extern const char *const seccomp_features_actions[];
extern const char *const seccomp_features_operators[];
extern const char *const seccomp_features_archs[];
/* Which of them the kernel takes: host_probe_seccomp(). */
extern const char *const seccomp_features_known_flags[];

#endif
