/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* facts_json.c: see facts_json.h. */
#include "facts_json.h"

#include <errno.h>
#include <linux/magic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "harden/harden.h"
#include "host/facts.h"
#include "oci-spec/schema.h"
#include "oci-spec/spec.h"

struct bind_doc {
	const char *source, *real, *kind, *fs;
	bool missing, mount_root, unguarded;
	uint32_t uid, major, minor, ino;
};

struct ns_doc {
	const char *type, *owner;
	uint32_t owner_ino, host_id;
};

struct facts_doc {
	const char *kernel, *cgroup;
	uint64_t *memory;
	bool in_userns, host_root_mapped, no_swap_accounting;
	struct bind_doc *binds;
	struct ns_doc *namespaces;
	char **sockets;
	struct spec_pair *profiles; /* of AppArmor, which is off without */
	const char *selinux;
	uint32_t landlock;
	uint32_t cpus, restart_pause;
	size_t n_binds, n_namespaces, n_sockets, n_profiles;
};

static const char *const kinds[] = {"dir", "file", "socket", "char", "block", NULL};
static const char *const file_systems[] = {"ext4", "tmpfs", "proc", "sysfs", "overlay", NULL};
static const char *const owners[] = {"own", "host", "pinned", "foreign", NULL};
static const char *const selinux_modes[] = {"permissive", "enforcing", NULL};
static const char *const layouts[] = {"v1", "hybrid", "v2", NULL};

static const struct json_field bind_fields[] = {
	JSON_STR(bind_doc, source, "source", .required = true),
	JSON_STR(bind_doc, real, "real"),
	JSON_STR(bind_doc, kind, "kind", .values = kinds),
	JSON_STR(bind_doc, fs, "fs", .values = file_systems),
	JSON_BOOL(bind_doc, missing, "missing"),
	JSON_BOOL(bind_doc, mount_root, "mountRoot"),
	JSON_BOOL(bind_doc, unguarded, "unguarded"),
	JSON_U32(bind_doc, uid, "uid"),
	JSON_U32(bind_doc, major, "major"),
	JSON_U32(bind_doc, minor, "minor"),
	JSON_U32(bind_doc, ino, "ino"),
};
static const struct json_schema bind_doc_schema = JSON_SCHEMA(bind_doc, bind_fields);

static const struct json_field ns_fields[] = {
	JSON_STR(ns_doc, type, "type", .required = true),
	JSON_STR(ns_doc, owner, "owner", .required = true, .values = owners),
	JSON_U32(ns_doc, owner_ino, "ownerIno"),
	JSON_U32(ns_doc, host_id, "hostID"),
};
static const struct json_schema ns_doc_schema = JSON_SCHEMA(ns_doc, ns_fields);

static const struct json_field facts_fields[] = {
	JSON_STR(facts_doc, kernel, "kernel"),
	JSON_STR(facts_doc, cgroup, "cgroup", .values = layouts),
	JSON_U64_OPT(facts_doc, memory, "memory"),
	JSON_BOOL(facts_doc, in_userns, "inUserns"),
	JSON_BOOL(facts_doc, host_root_mapped, "hostRootMapped"),
	JSON_BOOL(facts_doc, no_swap_accounting, "noSwapAccounting"),
	JSON_OBJS(facts_doc, binds, "binds", bind_doc, bind_doc_schema),
	JSON_OBJS(facts_doc, namespaces, "namespaces", ns_doc, ns_doc_schema),
	JSON_STRS(facts_doc, sockets, "sockets"),
	JSON_MAP(facts_doc, profiles, "profiles"),
	JSON_STR(facts_doc, selinux, "selinux", .values = selinux_modes),
	JSON_U32(facts_doc, landlock, "landlock"),
	JSON_U32(facts_doc, cpus, "cpus"),
	JSON_U32(facts_doc, restart_pause, "restartPause"),
};
static const struct json_schema facts_schema = JSON_SCHEMA(facts_doc, facts_fields);

