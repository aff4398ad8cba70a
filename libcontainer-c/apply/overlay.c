/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* overlay.c: see overlay.h. */
#include "apply/overlay.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>

#include "apply/fsids.h"
#include "apply/idmap.h"
#include "kernel/mountinfo.h"
#include "apply/overlay_layers.h"
#include "apply/overlay_options.h"
#include "apply/overlay_stage.h"
#include "apply/overlay_workdir.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "kernel/sys.h"

/* Everything that is open on the way to B. */
struct build {
	struct arena arena;
	struct overlay_options options;
	struct overlay_layers layers;
	struct overlay_upper upper;
	struct overlay_stage stage;
	char workdir[OVERLAY_WORKDIR_MAX];
	bool made_workdir;
	int userns_fd;
};

/*
 * An engine that knows nothing of SELinux leaves the labels of its storage on the files, which a
 * confined container is kept from. One that does has mounted A with a label.
 */
static int add_context(struct build *b, const char *context, struct err *e)
{
	if (!context || strstr(b->options.extra, "context="))
		return 0;
	b->options.extra = arena_printf(&b->arena, "%s,context=\"%s\"", b->options.extra, context);
	return b->options.extra ? 0 : err_sys(e, ENOMEM, "rootfs overlay");
}

/* Options and layers, as far as the text and the directories tell. */
static int read_original(struct build *b, const struct mountinfo *a, struct err *e)
{
	int r = overlay_options_parse(a->super_options, &b->arena, &b->options, e);

	if (r < 0)
		return r;
	return overlay_layers_find(&b->options, a->mountpoint, &b->arena, &b->layers, e);
}

/* An option that equals the module's default is not shown. */
static bool index_by_default(void)
{
	char value[8];
	ssize_t n = file_read_at(AT_FDCWD, "/sys/module/overlay/parameters/index", value,
				 sizeof(value));

	return n > 0 && value[0] == 'Y';
}

static int refuse_index(const struct build *b, struct err *e)
{
	if (!b->options.index && (b->options.index_off || !index_by_default()))
		return 0;
	return err_set(e, ERR_HOST, EBUSY,
		       "rootfs overlay is mounted with index=on, which lets no second overlay "
		       "share its upper layer: mount it with index=off");
}

/* A read-only overlay needs no work dir and must not touch the upper layer: that is one more lower
 * layer then. */
static void upper_to_lower(struct build *b)
{
	memmove(b->layers.lower + 1, b->layers.lower, b->layers.n_lower * sizeof(*b->layers.lower));
	b->layers.lower[0] = b->layers.upper;
	b->layers.n_lower++;
	b->layers.upper = NULL;
}

static int prepare_upper(struct build *b, uint32_t root_uid, struct err *e)
{
	int r = refuse_index(b, e);

	if (r < 0)
		return r;
	r = overlay_upper_find(&b->layers, &b->upper, e);
	if (r < 0)
		return r;
	overlay_workdir_name(root_uid, b->workdir);
	r = overlay_workdir_make(b->upper.parent_fd, b->workdir, e);
	b->made_workdir = r == 0;
	return r;
}

static int stage_lower(struct build *b, size_t i, struct err *e)
{
	AUTO_FD fd = idmap_clone(b->layers.base_fd, b->layers.lower[i], b->userns_fd, 0, false,
				 "rootfs overlay's lower layer", e);

	return fd < 0 ? fd : overlay_stage_lower(&b->stage, fd, e);
}

static int stage_upper(struct build *b, struct err *e)
{
	/* One mount for the upper layer and the work dir, as overlayfs demands. */
	AUTO_FD fd = idmap_clone(b->upper.parent_fd, "", b->userns_fd, 0, false,
				 "rootfs overlay's upper layer", e);

	return fd < 0 ? fd : overlay_stage_upper(&b->stage, fd, b->upper.name, b->workdir, e);
}

static int stage_layers(struct build *b, struct err *e)
{
	int r = overlay_stage_open(&b->stage, e);

	for (size_t i = 0; i < b->layers.n_lower && r == 0; i++)
		r = stage_lower(b, i, e);
	if (r == 0 && b->layers.upper)
		r = stage_upper(b, e);
	return r;
}

/*
 * Overlayfs keeps the mounter's credentials for all it does by itself. As fsuid 0, which has no id
 * in the idmapped layers, its first mkdir would be EOVERFLOW and it would come up read-only,
 * silently; as the container's root with the host's capabilities everything is uid 0 on disk.
 */
