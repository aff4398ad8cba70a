/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* exec_path.h: find the container's program as runc does (Go's exec.LookPath), inside the
 * container. */
#ifndef BULKHEAD_APPLY_EXEC_PATH_H
#define BULKHEAD_APPLY_EXEC_PATH_H

#include <stddef.h>

struct err;

/**
 * exec_lookup - the path to execute for @file.
 * @envp: the process's environment; PATH is taken from it
 * @ret:  @size bytes; PATH_MAX is enough
 *
 * To be called after pivot_root and the change of user. The texts are Go's, which engines turn into
 * exit codes: `exec: "x": executable file not found in $PATH`,
 * `exec: "/x": stat /x: no such file or directory`, `exec: "/x": permission denied`,
 * `exec: "/tmp": is a directory`, `exec: "x": cannot run executable found relative to current
 * directory`.
 */
int exec_lookup(const char *file, char *const *envp, char *ret, size_t size, struct err *e);

#endif
