/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * lsm_probe.h: which security modules the running kernel has, and whether what the policy wants of
 * them is loaded. A kernel without a module costs one failed open(2).
 */
#ifndef BULKHEAD_HOST_LSM_PROBE_H
#define BULKHEAD_HOST_LSM_PROBE_H

#include "host/facts.h"

struct arena;
struct policy;
struct spec;

/**
 * host_probe_lsm - AppArmor, SELinux and Landlock: fill in facts->apparmor, profiles, selinux,
 * selinux_enforcing, selinux_label_known and landlock_abi.
 * @s: its profile is looked up too; may be NULL
 * Returns 0 or -ENOMEM; what cannot be read (explain without root) stays unknown.
 */
int host_probe_lsm(const struct spec *s, const struct policy *p, struct arena *a,
		   struct host_facts *f);

/**
 * lsm_profile_line - one line of /sys/kernel/security/apparmor/profiles, "NAME (MODE)". NAME may
 * have spaces and parentheses.
 * @line: without its newline; cut apart in place, and NAME is what is left of it
 * Returns the mode; PROFILE_UNKNOWN when it is no such line.
 */
enum profile_mode lsm_profile_line(char *line);

#endif
