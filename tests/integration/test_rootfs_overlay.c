/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The root mount on overlays: what container and engine see of each other on disk. */
#include "tests/integration/rootfs_overlay.h"

static void start(struct box *b, const struct box_config *c)
{
	CHECK_MSG(box_start(c, b) == 0, "%s", b->err.msg);
	CHECK(b->root.overlay);
	CHECK(b->root.idmapped);
	CHECK_STR(b->before, b->after);
}

static void stop_and_release(struct box *b)
{
	struct err e = {0};

	box_stop(b);
	CHECK_MSG(rootfs_release(b->root.workdir, &e) == 0, "%s", e.msg);
	CHECK(access(b->root.workdir, F_OK) != 0);
	CHECK(rootfs_release(b->root.workdir, &e) == 0);
}

TEST(reads_and_writes_as_uid_0_on_disk)
{
	struct box_config c = box_config(at("basic/merged"));
	struct box b;

	overlay_make("basic", 3, "");
	make_dirs(at("basic/l2/old/sub"));
	make_file(at("basic/l2/old/sub/f"), "x");
	make_file(at("basic/l1/user"), "x");
	CHECK(chown(at("basic/l1/user"), 1000, 1001) == 0);
	start(&b, &c);
	CHECK_STR(b.root.path, at("basic/merged"));
	CHECK_STR(box_do(&b, "flags", "/", NULL), "rw,nosuid,nodev");
	CHECK_STR(box_do(&b, "read", "/top", NULL), "visible");
	CHECK_STR(box_do(&b, "list", "/etc", NULL), "from-l0,from-l1,from-l2");
	CHECK_STR(box_do(&b, "stat", "/l2", NULL), "0:0 644");
	CHECK_STR(box_do(&b, "stat", "/user", NULL), "1000:1001 644");

	CHECK_STR(box_do(&b, "create", "/etc/new", "x"), "ok");
	CHECK_STR(on_disk(at("basic/rw/diff/etc/new")), "0:0 644 file");
	CHECK_STR(on_disk(at("basic/rw/diff/etc")), "0:0 755 dir");
	CHECK_STR(box_do(&b, "append", "/l1", "+"), "ok");
	CHECK_STR(on_disk(at("basic/rw/diff/l1")), "0:0 644 file");
	CHECK_STR(file_text(at("basic/rw/diff/l1")), "lower+");
	CHECK_STR(box_do(&b, "chown", "/l2", "5:7"), "ok");
	CHECK_STR(on_disk(at("basic/rw/diff/l2")), "5:7 644 file");
	CHECK_STR(box_do(&b, "unlink", "/l0", NULL), "ok");
	CHECK_STR(on_disk(at("basic/rw/diff/l0")), "0:0 0 whiteout");
	/* Removed and made again: what the image had in it must not come back. */
	CHECK_STR(box_do(&b, "unlink", "/old/sub/f", NULL), "ok");
	CHECK_STR(box_do(&b, "rmdir", "/old/sub", NULL), "ok");
	CHECK_STR(box_do(&b, "mkdir", "/old/sub", NULL), "ok");
	CHECK_STR(box_do(&b, "list", "/old/sub", NULL), "");
	CHECK_STR(xattr_of(at("basic/rw/diff/old/sub"), "trusted.overlay.opaque"), "y");
	CHECK_STR(box_do(&b, "rename", "/etc/from-l1", "/etc/moved"), "ok");
	CHECK_STR(on_disk(at("basic/rw/diff/etc/from-l1")), "0:0 0 whiteout");
	CHECK_STR(file_text(at("basic/rw/diff/etc/moved")), "lower");

	CHECK_STR(box_do(&b, "mknod", "/node", NULL), "EPERM");
	CHECK_STR(box_do(&b, "chown", "/etc", "70000:0"), "EINVAL");
	CHECK_STR(box_do(&b, "setxattr", "/etc", "trusted.overlay.opaque"), "EPERM");
	CHECK_STR(box_do(&b, "umount", "/", NULL), "EINVAL");
	stop_and_release(&b);
	CHECK_STR(names_in(at("basic/rw")), "diff,work");
	/* The engine's overlay still works. */
	CHECK_STR(file_text(at("basic/merged/top")), "visible");
	make_file(at("basic/merged/engine"), "x");
	overlay_unmount("basic");
}

