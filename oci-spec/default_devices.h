/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * default_devices.h: the devices that every container has, written down once: which nodes are made,
 * which may be opened where nobody decides otherwise, and the built-in policy come from here.
 */
#ifndef BULKHEAD_OCI_SPEC_DEFAULT_DEVICES_H
#define BULKHEAD_OCI_SPEC_DEFAULT_DEVICES_H

/* X(path, major, minor): nodes, all of them character devices (config-linux.md, Default Devices).
 */
#define SPEC_DEFAULT_NODES(X)                                                                      \
	X("/dev/null", 1, 3)                                                                       \
	X("/dev/zero", 1, 5)                                                                       \
	X("/dev/full", 1, 7)                                                                       \
	X("/dev/random", 1, 8)                                                                     \
	X("/dev/urandom", 1, 9)                                                                    \
	X("/dev/tty", 5, 0)

/*
 * Those that the container's devpts brings; -1 is every minor. Not 5:1: as a node that is the
 * host's console. /dev/console of a container is a terminal of its own.
 */
#define SPEC_DEFAULT_TERMINALS(X)                                                                  \
	X("/dev/ptmx", 5, 2)                                                                       \
	X("/dev/pts/*", 136, -1)

#endif
