/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * net_devices.h: devices of the host that move into the container's network namespace
 * (config-linux.md, Network Devices), and back when the container cannot be made after all.
 *
 * Never back at the end of a container: the specification forbids it. With its namespace the kernel
 * returns physical devices to the initial one and destroys virtual ones (network_namespaces(7)).
 */
#ifndef BULKHEAD_APPLY_NET_DEVICES_H
#define BULKHEAD_APPLY_NET_DEVICES_H

#include <stddef.h>
#include <sys/types.h>

struct arena;
struct err;
struct net_device;
struct net_devices_plan;

struct net_devices {
	int host_fd, inside_fd; /* rtnetlink sockets; the second keeps the namespace alive */
	int host_ns_fd, inside_ns_fd;
	struct net_device *items; /* those that were touched */
	size_t n;
};
#define NET_DEVICES_INIT ((struct net_devices){-1, -1, -1, -1, NULL, 0})

/**
 * net_devices_move - every device of the plan: down, moved, renamed, its addresses put back, up;
 * read back. Permanent addresses of global scope come along, as the specification says: the kernel
 * drops all when a device changes its namespace (and those of IPv6 when it goes down).
 * @proc_fd: root of the host's procfs; @pid, @pidfd: the container's first process
 * @a:       owns what is noted of the devices until net_devices_close()
 * Errors begin with the JSON pointer. After one, net_devices_give_back() all the same.
 */
int net_devices_move(const struct net_devices_plan *p, int proc_fd, pid_t pid, int pidfd,
		     struct arena *a, struct net_devices *ret, struct err *e);

/**
 * net_devices_give_back - each device as it was: namespace, name, bridge, addresses, up. Routes are
 * the host's own and are not. As far as it can be done; there is nobody to tell.
 */
void net_devices_give_back(struct net_devices *d);

/** net_devices_close - close the descriptors; the devices stay where they are. */
void net_devices_close(struct net_devices *d);

#endif
