/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gen_harden.c: see gen_harden.h. */
#include "gen_harden.h"

#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/arena.h"
#include "base/str.h"
#include "gen_spec.h"
#include "harden/harden.h"
#include "host/facts.h"
#include "oci-spec/spec.h"
#include "policy/policy.h"

#define HEX64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static bool chance(uint64_t *seed, unsigned percent)
{
	return gen_below(seed, 100) < percent;
}

static void *get(struct arena *a, size_t n, size_t size)
{
	void *p = arena_array(a, n + 1, size);

	if (!p)
		abort();
	return p;
}

#define PICK(seed, list) ((list)[gen_below(seed, sizeof(list) / sizeof((list)[0]))])

/* All types in random order; few with paths, few left out. */
static void tame_namespaces(struct spec_linux *l, uint64_t *seed, struct arena *a)
{
	static const char *const types[] = {"pid",   "network", "ipc",	"uts",
					    "mount", "cgroup",	"time", "user"};
	size_t n = 0;

	l->namespaces = get(a, 8, sizeof(*l->namespaces));
	size_t from = gen_below(seed, 8);
	for (size_t i = 0; i < 8; i++) {
		const char *type = types[(from + i) % 8];
		bool often = strcmp(type, "user") != 0 && strcmp(type, "time") != 0;
		if (!chance(seed, often ? 97 : 20))
			continue;
		l->namespaces[n++] = (struct spec_namespace){
			type,
			strcmp(type, "mount") != 0 && chance(seed, 12) ? "/proc/7/ns/x" : NULL};
	}
	l->n_namespaces = n;
}

static void tame_maps(struct spec_linux *l, uint64_t *seed, struct arena *a)
{
	static const uint32_t hosts[] = {100000, 100000, 100000, 1, 0};
	struct spec_id_mapping *m = get(a, 1, sizeof(*m));

	l->uid_mappings = l->gid_mappings = NULL;
	l->n_uid_mappings = l->n_gid_mappings = 0;
	bool user = false;
	for (size_t i = 0; i < l->n_namespaces; i++)
		user |= strcmp(l->namespaces[i].type, "user") == 0 && !l->namespaces[i].path;
	if (!(user ? chance(seed, 95) : chance(seed, 5)))
		return;
	*m = (struct spec_id_mapping){0, PICK(seed, hosts), 65536};
	l->uid_mappings = l->gid_mappings = m;
	l->n_uid_mappings = l->n_gid_mappings = 1;
}

static void tame_mounts(struct spec *s, uint64_t *seed)
{
	static const char *const types[] = {"bind",  "bind",   "bind",	 "tmpfs",  "proc",
					    "sysfs", "devpts", "mqueue", "cgroup", "cgroup2"};
	static const char *const sources[] = {
		"/var/lib/docker/volumes/v/_data",
		"/data/d/volumes/v/_data",
		"/data/d/containers/" HEX64 "/hosts",
		"/run/containers/storage/overlay-containers/x/userdata/hosts",
		"/home/u",
		"/etc",
		"/dev/null",
		"/proc",
		"/sys/fs/cgroup",
	};

	static const char *const loud[] = {"rshared", "remount", "pidns=/proc/1/ns/pid", NULL};

	for (size_t i = 0; i < s->n_mounts; i++) {
		struct spec_mount *m = &s->mounts[i];
		m->type = PICK(seed, types);
		m->source = PICK(seed, sources);
		if (chance(seed, 20))
			m->destination = chance(seed, 50) ? "/etc/hosts" : "/dev";
		/* Most of what is refused by itself goes, or little else would be looked at. */
		for (size_t k = 0; k < m->n_options; k++)
			if (str_in(m->options[k], loud) && !chance(seed, 10))
				m->options[k] = (char *)(uintptr_t) "rslave";
	}
}

static void tame_unified(struct spec_resources *r, uint64_t *seed, struct arena *a)
{
	static const char *const keys[] = {"pids.max",	"memory.max", "memory.swap.max",
					   "io.weight", "cpu.max",    "memory.oom.group"};
	static const char *const values[] = {"max", "1048576", "100", "64M", "0", "x"};
	size_t from = gen_below(seed, 6);

	r->unified = get(a, 6, sizeof(*r->unified));
	r->n_unified = gen_below(seed, 7);
	for (size_t i = 0; i < r->n_unified; i++)
		r->unified[i] = (struct spec_pair){keys[(from + i) % 6], PICK(seed, values)};
}

