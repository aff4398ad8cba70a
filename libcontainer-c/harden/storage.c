/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * storage.c: see storage.h. Engines keep volumes and small files under a data root that the
 * administrator can move (dockerd --data-root, podman --root). It is found from what the engine
 * itself says in config.json: the rootfs below it, and the sources of /etc/hosts and the like. Some
 * engines let their caller choose (podman run --rootfs), so that the shape of a path says nothing:
 * every directory that leads there must be host root's alone, and then whoever made that shape was
 * host root. What lies in a directory with the shape of a volume is its contents.
 */
#include "harden/storage.h"

#include <limits.h>
#include <linux/magic.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "harden/mount_view.h"
#include "harden/rule.h"

/* Where engines mount a rootfs, below their data root. */
static const char *const rootfs_shapes[] = {
	"/overlay2/*/merged",	      /* docker */
	"/overlay/*/merged",	      /* podman, cri-o */
	"/fuse-overlayfs/*/merged",   /* docker, rootless */
	"/vfs/dir/*",		      /* all */
	"/btrfs/subvolumes/*",	      /* all */
	"/zfs/graph/*",		      /* docker */
	"/devicemapper/mnt/*/rootfs", /* docker before 25 */
	NULL,
};

/*
 * Where BuildKit mounts the rootfs of a step (RUN), below the data root. What such a step has bound
 * was chosen by BuildKit alone; in any other container a bind of an image's layer is the caller's
 * wish to write into that image.
 */
static const char build_shape[] = "/buildkit/executor/*/rootfs";

/* With images in containerd a step's caches are there, unless that containerd is dockerd's own. */
static const char containerd_root[] = "/var/lib/containerd";

/* One component against one of the pattern; "*" stands for any run of bytes. */
static bool match_component(const char *pat, size_t np, const char *s, size_t ns)
{
	size_t star = np, mark = 0, p = 0, i = 0;

	while (i < ns) {
		if (p < np && pat[p] == '*') {
			star = p++;
			mark = i;
		} else if (p < np && pat[p] == s[i]) {
			p++;
			i++;
		} else if (star < np) {
			p = star + 1;
			i = ++mark;
		} else {
			return false;
		}
	}
	while (p < np && pat[p] == '*')
		p++;
	return p == np;
}

bool storage_match(const char *pattern, const char *path)
{
	for (;;) {
		while (*pattern == '/')
			pattern++;
		while (*path == '/')
			path++;
		if (strcmp(pattern, "**") == 0)
			return *path != '\0';
		if (!*pattern || !*path)
			return !*pattern && !*path;
		size_t np = strcspn(pattern, "/"), ns = strcspn(path, "/");
		if (!match_component(pattern, np, path, ns))
			return false;
		pattern += np;
		path += ns;
	}
}

/*
 * Length of the prefix of @path in front of a tail with @shape, or 0. The prefix is a data root; it
 * is at least one component long.
 */
static size_t root_before(const char *path, const char *shape)
{
	for (const char *p = strchr(path + 1, '/'); p; p = strchr(p + 1, '/'))
		if (storage_match(shape, p))
			return (size_t)(p - path);
	return 0;
}

/* Where engines keep what they mount at /etc/hosts and the like; "*" is a container's id. */
static const char *const etc_shapes[] = {
	"/containers/*/*",		    /* docker, below its data root */
	"/overlay-containers/*/userdata/*", /* podman, below its run root */
	NULL,
};

/* A component of 64 hexadecimal digits somewhere in @tail: the id. */
static bool has_hex_id(const char *tail)
{
	for (const char *p = tail; (p = strchr(p, '/')); p++)
		if (strspn(p + 1, "0123456789abcdef") == 64 && p[65] == '/')
			return true;
	return false;
}

/*
 * Length of the data root in front of the source of /etc/hosts, /etc/hostname or /etc/resolv.conf,
 * or 0. The file has to be root's, too: a link to another one is as good as that.
 */
static size_t root_of_etc_file(const struct harden *h, size_t i)
{
	static const char *const files[] = {"hosts", "hostname", "resolv.conf", NULL};
	const struct bind_fact *f = bind_fact(h->facts, i);
	char at[32] = "/etc/";

	if (!f->exists || !f->real || !f->guarded || f->uid != 0 ||
	    !spec_mount_is_bind(&h->s->mounts[i]))
		return 0;
	const char *base = strrchr(f->real, '/');
	if (!base || !str_in(base + 1, files) ||
	    !mount_is_at(&h->s->mounts[i], strcat(at, base + 1)))
		return 0;
	for (const char *const *s = etc_shapes; *s; s++) {
		size_t n = root_before(f->real, *s);
		if (n && has_hex_id(f->real + n))
			return n;
	}
	return 0;
}

