/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rootfs.c: see rootfs.h. */
#include "plan/rootfs.h"

#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <linux/mount.h>
#include <string.h>
#include <sys/mount.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "harden/measures.h"
#include "host/facts.h"
#include "oci-spec/spec.h"

static const struct {
	const char *name;
	uint64_t propagation, own;
} propagations[] = {
	{"private", MS_PRIVATE | MS_REC, 0},
	{"rprivate", MS_PRIVATE | MS_REC, 0},
	{"slave", MS_SLAVE | MS_REC, 0},
	{"rslave", MS_SLAVE | MS_REC, 0},
	{"shared", MS_SLAVE | MS_REC, MS_SHARED},
	{"rshared", MS_SLAVE | MS_REC, MS_SHARED | MS_REC},
	{"unbindable", MS_SLAVE | MS_REC, MS_UNBINDABLE},
	{"runbindable", MS_SLAVE | MS_REC, MS_UNBINDABLE | MS_REC},
};

static int plan_propagation(const char *name, struct rootfs_plan *p, struct err *e)
{
	if (!name || !*name)
		name = "rslave";
	for (size_t i = 0; i < sizeof(propagations) / sizeof(propagations[0]); i++) {
		if (strcmp(name, propagations[i].name) != 0)
			continue;
		p->propagation = propagations[i].propagation;
		p->own = propagations[i].own;
		return 0;
	}
	return err_set(e, ERR_SPEC, EINVAL, "/linux/rootfsPropagation: unknown value \"%s\"", name);
}

static int plan_path(const char *path, const char *bundle, struct arena *a, struct rootfs_plan *p,
		     struct err *e)
{
	char clean[PATH_MAX];
	const char *joined = *path == '/' ? path : arena_printf(a, "%s/%s", bundle, path);

	if (!joined)
		return err_sys(e, ENOMEM, "/root/path");
	if (!*path)
		return err_set(e, ERR_SPEC, EINVAL, "/root/path: empty");
	if (path_clean(joined, clean, sizeof(clean)) < 0)
		return err_set(e, ERR_SPEC, ENAMETOOLONG, "/root/path: too long");
	if (strcmp(clean, "/") == 0)
		return err_set(e, ERR_SPEC, EINVAL, "/root/path: is the host's own /");
	p->path = arena_strdup(a, clean);
	return p->path ? 0 : err_sys(e, ENOMEM, "/root/path");
}

/*
 * The mount label without its categories: those belong to this one container, and its root file
 * system outlives it. A program that it has installed would carry them on disk, where mprotect(2)
 * looks (an overlay maps the file below), and would not start in the next container.
 */
static int plan_context(const struct spec *s, struct arena *a, struct rootfs_plan *p, struct err *e)
{
	const char *label = s->linux_ ? s->linux_->mount_label : NULL;
	const char *end = label;

	/* With a label for the process the host has SELinux: plan/process.c sees to it. */
	if (!label || !s->process || !s->process->selinux_label)
		return 0;
	for (int field = 0; field < 4 && end; field++)
		end = strchr(end + (field > 0), ':');
	p->context = arena_strndup(a, label, end ? (size_t)(end - label) : strlen(label));
	return p->context ? 0 : err_sys(e, ENOMEM, "/linux/mountLabel");
}

int rootfs_plan_make(const struct spec *s, const struct measures *m, const struct host_facts *f,
		     const char *bundle, struct arena *a, struct rootfs_plan *ret, struct err *e)
{
	struct rootfs_plan p = {.no_pivot = f->no_pivot};

	if (!s->root || !s->root->path)
		return err_set(e, ERR_SPEC, EINVAL, "/root: required on Linux");
	int r = plan_path(s->root->path, bundle, a, &p, e);
	if (r == 0)
		r = plan_propagation(s->linux_ ? s->linux_->rootfs_propagation : NULL, &p, e);
	if (r < 0)
		return r;
	p.readonly = s->root->readonly && *s->root->readonly;
	p.attrs = (m->rootfs_nosuid ? MOUNT_ATTR_NOSUID : 0) |
		  (m->rootfs_nodev ? MOUNT_ATTR_NODEV : 0) |
		  (m->rootfs_noexec ? MOUNT_ATTR_NOEXEC : 0);
	r = plan_context(s, a, &p, e);
	if (r < 0)
		return r;
	*ret = p;
	return 0;
}
