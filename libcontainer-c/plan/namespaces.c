/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * namespaces.c: see namespaces.h. Who owns a namespace decides how it is entered (setns(2)): one
 * that the host's user namespace owns only before the container's is entered, one that another
 * container's owns only after. So a container cannot have namespaces of two owners besides the
 * host.
 */
#include "plan/namespaces.h"

#include <errno.h>
#include <linux/sched.h>
#include <string.h>

#include "base/err.h"
#include "base/str.h"
#include "harden/ns_view.h"
#include "oci-spec/spec.h"
#include "plan/namespaces_priv.h"

#define UTS_NAME_MAX 64u /* __NEW_UTS_LEN */

static const struct ns_info {
	const char *type; /* linux.namespaces[].type */
	const char *proc; /* /proc/PID/ns/... */
	uint64_t flag;
} info[NS_KINDS] = {
	[NS_USER] = {"user", "user", CLONE_NEWUSER},
	[NS_PID] = {"pid", "pid", CLONE_NEWPID},
	[NS_NET] = {"network", "net", CLONE_NEWNET},
	[NS_IPC] = {"ipc", "ipc", CLONE_NEWIPC},
	[NS_UTS] = {"uts", "uts", CLONE_NEWUTS},
	[NS_MNT] = {"mount", "mnt", CLONE_NEWNS},
	[NS_CGROUP] = {"cgroup", "cgroup", CLONE_NEWCGROUP},
	[NS_TIME] = {"time", "time", CLONE_NEWTIME},
};

uint64_t ns_kind_clone_flag(enum ns_kind k)
{
	return info[k].flag;
}

const char *ns_kind_proc_name(enum ns_kind k)
{
	return info[k].proc;
}

bool namespaces_owned_by_container(const struct namespaces_plan *p, enum ns_kind k)
{
	return p->ns[NS_USER].mode != NS_SHARED &&
	       (p->ns[k].mode == NS_NEW || p->ns[k].mode == NS_JOIN_FOREIGN_OWNED);
}

uint32_t ids_to_host(const struct id_extent *extents, size_t n, uint32_t inside)
{
	for (size_t i = 0; i < n; i++)
		if (inside >= extents[i].inside && inside - extents[i].inside < extents[i].size)
			return extents[i].outside + (inside - extents[i].inside);
	return UINT32_MAX;
}

static int plan_one(const struct spec *s, const struct host_facts *f, enum ns_kind k,
		    struct ns_plan *ret, struct err *e)
{
	ssize_t i = ns_entry(s, info[k].type, 0);

	switch (ns_view(s, f, info[k].type)) {
	case NS_VIEW_HOST:
		*ret = (struct ns_plan){.mode = NS_SHARED};
		return 0;
	case NS_VIEW_NEW:
		*ret = (struct ns_plan){.mode = NS_NEW};
		return 0;
	case NS_VIEW_HOST_OWNED:
		*ret = (struct ns_plan){NS_JOIN_HOST_OWNED, s->linux_->namespaces[i].path, NULL};
		return 0;
	case NS_VIEW_FOREIGN:
		*ret = (struct ns_plan){NS_JOIN_FOREIGN_OWNED, s->linux_->namespaces[i].path, NULL};
		return 0;
	case NS_VIEW_UNKNOWN:
		break;
	}
	const char *path = s->linux_->namespaces[i].path;
	int error = ns_fact(s, f, (size_t)i)->error;
	/* The namespaces of a process that we may not look into, in a user namespace. */
	if (error != 0 && error != ENOENT && error != ENOTDIR)
		return err_set(e, ERR_HOST, error, "/linux/namespaces/%zd/path: open \"%s\": %s", i,
			       path, strerrorname_np(error));
	return err_set(e, ERR_SPEC, EINVAL,
		       "/linux/namespaces/%zd/path: \"%s\" does not lead to a %s namespace", i,
		       path, info[k].type);
}

/* The inode of the one foreign user namespace that everything foreign has to belong to. */
static int check_owners(const struct spec *s, const struct host_facts *f,
			const struct namespaces_plan *p, struct err *e)
{
	struct ns_foreign joined = ns_foreign(s, f);
	ssize_t user = ns_entry(s, "user", 0);
	ssize_t bad = joined.conflict;

	if (joined.entry < 0)
		return 0;
	if (bad < 0 && p->ns[NS_USER].mode == NS_NEW)
		bad = joined.entry;
	if (bad < 0 && p->ns[NS_USER].mode == NS_JOIN_FOREIGN_OWNED &&
	    ns_fact(s, f, (size_t)user)->owner_ino !=
		    ns_fact(s, f, (size_t)joined.entry)->owner_ino)
		bad = joined.entry;
	if (bad < 0)
		return 0;
	return err_set(e, ERR_SPEC, EINVAL,
		       "/linux/namespaces/%zd/path: belongs to another user namespace than the "
		       "container's",
		       bad);
}

