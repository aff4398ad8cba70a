/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* host_paths.c: see host_paths.h. */
#include "harden/host_paths.h"

#include <string.h>

#include "base/str.h"
#include "harden/mount_view.h"
#include "harden/rule.h"

struct search {
	const struct harden *h;
	const char *source; /* NULL: paths do not count */
	bool has_inode;
	bool below_root; /* "/" counts for what is below it, too */
	dev_t dev;
	ino_t ino;
	const struct place_fact *places;
	size_t n_places;
	const struct policy_host_path *found;
};

bool place_below(const struct place_fact *x, const struct place_fact *dir)
{
	return x->path && dir->path && x->dev == dir->dev && path_below(x->path, dir->path);
}

size_t bind_places(const struct harden *h, size_t i)
{
	size_t n = bind_fact(h->facts, i)->n_places;

	return n > 1 && !mount_has(&h->s->mounts[i], "rbind") ? 1 : n;
}

static const struct path_fact *path_fact(const struct harden *h, size_t k)
{
	static const struct path_fact none;

	return k < h->facts->n_host_paths ? &h->facts->host_paths[k] : &none;
}

static int strictness(const struct policy_host_path *p)
{
	if (!p)
		return 0;
	return str_eq(p->treatment, "refuse") ? 2 : str_eq(p->treatment, "readonly") ? 1 : 0;
}

static void take(struct search *s, const struct policy_host_path *p)
{
	if (strictness(p) > strictness(s->found))
		s->found = p;
}

/* Entry @k, or what really is there: /bin is a link to /usr/bin. */
static const char *entry_path(const struct harden *h, size_t k)
{
	const struct path_fact *x = path_fact(h, k);

	return x->path ? x->path : h->policy->binds.host_paths[k].path;
}

static bool by_path(const struct search *s, size_t k, const struct place_fact *unused)
{
	(void)unused;
	return s->source && (path_below(s->source, entry_path(s->h, k)) ||
			     path_below(s->source, s->h->policy->binds.host_paths[k].path));
}

static bool by_place(const struct search *s, size_t k, const struct place_fact *place)
{
	return place_below(place, &path_fact(s->h, k)->place);
}

static bool by_inode(const struct search *s, size_t k, const struct place_fact *unused)
{
	const struct path_fact *x = path_fact(s->h, k);

	(void)unused;
	return x->path && s->has_inode && x->dev == s->dev && x->ino == s->ino;
}

/* The longest entry that matches in one way of looking. */
static void take_longest(struct search *s,
			 bool (*matches)(const struct search *s, size_t k,
					 const struct place_fact *place),
			 const struct place_fact *place)
{
	const struct policy_binds *p = &s->h->policy->binds;
	const struct policy_host_path *best = NULL;
	size_t longest = 0;

	for (size_t k = 0; k < p->n_host_paths; k++) {
		size_t n = strlen(entry_path(s->h, k));
		if (n > longest && (n > 1 || s->below_root) && matches(s, k, place)) {
			longest = n;
			best = &p->host_paths[k];
		}
	}
	take(s, best);
}

/* Entries for what lies in the source. */
static void take_inner(struct search *s)
{
	const struct policy_binds *p = &s->h->policy->binds;

	for (size_t k = 0; k < p->n_host_paths; k++) {
		bool inner = s->source && (path_below(entry_path(s->h, k), s->source) ||
					   path_below(p->host_paths[k].path, s->source));
		for (size_t n = 0; n < s->n_places && !inner; n++)
			inner = place_below(&path_fact(s->h, k)->place, &s->places[n]);
		if (inner)
			take(s, &p->host_paths[k]);
	}
}

static const struct policy_host_path *find(struct search *s)
{
	take_longest(s, by_path, NULL);
	take_longest(s, by_inode, NULL);
	for (size_t n = 0; n < s->n_places; n++)
		take_longest(s, by_place, &s->places[n]);
	take_inner(s);
	return s->found;
}

const struct policy_host_path *host_path_of(const struct harden *h, size_t i, const char *source)
{
	const struct bind_fact *f = bind_fact(h->facts, i);
	struct search s = {.h = h,
			   .source = source,
			   .below_root = true,
			   .has_inode = f->exists,
			   .dev = f->dev,
			   .ino = f->ino,
			   .places = f->places,
			   .n_places = bind_places(h, i)};

	return find(&s);
}

const struct policy_host_path *host_path_of_root(const struct harden *h)
{
	const struct path_fact *f = &h->facts->rootfs;
	struct search s = {.h = h,
			   .source = f->place.path ? NULL : f->path,
			   .has_inode = true,
			   .dev = f->dev,
			   .ino = f->ino,
			   .places = &f->place,
			   .n_places = 1};

	return f->path ? find(&s) : NULL;
}
