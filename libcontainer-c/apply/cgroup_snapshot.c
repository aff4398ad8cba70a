/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cgroup_snapshot.c: what limits are now, as a plan that would make them so again. */
#include "apply/cgroup_priv.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"

#define VALUE_MAX 4096

/* What the setting's file, or its other one, says; NULL: nothing that could be written as it is. */
static const char *value_now(const struct cgroup_setting *s, const struct cgroup_dir *d,
			     struct arena *a, bool *ret_oom)
{
	char text[VALUE_MAX];
	ssize_t n = file_read_at(d->dir_fd, s->file, text, sizeof(text));
	char *end = n > 0 ? strchr(text, '\n') : NULL;

	if (s->check == CGROUP_CHECK_TOKENS || !end || end == text || end[1] != '\0')
		return NULL;
	*end = '\0';
	char *copy = arena_strdup(a, text);
	*ret_oom |= !copy;
	return copy;
}

int cgroup_snapshot(const struct cgroup_plan *p, const struct cgroup *c, struct arena *a,
		    struct cgroup_plan *ret, struct err *e)
{
	struct cgroup_setting *v = arena_array(a, p->n_settings, sizeof(*v));
	struct cgroup_plan plan = *p;
	bool oom = !v;
	size_t n = 0;

	for (size_t i = 0; i < p->n_settings && !oom; i++) {
		const struct cgroup_setting *s = &p->settings[i];
		const char *value = value_now(s, &c->dirs[s->tree], a, &oom);
		if (!value)
			continue;
		v[n] = *s;
		v[n].value = v[n].want = value;
		v[n].flags &= ~(unsigned)CGROUP_ABOVE_USAGE;
		n++;
	}
	if (oom)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	plan.settings = v;
	plan.n_settings = n;
	*ret = plan;
	return 0;
}
