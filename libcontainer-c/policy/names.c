/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* names.c: see names.h. policy_rules is in levels.c, beside what it names. */
#include "policy/names.h"

#include <stddef.h>

#include "policy/policy.h"

const char *const policy_levels[] = {POLICY_ENFORCE, POLICY_AUDIT, POLICY_OFF, NULL};

const char *const policy_seccomp_sets[] = {
	"io-uring",	   /* a second way to nearly all system calls, past filters of arguments */
	"keyring",	   /* keys are kept by user, not by container */
	"ptrace",	   /* and reading and writing other processes' memory */
	"socket-families", /* all but unix, inet, inet6 and netlink */
	"tty-injection",   /* TIOCSTI, TIOCLINUX: typing into the caller's terminal */
	"userfaultfd",	   /* holds the kernel up in the middle of an access: wins races */
	NULL,
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
