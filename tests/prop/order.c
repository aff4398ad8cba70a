/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* order.c: see order.h. Written from the specification, not from the rules: shares no code. */
#include "order.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "host/facts.h"
#include "oci-spec/spec.h"

struct pair {
	const struct spec *a, *b; /* is a at least as strong as b? */
	const struct host_facts *f;
	struct arena *mem;
	const char *why;
};

static bool no(struct pair *p, const char *why)
{
	p->why = why;
	return false;
}

static bool same(const char *x, const char *y)
{
	return x == y || (x && y && strcmp(x, y) == 0);
}

static bool in(const char *v, char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(v, list[i]) == 0)
			return true;
	return false;
}

static bool subset(char *const *a, size_t na, char *const *b, size_t nb)
{
	for (size_t i = 0; i < na; i++)
		if (!in(a[i], b, nb))
			return false;
	return true;
}

static const struct spec_linux *linux_of(const struct spec *s)
{
	static const struct spec_linux none;

	return s->linux_ ? s->linux_ : &none;
}

static const struct spec_process *process_of(const struct spec *s)
{
	static const struct spec_process none;

	return s->process ? s->process : &none;
}

static const struct spec_resources *resources_of(const struct spec *s)
{
	static const struct spec_resources none;

	return linux_of(s)->resources ? linux_of(s)->resources : &none;
}

/* 0: the host's, 1: joined, 2: new */
static int namespace_rank(const struct pair *p, const struct spec *s, const char *type,
			  const char **path)
{
	const struct spec_linux *l = linux_of(s);

	*path = NULL;
	for (size_t i = 0; i < l->n_namespaces; i++) {
		if (!same(l->namespaces[i].type, type))
			continue;
		*path = l->namespaces[i].path;
		if (!*path)
			return 2;
		return i < p->f->n_ns && p->f->ns[i].exists && p->f->ns[i].is_own ? 0 : 1;
	}
	return 0;
}

static bool namespaces(struct pair *p)
{
	static const char *const types[] = {"pid",   "network", "ipc",	  "uts",
					    "mount", "user",	"cgroup", "time"};

	for (size_t i = 0; i < 8; i++) {
		const char *pa, *pb;
		int a = namespace_rank(p, p->a, types[i], &pa);
		int b = namespace_rank(p, p->b, types[i], &pb);
		if (a < b || (a == 1 && b == 1 && !same(pa, pb)))
			return no(p, types[i]);
	}
	return true;
}

static bool adds_userns(const struct pair *p)
{
	const char *path;

	return namespace_rank(p, p->a, "user", &path) > 0 &&
	       namespace_rank(p, p->b, "user", &path) == 0;
}

static bool maps_equal(const struct spec_id_mapping *a, size_t na, const struct spec_id_mapping *b,
		       size_t nb)
{
	if (na != nb)
		return false;
	for (size_t i = 0; i < na; i++)
		if (a[i].container_id != b[i].container_id || a[i].host_id != b[i].host_id ||
		    a[i].size != b[i].size)
			return false;
	return true;
}

static bool without_host_root(const struct spec_id_mapping *m, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (m[i].host_id == 0 && m[i].size)
			return false;
	return n > 0;
}

static bool maps(struct pair *p)
{
	const struct spec_linux *a = linux_of(p->a), *b = linux_of(p->b);

	if (maps_equal(a->uid_mappings, a->n_uid_mappings, b->uid_mappings, b->n_uid_mappings) &&
	    maps_equal(a->gid_mappings, a->n_gid_mappings, b->gid_mappings, b->n_gid_mappings))
		return true;
	if (!adds_userns(p) || b->n_uid_mappings || b->n_gid_mappings)
		return no(p, "maps changed");
	if (!without_host_root(a->uid_mappings, a->n_uid_mappings) ||
	    !without_host_root(a->gid_mappings, a->n_gid_mappings))
		return no(p, "maps with host root added");
	return true;
}

