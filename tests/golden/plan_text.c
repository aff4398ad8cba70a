/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* plan_text.c: see plan_text.h. */
#include "plan_text.h"

#include <linux/mount.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "base/str.h"
#include "plan/plan.h"

static void add_time(struct strbuf *out, const char *name, const struct time_offset *t)
{
	if (t->set)
		strbuf_addf(out, "time offset %s: %lld.%09u\n", name, (long long)t->secs,
			    t->nanosecs);
}

static void add_extents(struct strbuf *out, const char *name, const struct id_extent *x, size_t n)
{
	for (size_t i = 0; i < n; i++)
		strbuf_addf(out, "%s: %u -> %u, %u ids\n", name, x[i].inside, x[i].outside,
			    x[i].size);
}

static void add_namespaces(const struct namespaces_plan *p, struct strbuf *out)
{
	static const char *const modes[] = {"shared", "new", "join, owned by the host",
					    "join, owned by a container"};

	for (int k = 0; k < NS_KINDS; k++) {
		strbuf_addf(out, "namespace %s: %s", ns_kind_proc_name((enum ns_kind)k),
			    modes[p->ns[k].mode]);
		if (p->ns[k].path)
			strbuf_addf(out, " %s", p->ns[k].path);
		if (p->ns[k].owner_path)
			strbuf_addf(out, " (owner of %s)", p->ns[k].owner_path);
		strbuf_addc(out, '\n');
	}
	add_extents(out, "uid map", p->maps.uid, p->maps.n_uid);
	add_extents(out, "gid map", p->maps.gid, p->maps.n_gid);
	strbuf_addf(out, "root: %u:%u\n", p->root_uid, p->root_gid);
	add_time(out, "boottime", &p->boottime);
	add_time(out, "monotonic", &p->monotonic);
	if (p->hostname)
		strbuf_addf(out, "hostname: %s\n", p->hostname);
	if (p->domainname)
		strbuf_addf(out, "domainname: %s\n", p->domainname);
}

struct bit {
	uint64_t value;
	const char *name;
};

static void add_bits(struct strbuf *out, const char *what, uint64_t v, const struct bit *bits)
{
	if (!v)
		return;
	strbuf_addf(out, " %s", what);
	for (char separator = '='; bits->name; bits++) {
		if (!(v & bits->value))
			continue;
		strbuf_addf(out, "%c%s", separator, bits->name);
		separator = ',';
		v &= ~bits->value;
	}
	if (v)
		strbuf_addf(out, ",%#llx", (unsigned long long)v);
}

static const struct bit attributes[] = {
	{MOUNT_ATTR_RDONLY, "ro"},
	{MOUNT_ATTR_NOSUID, "nosuid"},
	{MOUNT_ATTR_NODEV, "nodev"},
	{MOUNT_ATTR_NOEXEC, "noexec"},
	{MOUNT_ATTR_NODIRATIME, "nodiratime"},
	{MOUNT_ATTR_NOATIME, "noatime"},
	{MOUNT_ATTR_STRICTATIME, "strictatime"},
	{0, NULL},
};
static const struct bit propagations[] = {
	{MS_REC, "rec"},	 {MS_SHARED, "shared"},		{MS_SLAVE, "slave"},
	{MS_PRIVATE, "private"}, {MS_UNBINDABLE, "unbindable"}, {0, NULL},
};

