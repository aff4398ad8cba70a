/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * danger.c: why a container is better off without a capability, for the decision that removes it
 * (capabilities(7)). In a user namespace many of them reach less than on the host; what is said
 * here is what they open, and therefore what a hole behind them is worth.
 */
#include "base/str.h"
#include "harden/rule.h"

static const struct spec_pair dangers[] = {
	{"CAP_AUDIT_CONTROL", "switches the host's audit off"},
	{"CAP_AUDIT_READ", "reads the host's audit"},
	{"CAP_AUDIT_WRITE", "forges audit records"},
	{"CAP_BLOCK_SUSPEND", "keeps the host awake"},
	{"CAP_BPF", "loads programs into the kernel"},
	{"CAP_CHECKPOINT_RESTORE", "chooses process ids, follows links in /proc"},
	{"CAP_CHOWN", "gives files away"},
	{"CAP_DAC_OVERRIDE", "passes file permissions by"},
	{"CAP_DAC_READ_SEARCH", "opens any file by its handle: out of the root (shocker)"},
	{"CAP_FOWNER", "changes files of others"},
	{"CAP_FSETID", "keeps setuid bits of files it changes"},
	{"CAP_IPC_LOCK", "locks memory beyond its limit"},
	{"CAP_IPC_OWNER", "reads shared memory of others"},
	{"CAP_KILL", "signals processes of others"},
	{"CAP_LEASE", "holds up whoever opens a file"},
	{"CAP_LINUX_IMMUTABLE", "makes files that cannot be removed"},
	{"CAP_MAC_ADMIN", "changes the security module's policy"},
	{"CAP_MAC_OVERRIDE", "passes the security module by"},
	{"CAP_MKNOD", "makes device nodes"},
	{"CAP_NET_ADMIN", "routes, filters and sniffs; reach of much network code"},
	{"CAP_NET_BIND_SERVICE", "takes ports of services"},
	{"CAP_NET_BROADCAST", "not used by the kernel"},
	{"CAP_NET_RAW", "spoofing on the bridge, CVE-2020-14386"},
	{"CAP_PERFMON", "watches other processes"},
	{"CAP_SETFCAP", "gives files capabilities"},
	{"CAP_SETGID", "becomes any group"},
	{"CAP_SETPCAP", "passes capabilities on"},
	{"CAP_SETUID", "becomes any user"},
	{"CAP_SYSLOG", "reads kernel addresses and messages"},
	{"CAP_SYS_ADMIN", "mounts, namespaces and a hundred things more: nearly root"},
	{"CAP_SYS_BOOT", "reboots, loads another kernel"},
	{"CAP_SYS_CHROOT", "first step out of a chroot"},
	{"CAP_SYS_MODULE", "loads code into the kernel"},
	{"CAP_SYS_NICE", "takes CPUs from others, moves their memory"},
	{"CAP_SYS_PACCT", "writes accounting of all processes"},
	{"CAP_SYS_PTRACE", "reads and changes other processes"},
	{"CAP_SYS_RAWIO", "hardware and physical memory"},
	{"CAP_SYS_RESOURCE", "passes limits and quotas by"},
	{"CAP_SYS_TIME", "changes the host's clock"},
	{"CAP_SYS_TTY_CONFIG", "hangs up and changes terminals"},
	{"CAP_WAKE_ALARM", "wakes the host up"},
};

const char *capability_danger(const char *cap)
{
	const struct spec_pair *e = entry_find(dangers, sizeof(dangers) / sizeof(dangers[0]), cap);

	return e ? e->value : NULL;
}
