/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * userns.c: every container has a user namespace in which host id 0 does not exist.
 *
 *   the caller's own, new or by path   honoured unless its maps contain host id 0; a new one also
 *                                      not with ids that other containers of ours get
 *   that of a joined namespace         used as it is: pods, docker --net=container:X
 *   none                               added, with the id range reserved for this container, or,
 *                                      where the runtime itself runs in a user namespace
 *                                      (rootless), with all ids of that, refused where host root
 * has one
 */
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "harden/ns_view.h"
#include "harden/rule.h"

/* One kind of ids: those of users, or those of groups. */
struct ids {
	const char *member; /* of linux: "uidMappings" */
	const struct id_extent *extents;
	size_t n;
};

struct maps {
	struct ids uid, gid;
	bool from_spec; /* not of a namespace that exists */
};

static const struct id_extent *from_spec(struct harden *h, const struct spec_id_mapping *m,
					 size_t n)
{
	struct id_extent *v = arena_array(h->a, n, sizeof(*v));

	if (!v) {
		h->oom = true;
		return NULL;
	}
	for (size_t i = 0; i < n; i++)
		v[i] = (struct id_extent){m[i].container_id, m[i].host_id, m[i].size};
	return v;
}

static void set_spec_maps(struct harden *h, struct maps *m)
{
	const struct spec_linux *l = h->s->linux_;

	m->uid.extents = from_spec(h, l->uid_mappings, l->n_uid_mappings);
	m->uid.n = l->n_uid_mappings;
	m->gid.extents = from_spec(h, l->gid_mappings, l->n_gid_mappings);
	m->gid.n = l->n_gid_mappings;
	m->from_spec = true;
}

static void set_fact_maps(const struct ns_fact *f, struct maps *m)
{
	m->uid.extents = f->maps.uid;
	m->uid.n = f->maps.n_uid;
	m->gid.extents = f->maps.gid;
	m->gid.n = f->maps.n_gid;
}

/* Replace one list of mappings by others. */
static void map_ids(struct harden *h, const char *member, const struct id_extent *v, size_t n_v,
		    const char *why, struct spec_id_mapping **list, size_t *n)
{
	struct spec_id_mapping *m = arena_array(h->a, n_v, sizeof(*m));

	if (!m) {
		h->oom = true;
		return;
	}
	for (size_t i = 0; i < n_v; i++)
		m[i] = (struct spec_id_mapping){v[i].inside, v[i].outside, v[i].size};
	if (!decide_change(h, text(h, "/linux/%s", member), json_mappings(h, *list, *n),
			   json_mappings(h, m, n_v), "%s", why))
		return;
	*list = m;
	*n = n_v;
}

/* The range that is reserved for this container alone. */
static void map_range(struct harden *h, struct spec_linux *l)
{
	const struct id_extent *r = &h->facts->range;
	const char *source = h->facts->range_source ? h->facts->range_source : "the caller";
	const char *why = text(
		h, "ids of this container alone, so that they lead back to it (from %s)", source);

	if (!why)
		return;
	map_ids(h, "uidMappings", r, 1, why, &l->uid_mappings, &l->n_uid_mappings);
	map_ids(h, "gidMappings", r, 1, why, &l->gid_mappings, &l->n_gid_mappings);
}

/*
 * Rootless: the ids that the runtime has itself are all there are. With a namespace of its own
 * around them the container can undo no mount and has no capability over what the runtime made.
 */
static void map_own(struct harden *h, struct spec_linux *l)
{
	const struct id_maps *m = &h->facts->caller_ids;
	static const char why[] = "the ids of the user namespace that the runtime runs in";

	map_ids(h, "uidMappings", m->uid, m->n_uid, why, &l->uid_mappings, &l->n_uid_mappings);
	map_ids(h, "gidMappings", m->gid, m->n_gid, why, &l->gid_mappings, &l->n_gid_mappings);
}

/* Give the spec a user namespace of its own. Returns false when that is refused. */
static bool add_userns(struct harden *h)
{
	const struct host_facts *f = h->facts;
	struct spec_linux *l = need_linux(h);

	if (!l)
		return false;
	bool ids = f->in_userns ? f->caller_ids.n_uid && f->caller_ids.n_gid : f->range.size;
	if (!l->n_uid_mappings && !l->n_gid_mappings && !ids) {
		decide_refuse(h, "/linux/namespaces", NULL,
			      "no id range is reserved for the container's user namespace");
		return false;
	}
	ssize_t i = ns_entry(h->s, "user", 0);
	if (i >= 0)
		namespace_drop_path(h, (size_t)i,
				    f->in_userns ? "it leads to the runtime's own user namespace"
						 : "it leads to the host's user namespace");
	else
		namespace_append(h, "user",
				 f->in_userns ? "no capability inside counts outside, and no "
						"mount can be undone"
					      : "root inside is an unprivileged user outside");
	if (l->n_uid_mappings || l->n_gid_mappings)
		return !h->oom;
	if (f->in_userns)
		map_own(h, l);
	else
		map_range(h, l);
	return !h->oom;
}

static void refuse_conflict(struct harden *h, size_t i, const char *what)
{
	decide_refuse(h, text(h, "/linux/namespaces/%zu", i),
		      json_string(h, h->s->linux_->namespaces[i].path),
		      "the %s namespace to join belongs to another user namespace than %s",
		      h->s->linux_->namespaces[i].type, what);
}