static const struct id_extent identity[] = {{0, 0, UINT32_MAX}};

/* Where the maps come from, and whether the engine knows of them. */
static int plan_user(const struct spec *s, const struct host_facts *f, struct arena *a,
		     struct namespaces_plan *p, struct err *e)
{
	struct ns_plan *user = &p->ns[NS_USER];
	struct ns_foreign joined = ns_foreign(s, f);
	size_t from = 0;

	if (user->mode == NS_NEW)
		return idmaps_from_spec(s, f, a, p, e);
	if (user->mode == NS_SHARED && joined.entry < 0) {
		/* Ids are what they are to the runtime itself. */
		p->maps = (struct id_maps){identity, identity, 1, 1};
		return 0;
	}
	if (user->mode == NS_SHARED) {
		from = (size_t)joined.entry;
		*user = (struct ns_plan){.mode = NS_JOIN_FOREIGN_OWNED,
					 .owner_path = s->linux_->namespaces[from].path};
		/* Rootless the engine has put the runtime among the ids that are on disk. */
		p->idmap_rootfs = !f->in_userns;
	} else {
		from = (size_t)ns_entry(s, "user", 0);
		user->mode = NS_JOIN_FOREIGN_OWNED;
	}
	p->maps = ns_fact(s, f, from)->maps;
	int r = idmaps_check_joined(s, f, &p->maps, e);
	return r < 0 ? r : idmaps_settle(p, "linux/namespaces", e);
}

/*
 * Sharing the runtime's own, the container's mounts are made in it: as root of a user namespace
 * the runtime makes its own in a mount namespace that goes with it, and a later command could not
 * find them.
 */
static int plan_mount(const struct host_facts *f, const struct namespaces_plan *p, struct err *e)
{
	if (p->ns[NS_MNT].mode != NS_SHARED || !f->in_userns)
		return 0;
	return err_set(e, ERR_HOST, ENOTSUP,
		       "/linux/namespaces: without host root a mount namespace is needed");
}

static int plan_name(const char *name, const char *pointer, const struct namespaces_plan *p,
		     const char **ret, struct err *e)
{
	if (!name || !*name) {
		*ret = NULL;
		return 0;
	}
	if (p->ns[NS_UTS].mode == NS_SHARED)
		return err_set(e, ERR_SPEC, EINVAL,
			       "%s: unable to set it without a private UTS namespace", pointer);
	if (strlen(name) > UTS_NAME_MAX)
		return err_set(e, ERR_SPEC, EINVAL, "%s: longer than %u bytes", pointer,
			       UTS_NAME_MAX);
	*ret = name;
	return 0;
}

static int plan_time(const struct spec *s, struct namespaces_plan *p, struct err *e)
{
	size_t n = s->linux_ ? s->linux_->n_time_offsets : 0;

	if (n && p->ns[NS_TIME].mode != NS_NEW)
		return err_set(e, ERR_SPEC, EINVAL,
			       "/linux/timeOffsets: a new time namespace is needed");
	for (size_t i = 0; i < n; i++) {
		const struct spec_time_offset *t = &s->linux_->time_offsets[i];
		struct time_offset *o = str_eq(t->key, "boottime")    ? &p->boottime
					: str_eq(t->key, "monotonic") ? &p->monotonic
								      : NULL;
		if (!o)
			return err_set(e, ERR_SPEC, EINVAL,
				       "/linux/timeOffsets: unknown clock \"%.64s\"", t->key);
		*o = (struct time_offset){t->secs, t->nanosecs, true};
	}
	return 0;
}

int namespaces_plan_make(const struct spec *s, const struct host_facts *f, struct arena *a,
			 struct namespaces_plan *ret, struct err *e)
{
	struct namespaces_plan p = {0};
	int r = 0;

	for (int k = 0; k < NS_KINDS && r == 0; k++)
		r = plan_one(s, f, (enum ns_kind)k, &p.ns[k], e);
	if (r == 0)
		r = check_owners(s, f, &p, e);
	if (r == 0)
		r = plan_user(s, f, a, &p, e);
	if (r == 0)
		r = plan_mount(f, &p, e);
	if (r == 0)
		r = plan_name(s->hostname, "/hostname", &p, &p.hostname, e);
	if (r == 0)
		r = plan_name(s->domainname, "/domainname", &p, &p.domainname, e);
	if (r == 0)
		r = plan_time(s, &p, e);
	if (r == 0)
		*ret = p;
	return r;
}
