/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rootfs.h: the container's root mount, from the engine's directory to pivot_root and, at the end
 * of its life, what we left beside the engine's layers.
 *
 * Order of calls in the runtime (host root):
 *   rootfs_namespace()   in M1 from here on
 *   rootfs_open()        detached mount; nothing visible yet
 *   rootfs_pin_guard()   overlay only, before anything is mounted below
 *   rootfs_attach()      at root.path or "/" of M1; cwd = it
 *   ... mounts below r->fd ...
 *   rootfs_set_readonly() when the plan says so
 *   rootfs_pivot()
 *   rootfs_finish()      in the container's child, after its unshare(CLONE_NEWNS)
 *   rootfs_close()
 *   rootfs_refresh()     back in the host's mount namespace; and first in every later command
 *   rootfs_release()     at delete, when the container's last process is gone
 */
#ifndef BULKHEAD_APPLY_ROOTFS_H
#define BULKHEAD_APPLY_ROOTFS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "plan/rootfs.h"

struct err;

/* To be kept in the container's state: path, overlay, workdir, dev. */
struct rootfs {
	int fd;			/* the mount, O_PATH: detached after open, attached after attach */
	int at_fd;		/* not idmapped: the engine's directory, where it is attached */
	bool overlay;		/* a second overlay of our own (B) beside the engine's (A) */
	bool idmapped;		/* false: the engine has shifted the ids on disk already */
	char path[PATH_MAX];	/* the engine's directory, resolved; for rootfs_refresh() */
	char workdir[PATH_MAX]; /* overlay, writable: our extra work dir; else "" */
	uint64_t dev;		/* st_dev of the mount's root: how rootfs_refresh() knows B again */
	uint64_t ino;
};
#define ROOTFS_INIT ((struct rootfs){.fd = -1, .at_fd = -1})

/**
 * rootfs_namespace - unshare the mount namespace (M1) and cut its propagation to the host:
 * p->propagation, recursively. M1 is owned by the runtime's user namespace.
 */
int rootfs_namespace(const struct rootfs_plan *p, struct err *e);

/**
 * rootfs_open - make the root mount, detached, nosuid and nodev.
 * @userns_fd: the container's user namespace, maps written; -1: the caller gave the mappings, so
 *             the engine has shifted the ids on disk, and the tree is taken as it is
 * @root_uid, @root_gid: host ids of the container's root
 * @ret: ret->fd is the caller's (rootfs_close()). ret->workdir exists on disk from here on:
 *       rootfs_release() removes it, also when a later step of create fails.
 *
 * Must be called inside M1: staging mounts are made there for a moment and removed again.
 *  - plain file systems: an idmapped clone of the directory's mount;
 *  - overlay: a second overlay over idmapped clones of its layers; the engine's mount is not
 *    touched;
 *  - a directory that already belongs to @root_uid on disk (dockerd --userns-remap, podman
 *    --userns=auto) was shifted by the engine: a plain clone, as with @userns_fd -1.
 * Mounts below the directory are refused (runc would show them): un-idmapped they would be useless
 * and idmapped they would hand host trees to the container's root, past every rule for binds.
 *
 * Errors are ERR_HOST when this kernel or this root filesystem can't do it ("rootfs filesystem
 * tmpfs can't be idmapped on this kernel (<6.3)"); on any failure nothing is left behind.
 */
int rootfs_open(const struct rootfs_plan *p, int userns_fd, uint32_t root_uid, uint32_t root_gid,
		struct rootfs *ret, struct err *e);

/** rootfs_close - close the descriptors; the mount stays if it has been attached. */
void rootfs_close(struct rootfs *r);
#define AUTO_ROOTFS __attribute__((cleanup(rootfs_close))) struct rootfs

/**
 * rootfs_pin_guard - keep directories coherent that the container will pin for its whole life.
 * @root_fd: root of B (r->fd), nothing mounted below it yet
 * @destinations: absolute mount destinations in the container; their existing ancestors are copied
 *                up (chmod to the mode they have; mtime stays, docker diff does not show it)
 * @cwd: process.cwd or NULL; itself and its ancestors likewise
 * Without it, an engine that copies up such a directory through A (docker cp) leaves B with a
 * directory in which nothing can be created any more (ENOTEMPTY). Paths that do not exist are
 * skipped. Does nothing when @root_fd is not on overlay or is read-only.
 */