static bool capabilities(struct pair *p)
{
	static const struct spec_capabilities none;
	const struct spec_capabilities *a = process_of(p->a)->capabilities;
	const struct spec_capabilities *b = process_of(p->b)->capabilities;

	a = a ? a : &none;
	b = b ? b : &none;
	if (subset(a->bounding, a->n_bounding, b->bounding, b->n_bounding) &&
	    subset(a->effective, a->n_effective, b->effective, b->n_effective) &&
	    subset(a->inheritable, a->n_inheritable, b->inheritable, b->n_inheritable) &&
	    subset(a->permitted, a->n_permitted, b->permitted, b->n_permitted) &&
	    subset(a->ambient, a->n_ambient, b->ambient, b->n_ambient))
		return true;
	return no(p, "a capability more");
}

static bool no_new_privileges(struct pair *p)
{
	const bool *a = process_of(p->a)->no_new_privileges;
	const bool *b = process_of(p->b)->no_new_privileges;

	return (b && *b && !(a && *a)) ? no(p, "switched off") : true;
}

static bool seccomp(struct pair *p)
{
	const struct spec_seccomp *a = linux_of(p->a)->seccomp, *b = linux_of(p->b)->seccomp;

	if (!a || !b)
		return a == b ? true : no(p, "appeared or went");
	if (!subset(a->flags, a->n_flags, b->flags, b->n_flags))
		return no(p, "a flag more");
	for (size_t i = 0; i < b->n_flags; i++)
		if (!in(b->flags[i], a->flags, a->n_flags) &&
		    !same(b->flags[i], "SECCOMP_FILTER_FLAG_SPEC_ALLOW"))
			return no(p, "a flag less");
	return true;
}

static bool paths(struct pair *p)
{
	const struct spec_linux *a = linux_of(p->a), *b = linux_of(p->b);

	if (!subset(b->masked_paths, b->n_masked_paths, a->masked_paths, a->n_masked_paths))
		return no(p, "a masked path less");
	for (size_t i = 0; i < b->n_readonly_paths; i++)
		if (!in(b->readonly_paths[i], a->readonly_paths, a->n_readonly_paths) &&
		    !in(b->readonly_paths[i], a->masked_paths, a->n_masked_paths))
			return no(p, "a read-only path less");
	return true;
}

/* The options with a meaning for strength: what sets and what clears them. */
static const struct flag {
	const char *set, *clear;
} flags[] = {
	{"nosuid", "suid"},   {"nodev", "dev"},	  {"noexec", "exec"},	{"ro", "rw"},
	{"rnosuid", "rsuid"}, {"rnodev", "rdev"}, {"rnoexec", "rexec"}, {"rro", "rrw"},
};
#define N_FLAGS (sizeof(flags) / sizeof(flags[0]))

/* 1: set, 0: not said, -1: cleared; the last one counts */
static int flag_state(const struct spec_mount *m, const struct flag *f)
{
	int state = 0;

	for (size_t i = 0; i < m->n_options; i++)
		state = same(m->options[i], f->set)	? 1
			: same(m->options[i], f->clear) ? -1
							: state;
	return state;
}

static bool is_flag(const char *o)
{
	for (size_t i = 0; i < N_FLAGS; i++)
		if (same(o, flags[i].set) || same(o, flags[i].clear))
			return true;
	return same(o, "idmap") || same(o, "ridmap");
}

static const char *next_other(const struct spec_mount *m, size_t *i)
{
	while (*i < m->n_options && is_flag(m->options[*i]))
		(*i)++;
	return *i < m->n_options ? m->options[(*i)++] : NULL;
}

