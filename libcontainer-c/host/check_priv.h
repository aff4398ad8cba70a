/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* check_priv.h: what host/check*.c share. One file per area; each only adds rows. */
#ifndef BULKHEAD_HOST_CHECK_PRIV_H
#define BULKHEAD_HOST_CHECK_PRIV_H

#include <stdbool.h>

#include "base/arena.h"
#include "host/check.h"
#include "host/facts.h"

struct check {
	const struct check_request *q;
	struct arena *a;
	struct check_report *report;
	struct host_facts facts;
	bool root;
};

/** check_add - one row. Texts are static or in c->a; a NULL counts as out of memory. */
void check_add(struct check *c, enum check_result r, const char *area, const char *what,
	       const char *seen, const char *todo);

/** check_needs_root - a row for what could not be tried. */
void check_needs_root(struct check *c, const char *area, const char *what);

void check_kernel(struct check *c);
void check_namespaces(struct check *c);
void check_file_systems(struct check *c);
void check_cgroups(struct check *c);
void check_security(struct check *c);
void check_ids(struct check *c);
void check_rootless(struct check *c);
void check_engines(struct check *c);

/** check_docker_root - where dockerd keeps images: "data-root", else its default. */
const char *check_docker_root(const struct check *c);

#endif
