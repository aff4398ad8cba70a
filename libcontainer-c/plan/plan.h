/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * plan.h: what will be done, in the kernel's words. Made by a pure function from the hardened spec
 * and the host's facts, before anything exists; carried out by apply/ and lifecycle/, which never
 * see a spec. One struct and one file per subsystem; this file only binds them together.
 */
#ifndef BULKHEAD_PLAN_H
#define BULKHEAD_PLAN_H

#include "plan/cgroup.h"
#include "plan/hooks.h"
#include "plan/intel_rdt.h"
#include "plan/landlock.h"
#include "plan/mounts.h"
#include "plan/namespaces.h"
#include "plan/net_devices.h"
#include "plan/process.h"
#include "plan/rootfs.h"
#include "plan/seccomp.h"
#include "plan/sysctl.h"

struct arena;
struct err;
struct spec;
struct spec_process;
struct host_facts;
struct measures;

struct plan {
	const char *id;	    /* container id */
	const char *bundle; /* absolute */
	struct namespaces_plan ns;
	struct net_devices_plan net_devices;
	struct intel_rdt_plan intel_rdt;
	struct rootfs_plan rootfs;
	struct mounts_plan mounts;
	struct cgroup_plan cgroup;
	struct process_plan process;
	struct seccomp_plan seccomp;
	struct landlock_plan landlock;
	struct sysctl_plan sysctl;
	struct hooks_plan hooks;
};

/**
 * plan_make - the whole plan, or the first reason why there is none.
 * @hardened, @measures: what harden() returned
 * @id, @bundle: as given by the caller; @bundle absolute
 * Errors: ERR_SPEC for contradictions, ERR_HOST for what this host cannot do.
 */
int plan_make(const struct spec *hardened, const struct measures *measures,
	      const struct host_facts *facts, const char *id, const char *bundle, struct arena *a,
	      struct plan *ret, struct err *e);

/**
 * plan_exec - the parts of the plan that one more process in the container needs: what is made of
 * `process`, and the same of everything else as its first process has.
 * @container, @measures: as harden() returned them when the container was made
 * @process: what harden_exec() returned
 * @maps:    id maps of the container's user namespace
 */
int plan_exec(const struct spec *container, const struct spec_process *process,
	      const struct measures *measures, const struct host_facts *facts,
	      const struct id_maps *maps, struct arena *a, struct plan *ret, struct err *e);

#endif
