/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* verify_text.h: the files of /proc/PID that verify reads, as numbers. Pure: text in, structs out.
 */
#ifndef BULKHEAD_LIFECYCLE_VERIFY_TEXT_H
#define BULKHEAD_LIFECYCLE_VERIFY_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "host/facts.h"

/* Of /proc/PID/status (proc_pid_status(5)). */
struct proc_status {
	char name[64]; /* as the kernel escapes it */
	pid_t parent;
	pid_t ns_pid;		 /* the last number of NSpid: its pid in its own namespace */
	uint32_t uid[4], gid[4]; /* real, effective, saved, file system; as the reader sees them */
	uint64_t cap_inh, cap_prm, cap_eff, cap_bnd, cap_amb;
	bool no_new_privs;
	unsigned seccomp;     /* mode; 2: filters */
	long seccomp_filters; /* -1: the kernel does not say (before 5.9) */
};

/** verify_parse_status - 0, or -EPROTO when a line is missing or is not as documented. */
int verify_parse_status(const char *text, struct proc_status *ret);

/**
 * verify_parse_limit - one line of /proc/PID/limits (proc_pid_limits(5)).
 * @name: "RLIMIT_NOFILE"; @ret_soft, @ret_hard: RLIM_INFINITY for "unlimited"
 * 0; -ENOENT when the file has no such line or the name is unknown; -EPROTO.
 */
int verify_parse_limit(const char *text, const char *name, uint64_t *ret_soft, uint64_t *ret_hard);

/**
 * verify_parse_map - /proc/PID/uid_map or gid_map (user_namespaces(7)).
 * Returns the number of extents, at most @max; -EPROTO; -E2BIG when there are more.
 */
ssize_t verify_parse_map(const char *text, struct id_extent *ret, size_t max);

/**
 * verify_parse_policy - the policy in the first line of /proc/PID/numa_maps (numa(7)), "bind:0-1",
 * "prefer (many):0". 0, or -EPROTO.
 */
int verify_parse_policy(const char *text, char *ret, size_t size);

/**
 * verify_has_device - whether /proc/PID/net/dev (proc_pid_net(5)) has the device @name; in that,
 * "%d" stands for any number.
 */
bool verify_has_device(const char *text, const char *name);

/** verify_has_id - whether host id @id is in one of the extents. */
bool verify_has_id(const struct id_extent *map, size_t n, uint32_t id);

/** verify_same_label - whether the kernel's text of a security label, @got, is that of @want. */
bool verify_same_label(const char *want, const char *got);

#endif
