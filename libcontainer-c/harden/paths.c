/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * paths.c: linux.maskedPaths and linux.readonlyPaths contain at least the policy's lists. An empty
 * list is how engines say "privileged" or "unmasked", an absent one how simple callers say nothing:
 * both are filled. procfs and sysfs can be mounted, or the host's be bound, in other places than
 * /proc and /sys: there the same files are covered.
 */
#include <limits.h>
#include <string.h>

#include "base/str.h"
#include "harden/mount_view.h"
#include "harden/rule.h"

/* Each brings as many mounts as the policy has paths. */
#define VIEWS_MAX 16

/* A list while paths are added to it. */
struct filling {
	char **list;
	size_t n;
	size_t added;
	const char *why;
	char *const *covered; /* need not be added: they are masked */
	size_t n_covered;
};

static void add(struct harden *h, struct filling *f, const char *path, const char *why)
{
	if (!path || list_has(f->list, f->n, path) || list_has(f->covered, f->n_covered, path))
		return;
	f->list = list_with(h, f->list, f->n, path);
	f->why = text(h, "%s%s %s (%s)", f->why ? f->why : "", f->added++ ? "," : "", path, why);
	if (f->list)
		f->n++;
}

/* @path of procfs or sysfs as it appears below mount @i; NULL when it does not. */
static const char *path_in_view(struct harden *h, size_t i, const char *path)
{
	const char *root = mount_kernel_root(h, i);
	char clean[PATH_MAX];

	if (!root || !path_below(path, root) ||
	    path_clean(h->s->mounts[i].destination, clean, sizeof(clean)) < 0)
		return NULL;
	return text(h, "/%s%s", clean[0] == '/' ? clean + 1 : clean, path + strlen(root));
}

static void fill(struct harden *h, const char *pointer, char ***list, size_t *n,
		 const struct spec_pair *wanted, size_t n_wanted, char *const *covered,
		 size_t n_covered)
{
	struct filling f = {*list, *n, 0, "added", covered, n_covered};

	for (const struct spec_pair *w = wanted; w < wanted + n_wanted && !h->oom; w++) {
		add(h, &f, w->key, w->value);
		for (size_t i = 0; i < h->s->n_mounts && !h->oom; i++)
			add(h, &f, path_in_view(h, i, w->key), w->value);
	}
	if (!f.added || h->oom ||
	    !decide_change(h, pointer, json_strings(h, *list, *n), json_strings(h, f.list, f.n),
			   "%s", f.why))
		return;
	*list = f.list;
	*n = f.n;
}

static bool too_many_views(struct harden *h)
{
	size_t n = 0;

	for (size_t i = 0; i < h->s->n_mounts; i++) {
		if (!mount_kernel_root(h, i) || ++n <= VIEWS_MAX)
			continue;
		decide_refuse(h, text(h, "/mounts/%zu", i), NULL,
			      "procfs and sysfs are mounted more than %d times", VIEWS_MAX);
		return true;
	}
	return false;
}

void rule_paths(struct harden *h)
{
	const struct policy_paths *p = &h->policy->paths;

	if ((!p->n_masked && !p->n_readonly) || too_many_views(h))
		return;
	struct spec_linux *l = need_linux(h);
	if (!l)
		return;
	fill(h, "/linux/maskedPaths", &l->masked_paths, &l->n_masked_paths, p->masked, p->n_masked,
	     NULL, 0);
	fill(h, "/linux/readonlyPaths", &l->readonly_paths, &l->n_readonly_paths, p->readonly,
	     p->n_readonly, l->masked_paths, l->n_masked_paths);
}
