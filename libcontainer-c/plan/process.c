/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* process.c: see process.h. PURE. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "plan/process.h"
#include "plan/process_parts.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/personality.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "host/facts.h"
#include "oci-spec/spec.h"
#include "plan/namespaces.h"

/* What this build can apply; facts say what the host can. */
#ifdef HAVE_APPARMOR
#define BUILT_APPARMOR true
#else
#define BUILT_APPARMOR false
#endif
#ifdef HAVE_SELINUX
#define BUILT_SELINUX true
#else
#define BUILT_SELINUX false
#endif

static int plan_args(const struct spec_process *s, struct process_plan *p, struct err *e)
{
	/* runc's words (libcontainer/specconv, utils_linux.go), which callers know. */
	if (s->n_args == 0)
		return err_set(e, ERR_SPEC, EINVAL, "/process/args: args must not be empty");
	if (!s->cwd || !*s->cwd)
		return err_set(e, ERR_SPEC, EINVAL, "/process/cwd: Cwd property must not be empty");
	if (s->cwd[0] != '/')
		return err_set(e, ERR_SPEC, EINVAL, "/process/cwd: Cwd must be an absolute path");
	if (strlen(s->cwd) >= PATH_MAX)
		return err_set(e, ERR_SPEC, ENAMETOOLONG,
			       "/process/cwd: longer than a path may be");
	p->argv = s->args;
	p->n_argv = s->n_args;
	p->cwd = s->cwd;
	return 0;
}

static int check_id(const struct id_extent *map, size_t n, uint32_t id, const char *what,
		    size_t index, struct err *e)
{
	char at[24] = "";

	/* (uid_t)-1 means "leave as it is" to setresuid(2): the classic way to stay root. */
	if (id != UINT32_MAX && (n == 0 || ids_to_host(map, n, id) != UINT32_MAX))
		return 0;
	if (index != SIZE_MAX)
		snprintf(at, sizeof(at), "/%zu", index);
	if (id == UINT32_MAX)
		return err_set(e, ERR_SPEC, EINVAL, "/process/user/%s%s: %u is not a valid id",
			       what, at, id);
	return err_set(e, ERR_SPEC, EINVAL,
		       "/process/user/%s%s: id %u is not mapped in the container's user namespace",
		       what, at, id);
}

/*
 * Without newgidmap nobody in the user namespace sets groups: dropping one may be a way to what its
 * members are denied (CVE-2014-8989). A list that says nothing new can do without.
 */
static int keep_groups(const struct spec_user *u, struct process_plan *p, struct err *e)
{
	for (size_t i = 0; i < u->n_additional_gids; i++)
		if (u->additional_gids[i] != u->gid)
			return err_set(e, ERR_HOST, EPERM,
				       "/process/user/additionalGids/%zu: this caller cannot give "
				       "a process supplementary groups (setgroups(2) is denied in "
				       "a user namespace without newgidmap)",
				       i);
	p->keep_groups = true;
	return 0;
}

static int plan_groups(const struct spec_user *u, const struct id_maps *maps,
		       const struct host_facts *f, struct process_plan *p, struct err *e)
{
	if (u->n_additional_gids > NGROUPS_MAX)
		return err_set(e, ERR_SPEC, EINVAL, "/process/user/additionalGids: more than %d",
			       NGROUPS_MAX);
	for (size_t i = 0; i < u->n_additional_gids; i++) {
		int r = check_id(maps->gid, maps->n_gid, u->additional_gids[i], "additionalGids", i,
				 e);

		if (r < 0)
			return r;
	}
	if (f->setgroups_denied)
		return keep_groups(u, p, e);
	p->groups = u->additional_gids;
	p->n_groups = u->n_additional_gids;
	return 0;
}

static int plan_user(const struct spec_user *u, const struct namespaces_plan *ns,
		     const struct host_facts *f, struct process_plan *p, struct err *e)
{
	static const struct id_maps no_maps;
	const struct id_maps *maps = ns ? &ns->maps : &no_maps;

	p->umask_ = 0022;
	p->keep_groups = f->setgroups_denied;
	if (!u)
		return 0;
	int r = check_id(maps->uid, maps->n_uid, u->uid, "uid", SIZE_MAX, e);
	if (r == 0)
		r = check_id(maps->gid, maps->n_gid, u->gid, "gid", SIZE_MAX, e);
	if (r == 0)
		r = plan_groups(u, maps, f, p, e);
	if (r < 0)
		return r;
	p->uid = u->uid;
	p->gid = u->gid;
	if (u->umask && *u->umask > 0777)
		return err_set(e, ERR_SPEC, EINVAL, "/process/user/umask: %u is above 0777",
			       *u->umask);
	if (u->umask)
		p->umask_ = *u->umask;
	return 0;
}

