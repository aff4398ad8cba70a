/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * landlock.c: see landlock.h.
 *
 * Hierarchies are compared by inode, not by name: the image may have symbolic links anywhere, and a
 * file system may be mounted in two places.
 */
#include "apply/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fd.h"
#include "kernel/sys.h"
#include "plan/landlock.h"

#define MAX_READONLY 32	  /* hierarchies, and directories above them */
#define MAX_RULES    8192 /* the image decides how many names lie beside a hierarchy */

/* Rights that can be given on a file; more is EINVAL. */
#define FILE_WRITES (LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_TRUNCATE)

/* struct landlock_ruleset_attr as of ABI 6; the headers may be older. */
struct ruleset {
	uint64_t handled_fs, handled_net, scoped;
};

struct inode {
	dev_t dev;
	ino_t ino;
};

struct inodes {
	struct inode v[MAX_READONLY];
	size_t n;
};

struct wall {
	int ruleset_fd;
	uint64_t writes;
	struct inodes readonly, above;
	unsigned n_rules;
	struct err *e;
};

static bool inodes_have(const struct inodes *s, const struct stat *st)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->v[i].dev == st->st_dev && s->v[i].ino == st->st_ino)
			return true;
	return false;
}

static int inodes_add(struct inodes *s, const struct stat *st)
{
	if (inodes_have(s, st))
		return 0;
	if (s->n == MAX_READONLY)
		return -E2BIG;
	s->v[s->n++] = (struct inode){st->st_dev, st->st_ino};
	return 0;
}

/* Every directory above @fd up to the root, which is its own parent. */
static int add_above(struct wall *w, int fd)
{
	struct stat below, st = {0};
	AUTO_FD at = -1;

	do {
		int up = openat(at < 0 ? fd : at, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (up < 0)
			return -errno;
		fd_closep(&at);
		at = up;
		below = st;
		if (fstat(at, &st) < 0)
			return -errno;
		int r = inodes_add(&w->above, &st);
		if (r < 0)
			return r;
	} while (st.st_dev != below.st_dev || st.st_ino != below.st_ino);
	return 0;
}

/* A name that is not there needs no wall. */
static int add_readonly(struct wall *w, const char *path)
{
	struct stat st;
	int r;

	AUTO_FD fd = sys_openat2(AT_FDCWD, path, O_PATH, 0, RESOLVE_NO_MAGICLINKS);
	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISDIR(st.st_mode))
		return err_set(w->e, ERR_POLICY, EINVAL,
			       "policy: landlock: %s is a single file: name a hierarchy", path);
	r = inodes_add(&w->readonly, &st);
	return r < 0 ? r : add_above(w, fd);
}

static int allow(struct wall *w, int fd, bool is_dir)
{
	struct landlock_path_beneath_attr rule = {
		.allowed_access = is_dir ? w->writes : w->writes & FILE_WRITES,
		.parent_fd = fd,
	};

	if (++w->n_rules > MAX_RULES)
		return -E2BIG;
	return sys_landlock_add_rule(w->ruleset_fd, LANDLOCK_RULE_PATH_BENEATH, &rule) < 0 ? -errno
											   : 0;
}

static int allow_beside(struct wall *w, int dir_fd);

/* One name in a directory above a read-only hierarchy. */
static int visit(struct wall *w, int dir_fd, const char *name)
{
	struct stat st;

	AUTO_FD fd = openat(dir_fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	/* A process of /proc that has just ended. */
	if (fd < 0)
		return errno == ENOENT || errno == ESRCH ? 0 : -errno;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (S_ISLNK(st.st_mode) || inodes_have(&w->readonly, &st))
		return 0;
	if (inodes_have(&w->above, &st))
		return allow_beside(w, fd);
	return allow(w, fd, S_ISDIR(st.st_mode));
}

/* As the kernel has it (getdents(2)). */
struct linux_dirent {
	uint64_t ino;
	int64_t off;
	uint16_t reclen;
	uint8_t type;
	char name[];
};

static int visit_all(struct wall *w, int dir_fd, const char *buf, long n)
{
	int r = 0;

	for (long at = 0; at < n && r == 0;) {
		const struct linux_dirent *d = (const void *)(buf + at);
		if (strcmp(d->name, ".") != 0 && strcmp(d->name, "..") != 0)
			r = visit(w, dir_fd, d->name);
		at += d->reclen;
	}
	return r;
}

static int allow_beside(struct wall *w, int dir_fd)
{
	_Alignas(uint64_t) char buf[4096];
	long n;

	AUTO_FD fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	while ((n = syscall(SYS_getdents64, fd, buf, sizeof(buf))) > 0) {
		int r = visit_all(w, fd, buf, n);
		if (r < 0)
			return r;
	}
	return n < 0 ? -errno : 0;
}

static int add_rules(const struct landlock_plan *p, struct wall *w)
{
	struct stat root;
	int r = 0;

	for (size_t i = 0; i < p->n_readonly && r == 0; i++)
		r = add_readonly(w, p->readonly[i]);
	if (r < 0)
		return r;
	AUTO_FD fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &root) < 0)
		return -errno;
	if (inodes_have(&w->readonly, &root))
		return 0;
	/* None of the hierarchies is there: nothing to keep from being written to. */
	return w->above.n == 0 ? allow(w, fd, true) : allow_beside(w, fd);
}

int landlock_apply(const struct landlock_plan *p, struct err *e)
{
	struct ruleset attr = {.handled_fs = p->writes, .scoped = p->scopes};

	if (!p->writes && !p->scopes)
		return 0;
	AUTO_FD fd = sys_landlock_create_ruleset(&attr, sizeof(attr), 0);
	if (fd < 0)
		return err_sys(e, errno, "make a Landlock ruleset");
	struct wall w = {.ruleset_fd = fd, .writes = p->writes, .e = e};
	int r = p->writes ? add_rules(p, &w) : 0;
	if (r < 0)
		return err_sys(e, -r, "Landlock rules for what may be written");
	if (sys_landlock_restrict_self(fd) < 0)
		return err_sys(e, errno, "enter the Landlock domain");
	return 0;
}
