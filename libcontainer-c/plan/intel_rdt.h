/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * intel_rdt.h: linux.intelRdt: the class of service (a control group of the resctrl file system)
 * that the container's processes are in, what is written to it, and the group that monitors them
 * (config-linux.md, IntelRdt; Documentation/arch/x86/resctrl.rst of the kernel). Pure.
 */
#ifndef BULKHEAD_PLAN_INTEL_RDT_H
#define BULKHEAD_PLAN_INTEL_RDT_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct err;
struct host_facts;
struct spec_intel_rdt;

/* One line of a schemata file, "L3:0=7f0;1=1f". */
struct intel_rdt_line {
	const char *text;
	const char *pointer; /* JSON pointer of it */
};

struct intel_rdt_plan {
	bool set;
	const char *mountpoint; /* of resctrl */
	const char *group;	/* below it; "." is the default class */
	bool own;		/* of the container alone: must not exist, goes with it */
	bool may_make;		/* of closID: made when it is missing, and stays */
	const char *monitor; /* "GROUP/mon_groups/ID": must not exist, goes with it; NULL: none */
	const struct intel_rdt_line *lines; /* in the order of writing */
	size_t n_lines;
};

/**
 * intel_rdt_plan_make - @s may be NULL.
 * @id: container id, the name of groups of its own
 * @f:  resctrl is used: without it ERR_HOST
 * ERR_SPEC: names that no group can have, lines that are none.
 */
int intel_rdt_plan_make(const struct spec_intel_rdt *s, const char *id, const struct host_facts *f,
			struct arena *a, struct intel_rdt_plan *ret, struct err *e);

#endif
