/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* idmaps.c: see namespaces_priv.h. */
#include <errno.h>

#include "base/arena.h"
#include "base/err.h"
#include "oci-spec/spec.h"
#include "plan/namespaces_priv.h"

#define EXTENTS_MAX 340u /* UID_GID_MAP_MAX_EXTENTS, 4.15 */

static bool overlaps(uint32_t a, uint32_t b, uint32_t na, uint32_t nb)
{
	return a < b ? b - a < na : a - b < nb;
}

static int check_extent(const struct id_extent *x, size_t i, const char *pointer, struct err *e)
{
	const char *what = NULL;

	if (!x[i].size)
		what = "size must not be 0";
	else if (x[i].inside > UINT32_MAX - x[i].size || x[i].outside > UINT32_MAX - x[i].size)
		what = "goes beyond the highest id";
	for (size_t k = 0; k < i && !what; k++)
		if (overlaps(x[k].inside, x[i].inside, x[k].size, x[i].size) ||
		    overlaps(x[k].outside, x[i].outside, x[k].size, x[i].size))
			what = "overlaps an earlier mapping";
	if (!what)
		return 0;
	return err_set(e, ERR_SPEC, EINVAL, "%s/%zu: %s", pointer, i, what);
}

int idmaps_convert(const struct spec_id_mapping *m, size_t n, const char *pointer, struct arena *a,
		   const struct id_extent **ret, size_t *ret_n, struct err *e)
{
	if (!n)
		return err_set(e, ERR_SPEC, EINVAL,
			       "%s: user namespaces enabled, but no namespace path to join nor "
			       "mappings to apply specified",
			       pointer);
	if (n > EXTENTS_MAX)
		return err_set(e, ERR_SPEC, EINVAL, "%s: more than %u mappings", pointer,
			       EXTENTS_MAX);
	struct id_extent *x = arena_array(a, n, sizeof(*x));
	if (!x)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	for (size_t i = 0; i < n; i++) {
		x[i] = (struct id_extent){m[i].container_id, m[i].host_id, m[i].size};
		int r = check_extent(x, i, pointer, e);
		if (r < 0)
			return r;
	}
	*ret = x;
	*ret_n = n;
	return 0;
}

static bool is_range(const struct id_extent *x, size_t n, const struct id_extent *range)
{
	return range->size && n == 1 && x->inside == range->inside &&
	       x->outside == range->outside && x->size == range->size;
}

/* The part of @callers that id @outside of a caller lies in, or NULL. */
static const struct id_extent *part_of(const struct id_extent *callers, size_t n, uint32_t outside)
{
	for (size_t i = 0; i < n; i++)
		if (outside >= callers[i].outside && outside - callers[i].outside < callers[i].size)
			return &callers[i];
	return NULL;
}

/* In a user namespace: the ids of the config, which are the caller's, as the runtime knows them. */
struct own_ids {
	const struct id_extent *callers;
	size_t n;
};

/*
 * One mapping of the config as the kernel takes it from us: in our ids, and in as many pieces as
 * lie in one extent of our own map each (map_id_range_down()).
 */
static int add_own(const struct own_ids *own, struct id_extent left, size_t i, const char *pointer,
		   struct id_extent *ret, size_t *ret_n, struct err *e)
{
	while (left.size > 0) {
		const struct id_extent *c = part_of(own->callers, own->n, left.outside);
		if (!c)
			return err_set(e, ERR_HOST, EPERM,
				       "%s/%zu/hostID: %u is not an id that this caller has (see "
				       "subuid(5) and newuidmap(1))",
				       pointer, i, left.outside);
		uint32_t skip = left.outside - c->outside, room = c->size - skip;
		uint32_t size = left.size < room ? left.size : room;
		if (*ret_n == EXTENTS_MAX)
			return err_set(e, ERR_SPEC, EINVAL, "%s: more than %u mappings", pointer,
				       EXTENTS_MAX);
		ret[(*ret_n)++] = (struct id_extent){left.inside, c->inside + skip, size};
		left = (struct id_extent){left.inside + size, left.outside + size,
					  left.size - size};
	}
	return 0;
}

