/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * binds.c: parts of the host that are handed in.
 *
 *   control sockets of engines, and directories they are in   refused (CIS Docker Benchmark 5.32)
 *   procfs and sysfs    their root directory read-only; anything else in them is refused, and so is
 *                       debugfs and the like wherever it is mounted; the cgroup tree is read-only
 *   device nodes        only those that every container has, or that the policy lists
 *   engine's storage    idmapped: the engine, which does not know of the user namespace that was
 *                       added, keeps the container's ids on disk
 *   all else            not idmapped: on the host's files the container has the rights of an
 *                       unprivileged user; where the policy lists the directory, refused or
 *                       read-only (CIS 5.6); noexec on the policy's request
 *
 * A bind with "rbind" is all that is mounted below it, too.
 */
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/str.h"
#include "harden/host_paths.h"
#include "harden/kernel_fs.h"
#include "harden/mount_view.h"
#include "harden/ns_view.h"
#include "harden/rule.h"
#include "harden/storage.h"

struct bind {
	size_t i;
	const struct bind_fact *f;
	const struct storage_roots *roots;
	const char *source;  /* real path, or what comes nearest to it */
	const char *name;    /* printable */
	const char *pointer; /* /mounts/N/source */
};

static void refuse(struct harden *h, const struct bind *b, const char *what)
{
	const char *source = h->s->mounts[b->i].source;

	decide_refuse(h, b->pointer, source ? json_string(h, source) : NULL, "%s %s", b->name,
		      what);
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool is_inode(const struct bind *b, dev_t dev, ino_t ino)
{
	return b->f->exists && b->f->dev == dev && b->f->ino == ino;
}

/* The same directory by another way: a bind mount of /run, say, has a path of its own. */
static bool lies_in(const struct harden *h, const struct bind *b, const struct path_fact *s)
{
	for (size_t k = 0; k < bind_places(h, b->i); k++)
		if (place_below(&s->place, &b->f->places[k]))
			return true;
	return false;
}

static void check_one_socket(struct harden *h, const struct bind *b, const char *path, bool same,
			     bool below)
{
	if (same || strcmp(path, b->source) == 0)
		refuse(h, b, "is an engine's control socket");
	else if ((below || path_below(path, b->source)) && !h->policy->binds.allow_socket_parents)
		refuse(h, b, text(h, "contains an engine's control socket, %s", path));
	/* exhaustion in text() is noticed by decide_refuse() */
}

/* True when the bind gives access to a control socket; one is enough to know. */
static bool check_sockets(struct harden *h, const struct bind *b)
{
	size_t before = h->d->n;

	for (size_t k = 0; k < h->facts->n_sockets && h->d->n == before; k++) {
		const struct path_fact *s = &h->facts->sockets[k];
		check_one_socket(h, b, s->path, is_inode(b, s->dev, s->ino), lies_in(h, b, s));
	}
	/* Those that are not there, or not yet, or somewhere else under their usual name. */
	const struct policy_binds *p = &h->policy->binds;
	for (const struct spec_pair *s = p->sockets;
	     s < p->sockets + p->n_sockets && h->d->n == before; s++)
		check_one_socket(h, b, s->key,
				 b->f->exists && S_ISSOCK(b->f->mode) &&
					 strcmp(base_name(s->key), base_name(b->source)) == 0,
				 false);
	return h->d->n != before;
}

static void make_readonly(struct harden *h, const struct bind *b, struct options_edit *e,
			  const char *why)
{
	options_remove(h, e, "rw", why);
	options_remove(h, e, "rrw", why);
	options_add(h, e, mount_has(&h->s->mounts[b->i], "rbind") ? "rro" : "ro", why);
}

/* The file system in which the kernel shows itself that the source is in, or NULL. */
static const char *kernel_view(const struct bind *b)
{
	const char *name = b->f->exists ? kernel_fs_name(b->f->fs_type) : NULL;
	bool below = path_below(b->source, "/proc") || path_below(b->source, "/sys");

	if (str_eq(name, "proc") || str_eq(name, "sysfs") || (!name && below))
		return "procfs or sysfs";
	return name;
}

/* The root directory of procfs or sysfs, or the cgroup tree: may be looked at. */
static bool is_viewable(const struct harden *h, const struct bind *b)
{
	return path_below(b->source, "/sys/fs/cgroup") || mount_kernel_root(h, b->i) ||
	       (b->f->exists && kernel_fs_is_cgroup(b->f->fs_type));
}

/* Whether a mount that comes along is such a file system. */
static bool brings_kernel_view(const struct harden *h, const struct bind *b)
{
	for (size_t k = 1; k < bind_places(h, b->i); k++)
		if (kernel_fs_is(b->f->places[k].fstype))
			return true;
	return false;
}

static void check_kernel_view(struct harden *h, const struct bind *b, struct options_edit *e)
{
	const char *view = kernel_view(b);

	if (view && !is_viewable(h, b))
		refuse(h, b, text(h, "is a part of the host's %s", view));
	else if (view || brings_kernel_view(h, b))
		make_readonly(h, b, e, "the host's kernel settings may be looked at, not changed");
}

/* Directories that the policy lists; what the engine keeps for its containers is not meant. */
static void check_host_path(struct harden *h, const struct bind *b, struct options_edit *e)
{
	const struct policy_host_path *p = host_path_of(h, b->i, b->source);

	if (!p)
		return;
	const char *path = printable(h, p->path), *why = printable(h, p->why);
	if (!path || !why)
		return;
	if (str_eq(p->treatment, "refuse"))
		refuse(h, b, text(h, "leads to %s: %s", path, why));
	else
		make_readonly(h, b, e, text(h, "it leads to %s: %s", path, why));
}

/* A file is handed in by itself: docker run --init brings its program that way. */
static void forbid_programs(struct harden *h, const struct bind *b, struct options_edit *e)
{
	static const char why[] = "programs are not handed in";

	if (!h->policy->binds.noexec || (b->f->exists && !S_ISDIR(b->f->mode)))
		return;
	options_remove(h, e, "exec", why);
	options_remove(h, e, "rexec", why);
	options_add(h, e, mount_has(&h->s->mounts[b->i], "rbind") ? "rnoexec" : "noexec", why);
}

static void check_device(struct harden *h, const struct bind *b)
{
	if (!b->f->exists)
		return;
	if (S_ISBLK(b->f->mode) && !device_listed(h->policy, 'b', b->f->rdev))
		refuse(h, b, "is a block device of the host");
	else if (S_ISCHR(b->f->mode) && !device_listed(h->policy, 'c', b->f->rdev))
		refuse(h, b, "is a device of the host that the policy does not list");
}

static void drop_mappings(struct harden *h, size_t i, const char *member,
			  struct spec_id_mapping **m, size_t *n, const char *why)
{
	if (!*m)
		return;
	if (!decide_change(h, text(h, "/mounts/%zu/%s", i, member), json_mappings(h, *m, *n), NULL,
			   "%s", why))
		return;
	*m = NULL;
	*n = 0;
}

static void idmap_host_directory(struct harden *h, const struct bind *b, struct options_edit *e)
{
	static const char why[] = "the container would own root's files of a host directory";
	struct spec_mount *m = &h->s->mounts[b->i];

	if (h->policy->binds.allow_idmap)
		return;
	options_remove(h, e, "idmap", why);
	options_remove(h, e, "ridmap", why);
	options_remove_prefix(h, e, "idmap=", why);
	drop_mappings(h, b->i, "uidMappings", &m->uid_mappings, &m->n_uid_mappings, why);
	drop_mappings(h, b->i, "gidMappings", &m->gid_mappings, &m->n_gid_mappings, why);
}

/* What is mounted somewhere below it is not the engine's. */
static void idmap_only_the_top(struct harden *h, const struct bind *b, struct options_edit *e)
{
	static const char why[] = "the container would own root's files of what is mounted below";

	const struct spec_mount *m = &h->s->mounts[b->i];

	if (h->policy->binds.allow_idmap || !mount_has(m, "rbind") || !mount_has(m, "ridmap"))
		return;
	options_remove(h, e, "ridmap", why);
	options_add(h, e, "idmap", why);
}

static void idmap_storage(struct harden *h, const struct bind *b, const struct policy_storage *s,
			  struct options_edit *e)
{
	const struct spec_mount *m = &h->s->mounts[b->i];

	if (!ns_userns_forced(h->in, h->s, h->facts) || mount_is_idmapped(m))
		return;
	if (storage_can_idmap(h, b->f->fs_type))
		options_add(h, e, "idmap", s->why);
	else
		decide_note(h, b->pointer,
			    "its file system cannot be idmapped: files of the container's root "
			    "show as nobody's");
}

static void check_bind(struct harden *h, const struct bind *b)
{
	struct options_edit e = options_edit_begin(h, b->i);
	const struct policy_storage *s = storage_of(h, b->roots, b->i);

	if (!check_sockets(h, b))
		check_kernel_view(h, b, &e);
	check_device(h, b);
	if (s) {
		idmap_only_the_top(h, b, &e);
		idmap_storage(h, b, s, &e);
	} else {
		check_host_path(h, b, &e);
		forbid_programs(h, b, &e);
		idmap_host_directory(h, b, &e);
	}
	options_edit_end(h, &e);
}

void rule_binds(struct harden *h)
{
	const struct storage_roots roots = storage_roots_find(h);

	h->m.keep_bind_flags = true; /* as in rule_mounts(): of "ro" */
	for (size_t i = 0; i < h->s->n_mounts && !h->oom; i++) {
		if (!spec_mount_is_bind(&h->s->mounts[i]))
			continue;
		struct bind b = {.i = i,
				 .f = bind_fact(h->facts, i),
				 .roots = &roots,
				 .source = bind_source(h, i)};
		b.pointer = text(h, "/mounts/%zu/source", i);
		b.name = b.source ? printable(h, b.source) : NULL;
		if (b.name && b.pointer)
			check_bind(h, &b);
	}
}
