/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* checkpoint_plan.c: see checkpoint_plan.h. */
#include "lifecycle/checkpoint_plan.h"

#include <errno.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/mount.h>

#include "base/err.h"
#include "base/str.h"
#include "kernel/mountinfo.h"
#include "lifecycle/criu.h"
#include "plan/plan.h"

/* Of these CRIU makes new ones; what is shared with others it cannot give back. */
static int check_namespaces(const struct namespaces_plan *ns, struct err *e)
{
	static const struct {
		enum ns_kind kind;
		bool shared; /* the host's will do */
	} kinds[] = {{NS_USER, true}, {NS_PID, false}, {NS_MNT, false},
		     {NS_IPC, true},  {NS_UTS, true},  {NS_CGROUP, true}};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		enum ns_mode mode = ns->ns[kinds[i].kind].mode;
		if (mode == NS_NEW || (mode == NS_SHARED && kinds[i].shared))
			continue;
		return err_set(e, ERR_HOST, ENOTSUP,
			       "/linux/namespaces: CRIU cannot restore a container %s (%s)",
			       mode == NS_SHARED ? "that uses the host's namespace"
						 : "that has joined another one's namespace",
			       ns_kind_proc_name(kinds[i].kind));
	}
	/* It looks at sockets as root of the user namespace, who may not enter that one. */
	if (ns->ns[NS_USER].mode != NS_SHARED && ns->ns[NS_NET].mode != NS_NEW)
		return err_set(
			e, ERR_HOST, ENOTSUP,
			"/linux/namespaces: CRIU cannot restore a container with a user "
			"namespace whose network namespace was made before it, and so belongs "
			"to the host (net)");
	return 0;
}

static int check_confinement(const struct plan *p, const struct criu *criu, struct err *e)
{
	bool own = p->ns.ns[NS_USER].mode != NS_SHARED;
	const struct caps_plan *caps = &p->process.caps;
	uint64_t mounter = 1ull << CAP_SYS_ADMIN;

	if (p->process.no_new_privs && criu->version < CRIU_NO_NEW_PRIVS)
		return err_set(e, ERR_POLICY, EPERM,
			       "policy: noNewPrivileges: this version of CRIU would lose the "
			       "processes' no_new_privs: 3.19 keeps it");
	if (p->landlock.writes || p->landlock.scopes)
		return err_set(
			e, ERR_POLICY, EPERM,
			"policy: landlock: the container's Landlock domain would be lost: no "
			"kernel shows one to CRIU");
	/*
	 * `create` locks mounts by making them outside and entering them with fewer privileges;
	 * CRIU makes them inside. Whoever has CAP_SYS_ADMIN there could unmount a mask.
	 */
	if (own && (caps->bounding | caps->permitted | caps->inheritable) & mounter)
		return err_set(e, ERR_POLICY, EPERM,
			       "policy: mounts: the container has CAP_SYS_ADMIN in its user "
			       "namespace, and what CRIU mounts there is not locked: masked paths "
			       "could be uncovered");
	return 0;
}

static int check_rest(const struct plan *p, struct err *e)
{
	const struct {
		bool has;
		const char *what;
	} table[] = {
		{p->process.terminal,
		 "/process/terminal: a terminal whose other end somebody outside holds"},
		{p->seccomp.listener.path,
		 "/linux/seccomp/listenerPath: a filter that asks an agent"},
		{p->net_devices.n > 0, "/linux/netDevices: a network device of the host"},
		{p->intel_rdt.set, "/linux/intelRdt: a class of service"},
		{p->process.memory_policy.set, "/linux/memoryPolicy: a memory policy"},
		{p->rootfs.propagation & MS_SHARED,
		 "/linux/rootfsPropagation: mounts that travel to the host"},
		{p->rootfs.no_pivot, "--no-pivot: a root without pivot_root"},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].has)
			return err_set(e, ERR_HOST, ENOTSUP, "%s cannot be restored by CRIU",
				       table[i].what);
	return 0;
}

int checkpoint_check(const struct plan *p, const struct criu *criu, struct err *e)
{
	int r = check_namespaces(&p->ns, e);

	if (r == 0)
		r = check_confinement(p, criu, e);
	return r < 0 ? r : check_rest(p, e);
}

static bool is_made_inside(const struct mountinfo *m)
{
	static const char *const types[] = {"proc", "sysfs", "mqueue", "devpts", NULL};

	return str_in(m->fstype, types);
}

static bool has_whole(const struct mountinfo *all, unsigned long n, const struct mountinfo *m)
{
	for (unsigned long i = 0; i < n; i++)
		if (all[i].major == m->major && all[i].minor == m->minor &&
		    strcmp(all[i].root, "/") == 0 && strcmp(all[i].mountpoint, "/") != 0)
			return true;
	return false;
}

bool checkpoint_is_external(const struct mountinfo *all, unsigned long n, const struct mountinfo *m)
{
	if (strcmp(m->mountpoint, "/") == 0 || is_made_inside(m))
		return false;
	if (strcmp(m->fstype, "tmpfs") != 0)
		return true;
	if (strcmp(m->root, "/") == 0)
		/* In a user namespace, or without access to the devices, its nodes cannot be made.
		 */
		return strcmp(m->mountpoint, "/dev") == 0;
	return !has_whole(all, n, m);
}