static bool one_mount(struct pair *p, const struct spec_mount *a, const struct spec_mount *b)
{
	const char *x, *y;
	size_t i = 0, k = 0;

	for (size_t n = 0; n < N_FLAGS; n++)
		if (flag_state(a, &flags[n]) < flag_state(b, &flags[n]))
			return no(p, flags[n].set);
	do {
		x = next_other(a, &i);
		y = next_other(b, &k);
		if (!same(x, y))
			return no(p, "another option changed");
	} while (x);
	bool idmap_a =
		in("idmap", a->options, a->n_options) || in("ridmap", a->options, a->n_options);
	bool idmap_b =
		in("idmap", b->options, b->n_options) || in("ridmap", b->options, b->n_options);
	if (idmap_a && !idmap_b && !adds_userns(p) && p->f->n_ns == 0)
		return no(p, "idmapped");
	if ((a->uid_mappings || a->gid_mappings) &&
	    (!maps_equal(a->uid_mappings, a->n_uid_mappings, b->uid_mappings, b->n_uid_mappings) ||
	     !maps_equal(a->gid_mappings, a->n_gid_mappings, b->gid_mappings, b->n_gid_mappings)))
		return no(p, "mapped otherwise");
	return true;
}

static bool mounts(struct pair *p)
{
	if (p->a->n_mounts != p->b->n_mounts)
		return no(p, "number of mounts");
	for (size_t i = 0; i < p->a->n_mounts; i++)
		if (!one_mount(p, &p->a->mounts[i], &p->b->mounts[i]))
			return false;
	return true;
}

static bool number_matches(const int64_t *rule, int64_t v)
{
	return !rule || *rule < 0 || *rule == v;
}

/* What the last rule that speaks of this access says; nothing is allowed to begin with. */
static bool device_allowed(const struct spec_resources *r, char type, int64_t maj, int64_t min,
			   char access)
{
	bool allowed = false;

	for (size_t i = 0; i < r->n_devices; i++) {
		const struct spec_device_cgroup *d = &r->devices[i];
		if (d->type && d->type[0] != 'a' && d->type[0] != type)
			continue;
		if (number_matches(d->major, maj) && number_matches(d->minor, min) && d->access &&
		    strchr(d->access, access))
			allowed = d->allow;
	}
	return allowed;
}

static bool device_at(struct pair *p, int64_t maj, int64_t min)
{
	const struct spec_resources *a = resources_of(p->a), *b = resources_of(p->b);

	for (const char *type = "cb"; *type; type++)
		for (const char *access = "rwm"; *access; access++)
			if (device_allowed(a, *type, maj, min, *access) &&
			    !device_allowed(b, *type, maj, min, *access))
				return no(p, "a device more");
	return true;
}

/* Every combination of the numbers that the rules name, and one that they do not. */
static bool devices(struct pair *p)
{
	const struct spec_resources *r[] = {resources_of(p->a), resources_of(p->b)};
	int64_t maj[64] = {-2}, min[64] = {-2};
	size_t n = 1;

	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < r[k]->n_devices && n < 64; i++, n++) {
			maj[n] = r[k]->devices[i].major ? *r[k]->devices[i].major : -2;
			min[n] = r[k]->devices[i].minor ? *r[k]->devices[i].minor : -2;
		}
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < n; k++)
			if (!device_at(p, maj[i], min[k]))
				return false;
	return true;
}

static bool old_version(const struct spec *s)
{
	int major = 0, minor = 0;

	sscanf(s->version, "%d.%d", &major, &minor);
	return major < 1 || (major == 1 && minor < 3);
}

/* A plain number in a raw file of cgroup v2, or -1. */
static int64_t raw(const struct spec *s, const char *file)
{
	const struct spec_resources *r = resources_of(s);
	char *end;

	for (size_t i = 0; i < r->n_unified; i++) {
		const char *v = r->unified[i].value;
		if (!same(r->unified[i].key, file) || *v < '0' || *v > '9')
			continue;
		int64_t n = strtoll(v, &end, 10);
		return *end == 'M' ? n << 20 : *end ? -1 : n;
	}
	return -1;
}

/* The file that ends the whole container instead of one process. */
static bool groups_oom(const struct spec_pair *u)
{
	return same(u->key, "memory.oom.group") && same(u->value, "1");
}

