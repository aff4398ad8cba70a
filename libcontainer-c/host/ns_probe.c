/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ns_probe.c: see ns_probe.h. */
#include "host/ns_probe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "host/facts.h"
#include "oci-spec/spec.h"

static const struct ns_type {
	const char *name; /* linux.namespaces[].type */
	const char *proc; /* file in /proc/PID/ns */
	int flag;
} ns_types[] = {
	{"pid", "pid", CLONE_NEWPID},	       {"network", "net", CLONE_NEWNET},
	{"mount", "mnt", CLONE_NEWNS},	       {"ipc", "ipc", CLONE_NEWIPC},
	{"uts", "uts", CLONE_NEWUTS},	       {"user", "user", CLONE_NEWUSER},
	{"cgroup", "cgroup", CLONE_NEWCGROUP}, {"time", "time", CLONE_NEWTIME},
};

static const struct ns_type *ns_type_find(const char *name)
{
	for (size_t i = 0; i < sizeof(ns_types) / sizeof(ns_types[0]); i++)
		if (str_eq(ns_types[i].name, name))
			return &ns_types[i];
	return NULL;
}

/* Parse the text of a map file; more than 340 extents cannot exist (user_namespaces(7)). */
static int parse_map(const char *text, struct arena *a, const struct id_extent **ret, size_t *ret_n)
{
	struct id_extent *v = arena_array(a, 340, sizeof(*v));
	size_t n = 0;
	int used;

	if (!v)
		return -ENOMEM;
	while (n < 340 &&
	       sscanf(text, "%u %u %u%n", &v[n].inside, &v[n].outside, &v[n].size, &used) == 3) {
		text += used;
		n++;
	}
	*ret = v;
	*ret_n = n;
	return 0;
}

static int read_map(pid_t pid, const char *file, struct arena *a, const struct id_extent **ret,
		    size_t *ret_n)
{
	char path[64];
	char *text;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, file);
	AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ssize_t n = fd_read_all(fd, a, 64 * 1024, &text);
	if (n < 0)
		return (int)n;
	return parse_map(text, a, ret, ret_n);
}

int host_probe_maps(pid_t pid, struct arena *a, struct id_maps *ret)
{
	int r = read_map(pid, "uid_map", a, &ret->uid, &ret->n_uid);

	return r < 0 ? r : read_map(pid, "gid_map", a, &ret->gid, &ret->n_gid);
}

/*
 * A map file belongs to a process, not to a namespace: let a child enter the namespace, read the
 * child's maps from outside (so that the outer column is in our terms), and end it.
 */
static int read_maps(int userns_fd, struct arena *a, struct id_maps *m)
{
	int sync[2];

	if (pipe2(sync, O_CLOEXEC) < 0)
		return -errno;
	AUTO_FD rd = sync[0];
	AUTO_FD wr = sync[1];
	pid_t pid = fork();
	if (pid < 0)
		return -errno;
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		char ok = setns(userns_fd, CLONE_NEWUSER) == 0;
		if (write(wr, &ok, 1) == 1 && ok)
			for (;;)
				pause();
		_exit(0);
	}
	char ok = 0;
	int r = read(rd, &ok, 1) == 1 && ok ? 0 : -EPERM;
	if (r == 0)
		r = host_probe_maps(pid, a, m);
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return r;
}

static bool same_inode(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Open the user namespace that owns @ns_fd, or @ns_fd itself when it is one. */
static int open_owner(int ns_fd, const struct ns_type *t)
{
	if (t->flag == CLONE_NEWUSER)
		return fcntl(ns_fd, F_DUPFD_CLOEXEC, 0);
	return ioctl(ns_fd, NS_GET_USERNS);
}

/*
 * A magic link of /proc leads to the namespace itself, a path that something is bound to leads to
 * the root of a mount. What cannot be told is not pinned.
 */
static bool is_mount_root(int fd)
{
	struct statx sx = {0};

	return statx(fd, "", AT_EMPTY_PATH, 0, &sx) == 0 &&
	       (sx.stx_attributes & STATX_ATTR_MOUNT_ROOT);
}

static int probe_one(const struct spec_namespace *n, const struct stat *own_userns, struct arena *a,
		     struct ns_fact *f)
{
	const struct ns_type *t = ns_type_find(n->type);
	struct stat st, own;
	char path[64];

	if (!t || !n->path)
		return 0;
	/* O_NONBLOCK: the path may be a FIFO. */
	AUTO_FD fd = open(n->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	f->error = fd < 0 ? errno : 0;
	if (fd < 0 || ioctl(fd, NS_GET_NSTYPE) != t->flag || fstat(fd, &st) < 0)
		return 0;
	f->exists = true;
	f->pinned = is_mount_root(fd);
	snprintf(path, sizeof(path), "/proc/self/ns/%s", t->proc);
	f->is_own = stat(path, &own) == 0 && same_inode(&st, &own);
	AUTO_FD owner = open_owner(fd, t);
	if (owner < 0 || fstat(owner, &st) < 0) {
		/* EPERM: owned by an ancestor of ours; not one we could enter, so not foreign. */
		f->owner = NS_OWNER_HOST;
		return 0;
	}
	f->owner_ino = st.st_ino;
	f->owner = same_inode(&st, own_userns) ? NS_OWNER_HOST : NS_OWNER_FOREIGN;
	if (f->owner == NS_OWNER_HOST)
		return 0;
	int r = read_maps(owner, a, &f->maps);
	return r == -ENOMEM ? r : 0;
}

int host_probe_namespaces(const struct spec *s, struct arena *a, struct host_facts *f,
			  struct err *e)
{
	size_t n = s->linux_->n_namespaces;
	struct ns_fact *facts = arena_array(a, n, sizeof(*facts));
	struct stat own;

	if (!facts)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	if (stat("/proc/self/ns/user", &own) < 0)
		return err_sys(e, errno, "stat own user namespace");
	for (size_t i = 0; i < n; i++)
		if (probe_one(&s->linux_->namespaces[i], &own, a, &facts[i]) < 0)
			return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	f->ns = facts;
	f->n_ns = n;
	return 0;
}
