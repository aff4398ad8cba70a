/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The root mount on file systems that can be idmapped, and on those that can't. */
#include <sys/utsname.h>

#include "apply/rootfs_source.h"
#include "tests/integration/rootfs_box.h"

static void make_image(const char *dir)
{
	char path[4200];

	make_dirs(dir);
	snprintf(path, sizeof(path), "%s/etc", dir);
	make_dirs(path);
	snprintf(path, sizeof(path), "%s/etc/f", dir);
	make_file(path, "image");
	snprintf(path, sizeof(path), "%s/user", dir);
	make_file(path, "u");
	CHECK(chown(path, 1000, 1001) == 0);
	snprintf(path, sizeof(path), "%s/null", dir);
	CHECK(mknod(path, S_IFCHR | 0666, makedev(1, 3)) == 0 && chmod(path, 0666) == 0);
}

/* What holds in every container, whatever its root is on. */
static void check_inside(struct box *b, const char *dir)
{
	char path[4200];

	CHECK_STR(box_do(b, "stat", "/", NULL), "0:0 755");
	CHECK_STR(box_do(b, "stat", "/etc/f", NULL), "0:0 644");
	CHECK_STR(box_do(b, "stat", "/user", NULL), "1000:1001 644");
	CHECK_STR(box_do(b, "read", "/etc/f", NULL), "image");
	CHECK_STR(box_do(b, "flags", "/", NULL), "rw,nosuid,nodev");
	CHECK_STR(box_do(b, "open", "/null", NULL), "EACCES");
	CHECK_STR(box_do(b, "mknod", "/node", NULL), "EPERM");
	CHECK_STR(box_do(b, "create", "/etc/new", "x"), "ok");
	CHECK_STR(box_do(b, "mkdir", "/dir", NULL), "ok");
	CHECK_STR(box_do(b, "chown", "/dir", "5:7"), "ok");
	CHECK_STR(box_do(b, "chown", "/dir", "70000:0"), "EINVAL");
	snprintf(path, sizeof(path), "%s/etc/new", dir);
	CHECK_STR(on_disk(path), "0:0 644 file");
	snprintf(path, sizeof(path), "%s/dir", dir);
	CHECK_STR(on_disk(path), "5:7 755 dir");
	/* Locked in the container's own mount namespace. */
	CHECK_STR(box_do(b, "umount", "/", NULL), "EINVAL");
	CHECK_STR(b->before, b->after);
}

static void check_image(const char *dir)
{
	struct box_config c = box_config(dir);
	struct box b;
	char path[4200];

	make_image(dir);
	CHECK_MSG(box_start(&c, &b) == 0, "%s", b.err.msg);
	CHECK(b.root.idmapped);
	CHECK(!b.root.overlay);
	CHECK_STR(b.root.path, dir);
	CHECK_STR(b.root.workdir, "");
	check_inside(&b, dir);
	box_stop(&b);
	/* The engine's directory is what it was: not mapped, not locked, no mount on it. */
	snprintf(path, sizeof(path), "%s/etc/f", dir);
	CHECK_STR(on_disk(path), "0:0 644 file");
	make_file(path, "host");
	CHECK_INT(umount2(dir, MNT_DETACH | UMOUNT_NOFOLLOW), -1);
}

TEST(on_the_disk_file_system)
{
	check_image(at("disk"));
}

static void check_refused(const struct box_config *c, enum err_kind kind, const char *text);

static bool kernel_before(unsigned major, unsigned minor)
{
	struct utsname u;
	unsigned a, b;

	CHECK(uname(&u) == 0 && sscanf(u.release, "%u.%u", &a, &b) == 2);
	return a < major || (a == major && b < minor);
}

TEST(on_tmpfs)
{
	make_dirs(at("tmpfs"));
	CHECK(mount("none", at("tmpfs"), "tmpfs", 0, NULL) == 0);
	if (kernel_before(6, 3)) {
		struct box_config c = box_config(at("tmpfs/rootfs"));
		make_image(at("tmpfs/rootfs"));
		check_refused(&c, ERR_HOST,
			      "rootfs filesystem tmpfs can't be idmapped on this kernel (<6.3)");
	} else {
		check_image(at("tmpfs/rootfs"));
	}
	CHECK(umount(at("tmpfs")) == 0);
}

