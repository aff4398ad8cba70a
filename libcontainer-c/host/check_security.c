/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* check_security.c: the security modules, and whether what the policy wants of them is loaded. */
#include "host/check_priv.h"

#include "base/str.h"
#include "policy/policy.h"

#define AREA "security modules"

static enum profile_mode mode_of(const struct host_facts *f, const char *profile)
{
	for (size_t i = 0; i < f->n_profiles; i++)
		if (str_eq(f->profiles[i].name, profile))
			return f->profiles[i].mode;
	return PROFILE_UNKNOWN;
}

/* With "require", nothing starts without it; else containers run unconfined by this module. */
static enum check_result lacking(bool required)
{
	return required ? CHECK_FAIL : CHECK_WARN;
}

static void check_apparmor(struct check *c)
{
	const struct policy_apparmor *p = &c->q->policy->apparmor;
	const char *what = arena_printf(c->a, "AppArmor profile %s", p->profile ? p->profile : "");
	const char *load = "contrib/apparmor/install loads it, now and at boot";

	if (!p->profile || !*p->profile || str_eq(p->level, POLICY_OFF))
		return;
	switch (mode_of(&c->facts, p->profile)) {
	case PROFILE_ENFORCED:
		check_add(c, CHECK_OK, AREA, what, "enforced", "");
		break;
	case PROFILE_COMPLAINS:
	case PROFILE_UNCONFINED:
		check_add(c, lacking(p->require), AREA, what, "loaded, but it enforces nothing",
			  "aa-enforce it");
		break;
	case PROFILE_NOT_LOADED:
		check_add(c, lacking(p->require), AREA, what, "not loaded", load);
		break;
	case PROFILE_UNKNOWN:
		if (c->root)
			check_add(c, lacking(p->require), AREA, what,
				  "the list of profiles cannot be read",
				  "mount -t securityfs securityfs /sys/kernel/security");
		else
			check_needs_root(c, AREA, what);
		break;
	}
}

static void check_selinux(struct check *c)
{
	const struct policy_selinux *p = &c->q->policy->selinux;
	const struct host_facts *f = &c->facts;

	check_add(c, f->selinux_enforcing ? CHECK_OK : CHECK_WARN, AREA, "SELinux",
		  f->selinux_enforcing ? "enforcing" : "permissive: it denies nothing",
		  "setenforce 1, and SELINUX=enforcing in /etc/selinux/config");
	if (!p->label || !*p->label || str_eq(p->level, POLICY_OFF))
		return;
	/* Asking the kernel about a label takes a permission that only root has. */
	if (!f->selinux_label_known && !c->root)
		check_needs_root(c, AREA, "SELinux label of containers");
	else
		check_add(c, f->selinux_label_known ? CHECK_OK : lacking(p->require), AREA,
			  "SELinux label of containers",
			  f->selinux_label_known ? p->label : "the loaded policy does not know it",
			  "load the policy module in contrib/selinux");
}

static void check_landlock(struct check *c)
{
	int abi = c->facts.landlock_abi;

	check_add(c, abi > 0 ? CHECK_OK : CHECK_WARN, AREA, "Landlock",
		  abi > 0 ? arena_printf(c->a, "ABI %d", abi)
			  : "not in this kernel, or switched off",
		  "Linux 5.13 or newer with landlock in CONFIG_LSM or lsm=: one wall more");
}

void check_security(struct check *c)
{
	const struct host_facts *f = &c->facts;

	if (f->apparmor)
		check_apparmor(c);
	if (f->selinux)
		check_selinux(c);
	if (!f->apparmor && !f->selinux)
		check_add(c, CHECK_WARN, AREA, "AppArmor or SELinux", "neither is enabled",
			  "boot with lsm=...,apparmor (or selinux) for mandatory access control");
	check_landlock(c);
}
