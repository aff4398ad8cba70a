/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * self.h: the runtime's own executable, out of reach of containers that run as the host's root
 * (CVE-2019-5736). A program of the image that is "/proc/self/exe", or a script with that as its
 * interpreter, makes the container's process execute the runtime's file once more; another process
 * there then holds it by /proc/PID/exe and writes to it as soon as nobody executes it any longer.
 *
 * With a user namespace of its own the container's root may not write the host's file, and nothing
 * has to be done. Where a policy gives that up, the runtime executes itself anew from a copy in
 * memory that nobody can change, before anything of the container exists. That costs about 2 ms.
 */
#ifndef BULKHEAD_LIFECYCLE_SELF_H
#define BULKHEAD_LIFECYCLE_SELF_H

struct err;
struct id_maps;
struct policy;

/**
 * self_seal_for_create - be a sealed copy when @policy lets containers have ids of the runtime's
 * own user namespace, root's included. Does not return when the copy takes over: it starts from
 * main() with the same arguments. So nothing may have been done yet that is not undone by that.
 */
int self_seal_for_create(const struct policy *policy, struct err *e);

/**
 * self_seal_for_exec - the same before a process joins a container with these maps, when they give
 * it such ids, whatever the policy says by now.
 */
int self_seal_for_exec(const struct id_maps *maps, struct err *e);

/**
 * self_execute - execute the runtime again, with its arguments and the environment of now, in the
 * user namespace of now; as a sealed copy where its executable can be written from there. Returns
 * only when that fails.
 */
int self_execute(struct err *e);

#endif
