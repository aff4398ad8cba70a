/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* verify_mounts.c: the root mount, every planned mount, and those that nobody planned. */
#include <errno.h>
#include <linux/mount.h>
#include <string.h>

#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "lifecycle/verify_priv.h"
#include "lifecycle/verify_view.h"

#define AREA "mounts"

static const char *mount_text(const struct verify *v, const struct mountinfo *m)
{
	return arena_printf(v->a, "%s (%s)", m->fstype, m->options);
}

static void check_owner(struct verify *v, const struct view_place *root)
{
	const struct id_maps *m = &v->plan.ns.maps;

	/* The ids on disk are the container's own, or are shifted by the mount or its layers. */
	if (v->plan.ns.ns[NS_USER].mode != NS_SHARED)
		verify_is(v, verify_has_id(m->uid, m->n_uid, root->uid), AREA, "owner of /",
			  "an id of the container's map",
			  arena_printf(v->a, "%u on the host", root->uid));
}

/* Of an engine's overlay the container has a second one, known by its device number. */
static void check_identity(struct verify *v, const struct view_place *root)
{
	const struct record *r = &v->record;
	struct stat st;

	if (!v->has_record)
		return;
	if (r->overlay_device) {
		verify_is(v, root->dev == r->overlay_device, AREA, "file system of /",
			  arena_printf(v->a, "overlay, device %llu",
				       (unsigned long long)r->overlay_device),
			  arena_printf(v->a, "%s, device %llu", root->mount->m.fstype,
				       (unsigned long long)root->dev));
		return;
	}
	if (stat(r->rootfs, &st) < 0) {
		verify_add(v, VERIFY_NOTE, AREA, "directory of /", r->rootfs,
			   "that path is gone: it cannot be compared");
		return;
	}
	bool same = st.st_dev == root->dev && st.st_ino == root->ino;
	verify_is(v, same, AREA, "directory of /", r->rootfs, same ? "the same" : "another one");
}

static void check_root(struct verify *v, const struct view *w)
{
	const struct rootfs_plan *p = &v->plan.rootfs;
	uint64_t want = p->attrs | (p->readonly ? MOUNT_ATTR_RDONLY : 0);
	struct view_place root;

	if (view_find(w, "/", true, &root) < 0) {
		verify_add(v, VERIFY_FAILED, AREA, "/", "a mount", "cannot be looked at");
		return;
	}
	root.mount->known = true;
	verify_is(
		v, root.is_root && !view_lacks(&root.mount->m, want), AREA, "/",
		arena_printf(v->a, "a mount with %s", want ? view_options(v, want) : "no options"),
		mount_text(v, &root.mount->m));
	check_owner(v, &root);
	check_identity(v, &root);
	fd_closep(&root.fd);
}

/* The file system type as the mount table shows it; NULL: any. */
static const char *type_of(const struct verify *v, const struct mount_plan *m)
{
	if (m->remount)
		return NULL;
	switch (m->kind) {
	case MOUNT_BIND:
		return NULL;
	case MOUNT_CGROUP:
		return m->cgroup2 || (v->plan.mounts.n_cgroups == 1 &&
				      !v->plan.mounts.cgroups[0].name)
			       ? "cgroup2"
			       : "tmpfs";
	default:
		return m->type;
	}
}

/* A map where none was planned makes its root the owner of what the host's root owns. */
static bool idmap_fits(const struct mount_plan *m, const struct mountinfo *got)
{
	bool mapped = mountinfo_has_option(got, "idmapped");

	if (m->idmap == MOUNT_IDMAP_NONE)
		return !mapped;
	/* What cannot be mapped stays unmapped when it is read-only: apply/mounts_bind.c. */
	return mapped || mountinfo_has_option(got, "ro");
}

static const char *expected_text(const struct verify *v, const struct mount_plan *m, uint64_t want)
{
	const char *type = type_of(v, m);

	return arena_printf(v->a, "%s%s%s%s", type ? type : "bind", want ? " with " : "",
			    view_options(v, want),
			    m->idmap != MOUNT_IDMAP_NONE ? ", idmapped" : "");
}

/*
 * Files that are replaced by a rename on the host (resolv.conf) leave the container with the old
 * one; so another inode is worth a note and no more.
 */
