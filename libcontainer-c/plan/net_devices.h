/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* net_devices.h: linux.netDevices: which devices of the host move into the container's network
 * namespace, and under which names. Pure. */
#ifndef BULKHEAD_PLAN_NET_DEVICES_H
#define BULKHEAD_PLAN_NET_DEVICES_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct err;
struct namespaces_plan;
struct spec_linux;

#define NET_DEVICE_NAME_MAX 16 /* IFNAMSIZ, with its NUL */

struct net_device_plan {
	const char *name;    /* on the host */
	const char *inside;  /* in the container; with one "%d" for the first number that is free */
	const char *pointer; /* JSON pointer of the entry */
	bool numbered;	     /* @inside has the "%d" */
};

struct net_devices_plan {
	const struct net_device_plan *items;
	size_t n;
};

/** net_device_name_valid - what the kernel takes for a device's name (dev_valid_name()). */
bool net_device_name_valid(const char *name);

/**
 * net_devices_plan_make - @l may be NULL.
 * ERR_SPEC: a name that no device can have, two devices of one name, "lo", or a container in the
 * host's network namespace.
 */
int net_devices_plan_make(const struct spec_linux *l, const struct namespaces_plan *ns,
			  struct arena *a, struct net_devices_plan *ret, struct err *e);

#endif
