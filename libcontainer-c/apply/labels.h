/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * labels.h: AppArmor profile and SELinux label that the next execve(2) of the caller takes on.
 * Written through a procfs that is proved to be one and read back (CVE-2019-16884, CVE-2025-52881),
 * never through the container's /proc.
 */
#ifndef BULKHEAD_APPLY_LABELS_H
#define BULKHEAD_APPLY_LABELS_H

struct err;
struct process_plan;

/**
 * labels_apply - set what the plan has; nothing planned costs nothing.
 * @proc_fd: root of a private procfs of the caller's pid namespace; must not be the container's
 * To be called before no_new_privs and before the change of user.
 */
int labels_apply(const struct process_plan *p, int proc_fd, struct err *e);

#endif