/* Replace extents in the caller's ids by those in ours. */
static int to_own(const struct id_extent *callers, size_t n_callers, const char *pointer,
		  struct arena *a, const struct id_extent **list, size_t *n, struct err *e)
{
	const struct own_ids own = {callers, n_callers};
	struct id_extent *v = n_callers ? arena_array(a, EXTENTS_MAX, sizeof(*v)) : NULL;
	size_t n_v = 0;

	if (!n_callers)
		return 0;
	if (!v)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	for (size_t i = 0; i < *n; i++) {
		int r = add_own(&own, (*list)[i], i, pointer, v, &n_v, e);
		if (r < 0)
			return r;
	}
	*list = v;
	*n = n_v;
	return 0;
}

int idmaps_from_spec(const struct spec *s, const struct host_facts *f, struct arena *a,
		     struct namespaces_plan *p, struct err *e)
{
	const struct spec_linux *l = s->linux_;
	struct id_maps *m = &p->maps;
	int r = idmaps_convert(l->uid_mappings, l->n_uid_mappings, "/linux/uidMappings", a, &m->uid,
			       &m->n_uid, e);

	if (r == 0)
		r = idmaps_convert(l->gid_mappings, l->n_gid_mappings, "/linux/gidMappings", a,
				   &m->gid, &m->n_gid, e);
	if (r == 0)
		r = to_own(f->caller_ids.uid, f->caller_ids.n_uid, "/linux/uidMappings", a, &m->uid,
			   &m->n_uid, e);
	if (r == 0)
		r = to_own(f->caller_ids.gid, f->caller_ids.n_gid, "/linux/gidMappings", a, &m->gid,
			   &m->n_gid, e);
	if (r < 0)
		return r;
	/* The range is reserved only for a container whose engine asked for no user namespace. */
	p->idmap_rootfs =
		is_range(m->uid, m->n_uid, &f->range) && is_range(m->gid, m->n_gid, &f->range);
	return idmaps_settle(p, "linux/uidMappings", e);
}

static bool leads_to(const struct id_extent *x, size_t n, const struct own_ids *own,
		     const struct spec_id_mapping *m, uint32_t offset)
{
	uint32_t outside = m->host_id + offset;

	if (own->n) {
		const struct id_extent *c = part_of(own->callers, own->n, outside);
		if (!c)
			return false;
		outside = c->inside + (outside - c->outside);
	}
	return ids_to_host(x, n, m->container_id + offset) == outside;
}

static bool all_lead_to(const struct id_extent *x, size_t n, const struct own_ids *own,
			const struct spec_id_mapping *m, size_t n_m)
{
	for (size_t i = 0; i < n_m; i++)
		if (m[i].size &&
		    (!leads_to(x, n, own, &m[i], 0) || !leads_to(x, n, own, &m[i], m[i].size - 1)))
			return false;
	return true;
}

int idmaps_check_joined(const struct spec *s, const struct host_facts *f,
			const struct id_maps *maps, struct err *e)
{
	const struct spec_linux *l = s->linux_;
	const struct own_ids uids = {f->caller_ids.uid, f->caller_ids.n_uid};
	const struct own_ids gids = {f->caller_ids.gid, f->caller_ids.n_gid};

	if (all_lead_to(maps->uid, maps->n_uid, &uids, l->uid_mappings, l->n_uid_mappings) &&
	    all_lead_to(maps->gid, maps->n_gid, &gids, l->gid_mappings, l->n_gid_mappings))
		return 0;
	return err_set(e, ERR_SPEC, EINVAL,
		       "/linux/uidMappings: the user namespace to join has other id maps");
}

int idmaps_settle(struct namespaces_plan *p, const char *where, struct err *e)
{
	p->root_uid = ids_to_host(p->maps.uid, p->maps.n_uid, 0);
	p->root_gid = ids_to_host(p->maps.gid, p->maps.n_gid, 0);
	if (p->root_uid != UINT32_MAX && p->root_gid != UINT32_MAX)
		return 0;
	return err_set(e, ERR_SPEC, EINVAL,
		       "/%s: id 0 of the container is not mapped to an id of the host", where);
}
