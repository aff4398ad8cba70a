/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* names.c: see names.h. policy_rules is in levels.c, beside what it names. */
#include "policy/names.h"

#include <stddef.h>

#include "policy/policy.h"

const char *const policy_levels[] = {POLICY_ENFORCE, POLICY_AUDIT, POLICY_OFF, NULL};

/* plan/seccomp_sets.c says what is in each; a test holds the two together. */
const char *const policy_seccomp_sets[] = {
	"bpf",		 "handles",	 "io-uring",
	"keyring",	 "ldt",		 "modules",
	"mounts",	 "namespaces",	 "perf",
	"ptrace",	 "socket-alg",	 "socket-families",
	"socket-packet", "socket-vsock", "tty-injection",
	"userfaultfd",	 NULL,
};

const char *const policy_securebits[] = {"no-cap-ambient-raise", "no-setuid-fixup", "noroot", NULL};

const char *const policy_rlimits[] = {
	"RLIMIT_AS",
	"RLIMIT_CORE",
	"RLIMIT_CPU",
	"RLIMIT_DATA",
	"RLIMIT_FSIZE",
	"RLIMIT_LOCKS",
	"RLIMIT_MEMLOCK",
	"RLIMIT_MSGQUEUE",
	"RLIMIT_NICE",
	"RLIMIT_NOFILE",
	"RLIMIT_NPROC",
	"RLIMIT_RSS",
	"RLIMIT_RTPRIO",
	"RLIMIT_RTTIME",
	"RLIMIT_SIGPENDING",
	"RLIMIT_STACK",
	NULL,
};

const char *const policy_treatments[] = {"refuse", "readonly", "plain", NULL};

const char *const policy_destinations[] = {"file", "syslog", "journald", "none", NULL};