/* Apart from those that are members as well, the raw files stay as they are. */
static bool unified(struct pair *p)
{
	const struct spec_resources *a = resources_of(p->a), *b = resources_of(p->b);
	size_t i = 0, k = 0;

	for (; k < b->n_unified; k++) {
		const char *key = b->unified[k].key;
		if (i < a->n_unified && same(a->unified[i].key, key) &&
		    (same(a->unified[i].value, b->unified[k].value) || groups_oom(&a->unified[i])))
			i++;
		else if (!same(key, "pids.max") && !same(key, "memory.max") &&
			 !same(key, "memory.swap.max") && !same(key, "cpu.max"))
			return no(p, key);
	}
	if (i + 1 == a->n_unified && groups_oom(&a->unified[i]))
		i++;
	return i == a->n_unified ? true : no(p, "a raw file more");
}

static bool pids(struct pair *p)
{
	const struct spec_pids *a = resources_of(p->a)->pids, *b = resources_of(p->b)->pids;
	int64_t x = a && a->limit ? *a->limit : -1, y = b && b->limit ? *b->limit : -1;
	int64_t none = old_version(p->b) ? 0 : -1; /* this and less: no limit */

	/* What the raw file says; contradictions are none of ours, the plan refuses them. */
	if (y <= none)
		y = raw(p->b, "pids.max");
	if (y <= 0 && y <= none)
		return true;
	return (x > none && x <= y) || raw(p->a, "pids.max") == y ? true : no(p, "more processes");
}

static bool at_most(const int64_t *a, const int64_t *b)
{
	return !b || *b <= 0 || (a && *a > 0 && *a <= *b);
}

static bool memory(struct pair *p)
{
	static const struct spec_memory none;
	const struct spec_memory *a = resources_of(p->a)->memory, *b = resources_of(p->b)->memory;

	a = a ? a : &none;
	b = b ? b : &none;
	if (!at_most(a->limit, b->limit))
		return no(p, "more memory");
	if (!at_most(a->swap, b->swap))
		return no(p, "more swap");
	if (!at_most(a->kernel_tcp, b->kernel_tcp))
		return no(p, "more socket buffers");
	int64_t file = raw(p->b, "memory.max");
	bool limited = b->limit && *b->limit > 0;
	if (!limited && file > 0 && file != raw(p->a, "memory.max") && !at_most(a->limit, &file))
		return no(p, "more memory than the raw file says");
	return true;
}

/* CPU time per microsecond; a huge number for no quota. */
static double cpu_share(const struct spec_cpu *c)
{
	double period = c->period && *c->period ? (double)*c->period : 100000;

	return c->quota && *c->quota > 0 ? (double)*c->quota / period : 1e30;
}

static bool cpu(struct pair *p)
{
	static const struct spec_cpu none;
	const struct spec_cpu *a = resources_of(p->a)->cpu, *b = resources_of(p->b)->cpu;

	a = a ? a : &none;
	b = b ? b : &none;
	if (cpu_share(a) > cpu_share(b))
		return no(p, "more time");
	if (a->burst && (!b->burst || *a->burst > *b->burst))
		return no(p, "more burst");
	int64_t file = raw(p->b, "cpu.max");
	if (file > 0 && raw(p->a, "cpu.max") < 0 && cpu_share(a) > (double)file / 100000)
		return no(p, "more time than the raw file says");
	return true;
}

static bool root(struct pair *p)
{
	bool a = p->a->root && p->a->root->readonly && *p->a->root->readonly;
	bool b = p->b->root && p->b->root->readonly && *p->b->root->readonly;

	return a || !b ? true : no(p, "writable");
}

static bool has_pair(const struct spec_linux *l, const struct spec_pair *x)
{
	for (size_t i = 0; i < l->n_sysctl; i++)
		if (same(l->sysctl[i].key, x->key) && same(l->sysctl[i].value, x->value))
			return true;
	return false;
}

static bool is_domainname(const char *key)
{
	return same(key, "kernel.domainname") || same(key, "kernel/domainname");
}

