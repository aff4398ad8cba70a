/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mounts_options.c: owns the table of mount options of config.md ("Linux mount options") and turns
 * the options of one mount into attributes of mount_setattr(2) and parameters of fsconfig(2).
 */
#include "plan/mounts_priv.h"

#include <errno.h>
#include <linux/mount.h>
#include <string.h>
#include <sys/mount.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "oci-spec/spec.h"
#include "plan/namespaces.h"

#ifndef MOUNT_ATTR_NOSYMFOLLOW
#define MOUNT_ATTR_NOSYMFOLLOW 0x00200000 /* 5.14 */
#endif

enum option_what {
	OPTION_NOTHING, /* the kernel's default, or without meaning today */
	OPTION_ATTR,	/* of the mount */
	OPTION_REC,	/* of the mount and those below it */
	OPTION_PROPAGATION,
	OPTION_PROPAGATION_REC,
	OPTION_SUPERBLOCK, /* a flag of the file system, so not of a bind mount */
	OPTION_BIND,
	OPTION_RBIND,
	OPTION_IDMAP,
	OPTION_RIDMAP,
	OPTION_COPY_UP,
	OPTION_REFUSED,
};

struct option {
	const char *name;
	enum option_what what;
	uint64_t set, clr; /* MOUNT_ATTR_...; propagation: set is the type */
};

#define ATIME MOUNT_ATTR__ATIME

/* clang-format off */
/* Access times are one field of several values: changing it means clearing all of it (mount_setattr(2)). */
static const struct option options[] = {
	{"async",	   OPTION_NOTHING,	   0, 0},
	{"atime",	   OPTION_ATTR,		   0, ATIME},
	{"bind",	   OPTION_BIND,		   0, 0},
	{"defaults",	   OPTION_NOTHING,	   0, 0},
	{"dev",		   OPTION_ATTR,		   0, MOUNT_ATTR_NODEV},
	{"diratime",	   OPTION_ATTR,		   0, MOUNT_ATTR_NODIRATIME},
	{"dirsync",	   OPTION_SUPERBLOCK,	   0, 0},
	{"exec",	   OPTION_ATTR,		   0, MOUNT_ATTR_NOEXEC},
	{"idmap",	   OPTION_IDMAP,	   0, 0},
	{"iversion",	   OPTION_SUPERBLOCK,	   0, 0},
	{"lazytime",	   OPTION_SUPERBLOCK,	   0, 0},
	{"loud",	   OPTION_NOTHING,	   0, 0},
	{"mand",	   OPTION_SUPERBLOCK,	   0, 0},
	{"noatime",	   OPTION_ATTR,		   MOUNT_ATTR_NOATIME, ATIME},
	{"nodev",	   OPTION_ATTR,		   MOUNT_ATTR_NODEV, 0},
	{"nodiratime",	   OPTION_ATTR,		   MOUNT_ATTR_NODIRATIME, 0},
	{"noexec",	   OPTION_ATTR,		   MOUNT_ATTR_NOEXEC, 0},
	{"noiversion",	   OPTION_NOTHING,	   0, 0},
	{"nolazytime",	   OPTION_NOTHING,	   0, 0},
	{"nomand",	   OPTION_NOTHING,	   0, 0},
	{"norelatime",	   OPTION_NOTHING,	   0, 0},
	{"nostrictatime",  OPTION_ATTR,		   0, ATIME},
	{"nosuid",	   OPTION_ATTR,		   MOUNT_ATTR_NOSUID, 0},
	{"nosymfollow",	   OPTION_ATTR,		   MOUNT_ATTR_NOSYMFOLLOW, 0},
	{"private",	   OPTION_PROPAGATION,	   MS_PRIVATE, 0},
	{"ratime",	   OPTION_REC,		   0, ATIME},
	{"rbind",	   OPTION_RBIND,	   0, 0},
	{"rdev",	   OPTION_REC,		   0, MOUNT_ATTR_NODEV},
	{"rdiratime",	   OPTION_REC,		   0, MOUNT_ATTR_NODIRATIME},
	{"relatime",	   OPTION_ATTR,		   MOUNT_ATTR_RELATIME, ATIME},
	{"remount",	   OPTION_REFUSED,	   0, 0},
	{"rexec",	   OPTION_REC,		   0, MOUNT_ATTR_NOEXEC},
	{"ridmap",	   OPTION_RIDMAP,	   0, 0},
	{"rnoatime",	   OPTION_REC,		   MOUNT_ATTR_NOATIME, ATIME},
	{"rnodev",	   OPTION_REC,		   MOUNT_ATTR_NODEV, 0},
	{"rnodiratime",	   OPTION_REC,		   MOUNT_ATTR_NODIRATIME, 0},
	{"rnoexec",	   OPTION_REC,		   MOUNT_ATTR_NOEXEC, 0},
	{"rnorelatime",	   OPTION_NOTHING,	   0, 0},
	{"rnostrictatime", OPTION_REC,		   0, ATIME},
	{"rnosuid",	   OPTION_REC,		   MOUNT_ATTR_NOSUID, 0},
	{"rnosymfollow",   OPTION_REC,		   MOUNT_ATTR_NOSYMFOLLOW, 0},
	{"ro",		   OPTION_ATTR,		   MOUNT_ATTR_RDONLY, 0},
	{"rprivate",	   OPTION_PROPAGATION_REC, MS_PRIVATE, 0},
	{"rrelatime",	   OPTION_REC,		   MOUNT_ATTR_RELATIME, ATIME},
	{"rro",		   OPTION_REC,		   MOUNT_ATTR_RDONLY, 0},
	{"rrw",		   OPTION_REC,		   0, MOUNT_ATTR_RDONLY},
	{"rshared",	   OPTION_PROPAGATION_REC, MS_SHARED, 0},
	{"rslave",	   OPTION_PROPAGATION_REC, MS_SLAVE, 0},
	{"rstrictatime",   OPTION_REC,		   MOUNT_ATTR_STRICTATIME, ATIME},
	{"rsuid",	   OPTION_REC,		   0, MOUNT_ATTR_NOSUID},
	{"rsymfollow",	   OPTION_REC,		   0, MOUNT_ATTR_NOSYMFOLLOW},
	{"runbindable",	   OPTION_PROPAGATION_REC, MS_UNBINDABLE, 0},
	{"rw",		   OPTION_ATTR,		   0, MOUNT_ATTR_RDONLY},
	{"shared",	   OPTION_PROPAGATION,	   MS_SHARED, 0},
	{"silent",	   OPTION_NOTHING,	   0, 0},
	{"slave",	   OPTION_PROPAGATION,	   MS_SLAVE, 0},
	{"strictatime",	   OPTION_ATTR,		   MOUNT_ATTR_STRICTATIME, ATIME},
	{"suid",	   OPTION_ATTR,		   0, MOUNT_ATTR_NOSUID},
	{"symfollow",	   OPTION_ATTR,		   0, MOUNT_ATTR_NOSYMFOLLOW},
	{"sync",	   OPTION_SUPERBLOCK,	   0, 0},
	{"tmpcopyup",	   OPTION_COPY_UP,	   0, 0},
	{"unbindable",	   OPTION_PROPAGATION,	   MS_UNBINDABLE, 0},
};
/* clang-format on */
#define N_OPTIONS (sizeof(options) / sizeof(options[0]))

