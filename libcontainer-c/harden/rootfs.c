/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rootfs.c: the mount at "/". nosuid, nodev and noexec are no properties of config.json but
 * measures, so they are notes. Read-only on the policy's request (CIS Docker Benchmark 5.13).
 * Shared propagation would let mounts of the container appear on the host (CIS 5.20). Without
 * pivot_root(2) the host's root stays below the container's, for whoever may chroot(2).
 */
#include "base/arena.h"
#include "base/str.h"
#include "harden/host_paths.h"
#include "harden/rule.h"
#include "harden/storage.h"

static void make_readonly(struct harden *h)
{
	struct spec_root *root = h->s->root;

	/* Without a root the plan refuses. */
	if (!root || (root->readonly && *root->readonly))
		return;
	bool *yes = arena_alloc(h->a, sizeof(*yes));
	if (!yes) {
		h->oom = true;
		return;
	}
	*yes = true;
	if (decide_change(h, "/root/readonly", root->readonly ? "false" : NULL, "true",
			  "the image stays as it is; what is written goes to volumes and tmpfs"))
		root->readonly = yes;
}

static void check_place(struct harden *h)
{
	const struct policy_host_path *p = host_path_of_root(h);

	if (!p || storage_has_rootfs(h))
		return;
	const char *asked = h->s->root && h->s->root->path ? h->s->root->path : "";
	const char *name = printable(h, asked), *path = printable(h, p->path);
	const char *why = printable(h, p->why);
	if (name && path && why)
		decide_refuse(h, "/root/path", json_string(h, asked), "%s leads to %s: %s", name,
			      path, why);
}

void rule_rootfs(struct harden *h)
{
	const char *v = h->s->linux_ ? h->s->linux_->rootfs_propagation : NULL;

	h->m.rootfs_nosuid = h->m.rootfs_nodev = true;
	decide_note(h, "/root",
		    "mounted nosuid and nodev: setuid programs and device nodes of the image have "
		    "no effect");
	h->m.rootfs_noexec = h->policy->rootfs.noexec;
	if (h->m.rootfs_noexec)
		decide_note(h, "/root",
			    "mounted noexec: only what is on other mounts can be executed");
	if (h->policy->rootfs.readonly)
		make_readonly(h);
	check_place(h);
	if (v && (str_eq(v, "shared") || str_eq(v, "rshared")) &&
	    !h->policy->rootfs.allow_shared_propagation)
		decide_refuse(h, "/linux/rootfsPropagation", json_string(h, v),
			      "shared propagation makes the container's mounts appear on the host");
	if (h->facts->no_pivot)
		decide_refuse(h, "/root", NULL,
			      "--no-pivot: a root that is set with MS_MOVE and chroot can be left");
}
