/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* update_classes.h: new schemata for the class of service that is the container's alone. */
#ifndef BULKHEAD_LIFECYCLE_UPDATE_CLASSES_H
#define BULKHEAD_LIFECYCLE_UPDATE_CLASSES_H

#include "plan/intel_rdt.h"

struct arena;
struct err;
struct record;
struct spec;

struct class_update {
	int root_fd; /* of resctrl; -1: nothing is to change */
	struct intel_rdt_plan plan;
	char *before; /* the schemata as they were; NULL: nothing was written */
};

/**
 * class_update_open - what is to be written, by the configuration that is to be.
 * ERR_STATE when the container has no class of service, or one that others may be in;
 * ERR_SPEC for what is no line of a schemata file.
 * @ret: for class_update_close(), also after an error; its memory is @a's
 */
int class_update_open(const struct record *r, const struct spec *now, struct arena *a,
		      struct class_update *ret, struct err *e);

/** class_update_apply - write the lines, each read back. Nothing to change: 0. */
int class_update_apply(struct class_update *u, struct arena *a, struct err *e);

/** class_update_undo - as it was before class_update_apply(). */
void class_update_undo(const struct class_update *u);

void class_update_close(struct class_update *u);

#endif
