/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* calls.c: see calls.h. Keeps what is known. */
#include "kernel/calls.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * Arguments that no call accepts. Those marked @admin ask for CAP_SYS_ADMIN before anything else,
 * so that their EPERM says nothing.
 */
static const struct {
	const char *name, *since;
	long number, args[5];
	bool admin;
} calls[CALL_KINDS] = {
	[CALL_OPENAT2] = {"openat2", "5.6", SYS_openat2, {-1, 0, 0, 0}, false},
	[CALL_OPEN_TREE] = {"open_tree", "5.2", SYS_open_tree, {-1, 0, -1}, false},
	[CALL_MOVE_MOUNT] = {"move_mount", "5.2", SYS_move_mount, {-1, 0, -1, 0, -1}, true},
	[CALL_FSOPEN] = {"fsopen", "5.2", SYS_fsopen, {0, -1}, true},
	[CALL_FSCONFIG] = {"fsconfig", "5.2", SYS_fsconfig, {-1, -1}, false},
	[CALL_FSMOUNT] = {"fsmount", "5.2", SYS_fsmount, {-1, -1}, true},
	[CALL_FSPICK] = {"fspick", "5.2", SYS_fspick, {-1, 0, -1}, true},
	[CALL_MOUNT_SETATTR] = {"mount_setattr", "5.12", SYS_mount_setattr, {-1, 0, -1}, false},
	[CALL_CLONE3] = {"clone3", "5.3", SYS_clone3, {0, 0}, false},
	[CALL_PIDFD_OPEN] = {"pidfd_open", "5.3", SYS_pidfd_open, {-1, -1}, false},
	[CALL_PIDFD_SEND_SIGNAL] =
		{"pidfd_send_signal", "5.1", SYS_pidfd_send_signal, {-1, 0, 0, -1}, false},
	[CALL_CLOSE_RANGE] = {"close_range", "5.9", SYS_close_range, {-1, 0, -1}, false},
};

static signed char known[CALL_KINDS]; /* 1 there, -1 missing, 0 not asked yet */

const char *call_name(enum call c)
{
	return calls[c].name;
}

const char *call_since(enum call c)
{
	return calls[c].since;
}

bool call_missing(enum call c)
{
	return known[c] < 0;
}

bool call_there(enum call c)
{
	const long *a = calls[c].args;
	int before = errno;

	if (known[c])
		return known[c] > 0;
	long r = syscall(calls[c].number, a[0], a[1], a[2], a[3], a[4]);
	bool missing = r < 0 && (errno == ENOSYS || (errno == EPERM && !calls[c].admin));
	known[c] = missing ? -1 : 1;
	errno = before;
	return !missing;
}

bool call_refused(enum call c)
{
	return (errno == ENOSYS || errno == EPERM) && !call_there(c);
}

bool call_mounts_there(void)
{
	static const enum call api[] = {CALL_OPEN_TREE,	   CALL_MOVE_MOUNT, CALL_FSOPEN,
					CALL_FSCONFIG,	   CALL_FSMOUNT,    CALL_FSPICK,
					CALL_MOUNT_SETATTR};
	static signed char whole;

	for (size_t i = 0; !whole && i < sizeof(api) / sizeof(api[0]); i++)
		if (!call_there(api[i]))
			whole = -1;
	if (!whole)
		whole = 1;
	return whole > 0;
}
