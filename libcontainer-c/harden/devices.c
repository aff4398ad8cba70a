/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * devices.c: linux.devices, the nodes that are made in /dev. Only those that every container has
 * anyway and those that the policy lists. A node that is asked for is refused rather than left out:
 * whoever wrote --device needs it (CIS Docker Benchmark 5.18).
 */
#include <string.h>
#include <sys/sysmacros.h>

#include "base/str.h"
#include "harden/rule.h"

static bool in_list(const struct policy_device *d, size_t n, char type, int64_t maj, int64_t min)
{
	for (size_t i = 0; i < n; i++)
		if (d[i].type[0] == type && d[i].major == maj &&
		    (d[i].minor < 0 || d[i].minor == min))
			return true;
	return false;
}

bool device_number_listed(const struct policy *p, char type, int64_t maj, int64_t min)
{
	return in_list(p->devices.defaults, p->devices.n_defaults, type, maj, min) ||
	       in_list(p->devices.extra, p->devices.n_extra, type, maj, min);
}

bool device_listed(const struct policy *p, char type, dev_t rdev)
{
	return device_number_listed(p, type, (int64_t)major(rdev), (int64_t)minor(rdev));
}

/* 'c' or 'b'; 'u' is the old name of 'c'; 0 for a FIFO, which is no device. */
static char device_type(const struct spec_device *d)
{
	if (str_eq(d->type, "p"))
		return 0;
	return str_eq(d->type, "b") ? 'b' : 'c';
}

void rule_devices(struct harden *h)
{
	struct spec_linux *l = h->s->linux_;

	for (size_t i = 0; l && i < l->n_devices; i++) {
		const struct spec_device *d = &l->devices[i];
		char type = device_type(d);
		if (!type || (d->major && d->minor &&
			      device_number_listed(h->policy, type, *d->major, *d->minor)))
			continue;
		const char *path = printable(h, d->path ? d->path : "");
		if (!path)
			return;
		decide_refuse(h, text(h, "/linux/devices/%zu", i),
			      json_string(h, d->path ? d->path : ""),
			      "%s is a %s device of the host that the policy does not list", path,
			      type == 'b' ? "block" : "character");
	}
}
