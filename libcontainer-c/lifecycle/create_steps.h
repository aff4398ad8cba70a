/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * create_steps.h: the steps of create.c's table, in its order. Each returns a negative number with
 * @e set on failure, and leaves to creation_undo() what it has made until then.
 */
#ifndef BULKHEAD_LIFECYCLE_CREATE_STEPS_H
#define BULKHEAD_LIFECYCLE_CREATE_STEPS_H

#include "base/err.h"

struct creation;

int step_load(struct creation *c, struct err *e);
int step_statedir(struct creation *c, struct err *e);
int step_facts(struct creation *c, struct err *e);
int step_harden(struct creation *c, struct err *e);
int step_plan(struct creation *c, struct err *e);
int step_record(struct creation *c, struct err *e);
int step_cgroup(struct creation *c, struct err *e);
int step_channels(struct creation *c, struct err *e);
int step_namespace(struct creation *c, struct err *e);
int step_spawn(struct creation *c, struct err *e);
int step_rootfs(struct creation *c, struct err *e);
int step_ready(struct creation *c, struct err *e);
int step_intel_rdt(struct creation *c, struct err *e);
int step_net_devices(struct creation *c, struct err *e);
int step_mounts(struct creation *c, struct err *e);
int step_process_host(struct creation *c, struct err *e);
int step_hooks(struct creation *c, struct err *e);
int step_pivot(struct creation *c, struct err *e);
int step_release(struct creation *c, struct err *e);
int step_hand_over(struct creation *c, struct err *e);
int step_created(struct creation *c, struct err *e);

#endif
