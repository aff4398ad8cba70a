/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mount_params.c: see mount_params.h. */
#include "harden/mount_params.h"

#include <stddef.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "harden/rule.h"
#include "oci-spec/mount_options.h"

/* The last entry is for all that are not named. */
static const struct {
	const char *name, *why;
} refused[] = {
	{"hugetlbfs", "its pages are the host's; bind a mounted one instead"},
	{"bpf", "it pins kernel programs of the host"},
	{"debugfs", "it is the host kernel's debugging interface"},
	{"tracefs", "it is the host kernel's tracing interface"},
	{"securityfs", "it configures the host's security modules"},
	{"overlay",
	 "its layers would be host paths that no rule has seen; mount it on the host and "
	 "bind it"},
	{"devtmpfs", "it holds every device of the host; /dev is a tmpfs with chosen nodes"},
	{"ramfs", "it has no size limit; use tmpfs"},
	{NULL, "mount it on the host and bind it"},
};

const char *mount_type_why(const char *type)
{
	size_t k = 0;

	while (refused[k].name && !str_eq(refused[k].name, type))
		k++;
	return refused[k].why;
}

/*
 * Allow-lists, because the mounts are made with host credentials and some parameters are as good as
 * a privilege: "pidns=" (6.17) shows the processes of any pid namespace in proc.
 */
static const char *const tmpfs_params[] = {"size", "nr_blocks", "nr_inodes", "mode",   "uid", "gid",
					   "huge", "inode32",	"inode64",   "noswap", NULL};
static const char *const devpts_params[] = {"newinstance", "ptmxmode", "mode", "uid",
					    "gid",	   "max",      NULL};
static const char *const proc_params[] = {"hidepid", "gid", "subset", NULL};
static const char *const no_params[] = {NULL};

static const struct {
	const char *type;
	const char *const *params;
} known[] = {
	{"tmpfs", tmpfs_params}, {"devpts", devpts_params}, {"proc", proc_params},
	{"sysfs", no_params},	 {"mqueue", no_params},	    {"cgroup", no_params},
	{"cgroup2", no_params},
};

static const char *const *params_of(const char *type)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (str_eq(known[i].type, type))
			return known[i].params;
	return NULL;
}

const char *mount_param_refused(struct harden *h, const char *type, const char *text)
{
	const char *const *allowed = params_of(type);

	if (!allowed || mount_option_find(text))
		return NULL;
	while (*text) {
		size_t len = strcspn(text, ",");
		char *one = arena_strndup(h->a, text, len);
		char *key = arena_strndup(h->a, text, strcspn(text, ",="));
		if (!one || !key)
			return oom(h);
		/* A flag between commas is refused by the plan: nobody has read it as one. */
		if (len && !str_in(key, allowed) && !mount_option_find(one))
			return one;
		text += len + (text[len] == ',');
	}
	return NULL;
}
