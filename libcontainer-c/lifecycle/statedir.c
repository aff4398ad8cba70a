/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* statedir.c: see statedir.h. */
#include "lifecycle/statedir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fd.h"
#include "lifecycle/notify.h"
#include "lifecycle/seal.h"

#define LOCK_WAIT 10 /* seconds */

/* Sticky: whoever tidies XDG_RUNTIME_DIR up leaves it alone (XDG Base Directory Specification). */
#define ROOT_MODE 01700

/* Make @path and its missing parents: `--root /a/b/c` works as it does with runc. */
static int make_root(const char *path, struct err *e)
{
	char p[PATH_MAX];
	size_t n = strlen(path);

	if (mkdir(path, ROOT_MODE) == 0 || errno == EEXIST)
		return 0;
	if (errno != ENOENT)
		return err_sys(e, errno, "create state root %s", path);
	memcpy(p, path, n + 1);
	for (char *s = strchr(p + 1, '/');; s = strchr(s + 1, '/')) {
		if (s)
			*s = '\0';
		if (mkdir(p, s ? 0711 : ROOT_MODE) < 0 && errno != EEXIST)
			return err_sys(e, errno, "create state root %s", p);
		if (!s)
			return 0;
		*s = '/';
	}
}

static int set_path(struct statedir *d, const char *root, const char *id, struct err *e)
{
	int n = snprintf(d->path, sizeof(d->path), "%s/%s", root, id);

	if (n < 0 || (size_t)n >= sizeof(d->path))
		return err_set(e, ERR_STATE, ENAMETOOLONG, "state directory path is too long");
	return 0;
}

