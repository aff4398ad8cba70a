/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How layers are named and found again: odd names, many layers, relative names; and refusals. */
#include "tests/integration/rootfs_overlay.h"

static void check_works(const char *path, const char *visible)
{
	struct box_config c = box_config(path);
	struct err e = {0};
	struct box b;

	CHECK_MSG(box_start(&c, &b) == 0, "%s", b.err.msg);
	CHECK_STR(b.before, b.after);
	CHECK_STR(box_do(&b, "read", "/top", NULL), visible);
	CHECK_STR(box_do(&b, "create", "/new", "x"), "ok");
	box_stop(&b);
	CHECK_MSG(rootfs_release(b.root.workdir, &e) == 0, "%s", e.msg);
	CHECK(access(b.root.workdir, F_OK) != 0);
}

static void check_refused(const char *path, const char *text)
{
	struct box_config c = box_config(path);
	struct box b;

	CHECK(box_start(&c, &b) < 0);
	CHECK_HAS(b.err.msg, text);
	CHECK_INT(b.err.kind, ERR_HOST);
	CHECK_STR(b.before, b.after);
	box_stop(&b);
}

/* Quote as mount(2)'s overlayfs options want it. */
static const char *quoted(const char *path)
{
	static char buf[4][1024];
	static unsigned n;
	char *out = buf[n++ % 4], *p = out;

	for (; *path; path++) {
		if (strchr(":,\\", *path))
			*p++ = '\\';
		*p++ = *path;
	}
	*p = '\0';
	return out;
}

static const char *const odd_names[] = {"a:b",	   "a,b",	"a b",	  "a\\b",
					"a\\:b\\", "a\tb\nc",	"\\134x", "\xc3\xa4#=\"'",
					"-",	   "lowerdir=", "...",	  NULL};

TEST(names_with_every_special_character)
{
	char options[4096];

	for (int i = 0; odd_names[i]; i++) {
		const char *n = odd_names[i];
		make_dirs(at("odd%d/%s/lower", i, n));
		make_dirs(at("odd%d/%s/second", i, n));
		make_dirs(at("odd%d/%s/rw/%s", i, n, n));
		make_dirs(at("odd%d/%s/rw/work", i, n));
		make_dirs(at("odd%d/%s/merged", i, n));
		make_file(at("odd%d/%s/lower/top", i, n), n);
		snprintf(options, sizeof(options), "lowerdir=%s:%s,upperdir=%s,workdir=%s",
			 quoted(at("odd%d/%s/lower", i, n)), quoted(at("odd%d/%s/second", i, n)),
			 quoted(at("odd%d/%s/rw/%s", i, n, n)),
			 quoted(at("odd%d/%s/rw/work", i, n)));
		CHECK_MSG(mount("overlay", at("odd%d/%s/merged", i, n), "overlay", 0, options) == 0,
			  "%s: %s", options, strerror(errno));
		check_works(at("odd%d/%s/merged", i, n), n);
		CHECK_STR(file_text(at("odd%d/%s/rw/%s/new", i, n, n)), "x");
		CHECK(umount(at("odd%d/%s/merged", i, n)) == 0);
	}
}

