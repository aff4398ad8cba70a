/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cgroup_build.c: see cgroup_build.h. Pure. */
#include "plan/cgroup_build.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "host/facts.h"

bool cgroup_has(const struct cgroup_builder *b, const char *v1_name, const char *v2_name,
		struct cgroup_where *ret)
{
	for (size_t i = 0; i < b->p->n_trees; i++) {
		const struct cgroup_tree *t = &b->p->trees[i];
		bool v1 = t->version == CGROUP_V1;
		const char *name = v1 ? v1_name : v2_name;
		const char *list = v1 ? t->controllers : b->f->cgroup_v2_controllers;
		if (!name || !list || !str_list_has(list, v1 ? ',' : ' ', name))
			continue;
		*ret = (struct cgroup_where){.controller = name, .tree = i, .version = t->version};
		return true;
	}
	return false;
}

int cgroup_find(struct cgroup_builder *b, const char *v1_name, const char *v2_name,
		const char *pointer, struct cgroup_where *ret)
{
	if (cgroup_has(b, v1_name, v2_name, ret))
		return 0;
	return err_set(b->e, ERR_HOST, ENOTSUP,
		       "%s: no cgroup hierarchy of this host has the %s "
		       "controller",
		       pointer, v1_name ? v1_name : v2_name);
}

int cgroup_no_memory(struct cgroup_builder *b)
{
	return err_set(b->e, ERR_SYSTEM, ENOMEM, "out of memory");
}

int cgroup_unsupported(struct cgroup_builder *b, const char *pointer, const char *why)
{
	return err_set(b->e, ERR_HOST, ENOTSUP, "%s: %s", pointer, why);
}

/* Doubles an arena array (the old one stays behind in the arena); NULL with the error set. */
static void *grow(struct cgroup_builder *b, const void *list, size_t n, size_t size, size_t *cap)
{
	size_t more = *cap ? *cap * 2 : 16;
	void *p = arena_array(b->a, more, size);

	if (!p) {
		cgroup_no_memory(b);
		return NULL;
	}
	if (n)
		memcpy(p, list, n * size);
	*cap = more;
	return p;
}

static int need_v2_controller(struct cgroup_builder *b, const char *name)
{
	/* Core files (cgroup.max.depth) belong to no controller. */
	if (strcmp(name, "cgroup") == 0)
		return 0;
	for (size_t i = 0; i < b->n_v2_controllers; i++)
		if (strcmp(b->v2_controllers[i], name) == 0)
			return 0;
	if (b->n_v2_controllers == b->cap_v2_controllers) {
		b->v2_controllers = grow(b, b->v2_controllers, b->n_v2_controllers,
					 sizeof(*b->v2_controllers), &b->cap_v2_controllers);
		if (!b->v2_controllers)
			return -ENOMEM;
	}
	b->v2_controllers[b->n_v2_controllers++] = name;
	return 0;
}

int cgroup_set(struct cgroup_builder *b, const struct cgroup_where *w, const char *pointer,
	       const char *file, const char *value, enum cgroup_check check, unsigned flags,
	       struct cgroup_setting **ret)
{
	if (!pointer || !file || !value)
		return cgroup_no_memory(b);
	if (b->n == b->cap) {
		b->settings = grow(b, b->settings, b->n, sizeof(*b->settings), &b->cap);
		if (!b->settings)
			return -ENOMEM;
	}
	if (w->version == CGROUP_V2) {
		int r = need_v2_controller(b, w->controller);
		if (r < 0)
			return r;
	}
	struct cgroup_setting *s = &b->settings[b->n++];
	*s = (struct cgroup_setting){
		.pointer = pointer,
		.controller = w->controller,
		.tree = w->tree,
		.file = file,
		.value = value,
		.want = value,
		.check = check,
		.flags = flags,
	};
	if (ret)
		*ret = s;
	return 0;
}
