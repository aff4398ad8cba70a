/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* check_rootless.c: what an ordinary user has here: ids, who maps them, and a cgroup. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/str.h"
#include "host/cgroup_own.h"
#include "host/check_priv.h"
#include "host/probe.h"
#include "host/subid_probe.h"

#define AREA	 "without root"
#define ONE_ID	 "containers have the own id alone, as root, and no others: "
#define DELEGATE "no limit on memory, and processes are counted for each user inside: "

static uint64_t sum(const struct id_extent *v, size_t n)
{
	uint64_t all = 0;

	for (size_t i = 0; i < n; i++)
		all += v[i].size;
	return all;
}

static void check_subids(struct check *c, const char *name)
{
	struct id_extent *u, *g;
	struct err why = {0};
	size_t nu, ng;
	int r = host_subids("/etc/subuid", name, geteuid(), c->a, &u, &nu, &why);

	if (r == 0)
		r = host_subids("/etc/subgid", name, geteuid(), c->a, &g, &ng, &why);
	if (r < 0) {
		check_add(c, CHECK_FAIL, AREA, "subordinate ids", arena_strdup(c->a, why.msg),
			  "no container of this user starts before the entry is right or gone");
		return;
	}
	bool both = nu && ng;
	check_add(c, both ? CHECK_OK : CHECK_WARN, AREA, "subordinate ids",
		  both	     ? arena_printf(c->a, "%llu user ids and %llu group ids",
					    (unsigned long long)sum(u, nu),
					    (unsigned long long)sum(g, ng))
		  : nu || ng ? "in one of /etc/subuid and /etc/subgid only"
			     : "none in /etc/subuid and /etc/subgid",
		  ONE_ID "usermod --add-subuids FIRST-LAST --add-subgids FIRST-LAST USER");
}

static void check_programs(struct check *c)
{
	const char *uids = host_find_program("newuidmap", c->a);
	const char *gids = host_find_program("newgidmap", c->a);

	check_add(c, uids && gids ? CHECK_OK : CHECK_WARN, AREA, "newuidmap and newgidmap",
		  uids && gids ? arena_printf(c->a, "%s, %s", uids, gids) : "not in PATH",
		  ONE_ID "install Debian's package uidmap");
}

/* Of a copy of the facts: the other rows are about the host. */
static void check_place(struct check *c, const char *what, bool systemd, const char *todo)
{
	struct host_facts f = c->facts;
	struct err why = {0};
	const char *seen = "none";

	f.in_userns = true; /* as it will be */
	int r = host_probe_place(NULL, systemd, c->a, &f, &why);
	if (r < 0)
		seen = arena_strdup(c->a, why.msg);
	else if (f.cgroup_v2_mountpoint)
		seen = *f.cgroup_v2_controllers
			       ? arena_printf(c->a, "with %s", f.cgroup_v2_controllers)
			       : "without a controller";
	bool ok = r == 0 && f.cgroup_v2_mountpoint &&
		  str_list_has(f.cgroup_v2_controllers, ' ', "memory") &&
		  str_list_has(f.cgroup_v2_controllers, ' ', "pids");
	check_add(c, ok ? CHECK_OK : CHECK_WARN, AREA, what, seen, todo);
}

void check_rootless(struct check *c)
{
	if (c->root)
		return;
	check_subids(c, host_user_name(geteuid(), c->a));
	check_programs(c);
	check_place(c, "delegated cgroup", false,
		    DELEGATE "systemd-run --user --scope, or --systemd-cgroup (row below)");
	check_place(c, "cgroup by --systemd-cgroup", true,
		    DELEGATE "needs cgroup v2 and a systemd of this user (loginctl enable-linger)");
}
