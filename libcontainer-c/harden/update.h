/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * update.h: the hardening of new limits for a running container: the same rules as for create, as
 * far as they are about resources.
 *
 * Properties, held by tests/unit/test_harden_update.c: total; the input is untouched; idempotent;
 * nothing but linux.resources and what @classes has changes; what is left out keeps its value; no
 * limit that create would set is missing afterwards, none is above a ceiling.
 */
#ifndef BULKHEAD_HARDEN_UPDATE_H
#define BULKHEAD_HARDEN_UPDATE_H

struct arena;
struct decisions;
struct err;
struct host_facts;
struct measures;
struct policy;
struct spec;
struct spec_intel_rdt;
struct spec_resources;

/**
 * harden_update - merge and harden.
 * @asked:     what to change. Absent, and 0 where config-linux.md has no meaning for it, leaves a
 *             value as it is (runc update); -1 asks for no limit, which rules answer as in create.
 *             Device rules are never changed
 * @classes:   l3CacheSchema and memBwSchema that are to be, where they are not NULL; NULL: none.
 * Without effect on a container that has no linux.intelRdt
 * @container, @measures: what harden() returned for the container, or an earlier update; not
 * changed
 * @a:         owns the results
 * @ret, @ret_measures, @ret_decisions: as harden()'s
 *
 * A container that cannot swap still cannot when its memory limit is changed and nothing is said
 * about swap. Returns 0, or -EPERM with ERR_POLICY holding the first refusal, or -ENOMEM.
 */
int harden_update(const struct spec_resources *asked, const struct spec_intel_rdt *classes,
		  const struct spec *container, const struct measures *measures,
		  const struct policy *policy, const struct host_facts *facts, struct arena *a,
		  struct spec **ret, struct measures *ret_measures, struct decisions *ret_decisions,
		  struct err *e);

#endif
