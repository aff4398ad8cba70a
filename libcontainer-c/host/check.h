/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * check.h: is this host ready for containers, and if not, what is to be done? Whatever can be tried
 * is tried, not guessed from a version: in namespaces of a helper's own, so that nothing stays.
 */
#ifndef BULKHEAD_HOST_CHECK_H
#define BULKHEAD_HOST_CHECK_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct err;
struct policy;

enum check_result {
	CHECK_OK,
	CHECK_WARN, /* containers run, with something missing; or it could not be told */
	CHECK_FAIL, /* a default container does not run */
};

struct check_row {
	const char *area; /* "kernel", "cgroups", ... */
	const char *what;
	const char *seen;
	const char *todo; /* what to do about it; "" when nothing */
	enum check_result result;
};

struct check_report {
	struct check_row *rows;
	size_t n, n_warned, n_failed;
	size_t cap;	    /* private */
	bool out_of_memory; /* private */
};

struct check_request {
	const struct policy *policy;
	const char *policy_error; /* why the administrator's policy cannot be used, or NULL */
	const char *ids_dir;	  /* where held id ranges are noted */
	const char *program;	  /* the name engines have to call: "bulkhead" */
};

/** check_result_name - "OK", "WARN", "FAIL". */
const char *check_result_name(enum check_result r);

/**
 * host_check - look at everything. Without root, what needs it is a warning that says so.
 * @a: owns everything in @ret
 * Returns 0, whatever was found, or -ENOMEM.
 */
int host_check(const struct check_request *q, struct arena *a, struct check_report *ret,
	       struct err *e);

#endif