/* What the built-in policy lets nobody have. */
static void tame_taken(struct spec_linux *l, uint64_t *seed)
{
	if (!chance(seed, 5))
		l->n_net_devices = 0;
	if (!chance(seed, 10))
		l->intel_rdt = NULL;
}

static void tame_linux(struct spec_linux *l, uint64_t *seed, struct arena *a)
{
	static const char *const keys[] = {"net.ipv4.ip_forward", "kernel.shmmax",
					   "fs.mqueue.msg_max", "kernel.domainname"};

	tame_namespaces(l, seed, a);
	tame_maps(l, seed, a);
	tame_taken(l, seed);
	l->n_devices = 0;
	if (l->n_sysctl > 4)
		l->n_sysctl = 4;
	for (size_t i = 0; i < l->n_sysctl; i++)
		l->sysctl[i] = (struct spec_pair){keys[i], "1"};
	l->rootfs_propagation = chance(seed, 50) ? "rslave" : NULL;
	if (!l->resources)
		return;
	if (l->resources->memory)
		l->resources->memory->disable_oom_killer = NULL;
	if (chance(seed, 50))
		tame_unified(l->resources, seed, a);
}

static void tame_scheduling(struct spec *s, uint64_t *seed)
{
	struct spec_process *p = s->process;

	if (p && p->scheduler && chance(seed, 90))
		p->scheduler->policy = chance(seed, 50) ? "SCHED_OTHER" : "SCHED_BATCH";
	if (p && p->scheduler && p->scheduler->nice)
		*p->scheduler->nice %= 25;
	if (p && p->io_priority && chance(seed, 90))
		p->io_priority->class_ = "IOPRIO_CLASS_IDLE";
	if (s->linux_->resources && s->linux_->resources->cpu && chance(seed, 90))
		s->linux_->resources->cpu->realtime_runtime = NULL;
}

struct spec *gen_harden_spec(uint64_t *seed, struct arena *a)
{
	struct spec *s = gen_spec(seed, a);

	if (!chance(seed, 80))
		return s;
	if (!s->linux_)
		s->linux_ = get(a, 1, sizeof(*s->linux_));
	tame_linux(s->linux_, seed, a);
	tame_mounts(s, seed);
	tame_scheduling(s, seed);
	if (s->process && s->process->user) {
		s->process->user->uid %= 65536;
		s->process->user->gid %= 65536;
		for (size_t i = 0; i < s->process->user->n_additional_gids; i++)
			s->process->user->additional_gids[i] %= 65536;
	}
	if (s->root && chance(seed, 50))
		s->root->path = "/data/d/overlay2/x/merged";
	return s;
}

static struct ns_fact gen_ns(uint64_t *seed)
{
	static const struct id_extent good[] = {{0, 300000, 65536}};
	static const struct id_extent bad[] = {{0, 0, 65536}};
	const struct id_extent *x = chance(seed, 90) ? good : bad;
	struct ns_fact f = {.exists = chance(seed, 95), .is_own = chance(seed, 10)};

	if (!f.exists || f.is_own || chance(seed, 30))
		return f;
	f.owner = NS_OWNER_FOREIGN;
	f.owner_ino = chance(seed, 90) ? 7 : 8;
	if (chance(seed, 97))
		f.maps = (struct id_maps){x, x, 1, 1};
	return f;
}

static struct bind_fact gen_bind(const char *source, uint64_t *seed, struct arena *a)
{
	static const mode_t modes[] = {S_IFDIR | 0755,	S_IFDIR | 0755, S_IFREG | 0644,
				       S_IFSOCK | 0660, S_IFCHR | 0666, S_IFBLK | 0660};
	static const int64_t types[] = {
		EXT4_SUPER_MAGIC,      EXT4_SUPER_MAGIC, EXT4_SUPER_MAGIC, TMPFS_MAGIC,
		OVERLAYFS_SUPER_MAGIC, XFS_SUPER_MAGIC,	 PROC_SUPER_MAGIC, SYSFS_MAGIC};
	static const struct place_fact places[] = {{8, "/x", "ext4"},
						   {9, "/etc/x", "ext4"},
						   {9, "/srv", "ext4"},
						   {10, "/", "debugfs"}};
	struct bind_fact f = {.exists = chance(seed, 90)};
	char *real = get(a, 4096, 1);

