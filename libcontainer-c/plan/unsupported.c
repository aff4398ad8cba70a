/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * unsupported.c: see unsupported.h. One row per property; a row goes when its subsystem comes.
 *
 * Not here, on purpose: process.execCPUAffinity concerns exec only; linux.seccomp.listenerMetadata
 * and linux.intelRdt.* go with the property that they hang on.
 */
#include "plan/unsupported.h"

#include <errno.h>
#include <stdbool.h>

#include "base/err.h"
#include "base/str.h"
#include "oci-spec/spec.h"

static bool has_intel_rdt(const struct spec_linux *l)
{
	return l->intel_rdt;
}

static bool has_memory_policy(const struct spec_linux *l)
{
	return l->memory_policy;
}

static bool has_net_devices(const struct spec_linux *l)
{
	return l->n_net_devices;
}

static bool has_listener(const struct spec_linux *l)
{
	return l->seccomp && l->seccomp->listener_path;
}

/* Without a listener the kernel answers ENOSYS; whoever writes NOTIFY wants to be asked. */
static bool has_notify(const struct spec_linux *l)
{
	static const char notify[] = "SCMP_ACT_NOTIFY";

	if (!l->seccomp)
		return false;
	for (size_t i = 0; i < l->seccomp->n_syscalls; i++)
		if (str_eq(l->seccomp->syscalls[i].action, notify))
			return true;
	return str_eq(l->seccomp->default_action, notify);
}

static const struct unsupported {
	const char *pointer;
	bool (*is_set)(const struct spec_linux *l);
} rows[] = {
	{"/linux/intelRdt", has_intel_rdt},
	{"/linux/memoryPolicy", has_memory_policy},
	{"/linux/netDevices", has_net_devices},
	{"/linux/seccomp/listenerPath", has_listener},
	{"/linux/seccomp: SCMP_ACT_NOTIFY", has_notify},
};

int unsupported_check(const struct spec *s, struct err *e)
{
	if (!s->linux_)
		return 0;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].is_set(s->linux_))
			return err_set(e, ERR_SPEC, ENOTSUP,
				       "%s: set, but not supported by this version",
				       rows[i].pointer);
	return 0;
}
