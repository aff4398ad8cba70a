/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Idmapped clones, and making files in them. */
#include <linux/capability.h>
#include <sys/fsuid.h>
#include <sys/syscall.h>

#include "apply/fsids.h"
#include "apply/idmap.h"
#include "tests/integration/rootfs_box.h"

static int make_userns(void)
{
	struct clone_args args = {.flags = CLONE_NEWUSER, .exit_signal = SIGCHLD};
	char path[64];
	pid_t pid = sys_clone3(&args);

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		pause();
		_exit(0);
	}
	CHECK(pid > 0);
	box_map(pid, BOX_UID);
	snprintf(path, sizeof(path), "/proc/%d/ns/user", pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	CHECK(fd >= 0);
	return fd;
}

static struct __user_cap_data_struct *caps(void)
{
	static struct __user_cap_data_struct data[2];
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};

	CHECK(syscall(SYS_capget, &header, data) == 0);
	return data;
}

TEST(the_hosts_root_makes_files_only_as_the_containers)
{
	struct err e = {0};
	int userns = make_userns();
	uint32_t effective = caps()[0].effective;

	make_dirs(at("fsids"));
	CHECK(chown(at("fsids"), 0, 0) == 0 && chmod(at("fsids"), 0700) == 0);
	int fd = idmap_clone(AT_FDCWD, at("fsids"), userns, 0, false, "test", &e);
	CHECK_MSG(fd >= 0, "%s", e.msg);
	CHECK(mkdirat(fd, "no", 0755) != 0 && errno == EOVERFLOW);
	CHECK_INT(fsids_enter(BOX_UID + 5, BOX_UID + 7), 0);
	CHECK_INT(caps()[0].effective, effective);
	int r = mkdirat(fd, "yes", 0755);
	CHECK_INT(fsids_leave(), 0);
	CHECK_INT(r, 0);
	CHECK_STR(on_disk(at("fsids/yes")), "5:7 755 dir");
	CHECK_INT(setfsuid((uid_t)-1), 0);
	CHECK_INT(setfsgid((gid_t)-1), 0);
	CHECK_INT(caps()[0].effective, effective);
	/* Leaving without having entered changes nothing. */
	CHECK_INT(fsids_leave(), 0);
	close(fd);
	close(userns);
}

TEST(ids_that_do_not_exist)
{
	CHECK_INT(fsids_enter(UINT32_MAX, 7), -EPERM);
	CHECK_INT(setfsuid((uid_t)-1), 0);
	CHECK_INT(setfsgid((gid_t)-1), 0);
	CHECK_INT(fsids_enter(7, UINT32_MAX), -EPERM);
	CHECK_INT(setfsuid((uid_t)-1), 0);
}

/* In a child that has lost CAP_SETUID: an error, and the old ids. */
TEST(without_the_capability)
{
	int status;
	pid_t pid = fork();

	CHECK(pid >= 0);
	if (pid == 0) {
		struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
		struct __user_cap_data_struct *data = caps();
		data[0].effective &= ~(1u << CAP_SETUID);
		data[0].permitted &= ~(1u << CAP_SETUID);
		if (syscall(SYS_capset, &header, data) != 0 || fsids_enter(7, 7) != -EPERM)
			_exit(1);
		_exit(setfsuid((uid_t)-1) != 0 || setfsgid((gid_t)-1) != 0 ? 2 : 0);
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK_INT(status, 0);
}

static const char *flags_of(int fd)
{
	static char out[64];
	struct statvfs v;

	CHECK(fstatvfs(fd, &v) == 0);
	snprintf(out, sizeof(out), "%s%s%s%s%s", v.f_flag & ST_RDONLY ? "ro" : "rw",
		 v.f_flag & ST_NOSUID ? ",nosuid" : "", v.f_flag & ST_NODEV ? ",nodev" : "",
		 v.f_flag & ST_NOEXEC ? ",noexec" : "", v.f_flag & ST_NOATIME ? ",noatime" : "");
	return out;
}

TEST(attributes)
{
	struct err e = {0};
	int fd;

	make_dirs(at("attrs"));
	fd = idmap_clone(AT_FDCWD, at("attrs"), -1,
			 MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOATIME, false, "test",
			 &e);
	CHECK_MSG(fd >= 0, "%s", e.msg);
	CHECK_STR(flags_of(fd), "ro,nodev,noatime");
	/* The original is not touched. */
	close(fd);
	CHECK(mkdir(at("attrs/x"), 0755) == 0);
}

TEST(recursively)
{
	int userns = make_userns();
	struct err e = {0};
	struct stat st;

	make_dirs(at("tree/sub"));
	make_dirs(at("other/inner"));
	CHECK(mount(at("other"), at("tree/sub"), NULL, MS_BIND, NULL) == 0);
	int fd = idmap_clone(AT_FDCWD, at("tree"), userns, MOUNT_ATTR_NOSUID, true, "test", &e);
	CHECK_MSG(fd >= 0, "%s", e.msg);
	CHECK(fstatat(fd, "sub/inner", &st, 0) == 0);
	CHECK_INT(st.st_uid, BOX_UID);
	int sub = openat(fd, "sub", O_PATH | O_CLOEXEC);
	CHECK_HAS(flags_of(sub), "nosuid");
	close(sub);
	close(fd);
	fd = idmap_clone(AT_FDCWD, at("tree"), userns, 0, false, "test", &e);
	CHECK(fstatat(fd, "sub/inner", &st, 0) != 0);
	close(fd);
	/* One that can't: none is mapped. */
	CHECK(mount("proc", at("tree/sub/inner"), "proc", 0, NULL) == 0);
	CHECK(idmap_clone(AT_FDCWD, at("tree"), userns, 0, true, "test", &e) < 0);
	CHECK_INT(e.kind, ERR_HOST);
	CHECK_HAS(e.msg, ", or one mounted below it, can't be idmapped on this kernel");
	CHECK(umount(at("tree/sub/inner")) == 0 && umount(at("tree/sub")) == 0);
	close(userns);
}

TEST(refusals_name_the_file_system)
{
	int userns = make_userns(), fd, missing;
	struct err e = {0};

	make_dirs(at("twice"));
	fd = idmap_clone(AT_FDCWD, "/proc", userns, 0, false, "volume x", &e);
	CHECK(fd < 0);
	CHECK_STR(e.msg, "volume x filesystem proc can't be idmapped on this kernel");
	err_clear(&e);
	missing = idmap_clone(AT_FDCWD, at("missing"), userns, 0, false, "volume x", &e);
	CHECK_INT(missing, -ENOENT);
	CHECK_INT(e.kind, ERR_SYSTEM);
	err_clear(&e);
	/* A map is for ever. */
	fd = idmap_clone(AT_FDCWD, at("twice"), userns, 0, false, "volume x", &e);
	CHECK(fd >= 0);
	CHECK(sys_move_mount(fd, "", AT_FDCWD, at("twice"), MOVE_MOUNT_F_EMPTY_PATH) == 0);
	int again = idmap_clone(fd, "", userns, 0, false, "volume x", &e);
	CHECK_INT(again, -EPERM);
	CHECK_INT(e.kind, ERR_HOST);
	CHECK_HAS(e.msg, "it is already");
	CHECK(umount2(at("twice"), MNT_DETACH) == 0);
	close(fd);
	close(userns);
}