	if (!source || source[0] != '/' || path_clean(source, real, 4096) < 0)
		return (struct bind_fact){0};
	if (!f.exists)
		return f;
	f.real = real;
	f.mode = chance(seed, 80) ? modes[0] : PICK(seed, modes);
	f.uid = chance(seed, 80) ? 0 : 1000;
	f.dev = 8;
	f.ino = gen_below(seed, 20) + 1;
	f.rdev = chance(seed, 70) ? makedev(1, 3) : makedev(8, 0);
	f.guarded = chance(seed, 90);
	f.mount_root = chance(seed, 20);
	f.places = places;
	f.n_places = gen_below(seed, 5);
	f.fs_type = chance(seed, 80) ? types[0] : PICK(seed, types);
	return f;
}

static void gen_kernel(uint64_t *seed, struct host_facts *f)
{
	static const unsigned versions[][2] = {{5, 12}, {5, 15}, {5, 19}, {6, 1}, {6, 18}};
	static const struct cgroup_hierarchy v1[] = {{"cpu,cpuacct", "/sys/fs/cgroup/cpu", "/"},
						     {"memory", "/sys/fs/cgroup/memory", "/"}};
	const unsigned *version = PICK(seed, versions);

	f->kernel_major = version[0];
	f->kernel_minor = version[1];
	f->mem_total = chance(seed, 98) ? (gen_below(seed, 1u << 20) + 1) << 20 : 0;
	f->last_cap = 40;
	f->swap_accounting = chance(seed, 70);
	f->kmem_accounting_off = chance(seed, 5);
	f->cpus = chance(seed, 98) ? (unsigned)gen_below(seed, 64) + 1 : 0;
	f->cgroup_v2_controllers = chance(seed, 50) ? "cpu memory pids" : NULL;
	f->cgroup_layout = (enum cgroup_layout)gen_below(seed, 3);
	f->systemd =
		(struct systemd_fact){.on = chance(seed, 30), .user = chance(seed, 30), .root = ""};
	if (f->cgroup_layout != CGROUP_LAYOUT_V2) {
		f->cgroup_v1 = v1;
		f->n_cgroup_v1 = gen_below(seed, 3);
	}
}

static void gen_inherited(uint64_t *seed, struct inherited_fact *f)
{
	static const struct rlimit_fact rlimits[] = {{"RLIMIT_RTPRIO", 0, 50},
						     {"RLIMIT_NOFILE", 1024, UINT64_MAX},
						     {"RLIMIT_NICE", 0, 0},
						     {"RLIMIT_STACK", 8 << 20, UINT64_MAX}};

	f->rlimits = rlimits + gen_below(seed, 2);
	f->n_rlimits = gen_below(seed, 4);
	if (chance(seed, 80))
		return;
	f->oom_score_adj = (int)gen_below(seed, 2001) - 1000;
	f->scheduler = (int)gen_below(seed, 7);
	f->nice = (int)gen_below(seed, 40) - 20;
	f->io_class = (int)gen_below(seed, 4);
}

static void gen_hooks(const struct spec *s, uint64_t *seed, struct arena *a, struct host_facts *f)
{
	static const struct hook_fact facts[] = {{"/opt/hooks/a", NULL},
						 {"/opt/hooks/b", NULL},
						 {"/opt/hooks/a", "/opt"},
						 {"/tmp/x", NULL},
						 {NULL, NULL}};
	const struct spec_hooks *k = s->hooks;
	size_t n = k ? k->n_prestart + k->n_create_runtime + k->n_create_container +
				   k->n_poststart + k->n_poststop
		     : 0;
	struct hook_fact *v = get(a, n, sizeof(*v));

	for (size_t i = 0; i < n; i++)
		v[i] = facts[chance(seed, 90) ? gen_below(seed, 2) : gen_below(seed, 5)];
	f->hooks = v;
	f->n_hooks = chance(seed, 95) ? n : 0;
}

static void gen_modules(const struct spec *s, uint64_t *seed, struct arena *a, struct host_facts *f)
{
	struct profile_fact *v = get(a, 2, sizeof(*v));

	v[0] = (struct profile_fact){"bulkhead-default", (enum profile_mode)gen_below(seed, 5)};
	v[1] = (struct profile_fact){s->process ? s->process->apparmor_profile : NULL,
				     (enum profile_mode)gen_below(seed, 5)};
	f->apparmor = chance(seed, 30);
	f->profiles = v;
	f->n_profiles = f->apparmor ? v[1].name ? 2 : 1 : 0;
	f->selinux = chance(seed, 30);
	f->selinux_enforcing = f->selinux && chance(seed, 80);
	f->selinux_label_known = f->selinux && chance(seed, 80);
	f->landlock_abi = (int)gen_below(seed, 8);
}

