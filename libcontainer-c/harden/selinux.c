/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * selinux.c: where the kernel has SELinux, every container has a confined label (CIS Docker
 * Benchmark 5.3): the config's, or else the policy's (contrib/selinux) with a pair of categories of
 * its own, so that containers of the same type are closed to each other.
 *
 * The pair is a function of the container's host ids: those are given to one container at a time
 * (lifecycle/ids.h), so nothing else has to be kept, and containers that share a user namespace, as
 * in a pod, share the pair.
 */
#include <string.h>

#include "base/str.h"
#include "harden/ns_view.h"
#include "harden/rule.h"

#define CATEGORIES 1024u /* c0 to c1023 in every policy with MCS */

/* Types of processes that SELinux lets do what they like, in Fedora's and the reference policy. */
static const char *const unconfined_types[] = {
	"container_runtime_t",
	"crio_t",
	"docker_t",
	"init_t",
	"initrc_t",
	"kernel_t",
	"spc_t",
	"unconfined_t",
	"unconfined_service_t",
	NULL,
};

/* Of "user:role:type[:level]". */
static bool is_unconfined(struct harden *h, const char *label)
{
	const char *role = strchr(label, ':');
	const char *type = role ? strchr(role + 1, ':') : NULL;

	if (!type)
		return false;
	const char *name = text(h, "%.*s", (int)strcspn(type + 1, ":"), type + 1);
	return name && str_in(name, unconfined_types);
}

static void check_asked(struct harden *h, const char *label)
{
	static const char where[] = "/process/selinuxLabel";

	if (!is_unconfined(h, label))
		return;
	if (h->policy->selinux.allow_unconfined)
		decide_note(h, where, "not confined by SELinux, as the policy allows");
	else
		decide_refuse(h, where, json_string(h, label),
			      "the container would not be confined by SELinux");
}

static bool outside_of_root(const struct id_extent *v, size_t n, uint32_t *ret)
{
	for (size_t i = 0; i < n; i++)
		if (v[i].inside == 0 && v[i].size > 0) {
			*ret = v[i].outside;
			return true;
		}
	return false;
}

/* The host id of the container's root; false when it has no user namespace of its own. */
static bool host_root(const struct harden *h, uint32_t *ret)
{
	const struct spec_linux *l = h->s->linux_;
	ssize_t joined = ns_foreign(h->s, h->facts).entry;
	ssize_t user = ns_entry(h->s, "user", 0);

	for (size_t i = 0; l && i < l->n_uid_mappings; i++)
		if (l->uid_mappings[i].container_id == 0 && l->uid_mappings[i].size > 0) {
			*ret = l->uid_mappings[i].host_id;
			return true;
		}
	if (user >= 0)
		joined = user;
	if (joined < 0)
		return false;
	const struct ns_fact *f = ns_fact(h->s, h->facts, (size_t)joined);
	return outside_of_root(f->maps.uid, f->maps.n_uid, ret);
}

/*
 * Two different categories, for each block of 65536 host ids another pair. Ranges have at least
 * that many ids and do not overlap, so no two begin in the same block. The pair {a, a + d mod 1024}
 * is met once for each a and each d from 1 to 511; blocks need d up to 64.
 */
static void pair_of(uint32_t root, unsigned *ret_low, unsigned *ret_high)
{
	unsigned block = root >> 16;
	unsigned a = block % CATEGORIES, b = (a + 1 + block / CATEGORIES) % CATEGORIES;

	*ret_low = a < b ? a : b;
	*ret_high = a < b ? b : a;
}

static const char *level_of(struct harden *h)
{
	uint32_t root;
	unsigned low, high;

	if (!h->policy->selinux.categories)
		return "s0";
	/* Rootless, the ids are those of all containers of this user. */
	if (h->facts->in_userns || !host_root(h, &root))
		return NULL;
	pair_of(root, &low, &high);
	return text(h, "s0:c%u,c%u", low, high);
}

static void not_confined(struct harden *h, const char *why)
{
	static const char where[] = "/process/selinuxLabel";

	if (h->policy->selinux.require)
		decide_refuse(h, where, NULL, "a label of SELinux is required, and %s", why);
	else
		decide_note(h, where, "not confined by SELinux: %s", why);
}

/* What is mounted for the container has to be open to it. */
static void label_mounts(struct harden *h, const char *level)
{
	const char *prefix = h->policy->selinux.mount_label;
	struct spec_linux *l = need_linux(h);

	if (!l || !prefix || l->mount_label)
		return;
	const char *label = text(h, "%s:%s", prefix, level);
	if (decide_change(h, "/linux/mountLabel", NULL, json_string(h, label),
			  "files of the container's own mounts are open to its label"))
		l->mount_label = label;
}

void rule_selinux(struct harden *h)
{
	const struct policy_selinux *policy = &h->policy->selinux;
	struct spec_process *p = h->s->process;

	if (!p || !h->facts->selinux)
		return;
	if (p->selinux_label) {
		check_asked(h, p->selinux_label);
		return;
	}
	/* A process of exec is what the first one is (complete() in exec.c): that has none, and
	 * neither have the files that it would have to open. */
	if (!policy->label || h->when == RULES_OF_EXEC)
		return;
	if (!h->facts->selinux_label_known) {
		not_confined(h, "the loaded policy has no such type: see contrib/selinux");
		return;
	}
	const char *level = level_of(h);
	if (h->oom)
		return;
	if (!level) {
		not_confined(h, "categories come from the container's host ids, and it has none");
		return;
	}
	const char *label = text(h, "%s:%s", policy->label, level);
	if (!decide_change(h, "/process/selinuxLabel", NULL, json_string(h, label),
			   "closed to the host and to other containers by SELinux%s",
			   h->facts->selinux_enforcing ? "" : ", as soon as it is enforcing"))
		return;
	p->selinux_label = label;
	label_mounts(h, level);
}
