/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cgroup.h: the container's cgroups: where they are, and every value that is written into them,
 * resolved to file names and texts for v1, hybrid or v2. Pure.
 *
 * linux.cgroupsPath, cgroupfs driver:
 *   absolute   below the mount point of every hierarchy ("/docker/ID")
 *   relative   v1: below the runtime's own cgroup; v2: beside it, because a cgroup with processes
 *              cannot hand controllers to its children ("no internal processes"). As runc does.
 *              "slice:prefix:name" without --systemd-cgroup is such a relative path.
 *              With it: oci-spec/cgroups_path.h.
 *   absent     like the relative path "ID", as with runc; "bulkhead-ID" where ID ends in ".slice"
 * A ".." component, a newline and the root cgroup itself are refused.
 *
 * 0 stands for "not set" in memory, cpu (but idle), blockIO weights and network.classID, as all
 * engines use it; pids.limit 0 means no process besides init and is written as 1.
 */
#ifndef BULKHEAD_PLAN_CGROUP_H
#define BULKHEAD_PLAN_CGROUP_H

#include "plan/devices_cgroup.h"
#include "plan/systemd.h"

struct host_facts;
struct measures;
struct spec;

enum cgroup_version { CGROUP_V1 = 1, CGROUP_V2 = 2 };

/* One hierarchy that the container gets a cgroup of its own in. */
struct cgroup_tree {
	enum cgroup_version version;
	const char *controllers; /* v1: "cpu,cpuacct", "name=systemd"; v2: "" */
	const char *mountpoint;	 /* "/sys/fs/cgroup/memory" */
	const char *dir;	 /* "/sys/fs/cgroup/memory/docker/ID" */
	bool fill_cpuset;	 /* v1 cpuset: empty cpus and mems are filled from the parents */
};

/* How a value that was written is recognised when read back. */
enum cgroup_check {
	CGROUP_CHECK_TEXT,   /* the whole file but its newline */
	CGROUP_CHECK_SIZE,   /* a byte count: rounded down to pages, or no limit */
	CGROUP_CHECK_LIST,   /* a list of numbers as a set: "0-1" is "0,1" */
	CGROUP_CHECK_TOKENS, /* some line begins with the first word and has all the others */
};

enum {
	/* Ordered pairs (memory and memsw, cpu period and quota): on EINVAL the next one first. */
	CGROUP_AFTER_NEXT = 1 << 0,
	/* The file need not exist, and the value need not stick: the record tells which. */
	CGROUP_OPTIONAL = 1 << 1,
	/* checkBeforeUpdate: refuse a limit below the current usage (v2; v1 kernels refuse it). */
	CGROUP_ABOVE_USAGE = 1 << 2,
	/* The line is gone (or says so) after writing: a limit of a device that was lifted. */
	CGROUP_MAY_VANISH = 1 << 3,
};

/* One write(2) into one file, and what must be read from it afterwards. */
struct cgroup_setting {
	const char *pointer; /* JSON pointer that asks for it */
	const char *controller;
	size_t tree; /* index into trees */
	const char *file, *value;
	const char *want;		  /* what must be read back */
	const char *alt_file, *alt_value; /* tried when `file` does not exist; NULL: none */
	const char *alt_want;
	enum cgroup_check check;
	unsigned flags;
};

#define CGROUP_KMEM_FILE "memory.kmem.limit_in_bytes"

struct cgroup_plan {
	const struct cgroup_tree *trees; /* v1 hierarchies in the kernel's order, then v2 */
	size_t n_trees;
	const char *const *paths; /* trees[i].dir; what kill and delete need later */
	size_t n_paths;
	/* Nobody named the path: what is there already, and was not made by us, is not used. */
	bool must_be_new;
	const struct cgroup_setting *settings; /* in writing order */
	size_t n_settings;

	bool devices_v1, devices_v2; /* which of the two carries the device rules */
	size_t devices_tree;
	struct devices_rules devices;
	const char *const *devices_lines;     /* V1: for devices.allow (default deny) or .deny */
	const struct bpf_insn *devices_insns; /* V2 */
	size_t n_devices_insns;

	const char *const *v2_controllers; /* to be enabled down to the container's cgroup */
	size_t n_v2_controllers;

	/* The v2 cgroup is given to this host uid: the container sees it read-write. */
	bool delegate;
	uint32_t owner;

	struct systemd_plan systemd; /* the unit that these cgroups are */

	/* What limits kernel memory, one sentence for the record; the second one instead when
	   CGROUP_KMEM_FILE turns out to have no effect. */
	const char *kernel_memory, *kernel_memory_fallback;
};

/**
 * cgroup_plan_make - resolve linux.cgroupsPath and linux.resources.
 * @s, @m: hardened spec, and what goes with it
 * @id: container id, already checked
 * Errors: ERR_SPEC for values that contradict each other, ERR_HOST with the JSON pointer for what
 * this host's hierarchies cannot do.
 */
int cgroup_plan_make(const struct spec *s, const struct measures *m, const struct host_facts *f,
		     const char *id, struct arena *a, struct cgroup_plan *ret, struct err *e);

/**
 * cgroup_plan_place - move a plan to the cgroups that a container has, wherever the runtime was
 * when it made them (a relative cgroupsPath).
 * @paths: as in the plan of then: one per hierarchy, in the same order; not copied
 * ERR_HOST when the host's hierarchies are not those of then.
 */
int cgroup_plan_place(struct cgroup_plan *p, const char *const *paths, size_t n, struct arena *a,
		      struct err *e);

/**
 * cgroup_value_matches - whether @got, read from a file, is what @want stands for.
 * @got: file content; trailing newline allowed
 */
bool cgroup_value_matches(enum cgroup_check check, unsigned flags, const char *want,
			  const char *got);

/**
 * cgroup_is_default - whether @got, read from a cgroup's @file, is what the kernel gives a new one
 * (in cpusets of v1: what we fill it with).
 * @want: what is wanted there: its first word says which line counts in a file that has several
 * @above: the same file of the cgroup above; NULL: it has none
 * False for a file whose default is not known.
 */
bool cgroup_is_default(const char *file, enum cgroup_version version, const char *want,
		       const char *got, const char *above);

/**
 * cgroup_list_within - whether every number of the list @part is in the list @whole, and @part is
 * not empty; for the CPUs that are really in force.
 */
bool cgroup_list_within(const char *part, const char *whole);

#endif
