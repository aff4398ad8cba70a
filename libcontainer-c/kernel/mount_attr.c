/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mount_attr.c: mount_setattr(2) for mount_stage.h. A remount replaces all flags of a mount, so
 * that those it has are read from mountinfo first; of locked ones the kernel takes none away.
 */
#include <errno.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

#include "base/fd.h"
#include "base/str.h"
#include "kernel/mount_id.h"
#include "kernel/mount_stage.h"
#include "kernel/mountinfo.h"
#include "kernel/resolve.h"
#include "kernel/sys.h"

struct table {
	struct strbuf text;
	struct mountinfo *v;
	size_t n;
};

static int read_table(struct table *t)
{
	size_t lines = 0;
	int r = mountinfo_read(&t->text, NULL);

	if (r < 0 || !t->text.buf)
		return r < 0 ? r : -ENOENT;
	for (const char *c = t->text.buf; *c; c++)
		lines += *c == '\n';
	t->v = calloc(lines + 1, sizeof(*t->v));
	if (!t->v)
		return -ENOMEM;
	char *text = t->text.buf;
	while (t->n <= lines && (r = mountinfo_next(&text, &t->v[t->n])) > 0)
		t->n++;
	return r < 0 ? r : 0;
}

static const struct mountinfo *find(const struct table *t, uint64_t id)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->v[i].id == id)
			return &t->v[i];
	return NULL;
}

static unsigned attrs_of(const struct mountinfo *m)
{
	static const struct {
		const char *name;
		unsigned attr;
	} names[] = {{"ro", MOUNT_ATTR_RDONLY},
		     {"nosuid", MOUNT_ATTR_NOSUID},
		     {"nodev", MOUNT_ATTR_NODEV},
		     {"noexec", MOUNT_ATTR_NOEXEC},
		     {"noatime", MOUNT_ATTR_NOATIME},
		     {"nodiratime", MOUNT_ATTR_NODIRATIME},
		     {"nosymfollow", MOUNT_ATTR_NOSYMFOLLOW}};
	unsigned attrs = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (mountinfo_has_option(m, names[i].name))
			attrs |= names[i].attr;
	if (!(attrs & MOUNT_ATTR_NOATIME) && !mountinfo_has_option(m, "relatime"))
		attrs |= MOUNT_ATTR_STRICTATIME;
	return attrs;
}

static int remount(int fd, const struct mountinfo *m, const struct mount_attr *attr)
{
	char path[STAGE_PATH_MAX];
	unsigned now = attrs_of(m);
	unsigned want = (unsigned)((now & ~attr->attr_clr) | attr->attr_set);

	if (want == now)
		return 0;
	stage_fd_path(fd, path);
	return mount(NULL, path, NULL, MS_REMOUNT | MS_BIND | stage_flags(want), NULL) < 0 ? -errno
											   : 0;
}

/* Whether @m hangs below the mount @id. The table is the kernel's: no circles, but bounded. */
static bool is_below(const struct table *t, const struct mountinfo *m, uint64_t id)
{
	for (size_t i = 0; m && i < t->n; i++) {
		if (m->parent == id)
			return true;
		m = m->parent == m->id ? NULL : find(t, m->parent);
	}
	return false;
}

/*
 * A mount that is covered by another cannot be reached by any path, nor then by the container: it
 * keeps its flags, and whoever can uncover it could change them as well.
 */
static int remount_below(int fd, const struct mountinfo *base, const struct mountinfo *m,
			 const struct mount_attr *attr)
{
	size_t n = strlen(base->mountpoint);
	const char *rest = m->mountpoint + n;
	uint64_t id;

	if (strncmp(m->mountpoint, base->mountpoint, n) != 0)
		return 0;
	rest += strspn(rest, "/");
	if (!*rest)
		return 0;
	AUTO_FD at =
		resolve_open(fd, rest, O_PATH | O_NOFOLLOW, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);
	if (at < 0)
		return at == -ENOENT || at == -ENOTDIR ? 0 : at;
	int r = mount_id(at, &id);
	return r < 0 || id != m->id ? r : remount(at, m, attr);
}

static int change(int fd, bool recursive, const struct mount_attr *attr)
{
	struct table t = {.text = STRBUF_INIT};
	const struct mountinfo *base = NULL;
	uint64_t id;
	int r = mount_id(fd, &id);

	if (r == 0)
		r = read_table(&t);
	if (r == 0)
		base = find(&t, id);
	if (r == 0)
		r = base ? remount(fd, base, attr) : -EINVAL;
	for (size_t i = 0; r == 0 && recursive && i < t.n; i++)
		if (is_below(&t, &t.v[i], id))
			r = remount_below(fd, base, &t.v[i], attr);
	free(t.v);
	strbuf_free(&t.text);
	return r;
}

int stage_mount_setattr(int dirfd, const char *path, unsigned flags, const struct mount_attr *attr)
{
	bool recursive = flags & AT_RECURSIVE;
	char own[STAGE_PATH_MAX];
	int r = 0;

	if (*path || attr->attr_set & MOUNT_ATTR_IDMAP) {
		errno = ENOSYS;
		return -1;
	}
	if (attr->attr_set | attr->attr_clr)
		r = change(dirfd, recursive, attr);
	if (r < 0) {
		errno = -r;
		return -1;
	}
	stage_fd_path(dirfd, own);
	return attr->propagation
		       ? mount(NULL, own, NULL, attr->propagation | (recursive ? MS_REC : 0), NULL)
		       : 0;
}