/*
 * Parameters a config may pass to a file system. Allow-lists, because the mounts are made with host
 * credentials and some parameters are as good as a privilege: "pidns=" (6.17) shows the processes
 * of any pid namespace in proc.
 */
static const char *const tmpfs_params[] = {"size", "nr_blocks", "nr_inodes", "mode",   "uid", "gid",
					   "huge", "inode32",	"inode64",   "noswap", NULL};
static const char *const devpts_params[] = {"newinstance", "ptmxmode", "mode", "uid",
					    "gid",	   "max",      NULL};
static const char *const proc_params[] = {"hidepid", "gid", "subset", NULL};
static const char *const no_params[] = {NULL};

static const char *const *params_of(enum mount_kind kind)
{
	switch (kind) {
	case MOUNT_TMPFS:
		return tmpfs_params;
	case MOUNT_DEVPTS:
		return devpts_params;
	case MOUNT_PROC:
		return proc_params;
	default:
		return no_params;
	}
}

const char *const *mount_option_names(void)
{
	static const char *names[N_OPTIONS + 1];
	size_t n = 0;

	/* "remount" is in the table to be refused by name. Filled anew each time: same values. */
	for (size_t i = 0; i < N_OPTIONS; i++)
		if (options[i].what != OPTION_REFUSED)
			names[n++] = options[i].name;
	names[n] = NULL;
	return names;
}

