/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mounts_devices.c: owns the nodes and links of /dev: the default ones of config-linux.md ("Default
 * Devices", "Dev symbolic links" of runtime-linux.md) and linux.devices.
 */
#include "plan/mounts_priv.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "oci-spec/default_devices.h"
#include "oci-spec/spec.h"
#include "plan/namespaces.h"

#define NODE(where, maj, min) {.path = where, .major = maj, .minor = min},
static const struct device_plan default_devices[] = {SPEC_DEFAULT_NODES(NODE)};
#define N_DEFAULT (sizeof(default_devices) / sizeof(default_devices[0]))

static const struct dev_link links[] = {
	{"fd", "/proc/self/fd", false},	      {"stdin", "/proc/self/fd/0", false},
	{"stdout", "/proc/self/fd/1", false}, {"stderr", "/proc/self/fd/2", false},
	{"core", "/proc/kcore", true},	      {"ptmx", "pts/ptmx", false},
};

/* 12 and 20 bits: include/linux/kdev_t.h. */
#define MAJOR_MAX 0xfff
#define MINOR_MAX 0xfffff

/* The last mount that covers /dev counts. */
static int find_dev(struct mounts_plan *p, struct err *e)
{
	p->setup_dev = true;
	for (size_t i = 0; i < p->n_mounts; i++) {
		const struct mount_plan *m = &p->mounts[i];
		if (m->remount)
			continue;
		if (strcmp(m->destination, "/dev/pts") == 0)
			p->pts_mount = m->kind == MOUNT_DEVPTS ? (ssize_t)i : -1;
		if (strcmp(m->destination, "/dev") != 0)
			continue;
		p->pts_mount = -1;
		/* A devtmpfs is the host's, as much as a bind of it. */
		p->setup_dev = m->kind != MOUNT_BIND && strcmp(m->type, "devtmpfs") != 0;
		p->dev_mount = m->kind == MOUNT_TMPFS ? (ssize_t)i : -1;
		if (m->kind != MOUNT_TMPFS && m->kind != MOUNT_BIND && m->kind != MOUNT_OTHER)
			return err_set(e, ERR_SPEC, EINVAL,
				       "/mounts/%zu/type: a %s cannot hold the devices of /dev", i,
				       m->type);
	}
	return 0;
}

static int device_type(const struct spec_device *d, size_t i, mode_t *ret, struct err *e)
{
	if (str_eq(d->type, "c") || str_eq(d->type, "u")) {
		*ret = S_IFCHR;
		return 0;
	}
	if (str_eq(d->type, "b")) {
		*ret = S_IFBLK;
		return 0;
	}
	if (str_eq(d->type, "p")) {
		*ret = S_IFIFO;
		return 0;
	}
	return err_set(e, ERR_SPEC, EINVAL, "/linux/devices/%zu/type: \"%s\": not a device type", i,
		       d->type);
}

static int device_number(const struct spec_device *d, size_t i, struct device_plan *p,
			 struct err *e)
{
	if (!d->major || !d->minor)
		return err_set(e, ERR_SPEC, EINVAL, "/linux/devices/%zu/%s: missing", i,
			       d->major ? "minor" : "major");
	if (*d->major < 0 || *d->major > MAJOR_MAX)
		return err_set(e, ERR_SPEC, EINVAL, "/linux/devices/%zu/major: out of range", i);
	if (*d->minor < 0 || *d->minor > MINOR_MAX)
		return err_set(e, ERR_SPEC, EINVAL, "/linux/devices/%zu/minor: out of range", i);
	p->major = (unsigned)*d->major;
	p->minor = (unsigned)*d->minor;
	return 0;
}

static int device_owner(const struct spec_device *d, size_t i, const struct namespaces_plan *ns,
			struct device_plan *p, struct err *e)
{
	const struct id_maps *m = &ns->maps;

	if (d->uid)
		p->uid = ids_to_host(m->uid, m->n_uid, *d->uid);
	if (d->gid)
		p->gid = ids_to_host(m->gid, m->n_gid, *d->gid);
	if (p->uid == UINT32_MAX || p->gid == UINT32_MAX)
		return err_set(
			e, ERR_SPEC, EINVAL,
			"/linux/devices/%zu/%s: not mapped in the container's user namespace", i,
			p->uid == UINT32_MAX ? "uid" : "gid");
	return 0;
}

static int plan_device(const struct spec_device *d, size_t i, const struct namespaces_plan *ns,
		       struct arena *a, struct device_plan *p, struct err *e)
{
	mode_t type = 0;

	p->pointer = arena_printf(a, "/linux/devices/%zu", i);
	char *where = arena_printf(a, "/linux/devices/%zu/path", i);
	if (!p->pointer || !where)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	int r = device_type(d, i, &type, e);
	if (r >= 0)
		r = mounts_clean_path(d->path, where, a, &p->path, e);
	if (r >= 0 && type != S_IFIFO)
		r = device_number(d, i, p, e);
	if (r < 0)
		return r;
	/* Some engines copy st_mode with its type bits. */
	p->mode = type | ((d->file_mode ? *d->file_mode : 0666) & 07777);
	p->uid = ns->root_uid;
	p->gid = ns->root_gid;
	return device_owner(d, i, ns, p, e);
}

/* An entry of linux.devices replaces a default or earlier one of the same path. */
static void put_device(struct device_plan *list, size_t *n, const struct device_plan *d)
{
	size_t i = 0;

	while (i < *n && strcmp(list[i].path, d->path) != 0)
		i++;
	list[i] = *d;
	*n += i == *n;
}

int mounts_plan_devices(const struct spec *s, const struct namespaces_plan *ns, struct arena *a,
			struct mounts_plan *ret, struct err *e)
{
	size_t n_spec = s->linux_ ? s->linux_->n_devices : 0, n = 0;
	struct device_plan *list = arena_array(a, N_DEFAULT + n_spec, sizeof(*list));

	if (!list)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	int r = find_dev(ret, e);
	if (r < 0)
		return r;
	for (; ret->setup_dev && n < N_DEFAULT; n++) {
		list[n] = default_devices[n];
		list[n].mode = S_IFCHR | 0666;
		list[n].uid = ns->root_uid;
		list[n].gid = ns->root_gid;
	}
	for (size_t i = 0; i < n_spec; i++) {
		struct device_plan d = {0};
		r = plan_device(&s->linux_->devices[i], i, ns, a, &d, e);
		if (r < 0)
			return r;
		/* /dev/ptmx is a link to the container's own devpts, never 5:2 of the host's. */
		if (strcmp(d.path, "/dev/ptmx") == 0)
			continue;
		if (!ret->setup_dev && path_below(d.path, "/dev"))
			continue;
		put_device(list, &n, &d);
	}
	ret->devices = list;
	ret->n_devices = n;
	if (ret->setup_dev) {
		ret->links = links;
		ret->n_links = sizeof(links) / sizeof(links[0]);
	}
	return 0;
}