/* A file system of its own in a file, by loop device; contrib/check installs the mkfs programs. */
static void mount_image(const char *fstype, const char *mkfs)
{
	char cmd[9000];

	make_dirs(at("%s", fstype));
	snprintf(cmd, sizeof(cmd),
		 "PATH=$PATH:/usr/sbin:/sbin; truncate -s 400M %s && %s %s >/dev/null && "
		 "mount -o loop -t %s %s %s",
		 at("%s.img", fstype), mkfs, at("%s.img", fstype), fstype, at("%s.img", fstype),
		 at("%s", fstype));
	CHECK_MSG(system(cmd) == 0, "%s", cmd);
}

static void check_file_system(const char *fstype, const char *mkfs)
{
	/* Set by the tests in virtual machines, which have no tools and not every module. */
	if (getenv("BULKHEAD_TEST_NO_MKFS")) {
		printf("# not run here: %s\n", fstype);
		return;
	}
	mount_image(fstype, mkfs);
	check_image(at("%s/rootfs", fstype));
	CHECK(umount(at("%s", fstype)) == 0);
}

TEST(on_xfs)
{
	check_file_system("xfs", "mkfs.xfs -q");
}

TEST(on_btrfs)
{
	check_file_system("btrfs", "mkfs.btrfs -q");
}

TEST(readonly_is_the_mount_and_locked)
{
	struct box_config c = box_config(at("ro"));
	struct box b;

	make_image(at("ro"));
	c.plan.readonly = true;
	CHECK_MSG(box_start(&c, &b) == 0, "%s", b.err.msg);
	CHECK_STR(box_do(&b, "flags", "/", NULL), "ro,nosuid,nodev");
	CHECK_STR(box_do(&b, "create", "/x", ""), "EROFS");
	CHECK_STR(box_do(&b, "append", "/etc/f", "x"), "EROFS");
	CHECK_STR(box_do(&b, "remount", "/", NULL), "EPERM");
	box_stop(&b);
	make_file(at("ro/etc/f"), "the host still writes");
}

TEST(ids_shifted_on_disk_are_not_mapped_again)
{
	struct box_config c = box_config(at("shifted"));
	struct box b;

	make_dirs(at("shifted"));
	make_file(at("shifted/f"), "x");
	CHECK(chown(at("shifted"), BOX_UID, BOX_UID) == 0);
	CHECK(chown(at("shifted/f"), BOX_UID + 3, BOX_UID + 4) == 0);
	CHECK_MSG(box_start(&c, &b) == 0, "%s", b.err.msg);
	CHECK(!b.root.idmapped);
	CHECK_STR(box_do(&b, "stat", "/", NULL), "0:0 755");
	CHECK_STR(box_do(&b, "stat", "/f", NULL), "3:4 644");
	CHECK_STR(box_do(&b, "flags", "/", NULL), "rw,nosuid,nodev");
	CHECK_STR(box_do(&b, "create", "/new", ""), "ok");
	box_stop(&b);
	struct stat st;
	CHECK(stat(at("shifted/new"), &st) == 0);
	CHECK_INT(st.st_uid, BOX_UID);
}

TEST(caller_given_mappings_are_taken_as_they_are)
{
	struct box_config c = box_config(at("as-is"));
	struct box b;

	make_image(at("as-is"));
	c.as_is = true;
	CHECK_MSG(box_start(&c, &b) == 0, "%s", b.err.msg);
	CHECK(!b.root.idmapped);
	CHECK_STR(box_do(&b, "stat", "/etc/f", NULL), "65534:65534 644");
	CHECK_STR(box_do(&b, "append", "/etc/f", "x"), "EACCES");
	box_stop(&b);
}

/* Nothing that the host mounts below root.path afterwards shows up in the container. */
TEST(no_propagation_from_the_host)
{
	struct box_config c = box_config(at("prop/rootfs"));
	struct box b;

	make_image(at("prop/rootfs"));
	make_dirs(at("prop/rootfs/mnt"));
	CHECK(mount(at("prop"), at("prop"), NULL, MS_BIND, NULL) == 0);
	CHECK(mount(NULL, at("prop"), NULL, MS_SHARED, NULL) == 0);
	CHECK_MSG(box_start(&c, &b) == 0, "%s", b.err.msg);
	CHECK(mount("none", at("prop/rootfs/mnt"), "tmpfs", 0, NULL) == 0);
	make_file(at("prop/rootfs/mnt/secret"), "x");
	CHECK_STR(box_do(&b, "list", "/mnt", NULL), "");
	box_stop(&b);
	CHECK(umount2(at("prop"), MNT_DETACH) == 0);
}