static bool sysctl(struct pair *p)
{
	const struct spec_linux *a = linux_of(p->a), *b = linux_of(p->b);

	for (size_t i = 0; i < a->n_sysctl; i++)
		if (!has_pair(b, &a->sysctl[i]))
			return no(p, "a setting more");
	for (size_t i = 0; i < b->n_sysctl; i++)
		if (!has_pair(a, &b->sysctl[i]) && !(is_domainname(b->sysctl[i].key) &&
						     same(p->a->domainname, b->sysctl[i].value)))
			return no(p, "a setting less");
	if (same(p->a->domainname, p->b->domainname))
		return true;
	return p->b->domainname || a->n_sysctl == b->n_sysctl ? no(p, "/domainname") : true;
}

/* One that is not asked for comes from the engine. */
static bool lower_than_inherited(const struct pair *p, const struct spec_rlimit *l)
{
	const struct inherited_fact *f = &p->f->inherited;

	if (same(l->type, "RLIMIT_CORE") && l->soft == 0 && l->hard == 0)
		return true;
	for (size_t i = 0; i < f->n_rlimits; i++)
		if (same(f->rlimits[i].type, l->type))
			return l->soft <= f->rlimits[i].soft && l->hard <= f->rlimits[i].hard;
	return false;
}

static bool rlimits(struct pair *p)
{
	const struct spec_process *a = process_of(p->a), *b = process_of(p->b);
	size_t i = 0;

	for (; i < b->n_rlimits; i++)
		if (i >= a->n_rlimits || !same(a->rlimits[i].type, b->rlimits[i].type) ||
		    a->rlimits[i].soft > b->rlimits[i].soft ||
		    a->rlimits[i].hard > b->rlimits[i].hard)
			return no(p, "raised");
	for (; i < a->n_rlimits; i++)
		if (!lower_than_inherited(p, &a->rlimits[i]))
			return no(p, "added");
	return true;
}

static int64_t number(const int32_t *v)
{
	return v ? *v : 0;
}

static bool same_u64(const uint64_t *a, const uint64_t *b)
{
	return (a && b) ? *a == *b : a == b;
}

static bool same_scheduler(const struct spec_scheduler *a, const struct spec_scheduler *b)
{
	return same(a->policy, b->policy) && number(a->priority) == number(b->priority) &&
	       subset(a->flags, a->n_flags, b->flags, b->n_flags) && a->n_flags == b->n_flags &&
	       same_u64(a->runtime, b->runtime) && same_u64(a->deadline, b->deadline) &&
	       same_u64(a->period, b->period);
}

static bool realtime(const struct inherited_fact *f)
{
	return f->scheduler == 1 || f->scheduler == 2 || f->scheduler == 6;
}

static bool scheduler(struct pair *p)
{
	const struct spec_scheduler *a = process_of(p->a)->scheduler;
	const struct spec_scheduler *b = process_of(p->b)->scheduler;
	const struct inherited_fact *f = &p->f->inherited;

	if (!a)
		return !b ? true : no(p, "gone");
	if (b)
		return same_scheduler(a, b) && number(a->nice) >= number(b->nice)
			       ? true
			       : no(p, "changed");
	if (!same(a->policy, "SCHED_OTHER") && !same(a->policy, "SCHED_BATCH"))
		return no(p, "another class than the engine's");
	return realtime(f) || (f->scheduler != 5 && number(a->nice) > f->nice) ? true
									       : no(p, "added");
}

static bool scores(struct pair *p)
{
	const struct spec_process *a = process_of(p->a), *b = process_of(p->b);
	int64_t oom = b->oom_score_adj ? *b->oom_score_adj : p->f->inherited.oom_score_adj;

	if (a->oom_score_adj ? *a->oom_score_adj < oom : b->oom_score_adj != NULL)
		return no(p, "oomScoreAdj");
	if (!a->io_priority || !b->io_priority)
		return a->io_priority == b->io_priority ||
				       (a->io_priority && p->f->inherited.io_class == 1 &&
					same(a->io_priority->class_, "IOPRIO_CLASS_BE"))
			       ? true
			       : no(p, "ioPriority");
	return same(a->io_priority->class_, b->io_priority->class_) &&
			       number(a->io_priority->priority) == number(b->io_priority->priority)
		       ? true
		       : no(p, "ioPriority changed");
}

