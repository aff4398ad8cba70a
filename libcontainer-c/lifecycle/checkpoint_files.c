/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* checkpoint_files.c: see checkpoint_files.h. */
#include "lifecycle/checkpoint_files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/dir.h"
#include "base/err.h"
#include "base/fd.h"
#include "kernel/mountinfo.h"

#define TABLE_MAX (16u << 20)
#define INFO_MAX  4096

struct looking {
	int proc_fd;
	const struct open_file *known;
	size_t n_known;
	uint32_t *mounts; /* ids of the caller's */
	size_t n_mounts;
	struct arena arena;
};

static int read_mounts(struct looking *l, struct err *e)
{
	struct mountinfo m;
	size_t cap = 0;
	char *text;
	int more;

	AUTO_FD fd = openat(l->proc_fd, "self/mountinfo", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -errno : fd_read_all(fd, &l->arena, TABLE_MAX, &text);
	if (n < 0)
		return err_sys(e, (int)-n, "read the mount table");
	while ((more = mountinfo_next(&text, &m)) > 0) {
		l->mounts = arena_grow(&l->arena, l->mounts, l->n_mounts, &cap, sizeof(m.id));
		if (!l->mounts)
			return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
		l->mounts[l->n_mounts++] = m.id;
	}
	return more < 0 ? err_set(e, ERR_SYSTEM, EINVAL, "the mount table: malformed line") : 0;
}

int checkpoint_file_of(int pid_fd, int fd, struct open_file *ret)
{
	char name[32];
	struct stat st;

	snprintf(name, sizeof(name), "fd/%d", fd);
	if (fstatat(pid_fd, name, &st, 0) < 0)
		return -errno;
	*ret = (struct open_file){st.st_dev, st.st_ino};
	return 0;
}

static bool is_known(const struct looking *l, int pid_fd, int fd)
{
	struct open_file f;

	/* Closed by now. */
	if (checkpoint_file_of(pid_fd, fd, &f) < 0)
		return true;
	for (size_t i = 0; i < l->n_known; i++)
		if (l->known[i].dev == f.dev && l->known[i].ino == f.ino)
			return true;
	return false;
}

/* Pipes, sockets and the like are on no mount of anybody's. */
static bool is_on_host(const struct looking *l, int pid_fd, int fd)
{
	char name[32], text[INFO_MAX];
	uint32_t id;

	snprintf(name, sizeof(name), "fdinfo/%d", fd);
	if (file_read_at(pid_fd, name, text, sizeof(text)) <= 0)
		return false;
	char *line = strstr(text, "mnt_id:");
	if (!line || sscanf(line, "mnt_id: %u", &id) != 1)
		return false;
	for (size_t i = 0; i < l->n_mounts; i++)
		if (l->mounts[i] == id)
			return true;
	return false;
}

static int refuse(int pid_fd, pid_t pid, const char *fd, struct err *e)
{
	char name[32], path[256] = "";

	snprintf(name, sizeof(name), "fd/%.10s", fd);
	(void)!readlinkat(pid_fd, name, path, sizeof(path) - 1);
	return err_set(e, ERR_HOST, ENOTSUP,
		       "process %d has a file of the host open, which CRIU cannot give back to it: "
		       "descriptor %s, %s",
		       pid, fd, path);
}

static int check_process(const struct looking *l, pid_t pid, struct err *e)
{
	char name[16];
	int r = 0;

	snprintf(name, sizeof(name), "%d", pid);
	AUTO_FD pid_fd = openat(l->proc_fd, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	AUTO_DIR dir = pid_fd < 0 ? NULL : dir_open(pid_fd, "fd");
	const struct dirent *x;
	int more = dir ? 0 : -errno;

	while (dir && r == 0 && (more = dir_next(dir, &x)) > 0)
		if (is_on_host(l, pid_fd, atoi(x->d_name)) && !is_known(l, pid_fd, atoi(x->d_name)))
			r = refuse(pid_fd, pid, x->d_name, e);
	/* It has ended. */
	if (more == -ENOENT)
		return 0;
	return more < 0 ? err_sys(e, -more, "look at process %d", pid) : r;
}

int checkpoint_files(int proc_fd, const pid_t *pids, size_t n_pids, const struct open_file *known,
		     size_t n_known, struct err *e)
{
	struct looking l = {.proc_fd = proc_fd, .known = known, .n_known = n_known};
	int r = read_mounts(&l, e);

	for (size_t i = 0; r == 0 && i < n_pids; i++)
		r = check_process(&l, pids[i], e);
	arena_free(&l.arena);
	return r;
}
