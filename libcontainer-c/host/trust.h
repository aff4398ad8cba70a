/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* trust.h: opening files that only the administrator can have written. */
#ifndef BULKHEAD_HOST_TRUST_H
#define BULKHEAD_HOST_TRUST_H

struct err;

/**
 * trust_open - open @path, which must be absolute, for reading.
 *
 * The file must be a regular file, and the file, each directory on the way to it and each symbolic
 * link on the way must belong to root or to the user that the runtime runs as. Files and
 * directories must not be writable by group or others; a directory with the sticky bit may be, as
 * names in it can only be changed by their owners. Links are followed, also the last one, and
 * judged like the rest: whoever can turn a link could choose among files that are all trusted.
 *
 * In a user namespace root's files show as those of the overflow user (user_namespaces(7)); there
 * these are taken as well.
 *
 * Returns a descriptor, or a negative errno with ERR_POLICY: "policy: file: @path: ...".
 */
int trust_open(const char *path, struct err *e);

/** trust_open_for - the same for another kind of file: errors begin with "@what: @path: ". */
int trust_open_for(const char *what, const char *path, struct err *e);

/**
 * trust_open_dir - the same for a directory, which nobody but its owner may write to, sticky bit or
 * not: what is in it is then what root put there. The descriptor is for reading its names.
 */
int trust_open_dir(const char *what, const char *path, struct err *e);

#endif
