/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cgroup_v2.c: what only cgroup v2 has: controllers enabled from above, and events. */
#include "apply/cgroup_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fd.h"

static bool has_word(const char *list, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = list; *p;) {
		size_t len = strcspn(p, " \n");
		if (len == n && memcmp(p, word, n) == 0)
			return true;
		p += len;
		p += *p != '\0';
	}
	return false;
}

static const char *pointer_of(const struct cgroup_plan *p, const char *controller)
{
	for (size_t i = 0; i < p->n_settings; i++)
		if (strcmp(p->settings[i].controller, controller) == 0)
			return p->settings[i].pointer;
	return "/linux/resources";
}

static int enable_error(const struct cgroup_plan *p, const char *controller, const char *dir,
			int code, struct err *e)
{
	const char *why = strerrorname_np(code);

	if (code == ENOENT)
		why = "it is not available there";
	else if (code == EBUSY)
		why = "that cgroup has processes of its own, and a cgroup with processes cannot "
		      "hand controllers to its children";
	else if (code == EOPNOTSUPP)
		why = "that cgroup is threaded";
	return err_set(e, ERR_HOST, code, "%s: the %s controller cannot be enabled in %s: %s",
		       pointer_of(p, controller), controller, dir, why);
}

/*
 * A cgroup with processes, unless it is the real root, which has no type. Asked before writing: the
 * kernel lets such a cgroup hand on threaded controllers (pids, cpu), but that makes its children
 * "domain invalid", and we would have changed a cgroup of somebody else for nothing.
 */
static bool has_processes(int dir_fd)
{
	char text[32];

	return file_read_at(dir_fd, "cgroup.type", text, sizeof(text)) > 0 &&
	       file_read_at(dir_fd, "cgroup.procs", text, sizeof(text)) > 0;
}

/* One write per controller, so that an error can name it. */
static int enable_at(const struct cgroup_plan *p, int dir_fd, const char *dir, struct err *e)
{
	char have[512], text[64];
	static const char file[] = "cgroup.subtree_control";
	ssize_t n = file_read_at(dir_fd, file, have, sizeof(have));
	AUTO_FD fd = -1;

	if (n < 0)
		return err_set(e, ERR_HOST, (int)-n, "%s/%s: %s", dir, file,
			       strerrorname_np((int)-n));
	for (size_t i = 0; i < p->n_v2_controllers; i++) {
		const char *c = p->v2_controllers[i];
		size_t len = strlen(c);
		if (has_word(have, c) || len + 2 > sizeof(text))
			continue;
		if (has_processes(dir_fd))
			return enable_error(p, c, dir, EBUSY, e);
		/* Above a delegated cgroup it may be read only, and has what it has. */
		if (fd < 0)
			fd = openat(dir_fd, file, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
		text[0] = '+';
		memcpy(text + 1, c, len + 1);
		int r = fd < 0 ? -errno : fd_write_once(fd, text, len + 1);
		if (r < 0)
			return enable_error(p, c, dir, -r, e);
	}
	return 0;
}

/* From the mount point down to the parent of the container's cgroup. */
static int enable_down(const struct cgroup_plan *p, const struct cgroup_tree *t, struct err *e)
{
	char path[PATH_MAX];
	size_t len = strlen(t->mountpoint), total = strlen(t->dir);

	if (total >= sizeof(path))
		return err_set(e, ERR_SPEC, ENAMETOOLONG, "/linux/cgroupsPath: is too long");
	memcpy(path, t->dir, total + 1);
	while (len < total) {
		path[len] = '\0';
		AUTO_FD fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd < 0)
			return err_set(e, ERR_SYSTEM, errno, "opening the cgroup %s: %s", path,
				       strerrorname_np(errno));
		int r = enable_at(p, fd, path, e);
		if (r < 0)
			return r;
		path[len] = '/';
		len += 1 + strcspn(path + len + 1, "/");
	}
	return 0;
}

static int missing(const struct cgroup_plan *p, int dir_fd, const char **ret)
{
	char have[512];
	ssize_t n = file_read_at(dir_fd, "cgroup.controllers", have, sizeof(have));

	*ret = NULL;
	if (n < 0)
		return (int)n;
	for (size_t i = 0; i < p->n_v2_controllers && !*ret; i++)
		if (!has_word(have, p->v2_controllers[i]))
			*ret = p->v2_controllers[i];
	return 0;
}