/* The image's own whiteouts, opaque directories and device nodes. */
TEST(honours_what_is_in_the_image)
{
	struct box_config c = box_config(at("image/merged"));
	struct box b;

	overlay_dirs("image", 2);
	make_dirs(at("image/l1/opaque"));
	make_file(at("image/l1/opaque/f"), "hidden");
	make_dirs(at("image/l0/opaque"));
	CHECK(setxattr(at("image/l0/opaque"), "trusted.overlay.opaque", "y", 1, 0) == 0);
	CHECK(mknod(at("image/l0/l1"), S_IFCHR, 0) == 0);
	CHECK(mknod(at("image/l1/null"), S_IFCHR | 0666, makedev(1, 3)) == 0);
	overlay_make("image", 2, "");
	start(&b, &c);
	CHECK_STR(box_do(&b, "stat", "/l1", NULL), "ENOENT");
	CHECK_STR(box_do(&b, "list", "/opaque", NULL), "");
	CHECK_STR(box_do(&b, "open", "/null", NULL), "EACCES");
	stop_and_release(&b);
	overlay_unmount("image");
}

TEST(mountinfo_shows_no_host_path)
{
	struct box_config c = box_config(at("shown/merged"));
	struct box b;
	char path[64], line[4096] = "";

	overlay_make("shown", 2, "");
	start(&b, &c);
	snprintf(path, sizeof(path), "/proc/%d/mountinfo", b.init);
	FILE *f = fopen(path, "re");
	CHECK(f && fgets(line, sizeof(line), f));
	CHECK_MSG(!strstr(line, box_dir), "%s", line);
	CHECK_HAS(line, "lowerdir=0:1,upperdir=u,workdir=w");
	CHECK(!fgets(line, sizeof(line), f));
	fclose(f);
	stop_and_release(&b);
	overlay_unmount("shown");
}

TEST(restart_keeps_the_files)
{
	struct box_config c = box_config(at("again/merged"));
	struct box b;

	overlay_make("again", 2, "");
	for (uint32_t i = 0; i < 3; i++) {
		char name[8];
		snprintf(name, sizeof(name), "/%u", i);
		c.uid = BOX_UID + i * 65536;
		start(&b, &c);
		CHECK_STR(box_do(&b, "create", name, "x"), "ok");
		if (i)
			CHECK_STR(box_do(&b, "append", "/0", "+"), "ok");
		stop_and_release(&b);
	}
	CHECK_STR(file_text(at("again/rw/diff/0")), "x++");
	CHECK_STR(on_disk(at("again/rw/diff/2")), "0:0 644 file");
	overlay_unmount("again");
}

TEST(survives_a_work_dir_that_was_left)
{
	struct box_config c = box_config(at("left/merged"));
	struct box b;
	struct err e = {0};

	overlay_make("left", 2, ",volatile");
	for (int i = 0; i < 3; i++) {
		start(&b, &c);
		CHECK_STR(box_do(&b, "write", "/l1", "x"), "ok");
		box_stop(&b); /* and no release */
		CHECK(access(b.root.workdir, F_OK) == 0);
	}
	/* A create that died before it recorded anything. */
	CHECK(rootfs_release_at(at("left/merged"), BOX_UID, &e) == 0);
	CHECK_STR(names_in(at("left/rw")), "diff,work");
	CHECK(rootfs_release_at(at("left/merged"), BOX_UID, &e) == 0);
	CHECK(rootfs_release_at(at("left"), BOX_UID, &e) == 0);
	CHECK(rootfs_release_at(at("nowhere"), BOX_UID, &e) == 0);
	overlay_unmount("left");
}

TEST(two_containers_on_one_overlay)
{
	struct box_config c = box_config(at("two/merged")), d = c;
	struct box b, b2;

	overlay_make("two", 2, "");
	d.uid = BOX_UID + 65536;
	start(&b, &c);
	start(&b2, &d);
	CHECK_STR(box_do(&b, "append", "/l0", "1"), "ok");
	CHECK_STR(box_do(&b2, "append", "/l1", "2"), "ok");
	stop_and_release(&b);
	CHECK_STR(box_do(&b2, "append", "/etc/from-l1", "2"), "ok");
	stop_and_release(&b2);
	overlay_unmount("two");
}

TEST(metacopy_and_redirect_are_passed_on)
{
	struct box_config c = box_config(at("meta/merged"));
	struct box b;

	overlay_dirs("meta", 2);
	make_dirs(at("meta/l1/dir/sub"));
	overlay_make("meta", 2, ",metacopy=on,redirect_dir=on");
	start(&b, &c);
	CHECK_STR(box_do(&b, "chmod", "/l1", "600"), "ok");
	CHECK_STR(box_do(&b, "read", "/l1", NULL), "lower");
	CHECK_STR(xattr_of(at("meta/rw/diff/l1"), "trusted.overlay.metacopy"), "");
	CHECK_STR(box_do(&b, "rename", "/dir", "/renamed"), "ok");
	CHECK_STR(xattr_of(at("meta/rw/diff/renamed"), "trusted.overlay.redirect"), "dir");
	CHECK_STR(box_do(&b, "list", "/renamed", NULL), "sub");
	stop_and_release(&b);
	overlay_unmount("meta");
}

