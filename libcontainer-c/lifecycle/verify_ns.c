/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* verify_ns.c: namespaces, id maps, and who holds the id range. */
#include "lifecycle/verify_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/str.h"
#include "lifecycle/ids.h"

static const char *ns_text(const struct verify *v, uint64_t inode)
{
	return arena_printf(v->a, "[%llu]", (unsigned long long)inode);
}

/* The user namespace that owns a namespace of the process; 0: one that we may not know of. */
static uint64_t owner_of(const struct verify *v, const char *name)
{
	const char *path = arena_printf(v->a, "ns/%s", name);
	struct stat st;

	if (!path)
		return 0;
	AUTO_FD ns_fd = openat(v->pid_fd, path, O_RDONLY | O_CLOEXEC);
	AUTO_FD owner_fd = ns_fd < 0 ? -1 : ioctl(ns_fd, NS_GET_USERNS);
	return owner_fd >= 0 && fstat(owner_fd, &st) == 0 ? st.st_ino : 0;
}

static void check_new(struct verify *v, enum ns_kind k, uint64_t own, uint64_t host)
{
	const char *name = ns_kind_proc_name(k);
	bool owned = k == NS_USER || owner_of(v, name) == v->userns;
	const char *seen = own == host ? "the host's"
			   : owned     ? ns_text(v, own)
				       : "its own, but it belongs to another user namespace";

	verify_is(v, own != host && owned, "namespaces", name,
		  k == NS_USER ? "its own" : "its own, of its user namespace", seen);
}

static void check_joined(struct verify *v, enum ns_kind k, uint64_t own, uint64_t host)
{
	const struct ns_plan *p = &v->plan.ns.ns[k];
	const char *name = ns_kind_proc_name(k);
	struct stat st;

	if (own == host) {
		verify_add(v, VERIFY_FAILED, "namespaces", name, "another container's",
			   "the host's");
		return;
	}
	/* Without a path it is the owner of one that has a path and is compared itself. */
	if (!p->path) {
		verify_add(v, VERIFY_OK, "namespaces", name, "that of the joined container",
			   ns_text(v, own));
		return;
	}
	bool same = stat(p->path, &st) == 0 && st.st_ino == own;
	/* A path below /proc names a process, and that may be another one by now. */
	verify_add(v,
		   same				   ? VERIFY_OK
		   : str_starts(p->path, "/proc/") ? VERIFY_NOTE
						   : VERIFY_FAILED,
		   "namespaces", name, arena_printf(v->a, "the one at %s", p->path),
		   same ? ns_text(v, own)
			: arena_printf(v->a, "[%llu], which is not there (now)",
				       (unsigned long long)own));
}

static void check_shared(struct verify *v, enum ns_kind k, uint64_t own, uint64_t host)
{
	const char *name = ns_kind_proc_name(k);

	/* In a time namespace there is nothing but how far clocks are off. */
	if (k == NS_TIME && own != host && v->record.restored &&
	    (owner_of(v, name) == v->userns || v->plan.ns.ns[NS_USER].mode == NS_SHARED)) {
		verify_add(v, VERIFY_NOTE, "namespaces", name, "the host's",
			   "its own, by CRIU: its clocks go on from where they were");
		return;
	}
	verify_is(v, own == host, "namespaces", name, "the host's",
		  own == host ? "the host's" : ns_text(v, own));
}

static void check_kind(struct verify *v, enum ns_kind k)
{
	const char *name = ns_kind_proc_name(k);
	AUTO_FD self_fd = openat(v->proc_fd, "self", O_PATH | O_DIRECTORY | O_CLOEXEC);
	uint64_t own, host;

	if (verify_ns_inode(self_fd, name, &host) < 0)
		return; /* this kernel has no such kind, and the plan could not ask for it */
	if (verify_ns_inode(v->pid_fd, name, &own) < 0) {
		verify_add(v, VERIFY_FAILED, "namespaces", name, "can be read", "cannot");
		return;
	}
	switch (v->plan.ns.ns[k].mode) {
	case NS_NEW:
		check_new(v, k, own, host);
		break;
	case NS_SHARED:
		check_shared(v, k, own, host);
		break;
	case NS_JOIN_HOST_OWNED:
	case NS_JOIN_FOREIGN_OWNED:
		check_joined(v, k, own, host);
		break;
	}
}

static const char *map_text(const struct verify *v, const struct id_extent *x, size_t n)
{
	const char *text = n == 0 ? "empty" : "";

	for (size_t i = 0; text && i < n; i++)
		text = arena_printf(v->a, "%s%s%u-%u is %u-%u", text, i ? ", " : "", x[i].inside,
				    x[i].inside + x[i].size - 1, x[i].outside,
				    x[i].outside + x[i].size - 1);
	return text;
}

static void check_map(struct verify *v, const char *what, const struct id_extent *want,
		      size_t n_want, const struct id_extent *got, size_t n_got)
{
	/* The kernel keeps up to five extents in the order given, more it sorts: compare as sets.
	 */
	bool same = n_want == n_got;

	for (size_t i = 0; same && i < n_want; i++) {
		bool found = false;
		for (size_t k = 0; k < n_got && !found; k++)
			found = memcmp(&want[i], &got[k], sizeof(*want)) == 0;
		same = found;
	}
	verify_is(v, same, "ids", what, map_text(v, want, n_want), map_text(v, got, n_got));
}

void verify_namespaces(struct verify *v)
{
	for (int k = 0; v->has_plan && k < NS_KINDS; k++)
		check_kind(v, (enum ns_kind)k);
}

static void check_holder(struct verify *v)
{
	struct id_extent range;
	int r = ids_find(v->dir.path, &range);

	if (v->record.id_range == 0 && r == 0) {
		verify_add(v, VERIFY_OK, "ids", "range", "none of the pool", "none");
		return;
	}
	uint32_t first = r > 0 ? range.outside : 0;
	bool ok = r > 0 && v->n_uid_map > 0 && v->uid_map[0].outside == first;
	verify_is(v, ok, "ids", "range",
		  v->n_uid_map ? arena_printf(v->a, "held from %u on", v->uid_map[0].outside)
			       : "held",
		  r > 0	   ? arena_printf(v->a, "held from %u on", first)
		  : r == 0 ? "not held: another container can get the same ids"
			   : "cannot be read");
}

void verify_ids(struct verify *v)
{
	const struct id_maps *m = &v->plan.ns.maps;

	if (v->has_plan) {
		check_map(v, "uid map", m->uid, m->n_uid, v->uid_map, v->n_uid_map);
		check_map(v, "gid map", m->gid, m->n_gid, v->gid_map, v->n_gid_map);
	}
	if (v->has_record && v->n_uid_map)
		verify_is(v, v->record.root_uid == v->uid_map[0].outside || v->uid_map[0].inside,
			  "ids", "root in " STATE_FILE,
			  arena_printf(v->a, "%u", v->uid_map[0].outside),
			  arena_printf(v->a, "%u", v->record.root_uid));
	check_holder(v);
}
