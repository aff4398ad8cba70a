/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sysctl.h: linux.sysctl as files below a procfs, with the namespace each one belongs to. */
#ifndef BULKHEAD_PLAN_SYSCTL_H
#define BULKHEAD_PLAN_SYSCTL_H

#include <stdbool.h>
#include <stddef.h>

#include "plan/namespaces.h"

struct arena;
struct err;
struct spec;

/* How what is read back is held against what was written. */
enum sysctl_compare {
	SYSCTL_COMPARE_WORDS,	/* word by word, numbers by value */
	SYSCTL_COMPARE_PORTS,	/* as sets of ports ("80,81" reads back as "80-81") */
	SYSCTL_COMPARE_ROUNDED, /* milliseconds that the kernel keeps in timer ticks */
	SYSCTL_COMPARE_NONE,	/* cannot be read, or reads as something else */
};

struct sysctl_item {
	const char *key;   /* as in the spec, for messages */
	const char *path;  /* below the procfs root: "sys/net/ipv4/ip_forward" */
	const char *value; /* one write */
	enum ns_kind ns;   /* NS_NET, NS_IPC, NS_UTS or NS_USER */
	bool as_root; /* the namespace is the container's: its root, not the host's, may write */
	enum sysctl_compare compare;
};

struct sysctl_plan {
	const struct sysctl_item *items;
	size_t n;
};

/**
 * sysctl_plan_make - map keys to files and namespaces.
 * @s:  hardened spec
 * @ns: a key whose namespace is shared with the host is ERR_SPEC
 * @a:  owns the result
 *
 * ERR_SPEC (pointer /linux/sysctl/KEY) also for keys that are not known to be namespaced, for keys
 * with anything but [A-Za-z0-9_-] between single separators, and for values with control
 * characters, '+' or '=' (CVE-2022-0811).
 */
int sysctl_plan_make(const struct spec *s, const struct namespaces_plan *ns, struct arena *a,
		     struct sysctl_plan *ret, struct err *e);

/**
 * sysctl_path - file of a key below /proc: "sys/" and the key with its separators turned around.
 * The first separator decides (sysctl(8)): after a '.', every '.' becomes '/' and every '/' a '.';
 * after a '/', the key is a path already. Returns 0, -EINVAL for a malformed key, -ENAMETOOLONG.
 */
int sysctl_path(const char *key, char *ret, size_t size);

/** sysctl_equal - whether @got, as read from the kernel, is @want by rule @how. */
bool sysctl_equal(enum sysctl_compare how, const char *want, const char *got);

#endif
