/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hooks.h: run hooks. A hook gets the state on stdin, the environment of its plan, no descriptor
 * but 0, 1 and 2, default signals, and a process group of its own; what it writes is kept (4 KiB of
 * each stream) for the error message. Allocates nothing, so the container's child can use it too.
 */
#ifndef BULKHEAD_APPLY_HOOKS_H
#define BULKHEAD_APPLY_HOOKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plan/hooks.h"

struct err;

/* Where and with what hooks run. */
struct hooks_run {
	const char *state_json; /* OCI state with the status of this moment */
	size_t state_len;
	const char *cwd; /* bundle, or "/" inside the container; never the rootfs */

	/*
	 * Of hooks that name none; NULL: the runtime's own. Never so for startContainer: a program
	 * of the container's never sees the environment of the runtime.
	 */
	char *const *env;

	/*
	 * Namespaces to enter first, from the process behind this pidfd (-1: none). The path of the
	 * hook is opened before. CLONE_NEWNS is not among them before pivot_root: runtime and child
	 * share that mount namespace. CLONE_NEWPID makes the hook a member (not a parent) of it.
	 */
	int ns_pidfd;
	uint64_t ns_flags; /* CLONE_NEW...; without CLONE_NEWUSER the hook keeps host credentials */

	/*
	 * The caller has joined the container's session keyring (keyring_join()). Hooks of the host
	 * then get an empty one of their own: a key that one of them asks the kernel for would
	 * otherwise be linked into the container's.
	 */
	bool leave_keyring;
};

/**
 * hooks_run - run every hook of a list, in order; stop at the first failure.
 * @kind: for the message: "error running createRuntime hook #0: exit status 1, stdout: , stderr: "
 * A hook that runs past its timeout is killed with its process group ("hook ran past specified
 * timeout of 1.0s").
 */
int hooks_run(const struct hook_list *list, enum hook_kind kind, const struct hooks_run *how,
	      struct err *e);

/**
 * hooks_run_each - run every hook whatever becomes of the others (poststop); each failure is passed
 * to @failed. Returns the number of failures.
 */
int hooks_run_each(const struct hook_list *list, enum hook_kind kind, const struct hooks_run *how,
		   void (*failed)(void *arg, const struct err *why), void *arg);

#endif
