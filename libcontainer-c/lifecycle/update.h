/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* update.h: new limits for a container that was created and has not stopped. */
#ifndef BULKHEAD_LIFECYCLE_UPDATE_H
#define BULKHEAD_LIFECYCLE_UPDATE_H

struct err;
struct policy;
struct spec_intel_rdt;
struct spec_resources;

struct update_request {
	const char *root; /* state root, absolute */
	const char *id;
	const struct spec_resources *resources; /* what is to change: see harden_update() */
	/* Its two schemas are to be the class of service's; NULL: that stays as it is. */
	const struct spec_intel_rdt *classes;
	const struct policy *policy;
};

/**
 * container_update - harden the limits, write them, read them back, store and record them.
 * Whole or not at all: when a value is refused, those before it are put back, and the stored
 * configuration stays (but limits of single devices, which are not known any more). Errors:
 * ERR_STATE "container not running"; the kernel's refusal in runc's words.
 */
int container_update(const struct update_request *q, struct err *e);

#endif
