/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mounts_idmap.c: owns the maps of mounts that have some of their own. */
#include "plan/mounts_priv.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "oci-spec/spec.h"
#include "plan/namespaces.h"
#include "plan/namespaces_priv.h"

#define LINES_MAX 340u /* UID_GID_MAP_MAX_EXTENTS, 4.15 */

static bool same_maps(const struct spec_id_mapping *m, size_t n, const struct id_extent *x,
		      size_t n_x)
{
	if (n != n_x)
		return false;
	for (size_t i = 0; i < n; i++)
		if (m[i].container_id != x[i].inside || m[i].host_id != x[i].outside ||
		    m[i].size != x[i].size)
			return false;
	return true;
}

static int convert(const struct spec_id_mapping *m, size_t n, size_t index, const char *member,
		   struct arena *a, const struct id_extent **ret, size_t *ret_n, struct err *e)
{
	const char *pointer = arena_printf(a, "/mounts/%zu/%s", index, member);

	if (!pointer)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	return idmaps_convert(m, n, pointer, a, ret, ret_n, e);
}

int mounts_plan_idmap(const struct spec_mount *m, size_t index, const struct namespaces_plan *ns,
		      struct arena *a, struct mount_plan *ret, struct err *e)
{
	const struct id_maps *c = &ns->maps;

	if (!m->n_uid_mappings && !m->n_gid_mappings)
		return 0;
	if (ret->kind != MOUNT_BIND)
		return err_set(e, ERR_SPEC, EINVAL,
			       "/mounts/%zu/uidMappings: only bind mounts can be idmapped", index);
	if (!m->n_uid_mappings || !m->n_gid_mappings)
		return err_set(e, ERR_SPEC, EINVAL,
			       "/mounts/%zu/%s: uidMappings and gidMappings go together", index,
			       m->n_uid_mappings ? "gidMappings" : "uidMappings");
	if (same_maps(m->uid_mappings, m->n_uid_mappings, c->uid, c->n_uid) &&
	    same_maps(m->gid_mappings, m->n_gid_mappings, c->gid, c->n_gid)) {
		ret->idmap = MOUNT_IDMAP_CONTAINER;
		return 0;
	}
	ret->idmap = MOUNT_IDMAP_OWN;
	int r = convert(m->uid_mappings, m->n_uid_mappings, index, "uidMappings", a, &ret->maps.uid,
			&ret->maps.n_uid, e);
	return r < 0 ? r
		     : convert(m->gid_mappings, m->n_gid_mappings, index, "gidMappings", a,
			       &ret->maps.gid, &ret->maps.n_gid, e);
}

/* One of "A-B-N" up to @end. */
static bool number(struct arena *a, const char **text, char end, uint32_t *ret)
{
	size_t n = strspn(*text, "0123456789");
	char *digits = arena_strndup(a, *text, n);
	uint64_t v;

	if (!digits || (*text)[n] != end || str_u64(digits, UINT32_MAX - 1, &v) < 0)
		return false;
	*text += n + (end != '\0');
	*ret = (uint32_t)v;
	return true;
}

static bool parse_line(const char *line, const struct id_extent *x, size_t n_x, struct arena *a,
		       struct spec_id_mapping *ret)
{
	bool relative = *line == '@';

	line += relative;
	if (!number(a, &line, '-', &ret->container_id) || !number(a, &line, '-', &ret->host_id) ||
	    !number(a, &line, '\0', &ret->size))
		return false;
	if (relative)
		ret->host_id = ids_to_host(x, n_x, ret->host_id);
	return ret->host_id != UINT32_MAX;
}

/* "A-B-N#A-B-N" up to ';'. Returns the number of lines; 0: it is wrong. */
static size_t parse_list(const char *text, const struct id_extent *x, size_t n_x, struct arena *a,
			 struct spec_id_mapping *ret)
{
	size_t n = 0;

	for (;; text++) {
		size_t len = strcspn(text, "#;");
		char *line = arena_strndup(a, text, len);
		if (!line || n == LINES_MAX || !parse_line(line, x, n_x, a, &ret[n++]))
			return 0;
		text += len;
		if (*text != '#')
			return n;
	}
}

int mounts_plan_idmap_text(const char *option, size_t index, size_t at,
			   const struct namespaces_plan *ns, struct arena *a,
			   struct mount_plan *ret, struct err *e)
{
	struct spec_id_mapping *uids = arena_array(a, LINES_MAX, sizeof(*uids));
	struct spec_id_mapping *gids = arena_array(a, LINES_MAX, sizeof(*gids));
	struct spec_mount m = {.uid_mappings = uids, .gid_mappings = gids};
	const char *text = option + strlen("idmap=");

	if (!uids || !gids)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	while (*text) {
		size_t len = strcspn(text, ";");
		if (str_starts(text, "uids=") && !m.n_uid_mappings)
			m.n_uid_mappings =
				parse_list(text + 5, ns->maps.uid, ns->maps.n_uid, a, uids);
		else if (str_starts(text, "gids=") && !m.n_gid_mappings)
			m.n_gid_mappings =
				parse_list(text + 5, ns->maps.gid, ns->maps.n_gid, a, gids);
		else
			break;
		text += len + (text[len] == ';');
	}
	if (*text || !m.n_uid_mappings || !m.n_gid_mappings)
		return err_set(e, ERR_SPEC, EINVAL,
			       "/mounts/%zu/options/%zu: \"%s\" is not "
			       "idmap=uids=A-B-N#...;gids=A-B-N#... with ids that are mapped",
			       index, at, option);
	return mounts_plan_idmap(&m, index, ns, a, ret, e);
}
