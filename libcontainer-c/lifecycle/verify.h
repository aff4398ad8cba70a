/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * verify.h: is a running container what was planned? The plan is made again from the stored
 * hardened configuration, and everything that the kernel shows of the container is compared with
 * it, row by row. Changes nothing.
 *
 * The state directory is a witness, not a judge: its files are held against the seal (seal.h), and
 * where they cannot be used, the kernel's view is held against the least that the policy in force
 * demands.
 */
#ifndef BULKHEAD_LIFECYCLE_VERIFY_H
#define BULKHEAD_LIFECYCLE_VERIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct arena;
struct err;
struct policy;

struct verify_request {
	const char *root; /* state root, absolute */
	const char *id;
	const struct policy *policy;
	bool stop; /* also compare the seccomp program, for which the first process is stopped */
};

enum verify_result {
	VERIFY_OK,
	VERIFY_NOTE,   /* worth knowing; neither good nor bad */
	VERIFY_FAILED, /* not as planned */
};

/* One comparison. Texts are never NULL. */
struct verify_row {
	const char *area; /* "state", "process", "namespaces", "ids", "mounts", "devices", ... */
	const char *what;
	const char *expected;
	const char *seen;
	enum verify_result result;
};

struct verify_report {
	pid_t pid;	    /* the process that was looked at */
	const char *status; /* "created", "running", "paused" */
	struct verify_row *rows;
	size_t n, n_failed;
	bool has_seal; /* something says whether the files of the plan are what bulkhead wrote */
	size_t cap;    /* private */
	bool out_of_memory; /* private */
};

/** verify_result_name - "ok", "note", "FAILED". */
const char *verify_result_name(enum verify_result r);

/**
 * container_verify - compare. The container's state is n_failed == 0.
 * @a: owns everything in @ret
 * Errors: ERR_STATE when there is no such container, or nothing of it runs; ERR_SYSTEM when the
 * kernel does not let us look. That something is wrong with the container is no error.
 */
int container_verify(const struct verify_request *q, struct arena *a, struct verify_report *ret,
		     struct err *e);

#endif