#define V1(name)                                                                                   \
	{                                                                                          \
		name, "/sys/fs/cgroup/" name, "/"                                                  \
	}
static const struct cgroup_hierarchy v1_hierarchies[] = {
	V1("cpu"),    V1("cpuacct"), V1("cpuset"),
	V1("memory"), V1("devices"), V1("freezer"),
	V1("blkio"),  V1("pids"),    {"name=systemd", "/sys/fs/cgroup/systemd", "/"},
};

static void set_cgroups(const struct facts_doc *d, struct host_facts *f)
{
	const char *layout = d->cgroup ? d->cgroup : "v2";

	f->cgroup_layout = str_eq(layout, "v1")	      ? CGROUP_LAYOUT_V1
			   : str_eq(layout, "hybrid") ? CGROUP_LAYOUT_HYBRID
						      : CGROUP_LAYOUT_V2;
	if (f->cgroup_layout != CGROUP_LAYOUT_V2) {
		f->cgroup_v1 = v1_hierarchies;
		f->n_cgroup_v1 = sizeof(v1_hierarchies) / sizeof(v1_hierarchies[0]);
	}
	if (f->cgroup_layout == CGROUP_LAYOUT_V1)
		return;
	bool pure = f->cgroup_layout == CGROUP_LAYOUT_V2;
	f->cgroup_v2_mountpoint = pure ? "/sys/fs/cgroup" : "/sys/fs/cgroup/unified";
	f->cgroup_v2_own_path = "/";
	f->cgroup_v2_controllers = pure ? "cpuset cpu io memory hugetlb pids rdma" : "hugetlb";
}

static mode_t kind_mode(const char *kind)
{
	return str_eq(kind, "file")	? S_IFREG | 0644
	       : str_eq(kind, "socket") ? S_IFSOCK | 0660
	       : str_eq(kind, "char")	? S_IFCHR | 0666
	       : str_eq(kind, "block")	? S_IFBLK | 0660
					: S_IFDIR | 0755;
}

static int64_t fs_magic(const char *fs)
{
	return str_eq(fs, "tmpfs")     ? TMPFS_MAGIC
	       : str_eq(fs, "proc")    ? PROC_SUPER_MAGIC
	       : str_eq(fs, "sysfs")   ? SYSFS_MAGIC
	       : str_eq(fs, "overlay") ? OVERLAYFS_SUPER_MAGIC
				       : EXT4_SUPER_MAGIC;
}

static struct bind_fact bind_of(const struct facts_doc *d, const struct spec_mount *m, size_t i)
{
	struct bind_doc none = {.source = m->source}, *x = &none;

	for (size_t k = 0; k < d->n_binds; k++)
		if (str_eq(d->binds[k].source, m->source))
			x = &d->binds[k];
	if (x->missing || !m->source || m->source[0] != '/')
		return (struct bind_fact){0};
	return (struct bind_fact){.exists = true,
				  .real = x->real ? x->real : m->source,
				  .guarded = !x->unguarded,
				  .mode = kind_mode(x->kind),
				  .uid = x->uid,
				  .dev = 2049,
				  .rdev = makedev(x->major, x->minor),
				  .ino = x->ino ? x->ino : 1000 + i,
				  .mount_root = x->mount_root,
				  .fs_type = fs_magic(x->fs)};
}

static struct ns_fact ns_of(const struct facts_doc *d, const char *type, struct arena *a)
{
	struct ns_fact f = {0};

	for (size_t i = 0; i < d->n_namespaces; i++) {
		const struct ns_doc *x = &d->namespaces[i];
		if (!str_eq(x->type, type))
			continue;
		f.exists = true;
		f.is_own = str_eq(x->owner, "own");
		f.pinned = str_eq(x->owner, "pinned");
		if (!str_eq(x->owner, "foreign"))
			break;
		struct id_extent *e = arena_alloc(a, sizeof(*e));
		*e = (struct id_extent){0, x->host_id, 65536};
		f.owner = NS_OWNER_FOREIGN;
		f.owner_ino = x->owner_ino;
		f.maps = (struct id_maps){e, e, 1, 1};
	}
	return f;
}

