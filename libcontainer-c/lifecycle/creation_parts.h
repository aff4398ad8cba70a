/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* creation_parts.h: parts of create.c's steps that are long enough for files of their own. */
#ifndef BULKHEAD_LIFECYCLE_CREATION_PARTS_H
#define BULKHEAD_LIFECYCLE_CREATION_PARTS_H

#include "base/err.h"
#include "lifecycle/audit.h"

struct creation;

/** creation_check_terminal - process.terminal against --detach and --console-socket. */
int creation_check_terminal(const struct creation *c, struct err *e);

/** creation_fill_record - everything of the record that is known before anything exists. */
int creation_fill_record(struct creation *c, struct err *e);

/** creation_write_documents - config.json and hardening.json into the state directory; adds to the
 * record what the root file system turned out to be. */
int creation_write_documents(struct creation *c, struct err *e);

/** creation_audit - the line of the audit trail, as far as the creation has come. */
struct audit creation_audit(const struct creation *c);

/** creation_listen - start.sock, on which the first process waits. */
int creation_listen(struct creation *c, struct err *e);

/** creation_pin_guard - rootfs_pin_guard() for the plan's mount destinations and cwd. */
int creation_pin_guard(struct creation *c, struct err *e);

/* The plan's sysctls, as a job for the process that enters the container's namespaces. */
struct sysctl_job {
	const struct creation *c;
	struct err err;
};

/** creation_sysctls - struct nshelper_job's run; @arg is a struct sysctl_job. */
int creation_sysctls(void *arg);

/** creation_hooks - prestart and createRuntime in the host's namespaces, then createContainer in
 * the container's. */
int creation_hooks(struct creation *c, struct err *e);

/** creation_restore_hooks - for `restore`, as runc: prestart and createRuntime only, when the
 * processes are there and have not gone on; in the host's mount namespace already. */
int creation_restore_hooks(struct creation *c, struct err *e);

#endif