struct parse {
	const struct spec_mount *m;
	size_t index; /* of the mount */
	size_t at;    /* of the option */
	const struct namespaces_plan *ns;
	struct arena *arena;
	struct mount_plan *ret;
	struct mount_param *params;
	struct err *e;
};

static int refuse(const struct parse *p, const char *option, const char *why)
{
	return err_set(p->e, ERR_SPEC, EINVAL, "/mounts/%zu/options/%zu: \"%s\" %s", p->index,
		       p->at, option, why);
}

/* A later option undoes an earlier one. */
static void change(uint64_t *set, uint64_t *clr, const struct option *o)
{
	*set = (*set & ~o->clr) | o->set;
	*clr = (*clr & ~(o->set & ~ATIME)) | o->clr;
}

static int add_propagation(struct parse *p, const struct option *o)
{
	struct mount_plan *r = p->ret;

	if (r->n_propagation == MOUNT_PROPAGATIONS_MAX)
		return refuse(p, o->name, "is one propagation option too many");
	r->propagation[r->n_propagation++] = (struct mount_propagation){
		.type = o->set, .recursive = o->what == OPTION_PROPAGATION_REC};
	return 0;
}

static int add_param(struct parse *p, const char *key, const char *value)
{
	p->params[p->ret->n_params++] = (struct mount_param){.key = key, .value = value};
	return 0;
}

static int apply_option(struct parse *p, const struct option *o)
{
	struct mount_plan *r = p->ret;
	bool bind = r->kind == MOUNT_BIND;

	switch (o->what) {
	case OPTION_NOTHING:
		return 0;
	case OPTION_REC:
		if (bind) {
			change(&r->rec_set, &r->rec_clr, o);
			return 0;
		}
		/* A new file system has nothing below it. */
		__attribute__((fallthrough));
	case OPTION_ATTR:
		change(&r->attr_set, &r->attr_clr, o);
		return 0;
	case OPTION_PROPAGATION:
	case OPTION_PROPAGATION_REC:
		return add_propagation(p, o);
	case OPTION_BIND:
	case OPTION_RBIND:
		r->recursive |= o->what == OPTION_RBIND;
		return 0;
	case OPTION_IDMAP:
	case OPTION_RIDMAP:
		if (!bind)
			return refuse(p, o->name, "is for bind mounts");
		r->idmap = MOUNT_IDMAP_CONTAINER;
		r->idmap_recursive = o->what == OPTION_RIDMAP;
		return 0;
	case OPTION_SUPERBLOCK:
		if (bind || r->kind == MOUNT_CGROUP)
			return refuse(p, o->name, "belongs to a file system, not to a bind mount");
		return add_param(p, o->name, NULL);
	case OPTION_COPY_UP:
		if (r->kind != MOUNT_TMPFS)
			return refuse(p, o->name, "is for tmpfs mounts");
		r->copy_up = true;
		return 0;
	case OPTION_REFUSED:
		break;
	}
	return refuse(p, o->name, "of an earlier mount is not supported");
}

/* uid= and gid= name ids of the container; the kernel will take them as the host's. */
static int translate_id(struct parse *p, const char *option, bool group, const char **value)
{
	const struct id_maps *maps = &p->ns->maps;
	uint64_t id;

	if (str_u64(*value, UINT32_MAX - 1, &id) < 0)
		return refuse(p, option, "is not an id");
	uint32_t host = group ? ids_to_host(maps->gid, maps->n_gid, (uint32_t)id)
			      : ids_to_host(maps->uid, maps->n_uid, (uint32_t)id);
	if (host == UINT32_MAX)
		return refuse(p, option, "is not mapped in the container's user namespace");
	*value = arena_printf(p->arena, "%u", host);
	return *value ? 0 : err_set(p->e, ERR_SYSTEM, ENOMEM, "out of memory");
}

static int apply_param(struct parse *p, const char *option)
{
	const char *eq = strchr(option, '=');
	const char *value = eq ? eq + 1 : NULL;
	char *key = eq ? arena_strndup(p->arena, option, (size_t)(eq - option))
		       : arena_strdup(p->arena, option);

	if (!key)
		return err_set(p->e, ERR_SYSTEM, ENOMEM, "out of memory");
	if (!str_in(key, params_of(p->ret->kind)))
		return refuse(p, option,
			      p->ret->kind == MOUNT_BIND ? "means nothing on a bind mount"
							 : "is not allowed for this file system");
	bool group = strcmp(key, "gid") == 0;
	if (group || strcmp(key, "uid") == 0) {
		if (!value)
			return refuse(p, option, "is not an id");
		int r = translate_id(p, option, group, &value);
		if (r < 0)
			return r;
	}
	if (strcmp(key, "mode") == 0)
		p->ret->mode_given = true;
	return add_param(p, key, value);
}

