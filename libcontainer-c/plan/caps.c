/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* caps.c: see caps.h. Owns the table of capability names. PURE. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "plan/caps.h"

#include <errno.h>
#include <linux/capability.h>
#include <stddef.h>
#include <string.h>
#ifdef HAVE_LIBCAP
#include <sys/capability.h>
#endif

#include "base/err.h"
#include "oci-spec/spec.h"

/* Index = number in <linux/capability.h>; 5.9 added the last one. */
static const char *const names[] = {
	"CAP_CHOWN",
	"CAP_DAC_OVERRIDE",
	"CAP_DAC_READ_SEARCH",
	"CAP_FOWNER",
	"CAP_FSETID",
	"CAP_KILL",
	"CAP_SETGID",
	"CAP_SETUID",
	"CAP_SETPCAP",
	"CAP_LINUX_IMMUTABLE",
	"CAP_NET_BIND_SERVICE",
	"CAP_NET_BROADCAST",
	"CAP_NET_ADMIN",
	"CAP_NET_RAW",
	"CAP_IPC_LOCK",
	"CAP_IPC_OWNER",
	"CAP_SYS_MODULE",
	"CAP_SYS_RAWIO",
	"CAP_SYS_CHROOT",
	"CAP_SYS_PTRACE",
	"CAP_SYS_PACCT",
	"CAP_SYS_ADMIN",
	"CAP_SYS_BOOT",
	"CAP_SYS_NICE",
	"CAP_SYS_RESOURCE",
	"CAP_SYS_TIME",
	"CAP_SYS_TTY_CONFIG",
	"CAP_MKNOD",
	"CAP_LEASE",
	"CAP_AUDIT_WRITE",
	"CAP_AUDIT_CONTROL",
	"CAP_SETFCAP",
	"CAP_MAC_OVERRIDE",
	"CAP_MAC_ADMIN",
	"CAP_SYSLOG",
	"CAP_WAKE_ALARM",
	"CAP_BLOCK_SUSPEND",
	"CAP_AUDIT_READ",
	"CAP_PERFMON",
	"CAP_BPF",
	"CAP_CHECKPOINT_RESTORE",
};
#define N_NAMES (sizeof(names) / sizeof(names[0]))
_Static_assert(N_NAMES == CAP_CHECKPOINT_RESTORE + 1, "one name for each number");

#ifdef HAVE_LIBCAP
/* A capability younger than the table above, known to the libcap we are linked with. */
static int from_libcap(const char *name)
{
	cap_value_t v;

	/* cap_from_name() would also take lower case and numbers. */
	if (strncmp(name, "CAP_", 4) != 0 || name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_")])
		return -1;
	if (cap_from_name(name, &v) < 0 || v < 0 || v > 63)
		return -1;
	return v;
}
#else
static int from_libcap(const char *name)
{
	(void)name;
	return -1;
}
#endif

int caps_from_name(const char *name)
{
	for (size_t i = 0; i < N_NAMES; i++)
		if (strcmp(names[i], name) == 0)
			return (int)i;
	return from_libcap(name);
}

const char *caps_name(unsigned cap)
{
	return cap < N_NAMES ? names[cap] : NULL;
}

/* Bit of each member of one set, and of the set as a whole. */
struct set {
	const char *name;
	char *const *items;
	size_t n;
	uint64_t mask;
};

static int fill(struct set *s, uint64_t known, struct err *e)
{
	for (size_t i = 0; i < s->n; i++) {
		int cap = caps_from_name(s->items[i]);

		if (cap < 0)
			return err_set(e, ERR_SPEC, EINVAL,
				       "/process/capabilities/%s/%zu: unknown capability %.64s",
				       s->name, i, s->items[i]);
		s->mask |= UINT64_C(1) << cap;
	}
	s->mask &= known;
	return 0;
}

/* Name the first member of @s that is missing from @other. */
static int check_subset(const struct set *s, uint64_t other, const char *what, struct err *e)
{
	for (size_t i = 0; i < s->n; i++) {
		uint64_t bit = UINT64_C(1) << caps_from_name(s->items[i]);

		if (s->mask & ~other & bit)
			return err_set(e, ERR_SPEC, EINVAL,
				       "/process/capabilities/%s/%zu: %s is not %s", s->name, i,
				       s->items[i], what);
	}
	return 0;
}

enum { BOUNDING, EFFECTIVE, PERMITTED, INHERITABLE, AMBIENT, SETS };

/* What cap_capset() and PR_CAP_AMBIENT_RAISE answer with EPERM. */
static const struct {
	int inner, outer;
	const char *what;
} nested[] = {
	{EFFECTIVE, PERMITTED, "permitted"},
	{INHERITABLE, BOUNDING, "in the bounding set"},
	{AMBIENT, PERMITTED, "permitted"},
	{AMBIENT, INHERITABLE, "inheritable"},
};

int caps_plan_make(const struct spec_capabilities *c, uint64_t last_cap, struct caps_plan *ret,
		   struct err *e)
{
	uint64_t known = last_cap && last_cap < 63 ? (UINT64_C(2) << last_cap) - 1 : UINT64_MAX;
	int r = 0;

	if (!c) {
		*ret = (struct caps_plan){0};
		return 0;
	}
	struct set sets[SETS] = {
		[BOUNDING] = {"bounding", c->bounding, c->n_bounding, 0},
		[EFFECTIVE] = {"effective", c->effective, c->n_effective, 0},
		[PERMITTED] = {"permitted", c->permitted, c->n_permitted, 0},
		[INHERITABLE] = {"inheritable", c->inheritable, c->n_inheritable, 0},
		[AMBIENT] = {"ambient", c->ambient, c->n_ambient, 0},
	};
	for (int i = 0; i < SETS && r == 0; i++)
		r = fill(&sets[i], known, e);
	for (size_t i = 0; i < sizeof(nested) / sizeof(nested[0]) && r == 0; i++)
		r = check_subset(&sets[nested[i].inner], sets[nested[i].outer].mask, nested[i].what,
				 e);
	if (r < 0)
		return r;
	*ret = (struct caps_plan){
		.bounding = sets[BOUNDING].mask,
		.effective = sets[EFFECTIVE].mask,
		.permitted = sets[PERMITTED].mask,
		.inheritable = sets[INHERITABLE].mask,
		.ambient = sets[AMBIENT].mask,
	};
	return 0;
}