/* No process can be cloned into a cgroup of type "domain invalid", nor a whole one into "threaded".
 */
static int check_type(const struct cgroup_tree *t, int dir_fd, struct err *e)
{
	char type[32];
	ssize_t n = file_read_at(dir_fd, "cgroup.type", type, sizeof(type));

	if (n <= 0) /* before 4.14 there are no threaded cgroups */
		return 0;
	type[strcspn(type, "\n")] = '\0';
	if (strcmp(type, "domain") == 0 || strcmp(type, "domain threaded") == 0)
		return 0;
	return err_set(e, ERR_HOST, EOPNOTSUPP,
		       "the cgroup %s cannot hold a container: its type is "
		       "\"%s\"",
		       t->dir, type);
}

static int v2_prepare(const struct cgroup_plan *p, size_t tree, int dir_fd, struct err *e)
{
	const struct cgroup_tree *t = &p->trees[tree];
	const char *c = NULL;
	int r = check_type(t, dir_fd, e);

	if (r < 0 || p->n_v2_controllers == 0)
		return r;
	r = missing(p, dir_fd, &c);
	if (r == 0 && c) {
		r = enable_down(p, t, e);
		if (r < 0)
			return r;
		r = missing(p, dir_fd, &c);
	}
	if (r < 0)
		return err_set(e, ERR_SYSTEM, -r, "%s/cgroup.controllers: %s", t->dir,
			       strerrorname_np(-r));
	return c ? enable_error(p, c, t->dir, ENOENT, e) : 0;
}

static int v2_frozen(int dir_fd)
{
	char text[16];
	ssize_t n = file_read_at(dir_fd, "cgroup.freeze", text, sizeof(text));

	return n < 0 ? (int)n : text[0] == '1';
}

static int v2_stuck(int dir_fd)
{
	char text[256];
	ssize_t n = file_read_at(dir_fd, "cgroup.events", text, sizeof(text));

	return n < 0 ? (int)n : strstr(text, "frozen 1") != NULL;
}

/* Wait until cgroup.events has the line @want; the kernel announces changes as POLLPRI. */
static int wait_event(int dir_fd, const char *want, int64_t deadline)
{
	AUTO_FD fd = openat(dir_fd, "cgroup.events", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	char text[256];

	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	for (;;) {
		ssize_t n = cgroup_read(fd, text, sizeof(text));
		if (n == -ENODEV) /* the cgroup was removed */
			return 0;
		if (n < 0)
			return (int)n;
		if (strstr(text, want))
			return 0;
		int ms = cgroup_poll_ms(deadline);
		struct pollfd p = {.fd = fd, .events = POLLPRI};
		if (ms == 0)
			return -ETIMEDOUT;
		if (poll(&p, 1, ms) < 0 && errno != EINTR)
			return -errno;
	}
}

static int v2_freeze(int dir_fd, bool on, struct err *e)
{
	int r = file_write_at(dir_fd, "cgroup.freeze", on ? "1" : "0");

	if (r == -ENOENT) /* before 5.2 */
		return r;
	/* Thawing needs no waiting, and would last for ever below a frozen cgroup. */
	if (r == 0 && on)
		r = wait_event(dir_fd, "frozen 1", cgroup_deadline(CGROUP_PATIENCE_MS));
	if (r == 0)
		return 0;
	if (on)
		file_write_at(dir_fd, "cgroup.freeze", "0");
	return err_set(e, ERR_SYSTEM, -r, "%s the container's cgroup: %s",
		       on ? "freezing" : "thawing", strerrorname_np(-r));
}

static int v2_kill(int dir_fd)
{
	return file_write_at(dir_fd, "cgroup.kill", "1");
}

static int v2_wait_empty(int dir_fd, int64_t deadline)
{
	return wait_event(dir_fd, "populated 0", deadline);
}

const struct cgroup_ops cgroup_v2_ops = {
	.version = CGROUP_V2,
	.prepare = v2_prepare,
	.freeze = v2_freeze,
	.frozen = v2_frozen,
	.stuck = v2_stuck,
	.kill = v2_kill,
	.wait_empty = v2_wait_empty,
};
