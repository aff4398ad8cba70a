/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * seccomp.h: the system call filter of a container, as BPF ready to be loaded. Pure.
 *
 * Two filters are in force: the caller's (linux.seccomp, if any) and the administrator's, which no
 * caller can switch off: the built-in default profile (seccomp_default.c) or a profile that the
 * policy names, less the sets that the policy denies (seccomp_sets.c). The kernel would run both
 * and take the stricter verdict; here they are merged into one program with that very result,
 * because one load costs half of two and every later system call runs one filter. Ties of the same
 * action take the caller's errno, as if the caller's filter had been loaded last.
 *
 * The caller's half decides as runc with libseccomp does: see seccomp_profile.h for the rules.
 */
#ifndef BULKHEAD_PLAN_SECCOMP_H
#define BULKHEAD_PLAN_SECCOMP_H

#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>

#include "plan/seccomp_listener.h"

struct arena;
struct err;
struct measures;
struct spec_seccomp;

struct seccomp_filter {
	const struct sock_filter *insns; /* in the arena, or static */
	uint16_t n;
	uint32_t flags;	    /* SECCOMP_FILTER_FLAG_... */
	const char *source; /* whose rules: "built-in", "profile" (the policy's own) or "sets" (that
			       the policy denies, alone); "config"; "built-in+config", ... */
};

/*
 * Load in this order. One filter, unless the merged program would not fit in the kernel's 4096
 * instructions: then the administrator's comes first and the caller's last, since the caller's may
 * deny the system calls that load filters. The last one is made with a listener
 * (SECCOMP_FILTER_FLAG_NEW_LISTENER) when listener.path is set; a process can have one only.
 */
struct seccomp_plan {
	struct seccomp_filter filters[2];
	size_t n;
	struct seccomp_listener listener;
};

/**
 * seccomp_plan_make - compile the filter.
 * @caller:        linux.seccomp, NULL for none
 * @m:             what is in force besides: seccomp_...
 * @bounding_caps: the container's bounding set after policy, bit n = capability n: decides the
 *                 built-in profile's few conditional rows. CAP_SYS_ADMIN is never a reason to
 *                 allow anything: the container's capabilities are those of a user namespace.
 * @a:             owns the program
 *
 * Errors: ERR_POLICY for a set that does not exist and for what is wrong with the policy's own
 * profile, whose flags count as well; it cannot have SCMP_ACT_NOTIFY. ERR_SPEC with a pointer below
 * /linux/seccomp for unknown actions, operators, architectures and flags, values out of range,
 * rules that contradict each other, SCMP_ACT_NOTIFY without a listenerPath, and programs longer
 * than the kernel takes.
 * Unknown system call names are ignored, as runc does: profiles name calls of newer kernels.
 */
int seccomp_plan_make(const struct spec_seccomp *caller, const struct measures *m,
		      uint64_t bounding_caps, struct arena *a, struct seccomp_plan *ret,
		      struct err *e);

#endif
