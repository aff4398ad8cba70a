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
#include "host/ns_probe.h"
#include "host/process_probe.h"
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

/* In the initial user namespace the map is one line that covers all 2^32 - 1 ids. */
static void probe_userns(struct host_facts *f)
{
	char text[64];
	unsigned inside, outside, size;

	if (file_read_at(AT_FDCWD, "/proc/self/uid_map", text, sizeof(text)) <= 0)
		return;
	f->in_userns = sscanf(text, "%u %u %u", &inside, &outside, &size) != 3 || inside != 0 ||
		       outside != 0 || size != UINT32_MAX;
}

static void probe_caller(struct host_facts *f)
{
	char text[16];
	uint64_t id;

	f->caller.uid = getuid();
	f->caller.login_uid = UINT32_MAX;
	/* Absent in kernels without audit: nobody has logged in, as far as one can tell. */
	if (file_read_at(AT_FDCWD, "/proc/self/loginuid", text, sizeof(text)) > 0 &&
	    str_u64(text, UINT32_MAX, &id) == 0)
		f->caller.login_uid = (uint32_t)id;
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
	probe_userns(&f);
	probe_caller(&f);
	f.cpus = (unsigned)get_nprocs();
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
		r = host_probe_namespaces(s, a, &f, e);
		if (r < 0)
			return r;
	}
	*ret = f;
	return 0;
}
