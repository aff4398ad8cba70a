/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* userns_probe.c: see userns_probe.h. */
#include "host/userns_probe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fd.h"
#include "base/str.h"
#include "host/facts.h"
#include "host/ns_probe.h"

#define CLAIM "BULKHEAD_USER_NAMESPACE" /* environment: inode of the namespace that is ours */
#define MAP   "/proc/self/uid_map"

bool host_in_userns(void)
{
	char text[64];
	unsigned inside, outside, size;

	if (file_read_at(AT_FDCWD, MAP, text, sizeof(text)) <= 0)
		return false;
	return sscanf(text, "%u %u %u", &inside, &outside, &size) != 3 || inside != 0 ||
	       outside != 0 || size != UINT32_MAX;
}

/* What ids without one of ours look like: kernel.overflowuid, kernel.overflowgid. */
static uint64_t overflow_id(const char *path)
{
	char text[16];
	uint64_t id;

	if (file_read_at(AT_FDCWD, path, text, sizeof(text)) > 0 &&
	    str_u64(text, UINT32_MAX, &id) == 0)
		return id;
	return 65534;
}

bool host_uid_is_mapped(uint32_t uid)
{
	return uid != overflow_id("/proc/sys/kernel/overflowuid");
}

/*
 * All of sysctl belongs to GLOBAL_ROOT_UID and _GID (proc_sys_make_inode()), wherever it is looked
 * at from, and maps show one level only: not what the namespaces further up make of an id.
 */
bool host_root_is_mapped(void)
{
	struct statfs fs;
	struct stat st;
	AUTO_FD fd = open("/proc/sys/vm", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || fstatfs(fd, &fs) < 0 || fs.f_type != PROC_SUPER_MAGIC || fstat(fd, &st) < 0)
		return true;
	return host_uid_is_mapped(st.st_uid) ||
	       st.st_gid != overflow_id("/proc/sys/kernel/overflowgid");
}

static bool own_inode(char ret[24])
{
	struct stat st;

	if (stat("/proc/self/ns/user", &st) < 0)
		return false;
	snprintf(ret, 24, "%llu", (unsigned long long)st.st_ino);
	return true;
}

int host_userns_claim(void)
{
	char inode[24];

	if (!own_inode(inode))
		return -errno;
	return setenv(CLAIM, inode, 1) < 0 ? -errno : 0;
}

bool host_userns_is_claimed(void)
{
	const char *claim = getenv(CLAIM);
	char inode[24];

	return claim && own_inode(inode) && strcmp(claim, inode) == 0;
}

/* The kernel shows a map to the namespace itself in terms of the one above (uid_seq_show()). */
static uint32_t outside_of(uint32_t id)
{
	char text[4096];
	unsigned inside, outside, size;
	int used;

	if (file_read_at(AT_FDCWD, MAP, text, sizeof(text)) <= 0)
		return id;
	for (const char *p = text; sscanf(p, "%u %u %u%n", &inside, &outside, &size, &used) == 3;
	     p += used)
		if (id >= inside && id - inside < size)
			return outside + (id - inside);
	return UINT32_MAX;
}

void host_probe_caller(struct caller_fact *ret)
{
	char text[16];
	uint64_t id;

	*ret = (struct caller_fact){.uid = outside_of(getuid()), .login_uid = UINT32_MAX};
	/* Absent in kernels without audit: nobody has logged in, as far as one can tell. */
	if (file_read_at(AT_FDCWD, "/proc/self/loginuid", text, sizeof(text)) > 0 &&
	    str_u64(text, UINT32_MAX, &id) == 0)
		ret->login_uid = outside_of((uint32_t)id);
}

/* The caller is in the namespace as we are: his ids are ours. */
static int same_ids(const struct id_extent **list, size_t n, struct arena *a)
{
	struct id_extent *v = arena_array(a, n, sizeof(*v));

	if (!v)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		v[i] = (struct id_extent){(*list)[i].inside, (*list)[i].inside, (*list)[i].size};
	*list = v;
	return 0;
}

int host_caller_is_inside(struct arena *a, struct host_facts *f)
{
	struct id_maps *m = &f->caller_ids;
	int r = same_ids(&m->uid, m->n_uid, a);

	return r < 0 ? r : same_ids(&m->gid, m->n_gid, a);
}

int host_probe_userns(struct arena *a, struct host_facts *f)
{
	struct id_maps *m = &f->caller_ids;
	char text[16];

	host_probe_caller(&f->caller);
	f->in_userns = host_in_userns();
	if (!f->in_userns)
		return 0;
	f->host_root_mapped = host_root_is_mapped();
	f->setgroups_denied =
		file_read_at(AT_FDCWD, "/proc/self/setgroups", text, sizeof(text)) > 0 &&
		str_starts(text, "deny");
	int r = host_probe_maps(getpid(), a, m);
	if (r < 0 || host_userns_is_claimed())
		return r;
	return host_caller_is_inside(a, f);
}
