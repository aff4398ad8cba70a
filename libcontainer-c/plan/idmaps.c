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

static int check_extent(const struct id_extent *x, size_t i, const char *member, struct err *e)
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
	return err_set(e, ERR_SPEC, EINVAL, "/linux/%s/%zu: %s", member, i, what);
}

static int convert(const struct spec_id_mapping *m, size_t n, const char *member, struct arena *a,
		   const struct id_extent **ret, size_t *ret_n, struct err *e)
{
	if (!n)
		return err_set(
			e, ERR_SPEC, EINVAL,
			"/linux/%s: user namespaces enabled, but no namespace path to join nor "
			"mappings to apply specified",
			member);
	if (n > EXTENTS_MAX)
		return err_set(e, ERR_SPEC, EINVAL, "/linux/%s: more than %u mappings", member,
			       EXTENTS_MAX);
	struct id_extent *x = arena_array(a, n, sizeof(*x));
	if (!x)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	for (size_t i = 0; i < n; i++) {
		x[i] = (struct id_extent){m[i].container_id, m[i].host_id, m[i].size};
		int r = check_extent(x, i, member, e);
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

int idmaps_from_spec(const struct spec *s, const struct host_facts *f, struct arena *a,
		     struct namespaces_plan *p, struct err *e)
{
	const struct spec_linux *l = s->linux_;
	struct id_maps *m = &p->maps;
	int r = convert(l->uid_mappings, l->n_uid_mappings, "uidMappings", a, &m->uid, &m->n_uid,
			e);

	if (r == 0)
		r = convert(l->gid_mappings, l->n_gid_mappings, "gidMappings", a, &m->gid,
			    &m->n_gid, e);
	if (r < 0)
		return r;
	/* The range is reserved only for a container whose engine asked for no user namespace. */
	p->idmap_rootfs =
		is_range(m->uid, m->n_uid, &f->range) && is_range(m->gid, m->n_gid, &f->range);
	return idmaps_settle(p, "linux/uidMappings", e);
}

static bool leads_to(const struct id_extent *x, size_t n, const struct spec_id_mapping *m)
{
	return !m->size ||
	       (ids_to_host(x, n, m->container_id) == m->host_id &&
		ids_to_host(x, n, m->container_id + (m->size - 1)) == m->host_id + (m->size - 1));
}

int idmaps_check_joined(const struct spec *s, const struct id_maps *maps, struct err *e)
{
	const struct spec_linux *l = s->linux_;
	bool same = true;

	for (size_t i = 0; i < l->n_uid_mappings; i++)
		same = same && leads_to(maps->uid, maps->n_uid, &l->uid_mappings[i]);
	for (size_t i = 0; i < l->n_gid_mappings; i++)
		same = same && leads_to(maps->gid, maps->n_gid, &l->gid_mappings[i]);
	if (same)
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
