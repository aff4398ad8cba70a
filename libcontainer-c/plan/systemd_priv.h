/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* systemd_priv.h: a growing list of properties. Private to plan/systemd*.c. */
#ifndef BULKHEAD_PLAN_SYSTEMD_PRIV_H
#define BULKHEAD_PLAN_SYSTEMD_PRIV_H

#include "plan/systemd.h"

struct systemd_list {
	struct arena *a;
	struct systemd_property *items;
	size_t n, cap;
	bool failed; /* memory is exhausted */
};

/** systemd_set - add @p, or put it in the place of the one of that name. */
void systemd_set(struct systemd_list *l, const struct systemd_property *p);

/** systemd_set_number - the same for types that are one number. */
void systemd_set_number(struct systemd_list *l, const char *name, const char *type, uint64_t v);

/** systemd_list_limits - systemd_limits() into a list. */
void systemd_list_limits(struct systemd_list *l, const struct cgroup_plan *p);

/** systemd_list_devices - DevicePolicy and DeviceAllow. */
void systemd_list_devices(struct systemd_list *l, const struct cgroup_plan *p);

/** systemd_list_annotations - what the annotations of @s ask for. */
int systemd_list_annotations(struct systemd_list *l, const struct spec *s, struct err *e);

/**
 * gvariant_parse - a value in GVariant text form ("uint64 5", "'text'", "['a', 'b']", "true").
 * @ret: type, number, text, numbers, texts and n; in @a
 * Returns 0, -ENOMEM, or -EINVAL with why in @ret_why.
 */
int gvariant_parse(const char *text, struct arena *a, struct systemd_property *ret,
		   const char **ret_why);

#endif