int rootfs_pin_guard(int root_fd, const char *const *destinations, size_t n, const char *cwd,
		     struct err *e);

/**
 * rootfs_attach - mount r->fd in M1 and make it the working directory: over the engine's directory,
 * so that createContainer hooks find there what the container will have, and can mount more. An
 * idmapped root goes over "/", out of sight: host root has no id in it and could make no file,
 * where the directory itself takes its files as the container's root's.
 */
int rootfs_attach(const struct rootfs *r, struct err *e);

/** rootfs_set_readonly - make the root mount read-only (the mount, not its file system). */
int rootfs_set_readonly(const struct rootfs *r, struct err *e);

/**
 * rootfs_pivot - pivot_root(".", ".") into the attached mount and detach the old root; cwd is "/".
 * Every process of M1 whose root or cwd was the old root moves along. Verifies that "/" is r.
 * ERR_HOST when the host's root is an initramfs, which pivot_root(2) can't leave; moving the mount
 * and chroot(2) instead can be escaped from, so it is done only when it is asked for.
 */
int rootfs_pivot(const struct rootfs *r, struct err *e);

/**
 * rootfs_detach - from an attached root with all its mounts to a detached copy of them, which
 * r->fd is then: rootfs_attach() puts it over "/" of another mount namespace, or at a new r->at_fd.
 * Unbindable mounts below are not copied (open_tree(2)).
 */
int rootfs_detach(struct rootfs *r, struct err *e);

/** rootfs_chroot - chroot(2) to the attached mount; cwd is "/". Verifies that "/" is r. */
int rootfs_chroot(const struct rootfs *r, struct err *e);

/**
 * rootfs_move - instead of rootfs_pivot(): the mount is moved over "/", then rootfs_chroot(). The
 * host's root stays below it. Other processes of the namespace have to chroot(2) by themselves.
 * @own: the namespace is the container's alone: /proc, /sys and the like of the host are unmounted
 * in it, so that whoever gets out finds none, and a user namespace may mount no new ones on their
 * account (mount_too_revealing())
 * @proc_fd: the host's procfs, O_PATH
 */
int rootfs_move(const struct rootfs *r, bool own, int proc_fd, struct err *e);

/**
 * rootfs_finish - what the kernel drops when a mount namespace is copied into another user
 * namespace: "unbindable". A no-op for every other propagation. cwd and root are not used.
 */
int rootfs_finish(const struct rootfs_plan *p, struct err *e);

/**
 * rootfs_refresh - make overlays A and B drop the directory entries nobody uses, so that each sees
 * what was written through the other. Nothing else changes.
 * @a_path: the engine's mount (r->path), looked up in the current mount namespace; NULL: skip
 * @b_root_fd: /proc/PID/root of the container's init, opened O_PATH; -1: skip
 * @b_dev: r->dev. b_root_fd is the container's word: it is used only if it is an overlay with this
 *         device number.
 * Best effort: what is gone, no overlay, or no longer a mount is skipped and counts as success, and
 * so does what waits for a lock for longer than 100 ms: a helper process then finishes it alone.
 * Returns 0, or -errno when the kernel refused to reconfigure an overlay that is there.
 */
int rootfs_refresh(const char *a_path, int b_root_fd, uint64_t b_dev, struct err *e);

/**
 * rootfs_release - remove our work dir beside the engine's upper layer.
 * @workdir: r->workdir; "" or a path that is gone is success
 * Only when the overlay is no longer mounted. Removes only names that overlayfs makes, never
 * crosses a mount, follows no symlink; anything else in there is an error and stays.
 */
int rootfs_release(const char *workdir, struct err *e);

/**
 * rootfs_take_down - unmount whatever is at the directory @name of @dir_fd, with all below it, and
 * remove that directory. Nothing there is success.
 */
int rootfs_take_down(int dir_fd, const char *name, struct err *e);

/**
 * rootfs_release_at - the same for a create that died before it could record r->workdir.
 * @path: root.path, absolute; @root_uid: as given to rootfs_open()
 */
int rootfs_release_at(const char *path, uint32_t root_uid, struct err *e);

#endif