static void check_source(struct verify *v, const struct mount_plan *m, const struct view_place *p)
{
	struct stat st;

	if (m->kind != MOUNT_BIND || m->remount ||
	    (m->src_nofollow ? lstat : stat)(m->source, &st) < 0 ||
	    (st.st_dev == p->dev && st.st_ino == p->ino))
		return;
	verify_add(v, VERIFY_NOTE, AREA, m->destination, m->source,
		   "another file or directory has that name on the host now");
}

static void check_mount(struct verify *v, const struct view *w, const struct mount_plan *m)
{
	uint64_t want = m->attr_set | m->rec_set;
	const char *expected = expected_text(v, m, want), *type = type_of(v, m);
	struct view_place p;
	int r = view_find(w, m->destination, !m->src_nofollow && !m->copy_symlink, &p);

	/* Made anew: it belongs to the container, which may change it. */
	if (r == 0 && m->copy_symlink && S_ISLNK(p.mode)) {
		fd_closep(&p.fd);
		return;
	}
	if (r < 0) {
		verify_add(v, VERIFY_FAILED, AREA, m->destination, expected,
			   r == -ENOENT ? "nothing is there" : "cannot be looked at");
		return;
	}
	const struct mountinfo *got = &p.mount->m;
	if (p.is_root) {
		p.mount->known = true;
		verify_is(v,
			  (!type || strcmp(got->fstype, type) == 0) && !view_lacks(got, want) &&
				  idmap_fits(m, got),
			  AREA, m->destination, expected, mount_text(v, got));
		check_source(v, m, &p);
	} else {
		verify_add(v, VERIFY_FAILED, AREA, m->destination, expected, "nothing is mounted");
	}
	fd_closep(&p.fd);
}

/* What is mounted twice at one place shows the last one only. */
static bool is_covered(const struct mounts_plan *p, size_t i)
{
	for (size_t k = i + 1; k < p->n_mounts; k++)
		if (path_below(p->mounts[i].destination, p->mounts[k].destination))
			return true;
	return false;
}

/* Below these, mounts come along with a planned one. */
static bool brings_others(const struct mount_plan *m)
{
	return m->kind == MOUNT_CGROUP || (m->kind == MOUNT_BIND && m->recursive);
}

static bool is_accounted_for(const struct verify *v, const struct view *w,
			     const struct mountinfo *m)
{
	const struct mounts_plan *p = &v->plan.mounts;

	for (size_t i = 0; i < w->n; i++)
		if (w->mounts[i].known && strcmp(w->mounts[i].m.mountpoint, m->mountpoint) == 0)
			return true;
	for (size_t i = 0; i < p->n_mounts; i++)
		if (strcmp(m->mountpoint, p->mounts[i].destination) == 0 ||
		    (brings_others(&p->mounts[i]) &&
		     path_below(m->mountpoint, p->mounts[i].destination)))
			return true;
	for (size_t i = 0; i < p->n_readonly; i++)
		if (path_below(m->mountpoint, p->readonly[i]) && mountinfo_has_option(m, "ro"))
			return true;
	return false;
}

/*
 * Since it started, the host may have mounted something into a volume, and a container that may
 * mount did what it may: who planned it cannot be told from here.
 */
static void note_others(struct verify *v, const struct view *w)
{
	for (size_t i = 0; i < w->n; i++) {
		const struct mountinfo *m = &w->mounts[i].m;
		if (!w->mounts[i].known && !is_accounted_for(v, w, m))
			verify_add(v, VERIFY_NOTE, AREA, arena_strdup(v->a, m->mountpoint),
				   "not in the plan", mount_text(v, m));
	}
}

int verify_mounts(struct verify *v, struct err *e)
{
	const struct mounts_plan *p = &v->plan.mounts;
	struct view w;
	int r = v->has_plan ? view_open(v, &w, e) : 0;

	if (r < 0 || !v->has_plan)
		return r;
	check_root(v, &w);
	for (size_t i = 0; i < p->n_mounts; i++)
		if (!is_covered(p, i))
			check_mount(v, &w, &p->mounts[i]);
	verify_paths(v, &w);
	verify_devices(v, &w);
	note_others(v, &w);
	view_close(&w);
	return 0;
}
