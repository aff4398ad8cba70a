/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cgroup_build.h: what the files of the cgroup plan share: a growing list of settings and the
 * answer to "which hierarchy has this controller". Private to plan/cgroup*.c.
 */
#ifndef BULKHEAD_PLAN_CGROUP_BUILD_H
#define BULKHEAD_PLAN_CGROUP_BUILD_H

#include "plan/cgroup.h"

struct spec_resources;

struct cgroup_builder {
	const struct host_facts *f;
	const struct spec_resources *r;
	struct arena *a;
	struct err *e;
	struct cgroup_plan *p;
	struct cgroup_setting *settings;
	size_t n, cap;
	const char **v2_controllers;
	size_t n_v2_controllers, cap_v2_controllers;
};

/* A controller and where it is. */
struct cgroup_where {
	const char *controller;
	size_t tree;
	enum cgroup_version version;
};

/** cgroup_has - whether some hierarchy of this host has @v1_name or (v2) @v2_name. */
bool cgroup_has(const struct cgroup_builder *b, const char *v1_name, const char *v2_name,
		struct cgroup_where *ret);

/** cgroup_find - like cgroup_has(); ERR_HOST beginning with @pointer when no hierarchy has it. */
int cgroup_find(struct cgroup_builder *b, const char *v1_name, const char *v2_name,
		const char *pointer, struct cgroup_where *ret);

/**
 * cgroup_set - add one setting. @value NULL: memory was exhausted while making it.
 * What must be read back is @value as well, unless the caller changes `want` of @ret (may be NULL),
 * which stays valid until the next call. 0 or -ENOMEM.
 */
int cgroup_set(struct cgroup_builder *b, const struct cgroup_where *w, const char *pointer,
	       const char *file, const char *value, enum cgroup_check check, unsigned flags,
	       struct cgroup_setting **ret);

/** cgroup_no_memory, cgroup_unsupported - the two errors that occur everywhere. */
int cgroup_no_memory(struct cgroup_builder *b);
int cgroup_unsupported(struct cgroup_builder *b, const char *pointer, const char *why);

/* One per object of linux.resources, in the order in which they are written. */
int cgroup_plan_pids(struct cgroup_builder *b);
int cgroup_plan_memory(struct cgroup_builder *b);
int cgroup_plan_cpu(struct cgroup_builder *b);
int cgroup_plan_cpuset(struct cgroup_builder *b);
int cgroup_plan_block_io(struct cgroup_builder *b);
int cgroup_plan_hugetlb(struct cgroup_builder *b);
int cgroup_plan_network(struct cgroup_builder *b);
int cgroup_plan_rdma(struct cgroup_builder *b);
int cgroup_plan_unified(struct cgroup_builder *b);

/** cgroup_list_parse - a list like "0-3,7" into a bitmap; 0 or -EINVAL. */
#define CGROUP_LIST_BITS 8192 /* the largest NR_CPUS; nodes have fewer */
int cgroup_list_parse(const char *text, uint64_t bits[CGROUP_LIST_BITS / 64]);

/** cgroup_trees_make - resolve cgroupsPath in every hierarchy: trees and paths of the plan. */
int cgroup_trees_make(const char *cgroups_path, const struct host_facts *f, const char *id,
		      struct arena *a, struct cgroup_plan *ret, struct err *e);

#endif
