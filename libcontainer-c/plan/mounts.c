/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mounts.c: owns which file systems a container may get, and where. The options of a mount are in
 * mounts_options.c, /dev is in mounts_devices.c, cgroups in mounts_cgroup.c.
 */
#include "plan/mounts_priv.h"

#include <errno.h>
#include <limits.h>
#include <linux/magic.h>
#include <linux/mount.h>
#include <string.h>
#include <sys/mount.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "oci-spec/spec.h"
#include "plan/namespaces.h"

#define PROC_ROOT_INO 1u /* include/linux/proc_ns.h */

/* Files that lxcfs covers in /proc: runc's list, and the only mounts allowed below it. */
static const char *const proc_files[] = {
	"/proc/cpuinfo",
	"/proc/diskstats",
	"/proc/meminfo",
	"/proc/stat",
	"/proc/swaps",
	"/proc/uptime",
	"/proc/loadavg",
	"/proc/slabinfo",
	"/proc/sys/kernel/ns_last_pid",
	"/proc/sys/crypto/fips_enabled",
	NULL,
};

static const struct {
	const char *name;
	enum mount_kind kind;
} kinds[] = {
	{"tmpfs", MOUNT_TMPFS},	   {"devpts", MOUNT_DEVPTS}, {"proc", MOUNT_PROC},
	{"sysfs", MOUNT_SYSFS},	   {"mqueue", MOUNT_MQUEUE}, {"cgroup", MOUNT_CGROUP},
	{"cgroup2", MOUNT_CGROUP},
};

int mounts_clean_path(const char *path, const char *pointer, struct arena *a, const char **ret,
		      struct err *e)
{
	char clean[PATH_MAX];

	/* A relative path is below the root, as runc takes it. */
	char *abs = arena_printf(a, "/%s", path);
	if (!abs)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	if (!*path || path_clean(abs, clean, sizeof(clean)) < 0)
		return err_set(e, ERR_SPEC, EINVAL, "%s: the path is %s", pointer,
			       *path ? "too long" : "empty");
	if (!clean[1])
		return err_set(e, ERR_SPEC, EINVAL, "%s: \"%s\" is the root itself", pointer, path);
	*ret = arena_strdup(a, clean);
	return *ret ? 0 : err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
}

static int kind_of(const struct spec_mount *m, size_t i, enum mount_kind *ret, struct err *e)
{
	/*
	 * Like mount(2), and runc: the type of a bind mount is without meaning. The rules and the
	 * facts ask the same function: what they took for a bind is one here.
	 */
	if (spec_mount_is_bind(m)) {
		*ret = MOUNT_BIND;
		return 0;
	}
	if (!m->type || !*m->type)
		return err_set(e, ERR_SPEC, EINVAL, "/mounts/%zu/type: missing, and not a bind", i);
	*ret = MOUNT_OTHER;
	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
		if (strcmp(m->type, kinds[k].name) == 0)
			*ret = kinds[k].kind;
	return 0;
}

static bool is_procfs(const struct host_facts *f, const struct mount_plan *p)
{
	return p->kind == MOUNT_PROC ||
	       (p->kind == MOUNT_BIND && p->index < f->n_binds && f->binds[p->index].exists &&
		f->binds[p->index].fs_type == PROC_SUPER_MAGIC &&
		f->binds[p->index].ino == PROC_ROOT_INO);
}

/* CVE-2019-16884, CVE-2019-19921: nothing but proc at /proc, and next to nothing below it. */
static int check_proc(struct mount_plan *p, const struct host_facts *f, struct err *e)
{
	if (!path_below(p->destination, "/proc"))
		return 0;
	if (strcmp(p->destination, "/proc") == 0) {
		if (is_procfs(f, p) || p->remount)
			return 0;
		return err_set(e, ERR_SPEC, EINVAL,
			       "/mounts/%zu/destination: \"/proc\" cannot be mounted because it is "
			       "not of type proc",
			       p->index);
	}
	if (p->kind == MOUNT_BIND && str_in(p->destination, proc_files)) {
		p->proc_allowed = true;
		return 0;
	}
	return err_set(e, ERR_SPEC, EINVAL,
		       "/mounts/%zu/destination: \"%s\" cannot be mounted because it is inside "
		       "/proc",
		       p->index, p->destination);
}

static int set_source(const struct spec_mount *m, const struct host_facts *f, struct mount_plan *p,
		      struct err *e)
{
	if (p->kind == MOUNT_BIND)
		p->type = "bind";
	if (p->kind != MOUNT_BIND || p->remount) {
		p->source = m->source ? m->source : p->type;
		return 0;
	}
	if (!m->source || !*m->source)
		return err_set(e, ERR_SPEC, EINVAL, "/mounts/%zu/source: a bind mount needs one",
			       p->index);
	const struct bind_fact *fact = p->index < f->n_binds ? &f->binds[p->index] : NULL;
	bool known = fact && fact->exists && fact->real;
	/*
	 * The path that was judged, and its inode: a directory that another container may rename
	 * in cannot lead elsewhere meanwhile (CVE-2021-30465). A relative source counts from the
	 * bundle, which only the facts know.
	 */
	p->source = known ? fact->real : m->source;
	p->unseen = fact && !known;
	if (known) {
		p->check_inode = true;
		p->dev = fact->dev;
		p->ino = fact->ino;
	}
	if (p->source[0] != '/')
		return err_set(e, ERR_SPEC, EINVAL,
			       "/mounts/%zu/source: \"%s\" is relative and does not exist in the "
			       "bundle",
			       p->index, m->source);
	return 0;
}