void gen_facts(const struct spec *s, uint64_t *seed, struct arena *a, struct host_facts *ret)
{
	static const struct path_fact sockets[] = {
		{"/run/docker.sock", 8, 1, {11, "/docker.sock", "tmpfs"}},
		{"/srv/x/engine.ctl", 8, 20, {9, "/srv/x/engine.ctl", "ext4"}}};
	static const struct path_fact host_paths[] = {{"/usr/bin", 8, 3, {9, "/usr/bin", "ext4"}},
						      {NULL, 0, 0, {0, NULL, NULL}},
						      {"/etc", 8, 4, {9, "/etc", "ext4"}}};
	static const struct id_extent own_ids[] = {{0, 1000, 1}, {1, 100000, 65536}};
	struct host_facts f = {.in_userns = chance(seed, 5),
			       .host_root_mapped = chance(seed, 5),
			       .caller_ids = {own_ids, own_ids, 2, 2},
			       .setgroups_denied = chance(seed, 5),
			       .range_source = chance(seed, 50) ? "/etc/subuid" : NULL,
			       .sockets = sockets,
			       .n_sockets = gen_below(seed, 3),
			       .host_paths = host_paths,
			       .n_host_paths = chance(seed, 90) ? 3 : 0,
			       .rootfs_guarded = chance(seed, 80)};
	size_t n_ns = s->linux_ ? s->linux_->n_namespaces : 0;
	struct ns_fact *ns = get(a, n_ns, sizeof(*ns));
	struct bind_fact *binds = get(a, s->n_mounts, sizeof(*binds));

	static const char *const roots[] = {"/data/d/overlay2/x/merged",
					    "/data/d/overlay2/x/merged", "/usr/d/overlay2/x/merged",
					    "/srv/x", NULL};
	f.rootfs.path = chance(seed, 3) ? "/etc/x" : PICK(seed, roots);
	gen_kernel(seed, &f);
	gen_inherited(seed, &f.inherited);
	gen_modules(s, seed, a, &f);
	gen_hooks(s, seed, a, &f);
	f.restart_pause = chance(seed, 5);
	for (size_t i = 0; i < n_ns; i++)
		if (s->linux_->namespaces[i].path)
			ns[i] = gen_ns(seed);
	for (size_t i = 0; i < s->n_mounts; i++)
		binds[i] = gen_bind(s->mounts[i].source, seed, a);
	/* Sometimes nothing could be told, or less than all. */
	f.ns = ns;
	f.n_ns = chance(seed, 95) ? n_ns : gen_below(seed, n_ns + 1);
	f.binds = binds;
	f.n_binds = chance(seed, 95) ? s->n_mounts : 0;
	if (harden_needs_id_range(s, &f) && chance(seed, 98))
		f.range = (struct id_extent){0, (uint32_t)(gen_below(seed, 1000) + 1) << 16, 65536};
	*ret = f;
}

static void gen_level(uint64_t *seed, const char **level)
{
	if (chance(seed, 15))
		*level = chance(seed, 50) ? POLICY_AUDIT : POLICY_OFF;
}

static void gen_knob(uint64_t *seed, bool *knob)
{
	if (chance(seed, 30))
		*knob = !*knob;
}

/* Rules about the process and who runs beside it. */
static void gen_process_rules(uint64_t *seed, struct policy *p)
{
	static char *bits[] = {(char *)(uintptr_t) "noroot", (char *)(uintptr_t) "no-setuid-fixup"};
	static char *sets[] = {(char *)(uintptr_t) "ptrace", (char *)(uintptr_t) "bpf"};
	static struct policy_rlimit ceilings[] = {{"RLIMIT_NOFILE", 1 << 20, "a"},
						  {"RLIMIT_STACK", 1 << 20, "b"}};
	static struct spec_pair directories[] = {{"/opt/hooks", "packages"}};
	static struct spec_pair agents[] = {{"/run/agents", "ours"}};

	p->capabilities.securebits = bits;
	p->capabilities.n_securebits = chance(seed, 20) ? gen_below(seed, 3) : 0;
	p->seccomp.deny = sets;
	p->seccomp.n_deny = gen_below(seed, 3);
	p->seccomp.agents = agents;
	p->seccomp.n_agents = chance(seed, 30);
	p->rlimits.ceilings = ceilings;
	p->rlimits.n_ceilings = gen_below(seed, 3);
	p->scheduling.oom_score_adj_min = (int32_t)gen_below(seed, 2001) - 1000;
	p->scheduling.nice_min = (int32_t)gen_below(seed, 40) - 20;
	p->hooks.directories = directories;
	p->hooks.n_directories = chance(seed, 30);
	if (chance(seed, 10))
		p->restart.level = POLICY_ENFORCE;
}

