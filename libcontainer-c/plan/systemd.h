/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * systemd.h: the systemd unit of a container, for --systemd-cgroup. Pure.
 *
 * systemd makes the container's cgroup, as a scope, and delegates it; every limit is written and
 * read back by us all the same (apply/cgroup.h). The unit's properties say the same to systemd:
 * they are computed from the very files and values of the cgroup plan, so that what systemd writes
 * on its own, after `systemctl daemon-reload` or `set-property`, changes nothing.
 *
 * Properties are those of systemd 244 (November 2019); newer ones are left out where systemd is
 * older.
 */
#ifndef BULKHEAD_PLAN_SYSTEMD_H
#define BULKHEAD_PLAN_SYSTEMD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct cgroup_plan;
struct err;
struct host_facts;
struct spec;

/* A property and its value, as D-Bus has it. */
struct systemd_property {
	const char *name;
	const char *type; /* signature: b y n q i u x t d s, an array of these, "a(ss)" */
	uint64_t number;  /* numbers; signed ones sign-extended, d by its bits */
	const char *text; /* s */
	/* Arrays: numbers, or texts; of "a(ss)" two texts for each element. */
	const uint64_t *numbers;
	const char *const *texts;
	const char *pointer; /* JSON pointer of the annotation; NULL: of the limits */
	size_t n;	     /* elements */
	unsigned since;	     /* version of systemd that knows it; 0: every one */
};

struct systemd_plan {
	const char *unit; /* "docker-ID.scope"; NULL: cgroups are made without systemd */
	bool is_slice;	  /* a slice has no processes of its own when it is started */
	bool user;	  /* the manager of the user, not of the system */
	const struct systemd_property *properties;
	size_t n_properties;
};

/* What an annotation that sets a property is called: this, then the property's name. */
#define SYSTEMD_ANNOTATION "org.systemd.property."

/**
 * systemd_property_name - the property that annotation @key sets, in @a: "TimeoutStopUSec" also for
 * "org.systemd.property.TimeoutStopSec". NULL: it is no such annotation, or memory is exhausted.
 */
const char *systemd_property_name(const char *key, struct arena *a);

/**
 * systemd_cgroup_place - where the container's cgroup will be: an absolute cgroupsPath. Fills
 * ret->unit, is_slice and user.
 * @path: linux.cgroupsPath, may be NULL
 */
int systemd_cgroup_place(const char *path, const struct host_facts *f, const char *id,
			 struct arena *a, struct systemd_plan *ret, const char **ret_path,
			 struct err *e);

/**
 * systemd_plan_make - all properties for the start of the unit, into p->systemd.
 * ERR_SPEC "/annotations/org.systemd.property.NAME: ..." for a value that is no GVariant text of a
 * type that properties have, and for a property that is bulkhead's own.
 */
int systemd_plan_make(const struct spec *s, const struct host_facts *f, const char *id,
		      struct arena *a, struct cgroup_plan *p, struct err *e);

/** systemd_limits - the properties of the plan's limits alone, for update. */
int systemd_limits(const struct cgroup_plan *p, struct arena *a,
		   const struct systemd_property **ret, size_t *ret_n, struct err *e);

#endif