static void add_mount(const struct mount_plan *m, struct strbuf *out)
{
	static const char *const idmaps[] = {"", " idmap=container", " idmap=own"};

	strbuf_addf(out, "mount %zu: %s%s %s on %s", m->index, m->recursive ? "r" : "", m->type,
		    m->source ? m->source : "-", m->destination);
	add_bits(out, "set", m->attr_set, attributes);
	add_bits(out, "clear", m->attr_clr, attributes);
	add_bits(out, "set-all", m->rec_set, attributes);
	add_bits(out, "clear-all", m->rec_clr, attributes);
	for (size_t i = 0; i < m->n_propagation; i++)
		add_bits(out, m->propagation[i].recursive ? "propagation-all" : "propagation",
			 m->propagation[i].type, propagations);
	for (size_t i = 0; i < m->n_params; i++)
		strbuf_addf(out, " %s%s%s", m->params[i].key, m->params[i].value ? "=" : "",
			    m->params[i].value ? m->params[i].value : "");
	strbuf_addf(out, "%s%s%s%s%s\n", idmaps[m->idmap], m->idmap_recursive ? " idmap-all" : "",
		    m->copy_up ? " copy-up" : "", m->readonly_last ? " ro-last" : "",
		    m->check_inode ? " inode-checked" : "");
}

static void add_list(struct strbuf *out, const char *what, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		strbuf_addf(out, "%s: %s\n", what, list[i]);
}

static void add_mounts(const struct plan *p, struct strbuf *out)
{
	const struct mounts_plan *m = &p->mounts;

	strbuf_addf(out, "rootfs: %s%s%s", p->rootfs.path, p->rootfs.readonly ? " ro" : "",
		    p->ns.idmap_rootfs ? " idmapped" : "");
	add_bits(out, "propagation", p->rootfs.propagation, propagations);
	strbuf_addc(out, '\n');
	for (size_t i = 0; i < m->n_mounts; i++)
		add_mount(&m->mounts[i], out);
	for (size_t i = 0; i < m->n_cgroups; i++)
		strbuf_addf(out, "cgroup view: %s at %s\n", m->cgroups[i].mountpoint,
			    m->cgroups[i].name ? m->cgroups[i].name : ".");
	for (size_t i = 0; i < m->n_devices; i++) {
		const struct device_plan *d = &m->devices[i];
		strbuf_addf(out, "device: %s %c %u:%u %04o %u:%u\n", d->path,
			    S_ISFIFO(d->mode) ? 'p' : 'c', d->major, d->minor, d->mode & 07777u,
			    d->uid, d->gid);
	}
	for (size_t i = 0; i < m->n_links; i++)
		strbuf_addf(out, "link: %s -> %s\n", m->links[i].name, m->links[i].target);
	add_list(out, "masked", m->masked, m->n_masked);
	add_list(out, "read-only", m->readonly, m->n_readonly);
}

static void add_cgroup(const struct cgroup_plan *c, struct strbuf *out)
{
	for (size_t i = 0; i < c->n_trees; i++)
		strbuf_addf(out, "cgroup v%d: %s\n", (int)c->trees[i].version, c->trees[i].dir);
	for (size_t i = 0; i < c->n_settings; i++)
		strbuf_addf(out, "cgroup %s: %s (%s)\n", c->settings[i].file, c->settings[i].value,
			    c->settings[i].pointer);
	strbuf_addf(out, "devices: default %s%s%s\n", c->devices.default_allow ? "allow" : "deny",
		    c->devices_v1 ? ", v1" : "", c->devices_v2 ? ", v2" : "");
	for (size_t i = 0; i < c->devices.n; i++) {
		const struct device_exception *x = &c->devices.exceptions[i];
		strbuf_addf(out, "devices: but %c %lld:%lld %s%s%s\n", x->type, (long long)x->major,
			    (long long)x->minor, x->access & DEVICE_READ ? "r" : "",
			    x->access & DEVICE_WRITE ? "w" : "",
			    x->access & DEVICE_MKNOD ? "m" : "");
	}
	strbuf_addf(out, "kernel memory: %s\n", c->kernel_memory);
}

static void add_set(struct strbuf *out, const char *name, uint64_t mask)
{
	strbuf_addf(out, "capabilities %s:", name);
	for (unsigned i = 0; i < 64; i++)
		if (mask & 1ull << i)
			strbuf_addf(out, " %s", caps_name(i));
	strbuf_addc(out, '\n');
}