static int plan_terminal(const struct spec_process *s, struct process_plan *p, struct err *e)
{
	p->terminal = s->terminal && *s->terminal;
	if (!p->terminal || !s->console_size)
		return 0;
	if (s->console_size->height > UINT16_MAX || s->console_size->width > UINT16_MAX)
		return err_set(
			e, ERR_SPEC, EINVAL,
			"/process/consoleSize: a terminal has at most 65535 rows and columns");
	p->rows = (uint16_t)s->console_size->height;
	p->cols = (uint16_t)s->console_size->width;
	return 0;
}

/* A label goes to the kernel as one line of text. */
static int check_label(const char *label, const char *pointer, struct err *e)
{
	if (strlen(label) >= PATH_MAX)
		return err_set(e, ERR_SPEC, EINVAL, "%s: longer than %d bytes", pointer,
			       PATH_MAX - 1);
	for (const char *c = label; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			return err_set(e, ERR_SPEC, EINVAL, "%s: has a control character", pointer);
	return 0;
}

static bool is_not_loaded(const struct host_facts *f, const char *profile)
{
	for (size_t i = 0; i < f->n_profiles; i++)
		if (str_eq(f->profiles[i].name, profile))
			return f->profiles[i].mode == PROFILE_NOT_LOADED;
	return false;
}

static int plan_labels(const struct spec_process *s, const struct host_facts *f,
		       struct process_plan *p, struct err *e)
{
	const char *profile = s->apparmor_profile, *label = s->selinux_label;
	int r;

	if (profile && *profile) {
		r = check_label(profile, "/process/apparmorProfile", e);
		if (r < 0)
			return r;
		bool able = BUILT_APPARMOR && f->apparmor;
		/* Without AppArmor everything is unconfined: that much can be had. */
		if (!able && strcmp(profile, "unconfined") != 0)
			return err_set(e, ERR_HOST, EINVAL,
				       "apparmor profile \"%.128s\" is specified in config, but "
				       "apparmor is disabled or not supported",
				       profile);
		if (able && is_not_loaded(f, profile))
			return err_set(e, ERR_HOST, ENOENT,
				       "apparmor profile \"%.128s\" is not loaded", profile);
		p->apparmor_profile = able ? profile : NULL;
	}
	if (label && *label) {
		r = check_label(label, "/process/selinuxLabel", e);
		if (r < 0)
			return r;
		if (!BUILT_SELINUX || !f->selinux)
			return err_set(e, ERR_HOST, EINVAL,
				       "selinux label is specified in config, but selinux is "
				       "disabled or not supported");
		p->selinux_label = label;
	}
	return 0;
}

static int plan_affinity(const struct spec_process *s, struct arena *a, struct process_plan *p,
			 struct err *e)
{
	const struct spec_exec_cpu_affinity *c = s->exec_cpu_affinity;
	int r = 0;

	if (c && c->initial && *c->initial)
		r = affinity_plan_make(c->initial, "/process/execCPUAffinity/initial", a,
				       &p->cpus_initial, e);
	if (r == 0 && c && c->final && *c->final)
		r = affinity_plan_make(c->final, "/process/execCPUAffinity/final", a,
				       &p->cpus_final, e);
	return r;
}

int process_plan_make(const struct spec_process *s, const struct host_facts *f,
		      const struct namespaces_plan *ns, struct arena *a, struct process_plan *ret,
		      struct err *e)
{
	struct process_plan p = {0};
	int r;

	if (!s)
		return err_set(e, ERR_SPEC, EINVAL, "/process: process property must not be empty");
	p.no_new_privs = s->no_new_privileges && *s->no_new_privileges;
	r = plan_args(s, &p, e);
	if (r == 0)
		r = process_plan_env(s, a, &p, e);
	if (r == 0)
		r = plan_user(s->user, ns, f, &p, e);
	if (r == 0)
		r = caps_plan_make(s->capabilities, f->last_cap, &p.caps, e);
	if (r == 0)
		r = process_plan_rlimits(s, a, &p, e);
	if (r == 0)
		r = process_plan_scheduling(s, &p, e);
	if (r == 0)
		r = plan_terminal(s, &p, e);
	if (r == 0)
		r = plan_labels(s, f, &p, e);
	if (r == 0)
		r = plan_affinity(s, a, &p, e);
	if (r < 0)
		return r;
	*ret = p;
	return 0;
}

int process_plan_personality(const struct spec_personality *pers, struct process_plan *p,
			     struct err *e)
{
	if (!pers)
		return 0;
	if (pers->n_flags)
		return err_set(e, ERR_SPEC, EINVAL,
			       "/linux/personality/flags: no flags are supported");
	if (str_eq(pers->domain, "LINUX"))
		p->personality = PER_LINUX;
	else if (str_eq(pers->domain, "LINUX32"))
		p->personality = PER_LINUX32;
	else
		return err_set(e, ERR_SPEC, EINVAL,
			       "/linux/personality/domain: must be LINUX or LINUX32");
	p->personality_set = true;
	return 0;
}
