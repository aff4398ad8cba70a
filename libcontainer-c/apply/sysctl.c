/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sysctl.c: see sysctl.h. */
#include "apply/sysctl.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apply/procfs.h"
#include "base/err.h"
#include "base/fd.h"
#include "kernel/sys.h"
#include "plan/sysctl.h"

/*
 * Effective ids of the container's root for the time of one file. Raw calls, because glibc's
 * wrappers keep records in memory that a vforked helper shares with its parent. Capabilities come
 * back with euid 0: the permitted set is never touched.
 */
struct ids {
	uint32_t euid, egid, fsuid, fsgid;
	bool switched;
};

static int ids_enter(struct ids *ids, uint32_t uid, uint32_t gid)
{
	*ids = (struct ids){
		.euid = (uint32_t)syscall(SYS_geteuid),
		.egid = (uint32_t)syscall(SYS_getegid),
		.fsuid = (uint32_t)syscall(SYS_setfsuid, -1),
		.fsgid = (uint32_t)syscall(SYS_setfsgid, -1),
	};
	if (syscall(SYS_setresgid, -1, gid, -1) < 0)
		return -errno;
	if (syscall(SYS_setresuid, -1, uid, -1) < 0) {
		int r = -errno;
		syscall(SYS_setresgid, -1, ids->egid, -1);
		syscall(SYS_setfsgid, ids->fsgid);
		return r;
	}
	ids->switched = true;
	return 0;
}

static int ids_leave(struct ids *ids)
{
	if (!ids->switched)
		return 0;
	ids->switched = false;
	if (syscall(SYS_setresuid, -1, ids->euid, -1) < 0 ||
	    syscall(SYS_setresgid, -1, ids->egid, -1) < 0)
		return -errno;
	/* setresuid(2) has pulled the file system ids along. */
	syscall(SYS_setfsgid, ids->fsgid);
	syscall(SYS_setfsuid, ids->fsuid);
	return 0;
}

static int write_and_read(const struct sysctl_item *s, int proc_fd, char *got, size_t size)
{
	int r = procfs_write(proc_fd, s->path, s->value);

	got[0] = '\0';
	if (r < 0 || s->compare == SYSCTL_COMPARE_NONE)
		return r;
	ssize_t n = procfs_read(proc_fd, s->path, got, size);
	return n < 0 ? (int)n : 0;
}

static int as_root(const struct sysctl_item *s, int proc_fd, uint32_t uid, uint32_t gid, char *got,
		   size_t size)
{
	struct ids ids;
	int r = ids_enter(&ids, uid, gid);

	if (r < 0)
		return r;
	r = write_and_read(s, proc_fd, got, size);
	int back = ids_leave(&ids);
	return back < 0 ? back : r;
}

static int finish(const struct sysctl_item *s, int r, char *got, struct err *e)
{
	if (r == -ENOENT)
		/* Not strerror's words, which engines take for a missing program. */
		return err_set(e, ERR_HOST, ENOENT,
			       "sysctl \"%s\" does not exist in the container's namespaces",
			       s->key);
	if (r < 0)
		return err_sys(e, -r, "write sysctl \"%s\"", s->key);
	if (sysctl_equal(s->compare, s->value, got))
		return 0;
	got[strcspn(got, "\n")] = '\0';
	return err_set(e, ERR_SYSTEM, EIO,
		       "sysctl \"%s\" reads back as \"%.128s\" instead of \"%.128s\"", s->key, got,
		       s->value);
}

int sysctl_apply(const struct sysctl_plan *p, int proc_fd, uint32_t root_uid, uint32_t root_gid,
		 struct err *e)
{
	char got[4096];

	for (size_t i = 0; i < p->n; i++) {
		const struct sysctl_item *s = &p->items[i];
		int r = -EACCES;

		if (s->ns == NS_USER)
			continue;
		if (s->as_root)
			r = as_root(s, proc_fd, root_uid, root_gid, got, sizeof(got));
		/* Before 5.19 the ipc files were the host root's whoever owned the namespace. */
		if (r == -EACCES)
			r = write_and_read(s, proc_fd, got, sizeof(got));
		r = finish(s, r, got, e);
		if (r < 0)
			return r;
	}
	return 0;
}

int sysctl_apply_user(const struct sysctl_plan *p, int proc_fd, struct err *e)
{
	char got[4096];

	for (size_t i = 0; i < p->n; i++) {
		const struct sysctl_item *s = &p->items[i];

		if (s->ns != NS_USER)
			continue;
		int r = write_and_read(s, proc_fd, got, sizeof(got));
		r = finish(s, r, got, e);
		if (r < 0)
			return r;
	}
	return 0;
}