TEST(unbindable)
{
	struct box_config c = box_config(at("unbindable"));
	struct box b;
	char path[64];

	make_image(at("unbindable"));
	c.plan.own = MS_UNBINDABLE;
	CHECK_MSG(box_start(&c, &b) == 0, "%s", b.err.msg);
	CHECK_STR(box_do(&b, "read", "/etc/f", NULL), "image");
	snprintf(path, sizeof(path), "/proc/%d/mountinfo", b.init);
	FILE *f = fopen(path, "re");
	char line[1024] = "";
	CHECK(f && fgets(line, sizeof(line), f));
	fclose(f);
	CHECK_HAS(line, " / rw,nosuid,nodev");
	CHECK_HAS(line, " unbindable ");
	box_stop(&b);
}

/* ---- refusals: clear, and nothing left ---- */

static void check_refused(const struct box_config *c, enum err_kind kind, const char *text)
{
	struct box b;

	CHECK(box_start(c, &b) < 0);
	CHECK_HAS(b.err.msg, text);
	CHECK_INT(b.err.kind, kind);
	CHECK_STR(b.before, b.after);
	box_stop(&b);
}

TEST(refuses_a_file_system_that_cannot_be_idmapped)
{
	struct box_config c = box_config(at("proc"));

	make_dirs(at("proc"));
	CHECK(mount("proc", at("proc"), "proc", 0, NULL) == 0);
	check_refused(&c, ERR_HOST, "rootfs filesystem proc can't be idmapped on this kernel");
	CHECK(umount(at("proc")) == 0);
}

TEST(refuses_mounts_inside)
{
	struct box_config c = box_config(at("nested/rootfs"));

	make_dirs(at("nested/rootfs/a/b"));
	CHECK(mount("none", at("nested/rootfs/a/b"), "tmpfs", 0, NULL) == 0);
	check_refused(&c, ERR_HOST, "/nested/rootfs/a/b: list it in mounts instead");
	/* A sibling whose name only begins alike is none. */
	CHECK(umount(at("nested/rootfs/a/b")) == 0);
	make_dirs(at("nested/rootfs2"));
	CHECK(mount("none", at("nested/rootfs2"), "tmpfs", 0, NULL) == 0);
	struct box b;
	CHECK_MSG(box_start(&c, &b) == 0, "%s", b.err.msg);
	box_stop(&b);
	CHECK(umount(at("nested/rootfs2")) == 0);
}

TEST(refuses_the_hosts_root_by_any_name)
{
	struct box_config c = box_config(at("slash"));

	CHECK(symlink("/", at("slash")) == 0);
	check_refused(&c, ERR_HOST, "is the host's own /");
	CHECK(unlink(at("slash")) == 0);
	make_dirs(at("slash"));
	CHECK(mount("/", at("slash"), NULL, MS_BIND, NULL) == 0);
	check_refused(&c, ERR_HOST, "is the host's own /");
	CHECK(umount2(at("slash"), MNT_DETACH) == 0);
}

/* Looked at only: should the refusal be missing, nothing may be made in there. */
TEST(refuses_directories_of_the_hosts_system)
{
	static const char *const dirs[] = {"/etc",	   "/usr",  "/usr/bin",
					   "/dev/pts",	   "/var",  "/run",
					   "/root",	   "/home", "/proc/self/root/etc",
					   "/usr/../etc/."};
	size_t seen = 0;

	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		AUTO_ROOTFS_SOURCE s = ROOTFS_SOURCE_INIT;
		struct err e = {0};
		if (access(dirs[i], F_OK) < 0)
			continue; /* the small system of a virtual machine has not all of them */
		seen++;
		CHECK_MSG(rootfs_source_open(dirs[i], &s, &e) == 0, "%s", e.msg);
		CHECK_INT(rootfs_source_check(&s, &e), -EINVAL);
		CHECK_HAS(e.msg, "belongs to the host's own system");
	}
	CHECK(seen >= 3);
}

