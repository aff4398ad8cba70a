/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ns_view.h: what a spec's namespaces are on this host, from linux.namespaces and the facts about
 * their paths. The rules and plan/namespaces.c read it the same way.
 */
#ifndef BULKHEAD_HARDEN_NS_VIEW_H
#define BULKHEAD_HARDEN_NS_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct host_facts;
struct ns_fact;
struct spec;

/* Who has the namespace that a container would be in. */
enum ns_view {
	NS_VIEW_HOST,	    /* the runtime's own: no entry, or a path to it */
	NS_VIEW_NEW,	    /* an entry without a path */
	NS_VIEW_HOST_OWNED, /* by path: another one, owned by the runtime's user namespace */
	NS_VIEW_FOREIGN,    /* by path: owned by another user namespace (that of a container) */
	NS_VIEW_UNKNOWN,    /* by path, and nothing could be told about it */
};

/** ns_entry - index of the first entry of @type ("pid", ...) from @from on, or -1. */
ssize_t ns_entry(const struct spec *s, const char *type, size_t from);

/** ns_fact - what is known about entry @i; all zero when it has no path or nothing is known. */
const struct ns_fact *ns_fact(const struct spec *s, const struct host_facts *f, size_t i);

/** ns_view - of @type; the first entry counts. */
enum ns_view ns_view(const struct spec *s, const struct host_facts *f, const char *type);

/* The user namespace that joined namespaces belong to. */
struct ns_foreign {
	ssize_t entry;	  /* of the first namespace with a foreign owner, or -1 */
	ssize_t conflict; /* of the first one with another foreign owner, or -1 */
};

/** ns_foreign - look at every entry but "user". */
struct ns_foreign ns_foreign(const struct spec *s, const struct host_facts *f);

/** ns_userns_asked - whether the spec itself asks for a user namespace that is not the host's. */
bool ns_userns_asked(const struct spec *s, const struct host_facts *f);

/** ns_userns_forced - whether @hardened has a user namespace that @in did not ask for. */
bool ns_userns_forced(const struct spec *in, const struct spec *hardened,
		      const struct host_facts *f);

#endif
