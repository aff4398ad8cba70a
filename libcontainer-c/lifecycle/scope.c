/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* scope.c: see scope.h. */
#include "lifecycle/scope.h"

#include <sys/stat.h>

#include "apply/systemd.h"
#include "base/str.h"
#include "lifecycle/creation.h"
#include "lifecycle/record.h"

static const struct systemd_plan *plan_of(const struct creation *c)
{
	return &c->plan.cgroup.systemd;
}

int scope_start(struct creation *c, struct err *e)
{
	if (!plan_of(c)->unit)
		return 0;
	int r = plan_of(c)->user ? systemd_join_user(e) : 0;
	if (r < 0)
		return r;
	r = systemd_start(plan_of(c), &c->holder, e);
	c->unit_made = r == 0;
	return r;
}

int scope_before_spawn(struct creation *c, struct err *e)
{
	return c->holder > 0 ? cgroup_make_room(&c->plan.cgroup, &c->cgroup, 1, e) : 0;
}

int scope_after_spawn(struct creation *c, struct err *e)
{
	if (c->holder <= 0)
		return 0;
	systemd_holder_end(&c->holder);
	return cgroup_make_room(&c->plan.cgroup, &c->cgroup, 0, e);
}

/* The hierarchy that systemd itself keeps its units in. */
static const char *own_cgroup(const struct cgroup_plan *p)
{
	for (size_t i = 0; i < p->n_trees; i++)
		if (p->trees[i].version == CGROUP_V2 ||
		    str_eq(p->trees[i].controllers, "name=systemd"))
			return p->trees[i].dir;
	return NULL;
}

int scope_join(const struct record *r, struct err *e)
{
	return r->systemd_unit && r->systemd_user ? systemd_join_user(e) : 0;
}

void scope_fill_record(struct creation *c)
{
	struct record *r = &c->record;
	const char *dir = own_cgroup(&c->plan.cgroup);
	struct stat st;

	if (!plan_of(c)->unit)
		return;
	r->systemd_unit = plan_of(c)->unit;
	r->systemd_user = plan_of(c)->user;
	if (!c->unit_made || !dir || stat(dir, &st) < 0)
		return;
	r->systemd_cgroup = dir;
	r->systemd_cgroup_inode = st.st_ino;
}

void scope_undo(struct creation *c)
{
	systemd_holder_end(&c->holder);
	if (c->unit_made)
		(void)systemd_stop(plan_of(c)->unit, plan_of(c)->user, NULL);
	c->unit_made = false;
}

bool scope_replaced(const struct record *r)
{
	struct stat st;

	return r->systemd_cgroup && stat(r->systemd_cgroup, &st) == 0 &&
	       st.st_ino != r->systemd_cgroup_inode;
}

int scope_stop(const struct record *r, struct err *e)
{
	return r->systemd_unit ? systemd_stop(r->systemd_unit, r->systemd_user, e) : 0;
}

int scope_update(const struct record *r, const struct cgroup_plan *p, struct err *e)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	const struct systemd_property *list;
	size_t n;

	if (!r->systemd_unit)
		return 0;
	int rc = systemd_limits(p, &a, &list, &n, e);
	if (rc < 0 || n == 0)
		return rc;
	return systemd_set_properties(r->systemd_unit, r->systemd_user, list, n, e);
}