static void set_lists(const struct facts_doc *d, const struct spec *s, struct arena *a,
		      struct host_facts *f)
{
	size_t n_ns = s->linux_ ? s->linux_->n_namespaces : 0;
	struct bind_fact *binds = arena_array(a, s->n_mounts, sizeof(*binds));
	struct ns_fact *ns = arena_array(a, n_ns, sizeof(*ns));
	struct path_fact *sockets = arena_array(a, d->n_sockets, sizeof(*sockets));

	for (size_t i = 0; i < s->n_mounts; i++)
		binds[i] = bind_of(d, &s->mounts[i], i);
	for (size_t i = 0; i < n_ns; i++)
		if (s->linux_->namespaces[i].path)
			ns[i] = ns_of(d, s->linux_->namespaces[i].type, a);
	for (size_t i = 0; i < d->n_sockets; i++)
		sockets[i] = (struct path_fact){.path = d->sockets[i], .dev = 24, .ino = 1 + i};
	f->binds = binds;
	f->n_binds = s->n_mounts;
	f->ns = ns;
	f->n_ns = n_ns;
	f->sockets = sockets;
	f->n_sockets = d->n_sockets;
	if (s->root && s->root->path && s->root->path[0] == '/')
		f->rootfs = (struct path_fact){.path = s->root->path};
	f->rootfs_guarded = true;
}

/* In the order of enum profile_mode. */
static const char *const profile_modes[] = {"unknown", "not loaded", "enforced", "complains",
					    "unconfined"};

static void set_modules(const struct facts_doc *d, struct arena *a, struct host_facts *f)
{
	struct profile_fact *v = arena_array(a, d->n_profiles, sizeof(*v));

	for (size_t i = 0; i < d->n_profiles; i++) {
		v[i].name = d->profiles[i].key;
		for (int k = 0; k <= PROFILE_UNCONFINED; k++)
			if (str_eq(d->profiles[i].value, profile_modes[k]))
				v[i].mode = (enum profile_mode)k;
	}
	f->apparmor = d->profiles;
	f->profiles = v;
	f->n_profiles = d->n_profiles;
	f->selinux = f->selinux_label_known = d->selinux;
	f->selinux_enforcing = str_eq(d->selinux, "enforcing");
	f->landlock_abi = (int)d->landlock;
}

static const struct id_extent podman_ids[] = {{0, 0, 1}, {1, 1, 65536}};

int facts_parse(const char *text, size_t len, const struct spec *s, struct arena *a,
		struct host_facts *ret, struct err *e)
{
	struct facts_doc d;
	struct host_facts f = {.last_cap = 40};
	int r = json_parse_object(&facts_schema, "facts.json", text, len, a, &d, JSON_REFUSE, e);

	if (r < 0)
		return r;
	if (sscanf(d.kernel ? d.kernel : "6.1", "%u.%u", &f.kernel_major, &f.kernel_minor) != 2)
		return err_set(e, ERR_SPEC, EINVAL, "/kernel: not a version");
	f.mem_total = d.memory ? *d.memory : 8ull << 30;
	f.in_userns = d.in_userns;
	f.host_root_mapped = d.host_root_mapped;
	if (d.in_userns) /* as rootless podman maps them */
		f.caller_ids = (struct id_maps){podman_ids, podman_ids, 2, 2};
	f.swap_accounting = !d.no_swap_accounting;
	f.cpus = d.cpus;
	f.restart_pause = d.restart_pause;
	f.range_source = "built-in default";
	set_cgroups(&d, &f);
	set_lists(&d, s, a, &f);
	set_modules(&d, a, &f);
	if (harden_needs_id_range(s, &f))
		f.range = (struct id_extent){0, 0x70000000, 65536};
	*ret = f;
	return 0;
}