static void add_process(const struct process_plan *p, struct strbuf *out)
{
	for (size_t i = 0; i < p->n_argv; i++)
		strbuf_addf(out, "argv %zu: %s\n", i, p->argv[i]);
	for (size_t i = 0; i < p->n_env; i++)
		strbuf_addf(out, "env: %s\n", p->envp[i]);
	strbuf_addf(out, "cwd: %s\nuser: %u:%u umask %04o\n", p->cwd, p->uid, p->gid, p->umask_);
	for (size_t i = 0; i < p->n_groups; i++)
		strbuf_addf(out, "group: %u\n", p->groups[i]);
	add_set(out, "bounding", p->caps.bounding);
	add_set(out, "effective", p->caps.effective);
	add_set(out, "permitted", p->caps.permitted);
	add_set(out, "inheritable", p->caps.inheritable);
	add_set(out, "ambient", p->caps.ambient);
	strbuf_addf(out, "no_new_privs: %s\n", p->no_new_privs ? "yes" : "no");
	for (size_t i = 0; i < p->n_rlimits; i++)
		strbuf_addf(out, "rlimit %s: %llu:%llu\n", p->rlimits[i].name,
			    (unsigned long long)p->rlimits[i].soft,
			    (unsigned long long)p->rlimits[i].hard);
	if (p->oom_score_adj_set)
		strbuf_addf(out, "oom_score_adj: %d\n", p->oom_score_adj);
	if (p->memory_policy.set)
		strbuf_addf(out, "memory policy: %#x\n", (unsigned)p->memory_policy.mode);
	if (p->terminal)
		strbuf_adds(out, "terminal\n");
	if (p->apparmor_profile)
		strbuf_addf(out, "AppArmor profile: %s\n", p->apparmor_profile);
	if (p->selinux_label)
		strbuf_addf(out, "SELinux label: %s\n", p->selinux_label);
}

static void add_net_devices(const struct net_devices_plan *d, struct strbuf *out)
{
	for (size_t i = 0; i < d->n; i++)
		strbuf_addf(out, "network device: %s as %s\n", d->items[i].name,
			    d->items[i].inside);
}

static void add_intel_rdt(const struct intel_rdt_plan *p, struct strbuf *out)
{
	if (p->set)
		strbuf_addf(out, "class of service: %s%s%s%s\n", p->group, p->own ? " own" : "",
			    p->monitor ? " monitored by " : "", p->monitor ? p->monitor : "");
	for (size_t i = 0; i < p->n_lines; i++)
		strbuf_addf(out, "schemata: %s (%s)\n", p->lines[i].text, p->lines[i].pointer);
}

static void add_hooks(const struct hooks_plan *h, struct strbuf *out)
{
	for (int k = 0; k < HOOK_KINDS; k++)
		for (size_t i = 0; i < h->lists[k].n; i++)
			strbuf_addf(out, "hook %s: %s\n", hook_kind_name((enum hook_kind)k),
				    h->lists[k].items[i].path);
}

void plan_text(const struct plan *p, struct strbuf *out)
{
	add_namespaces(&p->ns, out);
	add_net_devices(&p->net_devices, out);
	add_intel_rdt(&p->intel_rdt, out);
	add_mounts(p, out);
	add_cgroup(&p->cgroup, out);
	add_process(&p->process, out);
	for (size_t i = 0; i < p->seccomp.n; i++)
		strbuf_addf(out, "seccomp filter: %s\n", p->seccomp.filters[i].source);
	if (p->landlock.scopes || p->landlock.writes)
		strbuf_addf(out, "Landlock: scopes %#llx, %zu hierarchies\n",
			    (unsigned long long)p->landlock.scopes, p->landlock.n_readonly);
	if (p->rootfs.context)
		strbuf_addf(out, "context of the root: %s\n", p->rootfs.context);
	for (size_t i = 0; i < p->sysctl.n; i++)
		strbuf_addf(out, "sysctl %s: %s (%s)\n", p->sysctl.items[i].path,
			    p->sysctl.items[i].value, ns_kind_proc_name(p->sysctl.items[i].ns));
	add_hooks(&p->hooks, out);
}
