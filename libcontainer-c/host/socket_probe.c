/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * socket_probe.c: see socket_probe.h. /proc/net/unix lists the sockets of the runtime's network
 * namespace with the paths they were bound to; a path may be relative or of another mount
 * namespace, and then leads nowhere or to something that is no socket.
 */
#include "host/socket_probe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/fd.h"
#include "host/facts.h"
#include "host/mount_table.h"
#include "host/path_probe.h"
#include "policy/policy.h"

#define SO_ACCEPTCON_FLAG 0x10000u /* __SO_ACCEPTCON, include/linux/net.h: somebody listens */
#define UNIX_MAX	  (16u << 20)

struct found {
	struct path_fact *v;
	size_t n, cap;
	struct arena *a;
	const struct mount_table *t;
};

static bool is_known(const struct found *l, const struct path_fact *x)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].dev == x->dev && l->v[i].ino == x->ino)
			return true;
	return false;
}

static int add(struct found *l, const char *path)
{
	struct path_fact x;
	struct stat st;

	if (stat(path, &st) < 0 || !S_ISSOCK(st.st_mode))
		return 0;
	int r = path_probe(path, l->t, l->a, &x);
	if (r <= 0 || is_known(l, &x))
		return r < 0 ? r : 0;
	if (l->n == l->cap) {
		size_t cap = l->cap * 2 + 8;
		struct path_fact *v = arena_array(l->a, cap, sizeof(*v));
		if (!v)
			return -ENOMEM;
		if (l->n)
			memcpy(v, l->v, l->n * sizeof(*v));
		l->v = v;
		l->cap = cap;
	}
	l->v[l->n++] = x;
	return 0;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool has_listed_name(const struct policy_binds *p, const char *path)
{
	for (size_t i = 0; i < p->n_sockets; i++)
		if (strcmp(base_name(p->sockets[i].key), base_name(path)) == 0)
			return true;
	return false;
}

/* "ffff8880 00000002 00000000 00010000 0001 01 12345 /run/docker.sock": the path of a listener. */
static const char *listener_path(const char *line)
{
	unsigned flags;
	int at = 0;

	if (sscanf(line, "%*s %*s %*s %x %*s %*s %*s %n", &flags, &at) != 1 || !at)
		return NULL;
	return (flags & SO_ACCEPTCON_FLAG) && line[at] == '/' ? line + at : NULL;
}

static int add_listeners(const struct policy_binds *p, struct found *l)
{
	char *text, *save = NULL;
	AUTO_FD fd = open("/proc/net/unix", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -errno : fd_read_all(fd, l->a, UNIX_MAX, &text);
	int r = 0;

	if (n < 0)
		return n == -ENOMEM ? -ENOMEM : 0;
	for (char *s = strtok_r(text, "\n", &save); s && r == 0; s = strtok_r(NULL, "\n", &save)) {
		const char *path = listener_path(s);
		if (path && has_listed_name(p, path))
			r = add(l, path);
	}
	return r;
}

int host_probe_sockets(const struct policy_binds *p, const struct mount_table *t, bool everywhere,
		       struct arena *a, struct host_facts *f)
{
	struct found l = {.a = a, .t = t};
	int r = 0;

	for (size_t i = 0; r == 0 && i < p->n_sockets; i++)
		r = add(&l, p->sockets[i].key);
	if (r == 0 && everywhere)
		r = add_listeners(p, &l);
	if (r < 0)
		return r;
	f->sockets = l.v;
	f->n_sockets = l.n;
	return 0;
}