static int set_context(const struct spec *s, const struct host_facts *f, struct mount_plan *p,
		       struct err *e)
{
	const char *label = s->linux_ ? s->linux_->mount_label : NULL;

	if (!label || !*label || p->remount || (p->kind != MOUNT_TMPFS && p->kind != MOUNT_DEVPTS))
		return 0;
	if (!f->selinux)
		return err_set(e, ERR_HOST, ENOTSUP,
			       "/linux/mountLabel: SELinux is not enabled on this host");
	/* mount_options_parse() left room for it. */
	((struct mount_param *)p->params)[p->n_params++] = (struct mount_param){"context", label};
	return 0;
}

/* As with runc, whose namespace is a slave of the host's unless the root's propagation is shared.
 */
static bool stays_shared(const struct spec *s, const struct mount_plan *p)
{
	const char *root = s->linux_ ? s->linux_->rootfs_propagation : NULL;

	if (p->kind != MOUNT_BIND || p->remount || !p->n_propagation)
		return false;
	return (str_eq(root, "shared") || str_eq(root, "rshared")) &&
	       p->propagation[p->n_propagation - 1].type == MS_SHARED;
}

/* Without host root a hierarchy that is not delegated is none, and the mount shows nothing. */
static int check_cgroup2(const struct spec_mount *m, const struct host_facts *f,
			 struct mount_plan *p, struct err *e)
{
	if (p->kind != MOUNT_CGROUP || p->remount || !str_eq(m->type, "cgroup2"))
		return 0;
	if (!f->cgroup_v2_mountpoint && !f->in_userns)
		return err_set(e, ERR_HOST, ENODEV,
			       "/mounts/%zu/type: this host has no cgroup2 file system mounted",
			       p->index);
	p->cgroup2 = f->cgroup_v2_mountpoint && f->cgroup_layout == CGROUP_LAYOUT_HYBRID;
	return 0;
}

static int plan_mount(const struct spec *s, size_t i, const struct host_facts *f,
		      const struct namespaces_plan *ns, struct arena *a, struct mount_plan *p,
		      struct err *e)
{
	const struct spec_mount *m = &s->mounts[i];
	int r = kind_of(m, i, &p->kind, e);

	if (r < 0)
		return r;
	p->index = i;
	p->type = m->type;
	char *where = arena_printf(a, "/mounts/%zu/destination", i);
	if (!where)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	r = mounts_clean_path(m->destination, where, a, &p->destination, e);
	if (r >= 0)
		r = mount_options_parse(m, i, ns, a, p, e);
	if (r >= 0)
		r = check_proc(p, f, e);
	if (r >= 0)
		r = set_source(m, f, p, e);
	if (r >= 0)
		r = set_context(s, f, p, e);
	if (r < 0)
		return r;
	r = check_cgroup2(m, f, p, e);
	if (r < 0)
		return r;
	p->stays_shared = stays_shared(s, p);
	/* Mount points below it are still to be made. */
	p->readonly_last =
		p->kind == MOUNT_TMPFS && !p->remount && (p->attr_set & MOUNT_ATTR_RDONLY);
	return 0;
}

static int clean_list(char **paths, size_t n, const char *name, struct arena *a,
		      const char *const **ret, size_t *ret_n, struct err *e)
{
	const char **out = arena_array(a, n, sizeof(*out));

	if (!out)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	for (size_t i = 0; i < n; i++) {
		char *pointer = arena_printf(a, "/linux/%s/%zu", name, i);
		if (!pointer)
			return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
		if (paths[i][0] != '/')
			return err_set(e, ERR_SPEC, EINVAL, "%s: \"%s\" is not absolute", pointer,
				       paths[i]);
		int r = mounts_clean_path(paths[i], pointer, a, &out[i], e);
		if (r < 0)
			return r;
	}
	*ret = out;
	*ret_n = n;
	return 0;
}

static int plan_paths(const struct spec_linux *l, struct arena *a, struct mounts_plan *p,
		      struct err *e)
{
	if (!l)
		return 0;
	int r = clean_list(l->masked_paths, l->n_masked_paths, "maskedPaths", a, &p->masked,
			   &p->n_masked, e);
	if (r < 0)
		return r;
	return clean_list(l->readonly_paths, l->n_readonly_paths, "readonlyPaths", a, &p->readonly,
			  &p->n_readonly, e);
}

int mounts_plan_make(const struct spec *s, const struct host_facts *f,
		     const struct namespaces_plan *ns, struct arena *a, struct mounts_plan *ret,
		     struct err *e)
{
	struct mounts_plan p = {.dev_mount = -1, .pts_mount = -1};

	p.n_mounts = s->n_mounts;
	p.mounts = arena_array(a, s->n_mounts, sizeof(*p.mounts));
	if (!p.mounts)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	for (size_t i = 0; i < s->n_mounts; i++) {
		int r = plan_mount(s, i, f, ns, a, &p.mounts[i], e);
		if (r < 0)
			return r;
	}
	int r = mounts_plan_devices(s, ns, a, &p, e);
	if (r >= 0)
		r = mounts_plan_cgroups(f, a, &p, e);
	if (r >= 0)
		r = plan_paths(s->linux_, a, &p, e);
	if (r < 0)
		return r;
	p.console = s->process && s->process->terminal && *s->process->terminal;
	*ret = p;
	return 0;
}
