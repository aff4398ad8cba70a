/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cgroup_unified.c: linux.resources.unified, the raw files of a v2 cgroup. Pure.
 *
 * The keys are file names that the caller chooses, written with host root's rights: a key must
 * belong to a controller. Of the cgroup.* files only limits are taken, because "cgroup.procs": "1"
 * would move the host's init into the container, and cgroup.kill, .freeze, .type and
 * .subtree_control are the runtime's.
 */
#include "plan/cgroup_build.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "oci-spec/spec.h"

#define P "/linux/resources/unified"

static int check_key(struct cgroup_builder *b, const char *key)
{
	static const char *const core[] = {"cgroup.max.depth", "cgroup.max.descendants", NULL};
	size_t n = strspn(key, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");
	const char *dot = strchr(key, '.');

	if (key[n] != '\0' || !dot || dot == key || dot[1] == '\0' || strlen(key) > 255)
		return err_set(b->e, ERR_SPEC, EINVAL,
			       P ": a key is not of the form CONTROLLER.PARAMETER");
	if (str_starts(key, "cgroup.") && !str_in(key, core))
		return err_set(b->e, ERR_SPEC, EINVAL, P "/%s: is not a limit", key);
	return 0;
}

static bool ends_with(const char *s, const char *tail)
{
	size_t n = strlen(s), m = strlen(tail);

	return n >= m && strcmp(s + n - m, tail) == 0;
}

static enum cgroup_check check_of(const char *key)
{
	static const char *const sizes[] = {
		"memory.max",	   "memory.high",      "memory.low",	   "memory.min",
		"memory.swap.max", "memory.swap.high", "memory.zswap.max", NULL};

	if (str_in(key, sizes) || (str_starts(key, "hugetlb.") && ends_with(key, ".max")))
		return CGROUP_CHECK_SIZE;
	if (strcmp(key, "cpuset.cpus") == 0 || strcmp(key, "cpuset.mems") == 0)
		return CGROUP_CHECK_LIST;
	return CGROUP_CHECK_TOKENS;
}

static int find_tree(struct cgroup_builder *b, const char *key, struct cgroup_where *ret)
{
	const char *controller = arena_strndup(b->a, key, strcspn(key, "."));

	if (!controller)
		return cgroup_no_memory(b);
	if (strcmp(controller, "cgroup") != 0 && !cgroup_has(b, NULL, controller, ret))
		return err_set(b->e, ERR_HOST, ENOTSUP,
			       P "/%s: invalid configuration: the %s controller is not in a cgroup "
				 "v2 tree of this host",
			       key, controller);
	for (size_t i = 0; i < b->p->n_trees; i++) {
		if (b->p->trees[i].version != CGROUP_V2)
			continue;
		*ret = (struct cgroup_where){
			.controller = controller, .tree = i, .version = CGROUP_V2};
		return 0;
	}
	return err_set(b->e, ERR_HOST, ENOTSUP, P "/%s: this host has no cgroup v2 tree", key);
}

/*
 * Other members of linux.resources write the same files. Whichever came last would win, after the
 * first was already read back as "in force": contradictions are refused.
 */
static int check_conflict(struct cgroup_builder *b, const struct spec_pair *u,
			  const struct cgroup_where *w, bool *ret_same)
{
	*ret_same = false;
	for (size_t i = 0; i < b->n; i++) {
		const struct cgroup_setting *s = &b->settings[i];
		bool same_file = str_eq(s->file, u->key) || str_eq(s->alt_file, u->key);
		if (s->tree != w->tree || !same_file || str_starts(s->pointer, P "/"))
			continue;
		if (!str_eq(s->value, u->value))
			return err_set(b->e, ERR_SPEC, EINVAL, P "/%s: contradicts %s", u->key,
				       s->pointer);
		*ret_same = true;
	}
	return 0;
}

/* Files like io.max take one line per write(2). */
static int set_lines(struct cgroup_builder *b, const struct spec_pair *u,
		     const struct cgroup_where *w)
{
	const char *pointer = arena_printf(b->a, P "/%s", u->key);
	int r = 0;

	for (const char *p = u->value; r == 0 && *p;) {
		size_t n = strcspn(p, "\n");
		if (n > 0)
			r = cgroup_set(b, w, pointer, u->key, arena_strndup(b->a, p, n),
				       check_of(u->key), 0, NULL);
		p += n;
		p += *p == '\n';
	}
	return r;
}

int cgroup_plan_unified(struct cgroup_builder *b)
{
	for (size_t i = 0; i < b->r->n_unified; i++) {
		const struct spec_pair *u = &b->r->unified[i];
		struct cgroup_where w;
		bool same;
		int r = check_key(b, u->key);
		if (r == 0)
			r = find_tree(b, u->key, &w);
		if (r == 0)
			r = check_conflict(b, u, &w, &same);
		if (r == 0 && !same)
			r = set_lines(b, u, &w);
		if (r < 0)
			return r;
	}
	return 0;
}