static void gen_modules_rules(uint64_t *seed, struct policy *p)
{
	static struct spec_pair readonly[] = {{"/proc/sys", "a"}, {"/sys", "b"}};

	if (chance(seed, 10))
		p->apparmor.profile = NULL;
	if (chance(seed, 10))
		p->selinux.label = NULL;
	if (chance(seed, 10))
		p->selinux.mount_label = NULL;
	p->landlock.readonly = readonly;
	p->landlock.n_readonly = gen_below(seed, 3);
}

static void gen_lists(uint64_t *seed, struct policy *p)
{
	static struct policy_host_path paths[] = {{"/", "readonly", "all"},
						  {"/home", "plain", "data"},
						  {"/srv/key", "refuse", "a key"},
						  {"/etc", "refuse", "settings"}};
	static struct spec_pair places[] = {{"/", "any"}, {"/docker", "some"}};
	static struct policy_device tun[] = {{"c", 10, 200, "rw", "tun"}};

	if (chance(seed, 5))
		p->capabilities.n_ceiling = 0;
	if (chance(seed, 5))
		p->paths.n_masked = 0;
	if (chance(seed, 5))
		p->paths.n_readonly = 0;
	if (chance(seed, 20)) {
		p->devices.extra = tun;
		p->devices.n_extra = 1;
	}
	if (chance(seed, 20))
		p->pids.ceiling = (int64_t)gen_below(seed, 5000) + 1;
	if (chance(seed, 20))
		p->memory.ceiling_percent = (unsigned)gen_below(seed, 101);
	if (chance(seed, 20))
		p->memory.default_percent = (unsigned)gen_below(seed, 100) + 1;
	if (chance(seed, 20))
		p->memory.kernel_tcp_percent = (unsigned)gen_below(seed, 101);
	if (chance(seed, 20)) {
		p->binds.host_paths = paths;
		p->binds.n_host_paths = gen_below(seed, 5);
	}
	if (chance(seed, 30))
		p->cpu.ceiling_percent = (unsigned)gen_below(seed, 101);
	if (chance(seed, 20)) {
		p->cgroup_path.prefixes = places;
		p->cgroup_path.n_prefixes = 2;
	}
}

void gen_policy(uint64_t *seed, struct policy *ret)
{
	struct policy p = *policy_default();

	if (chance(seed, 60)) {
		*ret = p;
		return;
	}
	const char *name, **level;
	bool *const knobs[] = {&p.userns.allow_host_root,
			       &p.namespaces.allow_host_pid,
			       &p.namespaces.allow_host_ipc,
			       &p.namespaces.allow_host_network,
			       &p.namespaces.allow_host_uts,
			       &p.namespaces.allow_host_owned_pid,
			       &p.namespaces.allow_host_owned_ipc,
			       &p.namespaces.allow_host_owned_network,
			       &p.namespaces.allow_pinned_ipc,
			       &p.capabilities.allow_ambient,
			       &p.seccomp.allow_spec_allow,
			       &p.seccomp.allow_foreign_agents,
			       &p.rootfs.allow_shared_propagation,
			       &p.rootfs.readonly,
			       &p.rootfs.noexec,
			       &p.memory.oom_group,
			       &p.binds.noexec,
			       &p.mounts.allow_shared_propagation,
			       &p.mounts.readonly_kernel_views,
			       &p.binds.allow_socket_parents,
			       &p.binds.allow_idmap,
			       &p.scheduling.allow_realtime,
			       &p.apparmor.require,
			       &p.apparmor.allow_unconfined,
			       &p.selinux.require,
			       &p.selinux.allow_unconfined,
			       &p.selinux.categories,
			       &p.landlock.scope_sockets,
			       &p.intel_rdt.allow_own,
			       &p.landlock.scope_signals,
			       &p.rlimits.core_zero};
	for (size_t i = 0; (level = policy_level(&p, i, &name)); i++)
		gen_level(seed, level);
	for (size_t i = 0; i < sizeof(knobs) / sizeof(knobs[0]); i++)
		gen_knob(seed, knobs[i]);
	gen_lists(seed, &p);
	gen_process_rules(seed, &p);
	gen_modules_rules(seed, &p);
	*ret = p;
}