static void add_root(struct storage_roots *r, const char *path, size_t len, bool build)
{
	const size_t max = sizeof(r->v) / sizeof(r->v[0]);

	if (!len || r->n == max)
		return;
	for (size_t i = 0; i < r->n; i++)
		if (r->v[i].len == len && r->v[i].build == build &&
		    strncmp(r->v[i].path, path, len) == 0)
			return;
	r->v[r->n++] = (struct storage_root){path, len, build};
}

struct storage_roots storage_roots_find(const struct harden *h)
{
	const char *rootfs = h->facts->rootfs.path;
	struct storage_roots r = {0};

	if (rootfs && h->facts->rootfs_guarded) {
		for (const char *const *s = rootfs_shapes; *s; s++)
			add_root(&r, rootfs, root_before(rootfs, *s), false);
		if (root_before(rootfs, build_shape)) {
			add_root(&r, rootfs, root_before(rootfs, build_shape), true);
			add_root(&r, containerd_root, strlen(containerd_root), true);
		}
	}
	for (size_t i = 0; i < h->s->n_mounts; i++)
		add_root(&r, bind_fact(h->facts, i)->real, root_of_etc_file(h, i), false);
	return r;
}

bool storage_has_rootfs(const struct harden *h)
{
	const char *rootfs = h->facts->rootfs.path;

	for (const char *const *s = rootfs_shapes; *s && rootfs && h->facts->rootfs_guarded; s++)
		if (root_before(rootfs, *s))
			return true;
	return false;
}

/* Whether @path matches "@/..." or "@build/..." below one of the roots. */
static bool match_in_roots(const struct storage_roots *r, const char *pattern, const char *path)
{
	bool build = pattern[1] != '/';
	const char *below = strchr(pattern, '/');

	for (size_t i = 0; i < r->n; i++)
		if (r->v[i].build == build && strncmp(path, r->v[i].path, r->v[i].len) == 0 &&
		    path[r->v[i].len] == '/' && storage_match(below, path + r->v[i].len))
			return true;
	return false;
}

static bool matches(const struct storage_roots *r, const struct policy_storage *s, const char *path)
{
	return s->pattern[0] == '@' ? match_in_roots(r, s->pattern, path)
				    : storage_match(s->pattern, path);
}

/*
 * Whether @a lies in what @s means: the shortest beginning of it that has the shape. That one must
 * be guarded, what is behind it may be anybody's: the kernel says that the source is there.
 */
static bool holds(const struct storage_roots *r, const struct policy_storage *s,
		  const struct alias_fact *a)
{
	char dir[PATH_MAX];
	size_t n = 0, len = strlen(a->path);

	while (n < len && len < sizeof(dir)) {
		n += 1 + strcspn(a->path + n + 1, "/");
		memcpy(dir, a->path, n);
		dir[n] = '\0';
		if (matches(r, s, dir))
			return n <= a->guarded && (n > a->mount || s->mounts);
	}
	return false;
}

static bool holds_mounted(const struct storage_roots *r, const struct policy_storage *s,
			  const struct bind_fact *f)
{
	for (size_t i = 0; i < f->n_aliases; i++)
		if (holds(r, s, &f->aliases[i]))
			return true;
	return false;
}

const struct policy_storage *storage_of(const struct harden *h, const struct storage_roots *roots,
					size_t i)
{
	const struct bind_fact *f = bind_fact(h->facts, i);

	if (!f->exists || !f->real || !f->guarded)
		return NULL;
	const struct policy_binds *p = &h->policy->binds;
	for (const struct policy_storage *s = p->storage; s < p->storage + p->n_storage; s++)
		if (((!f->mount_root || s->mounts) && matches(roots, s, f->real)) ||
		    holds_mounted(roots, s, f))
			return s;
	return NULL;
}

bool storage_can_idmap(const struct harden *h, long long fs_type)
{
	/* Kernel versions in which the file systems got FS_ALLOW_IDMAP. */
	static const struct {
		long long type;
		unsigned major, minor;
	} known[] = {
		{EXT4_SUPER_MAGIC, 5, 12},  {XFS_SUPER_MAGIC, 5, 12},  {MSDOS_SUPER_MAGIC, 5, 12},
		{BTRFS_SUPER_MAGIC, 5, 15}, {F2FS_SUPER_MAGIC, 5, 18}, {TMPFS_MAGIC, 6, 3},
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].type == fs_type)
			return h->facts->kernel_major > known[i].major ||
			       (h->facts->kernel_major == known[i].major &&
				h->facts->kernel_minor >= known[i].minor);
	return false;
}
