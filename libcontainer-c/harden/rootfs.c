/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rootfs.c: the mount at "/". nosuid and nodev are not properties of config.json: apply/rootfs.c
 * sets them always, so that is a note. Shared propagation would let mounts of the container appear
 * on the host (CIS Docker Benchmark 5.20).
 */
#include "base/str.h"
#include "harden/rule.h"

void rule_rootfs(struct harden *h)
{
	const char *v = h->s->linux_ ? h->s->linux_->rootfs_propagation : NULL;

	h->m.rootfs_nosuid = h->m.rootfs_nodev = true;
	decide_note(h, "/root",
		    "mounted nosuid and nodev: setuid programs and device nodes of the image have "
		    "no effect");
	if (v && (str_eq(v, "shared") || str_eq(v, "rshared")) &&
	    !h->policy->rootfs.allow_shared_propagation)
		decide_refuse(h, "/linux/rootfsPropagation", json_string(h, v),
			      "shared propagation makes the container's mounts appear on the host");
}
