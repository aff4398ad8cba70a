/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* storage.h: telling the engine's own storage (volumes, /etc/hosts) from host directories. */
#ifndef BULKHEAD_HARDEN_STORAGE_H
#define BULKHEAD_HARDEN_STORAGE_H

#include <stdbool.h>
#include <stddef.h>

struct harden;
struct policy_storage;

/* Data roots of the engine: prefixes of paths. More than a few cannot be real. */
struct storage_root {
	const char *path;
	size_t len;
	bool build; /* of an engine that builds an image: patterns that begin with "@build/" */
};
struct storage_roots {
	struct storage_root v[4];
	size_t n;
};

/** storage_roots_find - from the rootfs, and from the sources of /etc/hosts and the like. */
struct storage_roots storage_roots_find(const struct harden *h);

/**
 * storage_of - the policy's entry that says that the source of mount @i is the engine's, or NULL.
 * Judged by the real path, never by the text of the source, and not where something else may be
 * mounted on it: docker volume create -o type=none,o=bind,device=/etc makes a volume of /etc. A
 * mount of a part of such storage (--mount volume-subpath=) is judged by where that part is.
 */
const struct policy_storage *storage_of(const struct harden *h, const struct storage_roots *roots,
					size_t i);

/** storage_has_rootfs - whether the root file system is one that an engine keeps. */
bool storage_has_rootfs(const struct harden *h);

/** storage_match - whether absolute clean @path matches @pattern; see struct policy_storage. */
bool storage_match(const char *pattern, const char *path);

/** storage_can_idmap - whether this kernel idmaps mounts of a file system (statfs(2) f_type). */
bool storage_can_idmap(const struct harden *h, long long fs_type);

#endif
