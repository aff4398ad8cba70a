/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * process.h: the container's process in the kernel's words: what execve(2) gets, as whom, and with
 * which limits. One plan serves init and, later, exec: it is made from a process object alone.
 */
#ifndef BULKHEAD_PLAN_PROCESS_H
#define BULKHEAD_PLAN_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plan/affinity.h"
#include "plan/caps.h"
#include "plan/memory_policy.h"

struct arena;
struct err;
struct host_facts;
struct namespaces_plan;
struct spec_personality;
struct spec_process;

/* Free slots behind the environment, so that the child needs no memory to add HOME and LISTEN_*. */
#define PROCESS_ENV_SPARE 4u

struct rlimit_plan {
	int resource;	  /* RLIMIT_... */
	const char *name; /* "RLIMIT_NOFILE" */
	uint64_t soft, hard;
};

/* sched_setattr(2); policy and flags as the kernel's numbers. */
struct scheduler_plan {
	bool set;
	uint32_t policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period; /* nanoseconds, SCHED_DEADLINE only */
};

struct process_plan {
	char *const *argv; /* NULL-terminated, at least one */
	size_t n_argv;

	/*
	 * NULL-terminated, each NAME=VALUE, one entry per name (the last one given wins). The array
	 * has PROCESS_ENV_SPARE more slots, see process_env_add().
	 */
	char **envp;
	size_t n_env;
	unsigned n_spare;  /* spare slots in use */
	bool home_missing; /* HOME is absent or empty: to be looked up in the container */

	const char *cwd;   /* absolute; to be made in the rootfs when missing */
	uint32_t uid, gid; /* inside the container */
	const uint32_t *groups;
	size_t n_groups;
	bool keep_groups; /* setgroups(2) is denied: those of the runtime stay */
	uint32_t umask_;  /* 0022 unless given */

	struct caps_plan caps;
	bool no_new_privs;

	const struct rlimit_plan *rlimits;
	size_t n_rlimits;
	bool oom_score_adj_set;
	int oom_score_adj;
	struct scheduler_plan scheduler;
	int io_priority; /* value for ioprio_set(2); -1: leave */
	bool personality_set;
	unsigned long personality;
	struct memory_policy_plan memory_policy;

	bool terminal;
	uint16_t rows, cols; /* 0: leave */

	struct cpu_mask cpus_initial; /* exec: before it enters the container's cgroups */
	struct cpu_mask cpus_final;   /* exec: in them */

	const char *apparmor_profile; /* NULL: none */
	const char *selinux_label;    /* NULL: none */
};

/**
 * process_plan_make - plan a process.
 * @p:  process object of a hardened spec; NULL is ERR_SPEC
 * @f:  last_cap, apparmor, selinux and setgroups_denied are used
 * @ns: id maps: ids that are not mapped are ERR_SPEC and named. Maps without extents (the
 *      container has no user namespace of its own) are not checked
 * @a:  owns the arrays made here; strings stay the spec's
 *
 * ERR_SPEC for what contradicts itself, ERR_HOST for a security label that this host or this
 * build cannot apply.
 */
int process_plan_make(const struct spec_process *p, const struct host_facts *f,
		      const struct namespaces_plan *ns, struct arena *a, struct process_plan *ret,
		      struct err *e);

/** process_plan_personality - linux.personality; @pers may be NULL. Flags are refused (none exist).
 */
int process_plan_personality(const struct spec_personality *pers, struct process_plan *p,
			     struct err *e);

/**
 * process_env_add - put @entry ("NAME=VALUE", must outlive the plan's use) into a spare slot.
 * Replaces an entry of the same name. Allocates nothing. Returns 0 or -ENOSPC.
 */
int process_env_add(struct process_plan *p, char *entry);

/** process_env_get - value of @name in @p's environment, or NULL. */
const char *process_env_get(const struct process_plan *p, const char *name);

#endif
