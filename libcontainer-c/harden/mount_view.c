/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mount_view.c: see mount_view.h. */
#include "harden/mount_view.h"

#include <limits.h>
#include <linux/magic.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "harden/rule.h"

#define KERNFS_ROOT_INO 1u /* PROC_ROOT_INO of procfs, and the same of sysfs */

bool mount_has(const struct spec_mount *m, const char *o)
{
	return list_has(m->options, m->n_options, o);
}

bool mount_is_idmapped(const struct spec_mount *m)
{
	if (mount_has(m, "idmap") || mount_has(m, "ridmap") || m->uid_mappings || m->gid_mappings)
		return true;
	for (size_t i = 0; i < m->n_options; i++)
		if (str_starts(m->options[i], "idmap="))
			return true;
	return false;
}

bool mount_is_at(const struct spec_mount *m, const char *path)
{
	char clean[PATH_MAX];

	/* A relative destination is below "/" (config.md). */
	if (path_clean(m->destination, clean, sizeof(clean)) < 0)
		return false;
	return strcmp(clean[0] == '/' ? clean + 1 : clean, path + 1) == 0;
}

const struct bind_fact *bind_fact(const struct host_facts *f, size_t i)
{
	static const struct bind_fact none;

	return i < f->n_binds ? &f->binds[i] : &none;
}

static const char *root_by_name(const char *source)
{
	char clean[PATH_MAX];

	if (!source || path_clean(source, clean, sizeof(clean)) < 0)
		return NULL;
	return str_eq(clean, "/proc") ? "/proc" : str_eq(clean, "/sys") ? "/sys" : NULL;
}

const char *mount_kernel_root(const struct harden *h, size_t i)
{
	const struct spec_mount *m = &h->s->mounts[i];
	const struct bind_fact *f = bind_fact(h->facts, i);

	if (!spec_mount_is_bind(m))
		return str_eq(m->type, "proc") ? "/proc" : str_eq(m->type, "sysfs") ? "/sys" : NULL;
	if (!f->exists)
		return root_by_name(m->source);
	if (f->ino != KERNFS_ROOT_INO)
		return NULL;
	return f->fs_type == PROC_SUPER_MAGIC ? "/proc" : f->fs_type == SYSFS_MAGIC ? "/sys" : NULL;
}

const char *bind_source(struct harden *h, size_t i)
{
	const struct bind_fact *f = bind_fact(h->facts, i);
	const char *source = h->s->mounts[i].source;
	char clean[PATH_MAX];

	if (f->exists && f->real)
		return f->real;
	if (!source || source[0] != '/' || path_clean(source, clean, sizeof(clean)) < 0)
		return NULL;
	return text(h, "%s", clean);
}

struct options_edit options_edit_begin(struct harden *h, size_t i)
{
	const struct spec_mount *m = &h->s->mounts[i];

	return (struct options_edit){.index = i, .list = m->options, .n = m->n_options};
}

static bool add_reason(struct harden *h, struct options_edit *e, const char *why)
{
	if (!e->why)
		e->why = why;
	else if (!strstr(e->why, why))
		e->why = text(h, "%s; %s", e->why, why);
	return !h->oom;
}

void options_remove_prefix(struct harden *h, struct options_edit *e, const char *prefix,
			   const char *why)
{
	for (size_t i = 0; i < e->n && !h->oom;) {
		if (!str_starts(e->list[i], prefix))
			i++;
		else
			options_remove(h, e, e->list[i], why);
	}
}

void options_remove(struct harden *h, struct options_edit *e, const char *o, const char *why)
{
	size_t kept = 0;

	if (!list_has(e->list, e->n, o))
		return;
	char **v = list_new(h, e->n);
	if (!v || !add_reason(h, e, why))
		return;
	for (size_t i = 0; i < e->n; i++)
		if (strcmp(e->list[i], o) != 0)
			v[kept++] = e->list[i];
	e->list = v;
	e->n = kept;
}

void options_add(struct harden *h, struct options_edit *e, const char *o, const char *why)
{
	if (list_has(e->list, e->n, o))
		return;
	char **v = list_with(h, e->list, e->n, o);
	if (!v || !add_reason(h, e, why))
		return;
	e->list = v;
	e->n++;
}

void options_edit_end(struct harden *h, struct options_edit *e)
{
	struct spec_mount *m = &h->s->mounts[e->index];

	if (!e->why || h->oom)
		return;
	if (!decide_change(h, text(h, "/mounts/%zu/options", e->index),
			   json_strings(h, m->options, m->n_options),
			   json_strings(h, e->list, e->n), "%s", e->why))
		return;
	m->options = e->list;
	m->n_options = e->n;
}