static bool label_at_least(const char *a, const char *b)
{
	return same(a, b) || !b;
}

static bool labels(struct pair *p)
{
	const struct spec_process *a = p->a->process, *b = p->b->process;
	const struct spec_linux *la = p->a->linux_, *lb = p->b->linux_;

	if (a && b &&
	    !(label_at_least(a->apparmor_profile, b->apparmor_profile) &&
	      label_at_least(a->selinux_label, b->selinux_label)))
		return no(p, "another label of the process");
	return label_at_least(la ? la->mount_label : NULL, lb ? lb->mount_label : NULL)
		       ? true
		       : no(p, "another label of mounts");
}

/* The runtime's environment, which an absent list stands for, may go. */
static bool hook_env(const struct spec_hook *a, const struct spec_hook *b)
{
	if (!b->env)
		return a->n_env == 0;
	if (!a->env || a->n_env != b->n_env)
		return false;
	for (size_t i = 0; i < a->n_env; i++)
		if (!same(a->env[i], b->env[i]))
			return false;
	return true;
}

/* Another path is the real one of the program. */
static bool hook_list(struct pair *p, const struct spec_hook *a, const struct spec_hook *b,
		      size_t n, size_t *at)
{
	for (size_t i = 0; i < n; i++, (*at)++) {
		if (!same(a[i].path, b[i].path) &&
		    !(*at < p->f->n_hooks && same(a[i].path, p->f->hooks[*at].real)))
			return no(p, "another program");
		if (!hook_env(&a[i], &b[i]))
			return no(p, "another environment of a program");
	}
	return true;
}

static bool hooks(struct pair *p)
{
	const struct spec_hooks *a = p->a->hooks, *b = p->b->hooks;
	size_t at = 0;

	if (!a || !b)
		return a == b ? true : no(p, "appeared or went");
	return hook_list(p, a->prestart, b->prestart, b->n_prestart, &at) &&
	       hook_list(p, a->create_runtime, b->create_runtime, b->n_create_runtime, &at) &&
	       hook_list(p, a->create_container, b->create_container, b->n_create_container, &at) &&
	       hook_list(p, a->poststart, b->poststart, b->n_poststart, &at) &&
	       hook_list(p, a->poststop, b->poststop, b->n_poststop, &at);
}

static const struct spec_pair *annotation(const struct spec *s, const char *key)
{
	for (size_t i = 0; i < s->n_annotations; i++)
		if (same(s->annotations[i].key, key))
			return &s->annotations[i];
	return NULL;
}

/* The one that gives the caller's groups may go; all others stay, and none comes. */
static bool annotations(struct pair *p)
{
	for (size_t i = 0; i < p->b->n_annotations; i++) {
		const struct spec_pair *b = &p->b->annotations[i];
		const struct spec_pair *a = annotation(p->a, b->key);

		if (a ? !same(a->value, b->value) : !same(b->key, "run.oci.keep_original_groups"))
			return no(p, b->key);
	}
	for (size_t i = 0; i < p->a->n_annotations; i++)
		if (!annotation(p->b, p->a->annotations[i].key))
			return no(p, p->a->annotations[i].key);
	return true;
}

#define POINTERS 10