/* One lowerdir+ per layer, names bare (6.8). */
TEST(bare_names_by_fsconfig)
{
	for (int i = 0; odd_names[i]; i++) {
		const char *n = odd_names[i];
		make_dirs(at("cfg%d/%s", i, n));
		make_dirs(at("cfg%d/second", i));
		make_dirs(at("cfg%d/rw/diff", i));
		make_dirs(at("cfg%d/rw/work", i));
		make_dirs(at("cfg%d/merged", i));
		make_file(at("cfg%d/%s/top", i, n), n);
		int fs = sys_fsopen("overlay");
		if (sys_fsconfig(fs, FSCONFIG_SET_STRING, "lowerdir+", at("cfg%d/%s", i, n), 0)) {
			printf("# not run: the kernel doesn't know lowerdir+\n");
			close(fs);
			return;
		}
		CHECK(!sys_fsconfig(fs, FSCONFIG_SET_STRING, "lowerdir+", at("cfg%d/second", i),
				    0));
		CHECK(!sys_fsconfig(fs, FSCONFIG_SET_STRING, "upperdir", at("cfg%d/rw/diff", i),
				    0));
		CHECK(!sys_fsconfig(fs, FSCONFIG_SET_STRING, "workdir", at("cfg%d/rw/work", i), 0));
		/* Before 6.5 the options are looked at only here. */
		if (sys_fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) != 0) {
			CHECK_INT(i, 0);
			printf("# not run: the kernel doesn't know lowerdir+\n");
			close(fs);
			return;
		}
		int fd = sys_fsmount(fs, 0);
		CHECK(fd >= 0);
		CHECK(!sys_move_mount(fd, "", AT_FDCWD, at("cfg%d/merged", i),
				      MOVE_MOUNT_F_EMPTY_PATH));
		close(fd);
		close(fs);
		check_works(at("cfg%d/merged", i), n);
		CHECK(umount(at("cfg%d/merged", i)) == 0);
	}
}

/* As dockerd and podman do it when the options outgrow a page: chdir, short links, all relative. */
static void make_relative(const char *name, int n_lower, bool upper)
{
	static char options[4096];
	int n = 0;
	char link[64], target[64];

	make_dirs(at("%s/home/l", name));
	make_dirs(at("%s/home/c/diff", name));
	make_dirs(at("%s/home/c/work", name));
	make_dirs(at("%s/home/c/merged", name));
	CHECK(chdir(at("%s/home", name)) == 0);
	for (int i = 0; i < n_lower; i++) {
		snprintf(link, sizeof(link), "layer%d", i);
		make_dirs(at("%s/home/%s/diff", name, link));
		snprintf(target, sizeof(target), "../layer%d/diff", i);
		snprintf(link, sizeof(link), "l/%x", i);
		CHECK(symlink(target, link) == 0);
		n += snprintf(options + n, sizeof(options) - (size_t)n, "%s%s",
			      i ? ":" : "lowerdir=", link);
	}
	make_file(at("%s/home/layer%d/diff/top", name, n_lower - 1), "bottom");
	if (upper)
		snprintf(options + n, sizeof(options) - (size_t)n,
			 ",upperdir=c/diff,workdir=c/work");
	CHECK_MSG(mount("overlay", "c/merged", "overlay", 0, options) == 0, "%s", strerror(errno));
	CHECK(chdir("/") == 0);
}

TEST(relative_names_and_500_layers)
{
	make_relative("rel", 500, true);
	check_works(at("rel/home/c/merged"), "bottom");
	CHECK(umount(at("rel/home/c/merged")) == 0);
}

TEST(relative_names_without_upper_layer)
{
	struct box_config c = box_config(at("relro/home/c/merged"));
	struct box b;

	make_relative("relro", 100, false);
	CHECK_MSG(box_start(&c, &b) == 0, "%s", b.err.msg);
	CHECK_STR(box_do(&b, "read", "/top", NULL), "bottom");
	CHECK_STR(box_do(&b, "create", "/x", ""), "EROFS");
	box_stop(&b);
	CHECK(umount(at("relro/home/c/merged")) == 0);
}

/* containerd: lower layers relative to its storage, the rest absolute, mounted elsewhere. */
TEST(relative_lower_layers_only)
{
	char options[4096];

	overlay_dirs("ctd/store", 2);
	make_dirs(at("run/rootfs"));
	CHECK(chdir(at("ctd/store")) == 0);
	snprintf(options, sizeof(options), "lowerdir=l0:l1,upperdir=%s,workdir=%s",
		 at("ctd/store/rw/diff"), at("ctd/store/rw/work"));
	CHECK(mount("overlay", at("run/rootfs"), "overlay", 0, options) == 0);
	CHECK(chdir("/") == 0);
	check_works(at("run/rootfs"), "visible");
	CHECK(umount(at("run/rootfs")) == 0);
}