static int apply_text(struct parse *p, const char *option, bool joined)
{
	for (size_t i = 0; i < N_OPTIONS; i++)
		if (strcmp(options[i].name, option) == 0)
			return joined ? refuse(p, option, "has to be an option of its own")
				      : apply_option(p, &options[i]);
	return apply_param(p, option);
}

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

static const struct id_extent *copy_maps(struct arena *a, const struct spec_id_mapping *m, size_t n)
{
	struct id_extent *x = arena_array(a, n, sizeof(*x));

	for (size_t i = 0; x && i < n; i++)
		x[i] = (struct id_extent){m[i].container_id, m[i].host_id, m[i].size};
	return x;
}

/* mounts[].uidMappings and gidMappings; without "idmap" or "ridmap" they mean "idmap". */
static int apply_mappings(struct parse *p)
{
	const struct spec_mount *m = p->m;
	const struct id_maps *c = &p->ns->maps;
	struct mount_plan *r = p->ret;

	if (!m->n_uid_mappings && !m->n_gid_mappings)
		return 0;
	if (r->kind != MOUNT_BIND)
		return err_set(p->e, ERR_SPEC, EINVAL,
			       "/mounts/%zu/uidMappings: only bind mounts can be idmapped",
			       p->index);
	if (!m->n_uid_mappings || !m->n_gid_mappings)
		return err_set(p->e, ERR_SPEC, EINVAL,
			       "/mounts/%zu/%s: uidMappings and gidMappings go together", p->index,
			       m->n_uid_mappings ? "gidMappings" : "uidMappings");
	if (same_maps(m->uid_mappings, m->n_uid_mappings, c->uid, c->n_uid) &&
	    same_maps(m->gid_mappings, m->n_gid_mappings, c->gid, c->n_gid)) {
		r->idmap = MOUNT_IDMAP_CONTAINER;
		return 0;
	}
	r->idmap = MOUNT_IDMAP_OWN;
	r->maps.uid = copy_maps(p->arena, m->uid_mappings, m->n_uid_mappings);
	r->maps.gid = copy_maps(p->arena, m->gid_mappings, m->n_gid_mappings);
	r->maps.n_uid = m->n_uid_mappings;
	r->maps.n_gid = m->n_gid_mappings;
	if (!r->maps.uid || !r->maps.gid)
		return err_set(p->e, ERR_SYSTEM, ENOMEM, "out of memory");
	return 0;
}

/* How many options there are once "a,b" counts as two: engines join those of a file system. */
static size_t count(const struct spec_mount *m)
{
	size_t n = 0;

	for (size_t i = 0; i < m->n_options; i++) {
		n++;
		for (const char *c = m->options[i]; *c; c++)
			n += *c == ',';
	}
	return n;
}

/*
 * Only parameters are taken from a joined text. The hardening rules read options one by one, as
 * runc does: "idmap," or "nosuid,suid" would be a flag that no rule has seen.
 */
static int apply_joined(struct parse *p, const char *text)
{
	bool joined = strchr(text, ',');

	while (*text) {
		size_t len = strcspn(text, ",");
		char *one = arena_strndup(p->arena, text, len);
		if (!one)
			return err_set(p->e, ERR_SYSTEM, ENOMEM, "out of memory");
		int r = len ? apply_text(p, one, joined) : 0;
		if (r < 0)
			return r;
		text += len + (text[len] == ',');
	}
	return 0;
}

int mount_options_parse(const struct spec_mount *m, size_t index, const struct namespaces_plan *ns,
			struct arena *a, struct mount_plan *ret, struct err *e)
{
	struct parse p = {.m = m, .index = index, .ns = ns, .arena = a, .ret = ret, .e = e};

	/* One more: the SELinux context that mounts.c may add. */
	p.params = arena_array(a, count(m) + 1, sizeof(*p.params));
	if (!p.params)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	ret->params = p.params;
	for (p.at = 0; p.at < m->n_options; p.at++) {
		int r = apply_joined(&p, m->options[p.at]);
		if (r < 0)
			return r;
	}
	return apply_mappings(&p);
}
