/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* probe.c: see probe.h. Reads, never changes, the host. */
#include "host/probe.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/nsfs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <errno.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
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

/* The inodes of all directories that @real, an absolute path without symlinks, lies in. */
static int probe_above(const char *real, struct arena *a, struct socket_fact *s)
{
	struct inode_fact *v = arena_array(a, strlen(real), sizeof(*v));
	char dir[PATH_MAX];
	struct stat st;

	if (!v)
		return -ENOMEM;
	for (const char *p = real; (p = strchr(p, '/')); p++) {
		size_t n = p == real ? 1 : (size_t)(p - real);
		memcpy(dir, real, n);
		dir[n] = '\0';
		if (stat(dir, &st) == 0)
			v[s->n_above++] = (struct inode_fact){st.st_dev, st.st_ino};
	}
	s->above = v;
	return 0;
}

static int probe_sockets(const struct policy_binds *p, struct arena *a, struct host_facts *f)
{
	struct socket_fact *found = arena_array(a, p->n_sockets, sizeof(*found));
	char real[PATH_MAX];
	struct stat st;

	if (!found)
		return -ENOMEM;
	for (size_t i = 0; i < p->n_sockets; i++) {
		const char *path = p->sockets[i].key;
		if (stat(path, &st) < 0 || !S_ISSOCK(st.st_mode) || !realpath(path, real))
			continue;
		struct socket_fact *s = &found[f->n_sockets];
		s->path = arena_strdup(a, real);
		if (!s->path)
			return -ENOMEM;
		s->dev = st.st_dev;
		s->ino = st.st_ino;
		int r = probe_above(real, a, s);
		if (r < 0)
			return r;
		f->n_sockets++;
	}
	f->sockets = found;
	return 0;
}

static int probe_binds(const struct spec *s, struct arena *a, struct host_facts *f)
{
	struct bind_fact *binds = arena_array(a, s->n_mounts, sizeof(*binds));
	char real[PATH_MAX];
	struct stat st;

	if (!binds)
		return -ENOMEM;
	for (size_t i = 0; i < s->n_mounts; i++) {
		const struct spec_mount *m = &s->mounts[i];
		if (!spec_mount_is_bind(m) || !m->source)
			continue;
		if (stat(m->source, &st) < 0 || !realpath(m->source, real))
			continue;
		struct statfs fs = {0};
		struct statx sx = {0};
		/* What cannot be told counts as a mount of its own: it is then never idmapped. */
		bool known = statx(AT_FDCWD, real, AT_SYMLINK_NOFOLLOW, 0, &sx) == 0 &&
			     (sx.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT);
		if (statfs(real, &fs) < 0)
			continue;
		binds[i] = (struct bind_fact){
			.exists = true,
			.real = arena_strdup(a, real),
			.mode = st.st_mode,
			.uid = st.st_uid,
			.dev = st.st_dev,
			.rdev = st.st_rdev,
			.ino = st.st_ino,
			.mount_root = !known || (sx.stx_attributes & STATX_ATTR_MOUNT_ROOT),
			.fs_type = fs.f_type,
		};
		if (!binds[i].real)
			return -ENOMEM;
	}
	f->binds = binds;
	f->n_binds = s->n_mounts;
	return 0;
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
		r = probe_sockets(&p->binds, a, &f);
	if (r == 0)
		r = host_probe_inherited(a, &f);
	if (r == 0 && s && p->hooks.n_directories > 0)
		r = host_probe_hooks(s->hooks, a, &f);
	if (r == 0 && s)
		r = probe_binds(s, a, &f);
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
