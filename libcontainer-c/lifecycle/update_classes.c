/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* update_classes.c: see update_classes.h. */
#include "lifecycle/update_classes.h"

#include <errno.h>

#include "apply/intel_rdt.h"
#include "base/err.h"
#include "base/fd.h"
#include "host/facts.h"
#include "lifecycle/record.h"
#include "oci-spec/spec.h"

int class_update_open(const struct record *r, const struct spec *now, struct arena *a,
		      struct class_update *ret, struct err *e)
{
	const struct spec_intel_rdt *s = now->linux_ ? now->linux_->intel_rdt : NULL;
	const struct host_facts facts = {.resctrl = r->rdt_root};

	*ret = (struct class_update){.root_fd = -1};
	if (!s || !r->rdt_root)
		return err_set(e, ERR_STATE, ENOTSUP,
			       "/linux/intelRdt: the container has no class of service: one is "
			       "made when the container is created");
	if (s->clos_id)
		return err_set(e, ERR_STATE, ENOTSUP,
			       "/linux/intelRdt/closID: the class of service %.64s is not the "
			       "container's alone",
			       s->clos_id);
	int rc = intel_rdt_plan_make(s, r->id, &facts, a, &ret->plan, e);
	if (rc == 0)
		rc = ret->root_fd = intel_rdt_open(r->rdt_root, e);
	return rc < 0 ? rc : 0;
}

int class_update_apply(struct class_update *u, struct arena *a, struct err *e)
{
	if (u->root_fd < 0)
		return 0;
	int r = intel_rdt_snapshot(u->root_fd, u->plan.group, a, &u->before, e);
	return r < 0 ? r
		     : intel_rdt_schemata(u->root_fd, u->plan.group, u->plan.lines, u->plan.n_lines,
					  e);
}

void class_update_undo(const struct class_update *u)
{
	if (u->before)
		(void)intel_rdt_restore(u->root_fd, u->plan.group, u->before);
}

void class_update_close(struct class_update *u)
{
	fd_closep(&u->root_fd);
}
