/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* probe.c: see probe.h. Reads, never changes, the host. */
#include "host/probe.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <errno.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "host/bind_probe.h"
#include "host/cgroup_probe.h"
#include "host/facts.h"
#include "host/hook_probe.h"
#include "host/lsm_probe.h"
#include "host/mount_table.h"
#include "host/ns_probe.h"
#include "host/process_probe.h"
#include "host/seccomp_probe.h"
#include "host/userns_probe.h"
#include "oci-spec/spec.h"
#include "policy/policy.h"

static void probe_kernel(struct host_facts *f)
{
	struct utsname u;

	if (uname(&u) == 0)
		sscanf(u.release, "%u.%u", &f->kernel_major, &f->kernel_minor);
}

static void probe_last_cap(struct host_facts *f)
{
	char text[16];
	uint64_t v;

	f->last_cap = 40; /* CAP_CHECKPOINT_RESTORE, 5.9: every kernel we run on has it */
	ssize_t n = file_read_at(AT_FDCWD, "/proc/sys/kernel/cap_last_cap", text, sizeof(text));
	if (n > 0 && text[n - 1] == '\n')
		text[n - 1] = '\0';
	if (n > 0 && str_u64(text, 63, &v) == 0)
		f->last_cap = v;
}

static void probe_memory(struct host_facts *f)
{
	struct sysinfo si;

	if (sysinfo(&si) == 0)
		f->mem_total = (uint64_t)si.totalram * si.mem_unit;
}

/* node_states[N_MEMORY], which bounds every memory policy. */
static void probe_mem_nodes(struct arena *a, struct host_facts *f)
{
	char text[1024];
	ssize_t n =
		file_read_at(AT_FDCWD, "/sys/devices/system/node/has_memory", text, sizeof(text));

	if (n <= 0)
		return;
	text[strcspn(text, "\n")] = '\0';
	f->mem_nodes = arena_strdup(a, text);
}

/* Six system calls that most configs have no use for. */
static void probe_seccomp(const struct spec *s, struct host_facts *f)
{
	const struct spec_seccomp *sc = s && s->linux_ ? s->linux_->seccomp : NULL;

	f->seccomp_flags_known = sc && (sc->n_flags > 0 || sc->listener_path);
	if (f->seccomp_flags_known)
		f->seccomp_flags = host_probe_seccomp();
}

/* The first one: all mounts of it show the same groups. */
static int probe_resctrl(struct arena *a, struct host_facts *f)
{
	struct mount_table t;
	int r = mount_table_read(a, &t);

	for (size_t i = 0; r == 0 && !f->resctrl && i < t.n; i++)
		if (str_eq(t.v[i].fstype, "resctrl"))
			f->resctrl = t.v[i].point;
	return r;
}

int host_probe(const struct spec *s, const struct policy *p, struct arena *a,
	       struct host_facts *ret, struct err *e)
{
	struct host_facts f = {0};
	unsigned base, slots;
	int r;

	probe_kernel(&f);
	probe_last_cap(&f);
	probe_memory(&f);
	f.cpus = (unsigned)get_nprocs();
	probe_seccomp(s, &f);
	r = host_probe_userns(a, &f);
	if (r < 0)
		return err_set(e, ERR_SYSTEM, -r, "reading the runtime's own id maps: %s",
			       strerrorname_np(-r));
	r = host_probe_range(p->userns.pool, &base, &slots, &f.range_source, e);
	if (r < 0)
		return r;
	f.pool = (struct id_extent){0, base, slots * HOST_RANGE_SIZE};
	r = host_probe_cgroup(a, &f, e);
	if (r < 0)
		return r;
	r = host_probe_lsm(s, p, a, &f);
	if (r == 0)
		r = host_probe_binds(s, &p->binds, a, &f);
	if (r == 0)
		r = host_probe_inherited(a, &f);
	if (r == 0 && s && p->hooks.n_directories > 0)
		r = host_probe_hooks(s->hooks, a, &f);
	if (r < 0)
		return err_set(e, ERR_SYSTEM, -r, "out of memory");
	if (s && s->linux_) {
		if (s->linux_->memory_policy)
			probe_mem_nodes(a, &f);
		r = s->linux_->intel_rdt ? probe_resctrl(a, &f) : 0;
		if (r < 0)
			return err_sys(e, -r, "read /proc/self/mountinfo");
		r = host_probe_namespaces(s, a, &f, e);
		if (r < 0)
			return r;
	}
	*ret = f;
	return 0;
}
