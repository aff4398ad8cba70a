/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cgroups_path.h: linux.cgroupsPath in the form that runtimes take with --systemd-cgroup,
 * "SLICE:PREFIX:NAME": the unit is PREFIX-NAME.scope in SLICE (config-linux.md leaves the form to
 * the runtimes; this is runc's and crun's). Pure.
 *
 *   SLICE empty    system.slice, for a user's manager user.slice
 *   PREFIX empty   the unit is NAME.scope
 *   NAME.slice     the unit is that slice itself
 *   path absent    ":bulkhead:ID"
 *
 * Slices lie in each other by their names: a-b.slice in a.slice (systemd.slice(5)).
 */
#ifndef BULKHEAD_OCI_SPEC_CGROUPS_PATH_H
#define BULKHEAD_OCI_SPEC_CGROUPS_PATH_H

#include <stdbool.h>

struct arena;
struct err;

struct systemd_path {
	const char *slice;  /* "machine.slice": that the unit is in */
	const char *unit;   /* "libpod-ID.scope" */
	const char *cgroup; /* below systemd's own root: "/machine.slice/libpod-ID.scope" */
	bool is_slice;	    /* the unit is a slice, not a scope */
};

/**
 * systemd_path_parse - @path may be NULL or empty. ERR_SPEC that begins with the JSON pointer for
 * what systemd would not take as the name of a slice or unit.
 * @user: for a user's manager
 */
int systemd_path_parse(const char *path, const char *id, bool user, struct arena *a,
		       struct systemd_path *ret, struct err *e);

#endif
