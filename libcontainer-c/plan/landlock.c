/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* landlock.c: see landlock.h. PURE. */
#include "plan/landlock.h"

#include <errno.h>
#include <linux/landlock.h>

#include "base/err.h"
#include "harden/measures.h"
#include "host/facts.h"

/* Everything that changes a file or a directory. REFER: rename(2) and link(2) between directories
 * are denied in every domain unless it is handled and allowed. */
#define WRITES                                                                                     \
	(LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |                           \
	 LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR |                           \
	 LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |                               \
	 LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |                             \
	 LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM | LANDLOCK_ACCESS_FS_REFER)

int landlock_plan_make(const struct measures *m, const struct host_facts *f,
		       struct landlock_plan *ret, struct err *e)
{
	struct landlock_plan p = {0};

	if (m->n_landlock_readonly > 0) {
		p.writes = WRITES | (f->landlock_abi >= 3 ? LANDLOCK_TRUNCATE : 0);
		p.readonly = m->landlock_readonly;
		p.n_readonly = m->n_landlock_readonly;
	}
	if (m->landlock_scope_sockets)
		p.scopes |= LANDLOCK_SCOPE_ABSTRACT;
	if (m->landlock_scope_signals)
		p.scopes |= LANDLOCK_SCOPE_SIGNALS;
	if ((p.writes && f->landlock_abi < LANDLOCK_ABI_READONLY) ||
	    (p.scopes && f->landlock_abi < LANDLOCK_ABI_SCOPES))
		return err_set(e, ERR_HOST, ENOTSUP,
			       "Landlock has version %d in this kernel: too old for what the "
			       "container's hardening needs of it",
			       f->landlock_abi);
	*ret = p;
	return 0;
}