/* The spec names a user namespace: which maps does it have? False: refused, or nothing known. */
static bool maps_asked(struct harden *h, struct ns_foreign joined, struct maps *m)
{
	size_t i = (size_t)ns_entry(h->s, "user", 0);
	const struct ns_fact *f = ns_fact(h->s, h->facts, i);

	if (h->s->linux_->namespaces[i].path) {
		if (!f->exists)
			return false; /* the plan says so */
		if (joined.entry >= 0 &&
		    ns_fact(h->s, h->facts, (size_t)joined.entry)->owner_ino != f->owner_ino) {
			refuse_conflict(h, (size_t)joined.entry, "the one that is asked for");
			return false;
		}
		set_fact_maps(f, m);
		return true;
	}
	if (joined.entry >= 0) {
		refuse_conflict(h, (size_t)joined.entry, "the new one that is asked for");
		return false;
	}
	set_spec_maps(h, m);
	return !h->oom;
}

/* Decide on the container's user namespace; fill in the maps it will have when they are known. */
static bool settle(struct harden *h, struct maps *m)
{
	struct ns_foreign joined = ns_foreign(h->s, h->facts);

	if (joined.conflict >= 0) {
		refuse_conflict(h, (size_t)joined.conflict, "the other one to join");
		return false;
	}
	if (ns_userns_asked(h->s, h->facts))
		return maps_asked(h, joined, m);
	if (joined.entry >= 0) {
		decide_note(h, text(h, "/linux/namespaces/%zu", (size_t)joined.entry),
			    "joined together with the user namespace that owns it, whose id maps "
			    "count");
		set_fact_maps(ns_fact(h->s, h->facts, (size_t)joined.entry), m);
		return true;
	}
	if (!add_userns(h))
		return false;
	set_spec_maps(h, m);
	return !h->oom;
}

static void check_host_root(struct harden *h, const struct ids *ids)
{
	/* Inside a user namespace 0 is another id; that of host root is check_runtime()'s. */
	if (h->policy->userns.allow_host_root || h->facts->in_userns)
		return;
	for (size_t i = 0; i < ids->n; i++)
		if (ids->extents[i].size && ids->extents[i].outside == 0)
			decide_refuse(h, text(h, "/linux/%s", ids->member), NULL,
				      "id %u inside would be id 0, root, on the host",
				      ids->extents[i].inside);
}

/*
 * An ordinary user's namespace has no id for host root. Root's own may have (unshare -Ur,
 * PrivateUsers=self), and it is not told from its maps which: no container is made from its ids.
 */
static void check_runtime(struct harden *h)
{
	const struct host_facts *f = h->facts;

	if (f->in_userns && f->host_root_mapped && !h->policy->userns.allow_host_root)
		decide_refuse(h, "/linux/namespaces", NULL,
			      "the user namespace that the runtime runs in has an id for root on "
			      "the host");
}

static bool overlap(const struct id_extent *a, const struct id_extent *b)
{
	return a->outside < (uint64_t)b->outside + b->size &&
	       b->outside < (uint64_t)a->outside + a->size;
}

static bool within(const struct id_extent *a, const struct id_extent *b)
{
	return a->outside >= b->outside &&
	       (uint64_t)a->outside + a->size <= (uint64_t)b->outside + b->size;
}

/* Whose ids are mapped twice, owns the other's files and may signal its processes. */
static void check_pool(struct harden *h, const struct ids *ids)
{
	const struct host_facts *f = h->facts;

	if (f->in_userns)
		return;
	for (size_t i = 0; i < ids->n; i++)
		if (overlap(&ids->extents[i], &f->pool) && !within(&ids->extents[i], &f->range))
			decide_refuse(h, text(h, "/linux/%s/%zu", ids->member, i), NULL,
				      "id %u on the host is of the pool that containers get ranges "
				      "of their own from",
				      ids->extents[i].outside);
}

static bool is_mapped(const struct ids *ids, uint32_t id)
{
	for (size_t i = 0; i < ids->n; i++)
		if (id >= ids->extents[i].inside &&
		    id - ids->extents[i].inside < ids->extents[i].size)
			return true;
	return false;
}

static void check_id(struct harden *h, const struct ids *ids, const char *pointer, const char *what,
		     uint32_t id)
{
	if (!is_mapped(ids, id))
		decide_refuse(h, pointer, text(h, "%u", id),
			      "%s %u is outside of the ids that the container has", what, id);
}

static void check_process_ids(struct harden *h, const struct maps *m)
{
	const struct spec_user *u = h->s->process ? h->s->process->user : NULL;

	check_id(h, &m->uid, "/process/user/uid", "user id", u ? u->uid : 0);
	check_id(h, &m->gid, "/process/user/gid", "group id", u ? u->gid : 0);
	for (size_t i = 0; u && i < u->n_additional_gids; i++)
		check_id(h, &m->gid, text(h, "/process/user/additionalGids/%zu", i), "group id",
			 u->additional_gids[i]);
}

void rule_userns(struct harden *h)
{
	struct maps m = {.uid.member = "uidMappings", .gid.member = "gidMappings"};

	if (!settle(h, &m))
		return;
	if (!m.uid.n || !m.gid.n) {
		decide_refuse(h, "/linux/namespaces", NULL,
			      "user namespaces enabled, but no namespace path to join nor mappings "
			      "to apply specified");
		return;
	}
	check_runtime(h);
	check_host_root(h, &m.uid);
	check_host_root(h, &m.gid);
	if (m.from_spec) {
		check_pool(h, &m.uid);
		check_pool(h, &m.gid);
	}
	check_process_ids(h, &m);
}

bool harden_needs_id_range(const struct spec *in, const struct host_facts *facts)
{
	return !facts->in_userns && !ns_userns_asked(in, facts) &&
	       ns_foreign(in, facts).entry < 0 &&
	       !(in->linux_ && (in->linux_->n_uid_mappings || in->linux_->n_gid_mappings));
}
