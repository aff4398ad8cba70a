/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* net_devices_priv.h: links and addresses, one request each. Private to apply/net_devices*.c. */
#ifndef BULKHEAD_APPLY_NET_DEVICES_PRIV_H
#define BULKHEAD_APPLY_NET_DEVICES_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plan/net_devices.h"

struct arena;
struct nlmsghdr;

struct net_link {
	int index;
	bool up;
	uint32_t master, mtu;
	char name[NET_DEVICE_NAME_MAX];
	unsigned char address[32];
	size_t address_len;
};

struct net_addresses {
	const struct nlmsghdr **v; /* RTM_NEWADDR as the kernel wrote them */
	size_t n;
};

/** net_link_get - by @name, or by @index when @name is NULL. -ENODEV: there is none. */
int net_link_get(int fd, int index, const char *name, struct net_link *ret);

int net_link_set_up(int fd, int index, bool up);
int net_link_set_master(int fd, int index, uint32_t master);

/** net_link_move - into the namespace of @ns_fd as @name, in one request. */
int net_link_move(int fd, int index, const char *name, int ns_fd);

/** net_addresses_get - all of a device, of any family. */
int net_addresses_get(int fd, int index, struct arena *a, struct net_addresses *ret);

/** net_address_stays - permanent and of global scope: what the specification wants kept. */
bool net_address_stays(const struct nlmsghdr *h);

/**
 * net_address_add - the same address for device @index, with flags and lifetimes; that it is there
 * already is no error. A label that begins with @old_name begins with @new_name then.
 */
int net_address_add(int fd, int index, const char *old_name, const char *new_name,
		    const struct nlmsghdr *h);

/** net_address_same - family, prefix, scope and both ends. */
bool net_address_same(const struct nlmsghdr *x, const struct nlmsghdr *y);

#endif
