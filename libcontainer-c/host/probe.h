/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* probe.h: the only reader of the host for decisions. */
#ifndef BULKHEAD_HOST_PROBE_H
#define BULKHEAD_HOST_PROBE_H

#include <stdbool.h>

#define HOST_RANGE_SIZE 65536u	   /* ids of one container */
#define HOST_RANGE_POOL "bulkhead" /* the name in the built-in policy */

struct arena;
struct err;
struct host_facts;
struct policy;
struct spec;

/**
 * host_probe - gather the facts that hardening and planning of @s need.
 * Works without root (explain): what cannot be read is left at its zero value. Changes nothing.
 * The id range is not reserved here: range.size is 0, range_source says where one would come from.
 * @s may be NULL: only the facts that do not depend on one.
 * @p says which sockets, profiles and pools are looked for.
 */
int host_probe(const struct spec *s, const struct policy *p, struct arena *a,
	       struct host_facts *ret, struct err *e);

/**
 * host_probe_place - which of the hierarchies of @f, as host_probe() left it, the container's
 * cgroups can be made in, and by whom. Without host root: those that are delegated to the caller.
 * @cgroups_path: linux.cgroupsPath; NULL: the default one
 * @systemd: --systemd-cgroup: fills f->systemd, too; ERR_HOST where no systemd of the user answers.
 */
int host_probe_place(const char *cgroups_path, bool systemd, struct arena *a, struct host_facts *f,
		     struct err *e);

/**
 * host_probe_range - the pool that id ranges come from: the entry @pool that stands in both
 * /etc/subuid and /etc/subgid. Where neither file has one, HOST_RANGE_POOL stands for 4096 slots of
 * 65536 from 0x70000000; any other name is an error, and so is an entry that others overlap.
 * @ret_base, @ret_slots: first host id and number of 65536-id slots. @ret_source: static text.
 */
int host_probe_range(const char *pool, unsigned *ret_base, unsigned *ret_slots,
		     const char **ret_source, struct err *e);

#endif