TEST(refuses_relative_names_that_lead_nowhere)
{
	make_relative("lost", 2, true);
	CHECK(rename(at("lost/home/l"), at("lost/home/L")) == 0);
	check_refused(at("lost/home/c/merged"), "relative to a directory that can't be found");
	CHECK_STR(names_in(at("lost/home/c")), "diff,merged,work");
	CHECK(umount(at("lost/home/c/merged")) == 0);
}

TEST(refuses_a_missing_layer)
{
	overlay_make("gone", 2, "");
	CHECK(rename(at("gone/l1"), at("gone/L1")) == 0);
	check_refused(at("gone/merged"), "/gone/l1 can't be found");
	CHECK_STR(names_in(at("gone/rw")), "diff,work");
	overlay_unmount("gone");
}

TEST(refuses_index)
{
	overlay_make("index", 2, ",index=on");
	check_refused(at("index/merged"), "mounted with index=on");
	CHECK_STR(names_in(at("index/rw")), "diff,work");
	overlay_unmount("index");
}

/* The module's default is not shown in mountinfo. Not changed for real: it is everybody's. */
TEST(refuses_index_by_default)
{
	const char *param = "/sys/module/overlay/parameters/index";

	overlay_make("default", 2, "");
	make_file(at("default/param"), "Y\n");
	CHECK(mount(at("default/param"), param, NULL, MS_BIND, NULL) == 0);
	check_refused(at("default/merged"), "mounted with index=on");
	CHECK_STR(names_in(at("default/rw")), "diff,work");
	CHECK(umount(param) == 0);
	overlay_unmount("default");
}

TEST(refuses_a_layer_that_cannot_be_idmapped)
{
	char options[1024];

	overlay_make("stack", 2, "");
	make_dirs(at("stack/upper/diff"));
	make_dirs(at("stack/upper/work"));
	make_dirs(at("stack/top"));
	snprintf(options, sizeof(options), "lowerdir=%s,upperdir=%s,workdir=%s", at("stack/merged"),
		 at("stack/upper/diff"), at("stack/upper/work"));
	CHECK(mount("overlay", at("stack/top"), "overlay", 0, options) == 0);
	check_refused(at("stack/top"),
		      "rootfs overlay's lower layer filesystem overlay can't be idmapped");
	CHECK_STR(names_in(at("stack/upper")), "diff,work");
	CHECK(umount(at("stack/top")) == 0);
	overlay_unmount("stack");
}

TEST(refuses_a_directory_inside_an_overlay)
{
	overlay_make("inside", 2, "");
	check_refused(at("inside/merged/etc"), "is a directory inside an overlay");
	make_dirs(at("inside/bind"));
	CHECK(mount(at("inside/merged/etc"), at("inside/bind"), NULL, MS_BIND, NULL) == 0);
	check_refused(at("inside/bind"), "is a directory inside an overlay");
	CHECK(umount(at("inside/bind")) == 0);
	/* The whole overlay, bound somewhere else, is fine. */
	CHECK(mount(at("inside/merged"), at("inside/bind"), NULL, MS_BIND, NULL) == 0);
	check_works(at("inside/bind"), "visible");
	CHECK(umount(at("inside/bind")) == 0);
	overlay_unmount("inside");
}

TEST(refuses_an_upper_layer_that_is_covered)
{
	overlay_make("cover", 2, "");
	CHECK(mount("none", at("cover/rw/diff"), "tmpfs", 0, NULL) == 0);
	check_refused(at("cover/merged"), "is a mount of its own");
	CHECK(umount(at("cover/rw/diff")) == 0);
	CHECK_STR(names_in(at("cover/rw")), "diff,work");
	overlay_unmount("cover");
}

/* ---- somebody else's things where our work dir would be ---- */