static int mount_as_root_inside(struct build *b, uint32_t uid, uint32_t gid, struct err *e)
{
	if (fsids_enter(uid, gid) < 0)
		return err_set(e, ERR_SYSTEM, EPERM, "setfsuid to %u", uid);
	AUTO_FD fd = overlay_stage_mount(&b->stage, b->options.extra, e);
	if (fsids_leave() < 0)
		return err_set(e, ERR_SYSTEM, EPERM, "setfsuid back from %u", uid);
	return TAKE_FD(fd);
}

static int check_writable(const struct build *b, int fd, struct err *e)
{
	struct statvfs st;

	if (fstatvfs(fd, &st) != 0)
		return err_sys(e, errno, "rootfs overlay: fstatvfs");
	bool readonly = st.f_flag & ST_RDONLY;
	if (readonly != !b->layers.upper)
		return err_set(
			e, ERR_HOST, EROFS,
			readonly ? "rootfs overlay: the second overlay came up read-only, see "
				   "the kernel's log"
				 : "rootfs overlay: the second overlay of a read-only one "
				   "came up writable");
	return 0;
}

static int build(struct build *b, const struct mountinfo *a, uint32_t uid, uint32_t gid,
		 const char *context, struct err *e)
{
	int r = read_original(b, a, e);

	if (r == 0)
		r = add_context(b, context, e);
	if (r == 0 && b->layers.upper) {
		if (b->options.readonly || mountinfo_has_option(a, "ro"))
			upper_to_lower(b);
		else
			r = prepare_upper(b, uid, e);
	}
	if (r < 0)
		return r;
	r = stage_layers(b, e);
	AUTO_FD fd = r < 0 ? r : mount_as_root_inside(b, uid, gid, e);
	int closed = overlay_stage_close(&b->stage, e);
	if (fd < 0 || closed < 0)
		return fd < 0 ? fd : closed;
	r = check_writable(b, fd, e);
	return r < 0 ? r : TAKE_FD(fd);
}

static int record_workdir(const struct build *b, char *out, struct err *e)
{
	out[0] = '\0';
	if (!b->made_workdir)
		return 0;
	bool top = strcmp(b->upper.parent, "/") == 0;
	int n = snprintf(out, PATH_MAX, "%s/%s", top ? "" : b->upper.parent, b->workdir);
	if (n >= PATH_MAX)
		return err_set(e, ERR_HOST, ENAMETOOLONG, "rootfs overlay: upper layer's path");
	return 0;
}

/* By now nobody uses it: the overlay that was mounted on it is gone with its descriptor. */
static void undo_workdir(const struct build *b)
{
	if (b->made_workdir)
		(void)overlay_workdir_remove(b->upper.parent_fd, b->workdir, NULL);
}

int overlay_open(const struct mountinfo *a, int userns_fd, uint32_t root_uid, uint32_t root_gid,
		 const char *context, struct overlay *ret, struct err *e)
{
	struct build b = {.arena = ARENA_INIT,
			  .layers = OVERLAY_LAYERS_INIT,
			  .upper = OVERLAY_UPPER_INIT,
			  .stage = OVERLAY_STAGE_INIT,
			  .userns_fd = userns_fd};
	char workdir[PATH_MAX];
	int fd = build(&b, a, root_uid, root_gid, context, e);
	int r = fd < 0 ? fd : record_workdir(&b, workdir, e);

	if (r < 0) {
		fd_closep(&fd);
		undo_workdir(&b);
	} else {
		ret->fd = fd;
		ret->readonly = !b.layers.upper;
		strcpy(ret->workdir, workdir);
	}
	overlay_upper_close(&b.upper);
	overlay_layers_close(&b.layers);
	arena_free(&b.arena);
	return r;
}

int overlay_workdir_release(const struct mountinfo *a, uint32_t root_uid, struct err *e)
{
	struct build b = {
		.arena = ARENA_INIT, .layers = OVERLAY_LAYERS_INIT, .upper = OVERLAY_UPPER_INIT};
	int r = read_original(&b, a, e);

	if (r == 0 && b.layers.upper) {
		r = overlay_upper_find(&b.layers, &b.upper, e);
		overlay_workdir_name(root_uid, b.workdir);
		if (r == 0)
			r = overlay_workdir_remove(b.upper.parent_fd, b.workdir, e);
	}
	overlay_upper_close(&b.upper);
	overlay_layers_close(&b.layers);
	arena_free(&b.arena);
	return r;
}
