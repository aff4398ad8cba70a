/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* record.c: see record.h. One field table writes and reads it. */
#include "lifecycle/record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "lifecycle/statedir.h"
#include "oci-spec/schema.h"

static const struct json_field record_fields[] = {
	JSON_U32(record, format, "format", .required = true),
	JSON_STR(record, oci_version, "ociVersion", .required = true),
	JSON_STR(record, id, "id", .required = true),
	JSON_STR(record, bundle, "bundle", .required = true),
	JSON_STR(record, rootfs, "rootfs", .required = true),
	JSON_STR(record, created, "created", .required = true),
	JSON_BOOL(record, complete, "complete"),
	JSON_BOOL(record, restored, "restored"),
	JSON_BOOL(record, restoring, "restoring"),
	JSON_U32(record, pid, "pid"),
	JSON_U64(record, start_time, "startTime"),
	JSON_U32(record, owner_uid, "ownerUID"),
	JSON_U32(record, root_uid, "rootUID"),
	JSON_BOOL(record, ids_inside, "idsInside"),
	JSON_U64(record, userns, "userNamespace"),
	JSON_U32(record, id_range, "idRange"),
	JSON_STRS(record, cgroup_paths, "cgroupPaths"),
	JSON_STR(record, systemd_unit, "systemdUnit"),
	JSON_BOOL(record, systemd_user, "systemdUser"),
	JSON_STR(record, systemd_cgroup, "systemdCgroup"),
	JSON_U64(record, systemd_cgroup_inode, "systemdCgroupInode"),
	JSON_BOOL(record, shared_pid_namespace, "sharedPIDNamespace"),
	JSON_BOOL(record, shared_mount_namespace, "sharedMountNamespace"),
	JSON_STR(record, overlay_source, "overlaySource"),
	JSON_STR(record, overlay_workdir, "overlayWorkdir"),
	JSON_U64(record, overlay_device, "overlayDevice"),
	JSON_STR(record, rdt_root, "rdtRoot"),
	JSON_STRS(record, rdt_groups, "rdtGroups"),
	JSON_STRS(record, rdt_own, "rdtOwn"),
	JSON_BOOL(record, has_poststart, "hasPoststart"),
	JSON_BOOL(record, has_poststop, "hasPoststop"),
	JSON_MAP(record, annotations, "annotations"),
};
static const struct json_schema record_schema = JSON_SCHEMA(record, record_fields);

/* What must stay readable: annotations are the only part of it that can be long. */
#define RECORD_MAX_BYTES (1u << 20)
#define RECORD_SPARE	 (64u << 10) /* for what the second writing adds */

int record_write(const struct statedir *d, const struct record *r, struct err *e)
{
	AUTO_STRBUF out = STRBUF_INIT;

	json_write_object(&record_schema, r, NULL, &out);
	strbuf_addc(&out, '\n');
	if (out.failed)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	if (out.len > RECORD_MAX_BYTES - (r->complete ? 0 : RECORD_SPARE))
		return err_set(e, ERR_SPEC, E2BIG,
			       "/annotations: the container's state would have %zu bytes, of at "
			       "most %u",
			       out.len, RECORD_MAX_BYTES - RECORD_SPARE);
	return statedir_write(d, STATE_FILE, out.buf, out.len, e);
}

/* It is written before and removed after HARDENING_FILE, see statedir_remove(). */
static bool was_lost(const struct statedir *d)
{
	return faccessat(d->fd, HARDENING_FILE, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

int record_read(const struct statedir *d, struct arena *a, struct record *ret, struct err *e)
{
	struct record r;
	char *text;

	AUTO_FD fd = openat(d->fd, STATE_FILE, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0 && errno == ENOENT)
		return !was_lost(d)
			       ? -ENOENT
			       : err_set(e, ERR_STATE, ENODATA,
					 "state of the container is damaged: %s has no " STATE_FILE,
					 d->path);
	if (fd < 0)
		return err_sys(e, errno, "open %s/%s", d->path, STATE_FILE);
	ssize_t n = fd_read_all(fd, a, RECORD_MAX_BYTES, &text);
	if (n < 0)
		return err_sys(e, (int)-n, "read %s/%s", d->path, STATE_FILE);
	int rc = json_parse_object(&record_schema, STATE_FILE, text, (size_t)n, a, &r, JSON_IGNORE,
				   e);
	if (rc < 0)
		return err_wrap(e, "state of the container is damaged: %s", d->path);
	if (r.format != RECORD_FORMAT)
		return err_set(e, ERR_STATE, EPROTO,
			       "state of the container has format %u, this bulkhead reads %u: use "
			       "the version that made it",
			       r.format, RECORD_FORMAT);
	*ret = r;
	return 0;
}
