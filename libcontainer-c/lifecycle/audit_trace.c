/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* audit_trace.c: from a host id to the containers that have or had it; see audit_read.h. */
#include "lifecycle/audit_read.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "lifecycle/ids.h"

static struct audit_holder *append(struct audit_trace *t)
{
	if (t->n == t->cap) {
		size_t cap = t->cap ? 2 * t->cap : 16;
		struct audit_holder *v = arena_array(t->a, cap, sizeof(*v));
		if (!v)
			return NULL;
		if (t->n)
			memcpy(v, t->holders, t->n * sizeof(*v));
		t->holders = v;
		t->cap = cap;
	}
	return &t->holders[t->n++];
}

static bool find_inside(const struct audit_trace *t, const struct audit_line *l, uint32_t *ret)
{
	const struct spec_id_mapping *m = t->group ? l->gid_mappings : l->uid_mappings;
	size_t n = t->group ? l->n_gid_mappings : l->n_uid_mappings;

	for (size_t i = 0; i < n; i++) {
		if (t->id < m[i].host_id || t->id - m[i].host_id >= m[i].size)
			continue;
		*ret = m[i].container_id + (t->id - m[i].host_id);
		return true;
	}
	return false;
}

/* The last one: an id can be used again, and with several state roots at the same time. */
static struct audit_holder *find_open(struct audit_trace *t, const char *container,
				      const char *bundle)
{
	for (size_t i = t->n; i-- > 0;) {
		struct audit_holder *h = &t->holders[i];
		if (!h->to && str_eq(h->container, container) &&
		    (!bundle || !h->bundle || str_eq(h->bundle, bundle)))
			return h;
	}
	return NULL;
}

int audit_trace_line(struct audit_trace *t, const struct audit_line *l)
{
	uint32_t inside;

	if (!str_eq(l->outcome, "done"))
		return 0;
	if (str_eq(l->event, "delete")) {
		struct audit_holder *h = find_open(t, l->container, l->bundle);
		if (h)
			h->to = arena_strdup(t->a, l->time);
		return h && !h->to ? -ENOMEM : 0;
	}
	if ((!str_eq(l->event, "create") && !str_eq(l->event, "run")) ||
	    !find_inside(t, l, &inside))
		return 0;
	struct audit_holder *h = append(t);
	if (!h)
		return -ENOMEM;
	*h = (struct audit_holder){.container = arena_strdup(t->a, l->container),
				   .bundle = arena_strdup(t->a, l->bundle),
				   .from = arena_strdup(t->a, l->time),
				   .inside = inside};
	return h->container && h->from ? 0 : -ENOMEM;
}

int audit_trace_held(struct audit_trace *t, struct err *e)
{
	struct ids_holder *held;
	size_t n;
	int r = ids_holders(t->id, t->a, &held, &n, e);

	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i++) {
		const char *slash = strrchr(held[i].state_dir, '/');
		const char *container = slash ? slash + 1 : held[i].state_dir;
		struct audit_holder *h = find_open(t, container, NULL);
		if (!h) {
			h = append(t);
			if (!h)
				return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
			*h = (struct audit_holder){.container = container,
						   .inside = t->id - held[i].first};
		}
		h->held = true;
	}
	return 0;
}
