/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * exec.h: the hardening of one more process in a running container: the same rules as for the first
 * one, as far as they are about processes, and never more than the first one has.
 *
 * Properties, held by tests/unit/test_harden_exec.c: total; the input is untouched; idempotent;
 * nothing changes without a decision; with the rule exec in force no capability, limit, label,
 * priority or privilege that the container's own process does not have.
 */
#ifndef BULKHEAD_HARDEN_EXEC_H
#define BULKHEAD_HARDEN_EXEC_H

struct arena;
struct decisions;
struct err;
struct host_facts;
struct policy;
struct spec;
struct spec_process;

/**
 * harden_exec - harden a process for exec.
 * @asked:     the process as asked; what it leaves out is the container's own (capabilities,
 *             rlimits, labels, no_new_privs, OOM score, scheduling), as runc has it. Not changed
 * @container: the hardened spec of the running container
 * @a:         owns the results
 * @ret, @ret_decisions: as harden()'s; pointers begin with "/process"
 *
 * Returns 0, or -EPERM with ERR_POLICY holding the first refusal, or -ENOMEM.
 */
int harden_exec(const struct spec_process *asked, const struct spec *container,
		const struct policy *policy, const struct host_facts *facts, struct arena *a,
		struct spec_process **ret, struct decisions *ret_decisions, struct err *e);

#endif
