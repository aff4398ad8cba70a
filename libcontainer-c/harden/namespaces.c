/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * namespaces.c: which namespaces may be the host's. pid and ipc: none. network: none, but one that
 * an engine made for the container (podman, CRI) is joined; so is an ipc namespace that an engine
 * made for a pod and holds by a mount (CRI-O's pinns): that of a daemon of the host, or of a
 * container of another runtime, has the path /proc/PID/ns/ipc. (Host root can pin a daemon's, too.)
 * uts: yes, unless it would be changed. mount and cgroup namespaces are added when they are
 * missing: nothing can depend on their absence.
 */
#include "harden/ns_view.h"
#include "harden/rule.h"

static const char *type_pointer(struct harden *h, const char *type)
{
	ssize_t i = ns_entry(h->s, type, 0);

	return i < 0 ? "/linux/namespaces" : text(h, "/linux/namespaces/%zu", (size_t)i);
}

static const char *type_json(struct harden *h, const char *type)
{
	ssize_t i = ns_entry(h->s, type, 0);

	if (i < 0)
		return NULL;
	const char *path = h->s->linux_->namespaces[i].path;
	return path ? text(h, "{\"type\":\"%s\",\"path\":%s}", type, json_string(h, path))
		    : text(h, "{\"type\":\"%s\"}", type);
}

/* A namespace that must not be the host's: @flag is the engine's option that asks for it. */
static void check_private(struct harden *h, const char *type, const char *flag, bool allow_host,
			  bool allow_host_owned)
{
	enum ns_view v = ns_view(h->s, h->facts, type);

	if (v == NS_VIEW_HOST && !allow_host)
		decide_refuse(h, type_pointer(h, type), type_json(h, type),
			      "the host's %s namespace (%s)", type, flag);
	else if (v == NS_VIEW_HOST_OWNED && !allow_host_owned)
		decide_refuse(h, type_pointer(h, type), type_json(h, type),
			      "a %s namespace that does not belong to a container of this runtime",
			      type);
}

static void check_network(struct harden *h)
{
	const struct policy_namespaces *p = &h->policy->namespaces;
	enum ns_view v = ns_view(h->s, h->facts, "network");

	check_private(h, "network", "--net=host", p->allow_host_network,
		      p->allow_host_owned_network);
	if (v == NS_VIEW_HOST_OWNED || v == NS_VIEW_HOST)
		decide_note(h, type_pointer(h, "network"),
			    "the network namespace is not owned by the container: network "
			    "capabilities have no effect in it");
}

static void check_ipc(struct harden *h)
{
	const struct policy_namespaces *p = &h->policy->namespaces;
	ssize_t i = ns_entry(h->s, "ipc", 0);
	bool pinned = i >= 0 && ns_fact(h->s, h->facts, (size_t)i)->pinned;

	check_private(h, "ipc", "--ipc=host", p->allow_host_ipc,
		      p->allow_host_owned_ipc || (pinned && p->allow_pinned_ipc));
}

static void check_uts(struct harden *h)
{
	if (ns_view(h->s, h->facts, "uts") != NS_VIEW_HOST)
		return;
	if (!h->policy->namespaces.allow_host_uts) {
		check_private(h, "uts", "--uts=host", false, true);
		return;
	}
	bool host = h->s->hostname && *h->s->hostname;
	const char *name = host ? h->s->hostname : h->s->domainname;
	if (name && *name)
		decide_refuse(h, host ? "/hostname" : "/domainname", json_string(h, name),
			      "it would rename the host, whose uts namespace is shared");
	else
		decide_note(h, type_pointer(h, "uts"), "the host's name is seen from inside");
}

/* A namespace that is made new when the host's is asked for. */
static void make_private(struct harden *h, const char *type, const char *why)
{
	ssize_t i = ns_entry(h->s, type, 0);

	if (ns_view(h->s, h->facts, type) != NS_VIEW_HOST)
		return;
	if (i < 0)
		namespace_append(h, type, why);
	else
		namespace_drop_path(h, (size_t)i, why);
}

static void check_mount(struct harden *h)
{
	enum ns_view v = ns_view(h->s, h->facts, "mount");

	make_private(h, "mount", "mounts of the container must not appear on the host");
	if (v != NS_VIEW_HOST && v != NS_VIEW_NEW)
		decide_refuse(
			h, type_pointer(h, "mount"), type_json(h, "mount"),
			"a mount namespace cannot be joined: its root would be the container's");
}

void rule_namespaces(struct harden *h)
{
	const struct policy_namespaces *p = &h->policy->namespaces;

	check_private(h, "pid", "--pid=host", p->allow_host_pid, p->allow_host_owned_pid);
	check_ipc(h);
	check_network(h);
	check_uts(h);
	check_mount(h);
	make_private(h, "cgroup", "the host's cgroup paths are hidden");
}
