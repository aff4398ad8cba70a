/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * seal.h: whether the files of a state directory are what bulkhead wrote.
 *
 * The seal is a text with the SHA-256 of each file, kept as the extended attribute
 * "trusted.bulkhead.seal" of the container's cgroup (its v2 cgroup where there is one): in the
 * kernel, away from the state directory, gone with the cgroup, and neither visible nor writable
 * without CAP_SYS_ADMIN of the initial user namespace (xattr(7)), so never from inside a container.
 *
 * It shows what a mistaken script, a restored backup or somebody with no more than write access to
 * the state directory did. Who is root of the host and knows of it can make a new one; against that
 * only the audit trail helps, on another machine.
 *
 * A command that writes documents anew takes the seal it finds, lets statedir_write() put the new
 * digests in (struct statedir, member seal), and attaches it again. It must not make a new one from
 * all the files: that would seal what somebody else has changed.
 */
#ifndef BULKHEAD_LIFECYCLE_SEAL_H
#define BULKHEAD_LIFECYCLE_SEAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/digest.h"

struct cgroup;
struct err;
struct statedir;

enum seal_file { SEAL_STATE, SEAL_CONFIG, SEAL_HARDENING, SEAL_FILES };

struct seal {
	char digest[SEAL_FILES][DIGEST_LEN + 1]; /* "": the file is not covered */
	/* What an update was about to write: one that was killed has written it, or not. */
	char next[SEAL_FILES][DIGEST_LEN + 1];
	/* An update has begun and none has succeeded since: what is in force was never on record.
	 * Also whenever there is a `next`. */
	bool unsettled;
};

/** seal_file_name - its name in the state directory. */
const char *seal_file_name(enum seal_file f);

/** seal_add - note the digest of the contents of the file @name; any other name is ignored. */
void seal_add(struct seal *s, const char *name, const char *text, size_t len);

/** seal_covers - whether every file of @now is as the seal, or its `next`, has it. */
bool seal_covers(const struct seal *s, const struct seal *now);

/**
 * seal_put - attach the seal to the container's cgroups; replaces an older one.
 * Returns 0 or -errno: -EPERM in a user namespace, -ENOENT without cgroups. For create that is no
 * failure: verify then says that there is no seal.
 */
int seal_put(const struct seal *s, const struct cgroup *c);

/**
 * seal_get - read it back.
 * Returns 0, -ENODATA when there is none, -EPROTO when it is not one, or -errno.
 */
int seal_get(const struct cgroup *c, struct seal *ret);

/** seal_read - digests of the files as they are now; "" for one that cannot be read. */
void seal_read(const struct statedir *d, struct seal *ret);

#endif
