/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* restore_ids.c: the id maps of a restored container are the plan's. See restore_priv.h. */
#include "lifecycle/restore_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/dir.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "lifecycle/creation.h"

#define HEAD	  8
#define IMAGE_MAX 16384

/* Protocol buffers: a key is the member's number and how its value is written. */
#define KEY(number, wire) ((char)((number) << 3 | (wire)))
#define WIRE_VARINT	  0
#define WIRE_BYTES	  2

struct out {
	char *buf;
	size_t n, size;
	bool full;
};

static void put(struct out *o, char byte)
{
	if (o->n < o->size)
		o->buf[o->n++] = byte;
	else
		o->full = true;
}

static void put_varint(struct out *o, uint32_t v)
{
	for (; v >= 0x80; v >>= 7)
		put(o, (char)(v | 0x80));
	put(o, (char)v);
}

static void put_extent(struct out *o, int member, const struct id_extent *x)
{
	char text[24];
	struct out in = {.buf = text, .size = sizeof(text)};
	const uint32_t values[] = {x->inside, x->outside, x->size};

	for (int i = 0; i < 3; i++) {
		put(&in, KEY(i + 1, WIRE_VARINT));
		put_varint(&in, values[i]);
	}
	put(o, KEY(member, WIRE_BYTES));
	put_varint(o, (uint32_t)in.n);
	for (size_t i = 0; i < in.n; i++)
		put(o, text[i]);
}

int restore_ids_image(const struct id_maps *m, const char head[8], char *buf, size_t size)
{
	struct out o = {.buf = buf, .size = size};

	for (int i = 0; i < HEAD; i++)
		put(&o, head[i]);
	/* The length of what follows, in the byte order of the machine. */
	for (size_t i = 0; i < sizeof(uint32_t); i++)
		put(&o, 0);
	for (size_t i = 0; i < m->n_uid; i++)
		put_extent(&o, 1, &m->uid[i]);
	for (size_t i = 0; i < m->n_gid; i++)
		put_extent(&o, 2, &m->gid[i]);
	if (o.full)
		return -E2BIG;
	uint32_t len = (uint32_t)(o.n - HEAD - sizeof(uint32_t));
	memcpy(buf + HEAD, &len, sizeof(len));
	return (int)o.n;
}

bool restore_is_ids(const char *name)
{
	return str_starts(name, "userns-");
}

int restore_ids(struct creation *c, int dir_fd, const char *name, int to_fd, struct err *e)
{
	char head[HEAD + 1] = "", buf[IMAGE_MAX];

	if (file_read_at(dir_fd, name, head, sizeof(head)) != HEAD)
		return err_set(e, ERR_STATE, EINVAL, "--image-path: %s is too short", name);
	int n = restore_ids_image(&c->plan.ns.maps, head, buf, sizeof(buf));
	if (n < 0)
		return err_sys(e, -n, "write the id maps");
	AUTO_FD fd = openat(to_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	int r = fd < 0 ? -errno : fd_write_all(fd, buf, (size_t)n);
	return r < 0 ? err_sys(e, -r, "write the id maps of the container as %s", name) : 0;
}

static int count_images(int image_fd)
{
	AUTO_DIR dir = dir_open(image_fd, ".");
	const struct dirent *x;
	int n = 0, more = dir ? 0 : -errno;

	while (dir && (more = dir_next(dir, &x)) > 0)
		n += restore_is_ids(x->d_name);
	return more < 0 ? more : n;
}

int restore_check_ids(const struct creation *c, int image_fd, struct err *e)
{
	bool own = c->plan.ns.ns[NS_USER].mode != NS_SHARED;
	int n = count_images(image_fd);

	if (n < 0)
		return err_sys(e, -n, "read the directory of images");
	if (own && n == 0)
		return err_set(e, ERR_POLICY, EPERM,
			       "policy: userns: these are images of a container without a user "
			       "namespace of its own");
	if (!own && n > 0)
		return err_set(
			e, ERR_STATE, EINVAL,
			"--image-path: these are images of a container with a user namespace, "
			"and by its configuration it has none");
	/* Which of them is the first process's only CRIU knows. */
	if (n > 1)
		return err_set(e, ERR_HOST, ENOTSUP,
			       "--image-path: these are images of a container with %d user "
			       "namespaces: only one can be restored",
			       n);
	return 0;
}
