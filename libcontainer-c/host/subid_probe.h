/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* subid_probe.h: the subordinate ids of an ordinary user, subuid(5) and subgid(5). */
#ifndef BULKHEAD_HOST_SUBID_PROBE_H
#define BULKHEAD_HOST_SUBID_PROBE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct arena;
struct err;
struct id_extent;

/**
 * host_user_name - the name of @uid in /etc/passwd. Not through nsswitch.conf(5): a static program
 * has none. NULL: not there. In @a.
 */
const char *host_user_name(uid_t uid, struct arena *a);

/**
 * host_subids - the entries of a user in one of the two files.
 * @file: "/etc/subuid" or "/etc/subgid"
 * @name: may be NULL; @uid: an entry may begin with the number instead
 * @ret: in @a, the member `inside` counts up from 1: what newuidmap(1) is to be asked for
 * Returns 0, also when there is none (@ret_n 0); ERR_HOST for an entry of this user that is not
 * NAME:FIRST:COUNT, contains host id 0 or overlaps another of his; -ENOMEM.
 */
int host_subids(const char *file, const char *name, uid_t uid, struct arena *a,
		struct id_extent **ret, size_t *ret_n, struct err *e);

/** host_subids_parse - the same of a text, which is changed. @file: for errors. */
int host_subids_parse(char *text, const char *file, const char *name, uid_t uid, struct arena *a,
		      struct id_extent **ret, size_t *ret_n, struct err *e);

#define HOST_DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/**
 * host_find_program - the first executable file called @name in $PATH, else in HOST_DEFAULT_PATH;
 * newuidmap(1) and newgidmap(1) are looked for. NULL: none. In @a.
 */
const char *host_find_program(const char *name, struct arena *a);

#endif