TEST(refuses_what_is_no_directory)
{
	struct box_config c = box_config(at("file"));

	make_file(at("file"), "");
	check_refused(&c, ERR_SYSTEM, "/file: not a directory");
	c.plan.path = at("missing");
	check_refused(&c, ERR_SYSTEM, "/missing: no such file or directory");
}

/* In a child, because it changes the mount namespace. */
static void check_in_child(int (*run)(void))
{
	int status;
	pid_t pid = fork();

	CHECK(pid >= 0);
	if (pid == 0)
		_exit(run());
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK_INT(status, 0);
}

static int open_in_shared_namespace(void)
{
	struct box_config c = box_config(at("disk"));
	static char before[BOX_TEXT], after[BOX_TEXT];
	struct rootfs r = ROOTFS_INIT;
	struct err e = {0};
	int userns = open("/proc/self/ns/user", O_RDONLY | O_CLOEXEC);

	if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_SHARED, NULL) != 0)
		return 1;
	box_read_mounts(before);
	if (rootfs_open(&c.plan, userns, BOX_UID, BOX_UID, &r, &e) >= 0 || e.kind != ERR_BUG)
		return 2;
	box_read_mounts(after);
	return strcmp(before, after) != 0;
}

TEST(refuses_a_mount_namespace_that_is_not_private)
{
	make_dirs(at("disk"));
	check_in_child(open_in_shared_namespace);
}

static int open_for_host_root(void)
{
	struct box_config c = box_config(at("disk"));
	struct rootfs r = ROOTFS_INIT;
	struct err e = {0};
	int userns = open("/proc/self/ns/user", O_RDONLY | O_CLOEXEC);

	if (rootfs_namespace(&c.plan, &e) < 0)
		return 1;
	if (rootfs_open(&c.plan, userns, 0, 0, &r, &e) >= 0 || e.kind != ERR_BUG)
		return 2;
	/* The host's own user namespace is no map: never run unmapped. */
	err_clear(&e);
	if (rootfs_open(&c.plan, userns, BOX_UID, BOX_UID, &r, &e) >= 0)
		return 3;
	return r.fd == -1 ? 0 : 4;
}

TEST(never_opens_unmapped)
{
	make_dirs(at("disk"));
	check_in_child(open_for_host_root);
}

static int pivot_with_wrong_cwd(void)
{
	struct box_config c = box_config(at("disk"));
	struct rootfs r = ROOTFS_INIT;
	struct err e = {0};

	if (rootfs_namespace(&c.plan, &e) < 0)
		return 1;
	/* Not the directory that was opened: another inode. */
	r.fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	r.dev = 1;
	r.ino = 1;
	return rootfs_pivot(&r, &e) < 0 && e.kind == ERR_BUG ? 0 : 2;
}

TEST(pivots_only_into_what_was_opened)
{
	check_in_child(pivot_with_wrong_cwd);
}

/* Not quite an initramfs, but to pivot_root(2) the same: a root on tmpfs that it refuses. */
static int pivot_on_initramfs(void)
{
	struct box_config c = box_config(at("disk"));
	struct rootfs r = ROOTFS_INIT;
	struct err e = {0};
	struct stat st;

	if (rootfs_namespace(&c.plan, &e) < 0)
		return 1;
	r.fd = sys_open_tree(AT_FDCWD, at("disk"), OPEN_TREE_CLONE);
	if (r.fd < 0 || fstat(r.fd, &st) != 0)
		return 2;
	r.dev = st.st_dev;
	r.ino = st.st_ino;
	if (mount("none", at("disk"), "tmpfs", 0, NULL) != 0 || mkdir(at("disk/sub"), 0755) != 0 ||
	    chroot(at("disk/sub")) != 0 || rootfs_attach(&r, &e) < 0)
		return 3;
	if (rootfs_pivot(&r, &e) >= 0 || e.kind != ERR_HOST)
		return 4;
	return strstr(e.msg, "the host's root is an initramfs") ? 0 : 5;
}

TEST(refuses_an_initramfs)
{
	make_dirs(at("disk"));
	check_in_child(pivot_on_initramfs);
}
