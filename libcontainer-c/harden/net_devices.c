/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * net_devices.c: linux.netDevices, network devices that leave the host for the container's network
 * namespace. One that is handed over is gone: with the host's own interface its network, with an
 * engine's bridge that of all its containers, with the end of a neighbour's pair the neighbour's.
 * And whoever has it reads and writes its traffic, in namespaces where he may. Which devices are
 * spare only the administrator knows, so that none is until he says so.
 */
#include <string.h>

#include "base/str.h"
#include "harden/rule.h"

/* "*" is any rest. */
static bool matches(const char *pattern, const char *name)
{
	size_t n = strcspn(pattern, "*");

	return pattern[n] ? strncmp(pattern, name, n) == 0 : strcmp(pattern, name) == 0;
}

static bool is_listed(const struct policy_net_devices *p, const char *name)
{
	for (size_t i = 0; i < p->n_allowed; i++)
		if (matches(p->allowed[i].key, name))
			return true;
	return false;
}

void rule_net_devices(struct harden *h)
{
	const struct spec_linux *l = h->s->linux_;

	for (size_t i = 0; l && i < l->n_net_devices; i++) {
		const char *key = l->net_devices[i].key;
		if (is_listed(&h->policy->net_devices, key))
			continue;
		const char *name = printable(h, key), *token = pointer_key(h, key);
		if (!name || !token)
			return;
		decide_refuse(h, text(h, "/linux/netDevices/%s", token), json_string(h, key),
			      "the network device %s is not one that the policy hands over", name);
	}
}