static const struct dimension {
	const char *name;
	bool (*at_least)(struct pair *p);
	const char
		*pointers[POINTERS]; /* what it judges, so that this may differ; "*" is one token */
} dimensions[] = {
	{"namespaces", namespaces, {"/linux/namespaces"}},
	{"maps", maps, {"/linux/uidMappings", "/linux/gidMappings"}},
	{"capabilities", capabilities, {"/process/capabilities"}},
	{"no new privileges", no_new_privileges, {"/process/noNewPrivileges"}},
	{"seccomp", seccomp, {"/linux/seccomp/flags"}},
	{"paths", paths, {"/linux/maskedPaths", "/linux/readonlyPaths"}},
	{"mounts", mounts, {"/mounts/*/options", "/mounts/*/uidMappings", "/mounts/*/gidMappings"}},
	{"device rules", devices, {"/linux/resources/devices"}},
	{"unified", unified, {"/linux/resources/unified"}},
	{"pids", pids, {"/linux/resources/pids"}},
	{"memory",
	 memory,
	 {"/linux/resources/memory/limit", "/linux/resources/memory/swap",
	  "/linux/resources/memory/kernelTCP"}},
	{"cpu",
	 cpu,
	 {"/linux/resources/cpu/quota", "/linux/resources/cpu/period",
	  "/linux/resources/cpu/burst"}},
	{"root", root, {"/root/readonly"}},
	{"sysctl", sysctl, {"/linux/sysctl", "/domainname"}},
	{"rlimits", rlimits, {"/process/rlimits"}},
	{"scheduler", scheduler, {"/process/scheduler"}},
	{"scores", scores, {"/process/oomScoreAdj", "/process/ioPriority"}},
	{"labels",
	 labels,
	 {"/process/apparmorProfile", "/process/selinuxLabel", "/linux/mountLabel"}},
	{"annotations", annotations, {"/annotations"}},
	{"hooks",
	 hooks,
	 {"/hooks/prestart/*/path", "/hooks/createRuntime/*/path", "/hooks/createContainer/*/path",
	  "/hooks/poststart/*/path", "/hooks/poststop/*/path", "/hooks/prestart/*/env",
	  "/hooks/createRuntime/*/env", "/hooks/createContainer/*/env", "/hooks/poststart/*/env",
	  "/hooks/poststop/*/env"}},
};

/* Whether @pointer is @pattern or below it. */
static bool covers(const char *pattern, const char *pointer)
{
	while (*pattern) {
		if (*pattern == '*') {
			pointer += strcspn(pointer, "/");
			pattern++;
		} else if (*pattern++ != *pointer++) {
			return false;
		}
	}
	return !*pointer || *pointer == '/';
}

static bool judged(const char *pointer)
{
	for (size_t i = 0; i < sizeof(dimensions) / sizeof(dimensions[0]); i++)
		for (size_t k = 0; k < POINTERS && dimensions[i].pointers[k]; k++)
			if (covers(dimensions[i].pointers[k], pointer))
				return true;
	return false;
}

/* A whole object that was added counts by what is in it: compare with an empty one instead. */
static void with_objects(struct spec *s, const struct spec *like, struct arena *mem)
{
	if (like->linux_ && !s->linux_)
		s->linux_ = arena_alloc(mem, sizeof(*s->linux_));
	if (!like->linux_ || !like->linux_->resources)
		return;
	if (!s->linux_->resources)
		s->linux_->resources = arena_alloc(mem, sizeof(*s->linux_->resources));
	if (like->linux_->resources->memory && !s->linux_->resources->memory)
		s->linux_->resources->memory =
			arena_alloc(mem, sizeof(*s->linux_->resources->memory));
	if (like->linux_->resources->cpu && !s->linux_->resources->cpu)
		s->linux_->resources->cpu = arena_alloc(mem, sizeof(*s->linux_->resources->cpu));
}

static bool else_the_same(struct pair *p)
{
	struct spec *b = spec_copy(p->b, p->mem);
	struct spec_change *changes;

	with_objects(b, p->a, p->mem);
	int n = spec_diff(b, p->a, p->mem, &changes);
	if (n < 0)
		return no(p, "out of memory");
	for (int i = 0; i < n; i++)
		if (!judged(changes[i].pointer))
			return no(p, changes[i].pointer);
	return true;
}

bool order_at_least(const struct spec *a, const struct spec *b, const struct host_facts *f,
		    struct arena *mem, const char **ret_why)
{
	struct pair p = {a, b, f, mem, NULL};

	for (size_t i = 0; i < sizeof(dimensions) / sizeof(dimensions[0]); i++)
		if (!dimensions[i].at_least(&p)) {
			*ret_why = arena_printf(mem, "%s: %s", dimensions[i].name, p.why);
			return false;
		}
	if (!else_the_same(&p)) {
		*ret_why = arena_printf(mem, "changed besides: %s", p.why);
		return false;
	}
	return true;
}
