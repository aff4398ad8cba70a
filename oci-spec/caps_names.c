/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* caps_names.c: see caps_names.h. Owns the table of capability names. Pure. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "oci-spec/caps_names.h"

#include <linux/capability.h>
#include <stddef.h>
#include <string.h>
#ifdef HAVE_LIBCAP
#include <sys/capability.h>
#endif

/* Index = number in <linux/capability.h>; 5.9 added the last one. */
static const char *const names[] = {
	"CAP_CHOWN",
	"CAP_DAC_OVERRIDE",
	"CAP_DAC_READ_SEARCH",
	"CAP_FOWNER",
	"CAP_FSETID",
	"CAP_KILL",
	"CAP_SETGID",
	"CAP_SETUID",
	"CAP_SETPCAP",
	"CAP_LINUX_IMMUTABLE",
	"CAP_NET_BIND_SERVICE",
	"CAP_NET_BROADCAST",
	"CAP_NET_ADMIN",
	"CAP_NET_RAW",
	"CAP_IPC_LOCK",
	"CAP_IPC_OWNER",
	"CAP_SYS_MODULE",
	"CAP_SYS_RAWIO",
	"CAP_SYS_CHROOT",
	"CAP_SYS_PTRACE",
	"CAP_SYS_PACCT",
	"CAP_SYS_ADMIN",
	"CAP_SYS_BOOT",
	"CAP_SYS_NICE",
	"CAP_SYS_RESOURCE",
	"CAP_SYS_TIME",
	"CAP_SYS_TTY_CONFIG",
	"CAP_MKNOD",
	"CAP_LEASE",
	"CAP_AUDIT_WRITE",
	"CAP_AUDIT_CONTROL",
	"CAP_SETFCAP",
	"CAP_MAC_OVERRIDE",
	"CAP_MAC_ADMIN",
	"CAP_SYSLOG",
	"CAP_WAKE_ALARM",
	"CAP_BLOCK_SUSPEND",
	"CAP_AUDIT_READ",
	"CAP_PERFMON",
	"CAP_BPF",
	"CAP_CHECKPOINT_RESTORE",
};
#define N_NAMES (sizeof(names) / sizeof(names[0]))
_Static_assert(N_NAMES == CAP_CHECKPOINT_RESTORE + 1, "one name for each number");

#ifdef HAVE_LIBCAP
/* A capability younger than the table above, known to the libcap we are linked with. */
static int from_libcap(const char *name)
{
	cap_value_t v;

	/* cap_from_name() would also take lower case and numbers. */
	if (strncmp(name, "CAP_", 4) != 0 || name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_")])
		return -1;
	if (cap_from_name(name, &v) < 0 || v < 0 || v > 63)
		return -1;
	return v;
}
#else
static int from_libcap(const char *name)
{
	(void)name;
	return -1;
}
#endif

int caps_from_name(const char *name)
{
	for (size_t i = 0; i < N_NAMES; i++)
		if (strcmp(names[i], name) == 0)
			return (int)i;
	return from_libcap(name);
}

const char *caps_name(unsigned cap)
{
	return cap < N_NAMES ? names[cap] : NULL;
}
