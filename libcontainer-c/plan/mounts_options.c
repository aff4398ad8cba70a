/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mounts_options.c: turns the options of one mount into attributes of mount_setattr(2) and
 * parameters of fsconfig(2).
 */
#include "plan/mounts_priv.h"

#include <errno.h>
#include <linux/mount.h>
#include <string.h>
#include <sys/mount.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "oci-spec/mount_options.h"
#include "oci-spec/spec.h"
#include "plan/namespaces.h"

#define ATIME MOUNT_ATTR__ATIME

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
static void change(uint64_t *set, uint64_t *clr, const struct mount_option *o)
{
	*set = (*set & ~o->clr) | o->set;
	*clr = (*clr & ~(o->set & ~ATIME)) | o->clr;
}

static int add_propagation(struct parse *p, const struct mount_option *o)
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

static int add_link_option(struct parse *p, const struct mount_option *o)
{
	struct mount_plan *r = p->ret;

	if (r->kind != MOUNT_BIND)
		return refuse(p, o->name, "is for bind mounts");
	r->src_nofollow |= o->what == OPTION_SRC_NOFOLLOW;
	r->dest_nofollow |= o->what == OPTION_DEST_NOFOLLOW;
	r->copy_symlink |= o->what == OPTION_COPY_SYMLINK;
	if (r->copy_symlink && (r->src_nofollow || r->dest_nofollow))
		return refuse(p, o->name,
			      "goes with neither of the others of copy-symlink, src-nofollow and "
			      "dest-nofollow");
	return 0;
}

static int apply_option(struct parse *p, const struct mount_option *o)
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
		r->attr_given = true;
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
		/* mount(2) takes it for all, fsconfig(2) for those that look at it. */
		if (strcmp(o->name, "iversion") == 0 && p->m->type &&
		    !str_starts(p->m->type, "ext"))
			return 0;
		return add_param(p, o->name, NULL);
	case OPTION_COPY_UP:
		if (r->kind != MOUNT_TMPFS)
			return refuse(p, o->name, "is for tmpfs mounts");
		r->copy_up = true;
		return 0;
	case OPTION_REMOUNT:
		r->remount = true;
		return 0;
	case OPTION_SRC_NOFOLLOW:
	case OPTION_DEST_NOFOLLOW:
	case OPTION_COPY_SYMLINK:
		return add_link_option(p, o);
	}
	return 0;
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
	/*
	 * mount(2) ignores them on a bind, and with it every other runtime. A single word is more
	 * likely to be a flag that somebody has misspelt.
	 */
	if (p->ret->kind == MOUNT_BIND && value && *key && strcmp(key, "idmap") != 0 &&
	    strcmp(key, "ridmap") != 0)
		return 0;
	/* What a container may ask of which file system is for the rule: harden/mount_params.c. */
	if (p->ret->kind == MOUNT_BIND || p->ret->kind == MOUNT_CGROUP)
		return refuse(p, option,
			      p->ret->kind == MOUNT_BIND ? "means nothing on a bind mount"
							 : "means nothing on a cgroup mount");
	if (!*key)
		return refuse(p, option, "has no name");
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
	const struct mount_option *o = mount_option_find(option);

	/* crun(1): the maps in the option itself. */
	if (p->ret->kind == MOUNT_BIND && !joined && str_starts(option, "idmap="))
		return mounts_plan_idmap_text(option, p->index, p->at, p->ns, p->arena, p->ret,
					      p->e);
	if (!o)
		return apply_param(p, option);
	return joined ? refuse(p, option, "has to be an option of its own") : apply_option(p, o);
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
	return mounts_plan_idmap(m, index, ns, a, ret, e);
}

void mounts_plan_drop_flags(const struct namespaces_plan *ns, struct mounts_plan *p)
{
	bool locked = ns->ns[NS_USER].mode != NS_SHARED;
	const uint64_t lockable =
		MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;

	for (size_t i = 0; i < p->n_mounts; i++) {
		struct mount_plan *m = &p->mounts[i];
		if (m->kind != MOUNT_BIND || m->remount || !m->attr_given)
			continue;
		m->attr_drop = MOUNT_ATTR_NOSYMFOLLOW | (locked ? 0 : lockable);
		/* How access times are kept stays, or is said as a whole. */
		if (m->attr_clr & ATIME && !locked)
			m->attr_drop |= MOUNT_ATTR_NODIRATIME;
		m->attr_drop &= ~m->attr_set;
	}
}
