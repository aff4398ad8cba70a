/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bind_case.h: documents with one bind mount, for the tests of harden/binds.c and what it uses. */
#ifndef BULKHEAD_TESTS_BIND_CASE_H
#define BULKHEAD_TESTS_BIND_CASE_H

#include <errno.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "harden_case.h"

/* A directory on ext4 at @real. */
static inline struct bind_fact directory(const char *real)
{
	return (struct bind_fact){.exists = true,
				  .real = real,
				  .guarded = true,
				  .mode = S_IFDIR | 0755,
				  .dev = 8,
				  .ino = 1000,
				  .fs_type = EXT4_SUPER_MAGIC};
}

/* A bind of @source whose facts are @f (NULL: none). */
static inline void run_bind(struct harden_case *c, const char *source, const struct bind_fact *f,
			    const char *more)
{
	c->f.binds = f;
	c->f.n_binds = f != NULL;
	case_doc(c, "", "",
		 arena_printf(&c->a,
			      ",'mounts':[{'destination':'/x','type':'bind','source':'%s',"
			      "'options':['rbind','rnosuid','rnodev']%s}]",
			      source, more));
}

static inline bool has_option(const struct harden_case *c, const char *o)
{
	const struct spec_mount *m = &c->out->mounts[0];

	for (size_t i = 0; i < m->n_options; i++)
		if (strcmp(m->options[i], o) == 0)
			return true;
	return false;
}

/* A bind of @source whose options are a JSON list. */
static inline void run_options(struct harden_case *c, const char *source, const struct bind_fact *f,
			       const char *options)
{
	c->f.binds = f;
	c->f.n_binds = f != NULL;
	case_doc(c, "", "",
		 arena_printf(&c->a,
			      ",'mounts':[{'destination':'/x','type':'bind','source':'%s',"
			      "'options':[%s]}]",
			      source, options));
}

#endif