TEST(volatile_is_passed_on)
{
	struct box_config c = box_config(at("vol/merged"));
	struct box b;

	overlay_make("vol", 2, ",volatile");
	start(&b, &c);
	CHECK_STR(names_in(at("vol/rw/work.userns.%u/work/incompat", BOX_UID)), "volatile");
	stop_and_release(&b);
	overlay_unmount("vol");
}

TEST(userxattr_is_passed_on)
{
	struct box_config c = box_config(at("uxa/merged"));
	struct box b;

	overlay_make("uxa", 2, ",userxattr");
	start(&b, &c);
	CHECK_STR(box_do(&b, "unlink", "/etc/from-l0", NULL), "ok");
	CHECK_STR(box_do(&b, "unlink", "/etc/from-l1", NULL), "ok");
	CHECK_STR(box_do(&b, "rmdir", "/etc", NULL), "ok");
	CHECK_STR(box_do(&b, "mkdir", "/etc", NULL), "ok");
	CHECK_STR(xattr_of(at("uxa/rw/diff/etc"), "user.overlay.opaque"), "y");
	stop_and_release(&b);
	overlay_unmount("uxa");
}

TEST(flags_of_the_engines_mount_are_kept)
{
	struct box_config c = box_config(at("flags/merged"));
	struct box b;

	overlay_make("flags", 2, "");
	CHECK(mount(NULL, at("flags/merged"), NULL, MS_REMOUNT | MS_BIND | MS_NOEXEC | MS_NOATIME,
		    NULL) == 0);
	start(&b, &c);
	CHECK_STR(box_do(&b, "flags", "/", NULL), "rw,nosuid,nodev,noexec");
	stop_and_release(&b);
	overlay_unmount("flags");
}

/* ---- read-only overlays ---- */

static void check_readonly(const char *name)
{
	struct box_config c = box_config(at("%s/merged", name));
	struct box b;

	start(&b, &c);
	CHECK_STR(b.root.workdir, "");
	CHECK_STR(box_do(&b, "read", "/top", NULL), "visible");
	CHECK_STR(box_do(&b, "stat", "/l1", NULL), "0:0 644");
	CHECK_STR(box_do(&b, "create", "/x", ""), "EROFS");
	stop_and_release(&b);
	CHECK_STR(names_in(at("%s/rw", name)), "diff,work");
	overlay_unmount(name);
}

TEST(an_overlay_without_upper_layer)
{
	char options[512];

	overlay_dirs("noupper", 2);
	snprintf(options, sizeof(options), "lowerdir=%s:%s", at("noupper/l0"), at("noupper/l1"));
	overlay_mount("noupper", MS_RDONLY, options);
	check_readonly("noupper");
}

TEST(a_readonly_overlay_with_upper_layer)
{
	char options[512];

	overlay_dirs("roupper", 2);
	make_file(at("roupper/rw/diff/top"), "visible");
	make_file(at("roupper/l0/top"), "hidden");
	CHECK(mknod(at("roupper/rw/diff/l0"), S_IFCHR, 0) == 0);
	snprintf(options, sizeof(options), "lowerdir=%s:%s,upperdir=%s,workdir=%s",
		 at("roupper/l0"), at("roupper/l1"), at("roupper/rw/diff"), at("roupper/rw/work"));
	overlay_mount("roupper", MS_RDONLY, options);
	check_readonly("roupper");
}

TEST(a_readonly_mount_of_a_writable_overlay)
{
	overlay_make("robind", 2, "");
	CHECK(mount(NULL, at("robind/merged"), NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL) == 0);
	check_readonly("robind");
}

TEST(readonly_in_the_config)
{
	struct box_config c = box_config(at("rocfg/merged"));
	struct box b;

	overlay_make("rocfg", 2, "");
	c.plan.readonly = true;
	start(&b, &c);
	CHECK_STR(box_do(&b, "flags", "/", NULL), "ro,nosuid,nodev");
	CHECK_STR(box_do(&b, "create", "/x", ""), "EROFS");
	CHECK_STR(box_do(&b, "remount", "/", NULL), "EPERM");
	stop_and_release(&b);
	make_file(at("rocfg/merged/x"), "the engine still writes");
	overlay_unmount("rocfg");
}
