/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* groups.c: see groups.h. */
#include "lifecycle/groups.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "oci-spec/annotations.h"
#include "oci-spec/spec.h"

static bool asked_for(const struct spec *s)
{
	for (size_t i = 0; s->linux_ && i < s->linux_->n_namespaces; i++)
		if (str_eq(s->linux_->namespaces[i].type, "user"))
			return false;
	for (size_t i = 0; i < s->n_annotations; i++)
		if (str_eq(s->annotations[i].key, ANNOTATION_KEEP_GROUPS))
			return true;
	return false;
}

int groups_keep(struct spec *hardened, struct arena *a, struct err *e)
{
	struct spec_user *u = hardened->process ? hardened->process->user : NULL;

	if (!u || !asked_for(hardened))
		return 0;
	int n = getgroups(0, NULL);
	size_t had = u->n_additional_gids;
	uint32_t *all = n < 0 ? NULL : arena_array(a, had + (size_t)n, sizeof(*all));
	if (!all)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	if (had)
		memcpy(all, u->additional_gids, had * sizeof(*all));
	n = getgroups(n, all + had);
	if (n < 0)
		return err_sys(e, errno, "read the caller's groups");
	u->additional_gids = all;
	u->n_additional_gids = had + (size_t)n;
	return 0;
}