TEST(refuses_a_work_dir_of_somebody_else)
{
	const char *mine;

	overlay_make("foreign", 2, "");
	mine = strdup(at("foreign/rw/work.userns.%u", BOX_UID));
	make_dirs(at("foreign/elsewhere/work/#1"));
	CHECK(symlink(at("foreign/elsewhere"), mine) == 0);
	check_refused(at("foreign/merged"), "is not a directory of ours");
	CHECK_STR(names_in(at("foreign/elsewhere/work")), "#1");
	CHECK(unlink(mine) == 0);

	make_file(mine, "");
	check_refused(at("foreign/merged"), "is not a directory of ours");
	CHECK(unlink(mine) == 0);

	CHECK(mkdir(mine, 0700) == 0 && chown(mine, 1000, 1000) == 0);
	check_refused(at("foreign/merged"), "belongs to uid 1000");
	CHECK(chown(mine, 0, 0) == 0 && chmod(mine, 0770) == 0);
	check_refused(at("foreign/merged"), "mode 770");
	CHECK(chmod(mine, 0700) == 0);

	make_dirs(at("foreign/rw/work.userns.%u/mine", BOX_UID));
	check_refused(at("foreign/merged"), "holds something that overlayfs doesn't make");
	CHECK(access(at("foreign/rw/work.userns.%u/mine", BOX_UID), F_OK) == 0);
	CHECK(rmdir(at("foreign/rw/work.userns.%u/mine", BOX_UID)) == 0);

	CHECK(mount("none", mine, "tmpfs", 0, "mode=700") == 0);
	check_refused(at("foreign/merged"), "is not a directory of ours");
	CHECK(umount(mine) == 0);
	check_works(at("foreign/merged"), "visible");
	overlay_unmount("foreign");
}

TEST(release_removes_only_what_overlayfs_makes)
{
	const char *dir = "release/work.userns.7";
	struct err e = {0};

	make_dirs(at("%s/work/incompat/volatile", dir));
	CHECK(chmod(at("%s", dir), 0700) == 0);
	make_file(at("%s/work/incompat/volatile/dirty", dir), "");
	make_dirs(at("%s/work/#2", dir));
	make_dirs(at("%s/index", dir));
	make_file(at("%s/work/#1f", dir), "x");
	make_file(at("%s/index/00fb21", dir), "x");
	CHECK(mknod(at("%s/work/#2/name of a file", dir), S_IFCHR, 0) == 0);
	CHECK(symlink("/etc", at("%s/work/#3", dir)) == 0);
	CHECK_MSG(rootfs_release(at("%s", dir), &e) == 0, "%s", e.msg);
	CHECK_STR(names_in(at("release")), "");

	make_dirs(at("%s/work/#2", dir));
	CHECK(chmod(at("%s", dir), 0700) == 0);
	make_file(at("%s/work/#2/data", dir), "x");
	CHECK_INT(rootfs_release(at("%s", dir), &e), -ENOTEMPTY);
	CHECK_INT(e.kind, ERR_HOST);
	CHECK_STR(file_text(at("%s/work/#2/data", dir)), "x");
	CHECK(unlink(at("%s/work/#2/data", dir)) == 0);

	/* Never across a mount. */
	CHECK(mount("none", at("%s/work", dir), "tmpfs", 0, NULL) == 0);
	make_file(at("%s/work/#1", dir), "x");
	err_clear(&e);
	CHECK_INT(rootfs_release(at("%s", dir), &e), -EXDEV);
	CHECK_STR(file_text(at("%s/work/#1", dir)), "x");
	CHECK(umount(at("%s/work", dir)) == 0);
	err_clear(&e);
	CHECK_MSG(rootfs_release(at("%s", dir), &e) == 0, "%s", e.msg);

	make_dirs(at("release/important"));
	CHECK(rootfs_release(at("release/important"), &e) < 0 && e.kind == ERR_BUG);
	CHECK(rootfs_release("relative/work.userns.7", NULL) < 0);
	CHECK(rootfs_release("", NULL) == 0);
	CHECK(access(at("release/important"), F_OK) == 0);
}