static int open_dir(struct statedir *d, struct err *e)
{
	struct stat st;

	d->fd = open(d->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (d->fd < 0) {
		if (errno == ENOENT)
			return err_set(e, ERR_STATE, ENOENT, "container does not exist");
		return err_sys(e, errno, "open state directory %s", d->path);
	}
	if (fstat(d->fd, &st) < 0)
		return err_sys(e, errno, "stat state directory %s", d->path);
	/* What is read from here decides whom we signal and what we remove. */
	if (st.st_uid != geteuid() || (st.st_mode & 022))
		return err_set(e, ERR_STATE, EPERM,
			       "state directory %s is not ours alone: owner %u, mode %o", d->path,
			       st.st_uid, st.st_mode & 07777);
	return 0;
}

/*
 * Whoever can rename in the state root can put one container's state in the place of another's. The
 * sticky bit keeps what is ours where it is; a root that is missing will be ours.
 */
static int check_root(const char *root, struct err *e)
{
	struct stat st;

	if (stat(root, &st) < 0)
		return 0;
	bool others = st.st_mode & S_IWOTH || (st.st_mode & S_IWGRP && st.st_gid != getegid());
	if ((st.st_uid == geteuid() || st.st_uid == 0) && (!others || st.st_mode & S_ISVTX))
		return 0;
	return err_set(e, ERR_STATE, EPERM,
		       "state root %s can be written by others: owner %u, group %u, mode %o", root,
		       st.st_uid, st.st_gid, st.st_mode & 07777);
}

static int make_container_dir(const char *root, const char *path, struct err *e)
{
	if (mkdir(path, 0700) == 0)
		return 0;
	if (errno == ENOENT) {
		int r = make_root(root, e);
		if (r < 0)
			return r;
		if (mkdir(path, 0700) == 0)
			return 0;
	}
	if (errno == EEXIST)
		return err_set(e, ERR_STATE, EEXIST, "container with given ID already exists");
	return err_sys(e, errno, "create state directory %s", path);
}

/*
 * A delete may come between mkdir and lock and remove what it takes for the remains of a creator
 * that died; and `state` holds the lock for a moment to look whether somebody else does.
 */
static int try_create(const char *root, struct statedir *d, struct err *e)
{
	int r = make_container_dir(root, d->path, e);

	if (r < 0)
		return r;
	r = open_dir(d, e);
	if (r == 0)
		r = statedir_lock(d, LOCK_WAIT, e);
	if (r < 0)
		statedir_close(d);
	return r;
}

int statedir_create(const char *root, const char *id, struct statedir *ret, struct err *e)
{
	struct statedir d = STATEDIR_INIT;
	struct err why;
	int r = set_path(&d, root, id, e);

	if (r == 0)
		r = check_root(root, e);
	if (r < 0)
		return r;
	for (int tries = 0; tries < 4; tries++) {
		why = (struct err){0};
		r = try_create(root, &d, &why);
		if (r != -ENOENT || why.kind != ERR_STATE)
			break;
	}
	if (r < 0) {
		if (e && e->kind == ERR_NONE)
			*e = why;
		return r;
	}
	*ret = d;
	return 0;
}

int statedir_open(const char *root, const char *id, struct statedir *ret, struct err *e)
{
	struct statedir d = STATEDIR_INIT;
	int r = set_path(&d, root, id, e);

	if (r == 0)
		r = open_dir(&d, e);
	if (r < 0) {
		statedir_close(&d);
		return r;
	}
	*ret = d;
	return 0;
}

/* Whoever held the lock before us may have removed the directory, and a creator made a new one. */
static int check_still_there(const struct statedir *d, struct err *e)
{
	struct stat mine, now;

	if (fstat(d->fd, &mine) == 0 && lstat(d->path, &now) == 0 && mine.st_dev == now.st_dev &&
	    mine.st_ino == now.st_ino)
		return 0;
	return err_set(e, ERR_STATE, ENOENT, "container does not exist");
}

int statedir_lock(const struct statedir *d, unsigned seconds, struct err *e)
{
	/* flock(2) has no time limit; 10 ms steps only when another command is at work here. */
	for (unsigned tries = 0;; tries++) {
		if (flock(d->fd, LOCK_EX | LOCK_NB) == 0)
			return check_still_there(d, e);
		if (errno == EINTR)
			continue;
		if (errno != EWOULDBLOCK)
			return err_sys(e, errno, "lock %s", d->path);
		if (tries >= seconds * 100)
			return err_set(e, ERR_STATE, EWOULDBLOCK,
				       "container is busy: another command works on it");
		nanosleep(&(struct timespec){.tv_nsec = 10 * 1000 * 1000}, NULL);
	}
}

bool statedir_is_locked(const struct statedir *d)
{
	if (flock(d->fd, LOCK_SH | LOCK_NB) < 0)
		return errno == EWOULDBLOCK;
	flock(d->fd, LOCK_UN);
	return false;
}

int statedir_write(const struct statedir *d, const char *name, const char *text, size_t len,
		   struct err *e)
{
	char tmp[64];

	snprintf(tmp, sizeof(tmp), ".%s.new", name);
	AUTO_FD fd =
		openat(d->fd, tmp, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	int r = fd < 0 ? -errno : fd_write_all(fd, text, len);
	if (r == 0 && renameat(d->fd, tmp, d->fd, name) < 0)
		r = -errno;
	if (r < 0) {
		if (fd >= 0)
			unlinkat(d->fd, tmp, 0);
		return err_sys(e, -r, "write %s/%s", d->path, name);
	}
	if (d->seal)
		seal_add(d->seal, name, text, len);
	return 0;
}

int statedir_remove(struct statedir *d, struct err *e)
{
	/*
	 * The record goes before what is left can be taken for a container's: its cgroups may be
	 * another one's already. HARDENING_FILE without it would be a record that was lost.
	 */
	static const char *const files[] = {
		HARDENING_FILE,		STATE_FILE,   "." STATE_FILE ".new",	 CONFIG_FILE,
		"." CONFIG_FILE ".new", START_SOCKET, "." HARDENING_FILE ".new", NOTIFY_SOCKET,
	};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (unlinkat(d->fd, files[i], 0) < 0 && errno != ENOENT)
			return err_sys(e, errno, "remove %s/%s", d->path, files[i]);
	if (unlinkat(d->fd, NOTIFY_DIR, AT_REMOVEDIR) < 0 && errno != ENOENT)
		return err_sys(e, errno, "remove %s/" NOTIFY_DIR, d->path);
	if (rmdir(d->path) < 0 && errno != ENOENT)
		return err_sys(e, errno, "remove state directory %s", d->path);
	return 0;
}

void statedir_close(struct statedir *d)
{
	fd_closep(&d->fd);
}
