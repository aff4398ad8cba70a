/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Engine and container write through two overlays on one upper layer: each must see the other. */
#include <linux/fs.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <time.h>

#include "tests/integration/rootfs_overlay.h"

static void start(struct box *b, const struct box_config *c)
{
	CHECK_MSG(box_start(c, b) == 0, "%s", b->err.msg);
}

static void refresh(const struct box *b)
{
	struct err e = {0};

	CHECK_MSG(box_refresh(b, &e) == 0, "%s", e.msg);
}

/* A machine that is busy with others: the time is over before anything could be done in it. */
static int late;
int __real_poll(struct pollfd *p, nfds_t n, int ms);
int __wrap_poll(struct pollfd *p, nfds_t n, int ms);
int __wrap_poll(struct pollfd *p, nfds_t n, int ms)
{
	if (late > 0 && late--)
		return __real_poll(p, n, 60000) > 0 ? 0 : -1;
	return __real_poll(p, n, ms);
}

static void stop(struct box *b, const char *name)
{
	box_stop(b);
	CHECK(rootfs_release(b->root.workdir, NULL) == 0);
	overlay_unmount(name);
}

TEST(the_engine_sees_what_the_container_wrote)
{
	struct box_config c = box_config(at("ba/merged"));
	struct box b;

	overlay_make("ba", 2, "");
	/* docker diff, cp: everything has been looked up once. */
	CHECK_STR(file_text(at("ba/merged/l1")), "lower");
	CHECK_STR(file_text(at("ba/merged/l0")), "lower");
	CHECK_STR(file_text(at("ba/merged/new")), "ENOENT");
	CHECK_STR(names_in(at("ba/merged/etc")), "from-l0,from-l1");
	start(&b, &c);
	CHECK_STR(box_do(&b, "write", "/l1", "container"), "ok");
	CHECK_STR(box_do(&b, "unlink", "/l0", NULL), "ok");
	CHECK_STR(box_do(&b, "create", "/new", "container"), "ok");
	CHECK_STR(box_do(&b, "create", "/etc/new", "container"), "ok");
	refresh(&b);
	CHECK_STR(file_text(at("ba/merged/l1")), "container");
	CHECK_STR(file_text(at("ba/merged/l0")), "ENOENT");
	CHECK_STR(file_text(at("ba/merged/new")), "container");
	CHECK_STR(names_in(at("ba/merged/etc")), "from-l0,from-l1,new");
	/* And again: the refreshed entries have been looked up now. */
	CHECK_STR(box_do(&b, "append", "/new", "+"), "ok");
	CHECK_STR(box_do(&b, "unlink", "/etc/new", NULL), "ok");
	refresh(&b);
	CHECK_STR(file_text(at("ba/merged/new")), "container+");
	CHECK_STR(names_in(at("ba/merged/etc")), "from-l0,from-l1");
	stop(&b, "ba");
}

/* What has not even begun is not left to itself, as what hangs at a disk is. */
TEST(a_refresh_on_a_busy_machine)
{
	struct box_config c = box_config(at("busy/merged"));
	struct box b;

	overlay_make("busy", 2, "");
	start(&b, &c);
	CHECK_STR(file_text(at("busy/merged/new")), "ENOENT");
	CHECK_STR(box_do(&b, "create", "/new", "container"), "ok");
	late = 3;
	refresh(&b);
	CHECK_INT(late, 0);
	/* The helper, which is no child of the usual kind, has been reaped. */
	CHECK(waitpid(-1, NULL, __WCLONE | WNOHANG) < 0 && errno == ECHILD);
	CHECK_STR(file_text(at("busy/merged/new")), "container");
	stop(&b, "busy");
}

TEST(the_container_sees_what_the_engine_wrote)
{
	struct box_config c = box_config(at("ab/merged"));
	struct box b;

	overlay_make("ab", 2, "");
	start(&b, &c);
	CHECK_STR(box_do(&b, "stat", "/new", NULL), "ENOENT");
	CHECK_STR(box_do(&b, "read", "/l1", NULL), "lower");
	CHECK_STR(box_do(&b, "read", "/l0", NULL), "lower");
	make_file(at("ab/merged/new"), "engine");
	make_file(at("ab/merged/l1"), "engine");
	CHECK(unlink(at("ab/merged/l0")) == 0);
	refresh(&b);
	CHECK_STR(box_do(&b, "read", "/new", NULL), "engine");
	CHECK_STR(box_do(&b, "stat", "/new", NULL), "0:0 644");
	CHECK_STR(box_do(&b, "read", "/l1", NULL), "engine");
	CHECK_STR(box_do(&b, "append", "/l1", "+"), "ok");
	CHECK_STR(box_do(&b, "read", "/l0", NULL), "ENOENT");
	refresh(&b);
	CHECK_STR(file_text(at("ab/merged/l1")), "engine+");
	stop(&b, "ab");
}

/* A directory that the container holds on to, and that the engine copies up. */
static void check_pinned(const char *name, struct box_config *c, const char *dir)
{
	struct box b;

	start(&b, c);
	CHECK_STR(box_do(&b, "chdir", dir, NULL), "ok");
	refresh(&b);
	make_file(at("%s/merged%s/engine", name, dir), "engine");
	refresh(&b);
	CHECK_STR(box_do(&b, "read", "engine", NULL), "engine");
	CHECK_STR(box_do(&b, "create", "container", "container"), "ok");
	refresh(&b);
	CHECK_STR(file_text(at("%s/merged%s/container", name, dir)), "container");
	stop(&b, name);
}

TEST(the_working_directory_stays_coherent)
{
	struct box_config c = box_config(at("cwd/merged"));

	c.cwd = "/srv/app/data";
	overlay_dirs("cwd", 2);
	make_dirs(at("cwd/l1/srv/app/data"));
	overlay_make("cwd", 2, "");
	check_pinned("cwd", &c, "/srv/app/data");
}

TEST(parents_of_mounts_stay_coherent)
{
	static const char *const destinations[] = {"/proc", "/etc/hosts", "/none/such/place"};
	struct box_config c = box_config(at("parents/merged"));

	c.destinations = destinations;
	c.n_destinations = 3;
	overlay_make("parents", 2, "");
	check_pinned("parents", &c, "/etc");
}

/* Without the guard it is as bad as the header says: this test notices when a kernel cures it. */
TEST(without_the_guard_a_pinned_directory_breaks)
{
	struct box_config c = box_config(at("unguarded/merged"));
	struct box b;

	c.no_guard = true;
	overlay_make("unguarded", 2, "");
	start(&b, &c);
	CHECK_STR(box_do(&b, "chdir", "/etc", NULL), "ok");
	make_file(at("unguarded/merged/etc/engine"), "engine");
	refresh(&b);
	CHECK_STR(box_do(&b, "create", "container", ""), "ENOTEMPTY");
	stop(&b, "unguarded");
}

/* ---- the guard itself ---- */

static int guard_at(const char *path, const char *const *destinations, size_t n, const char *cwd)
{
	struct err e = {0};
	int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int r = rootfs_pin_guard(fd, destinations, n, cwd, &e);

	close(fd);
	if (r < 0)
		printf("# %s\n", e.msg);
	return r;
}

TEST(the_guard_copies_up_ancestors_only_and_keeps_them_as_they_are)
{
	static const char *const destinations[] = {"/a/b/c/mountpoint", "/etc/hosts", "/l1/x",
						   "/absent/x",		"/",	      "relative",
						   "//a/./b/../b/x"};
	struct stat before, after;

	overlay_dirs("guard", 2);
	make_dirs(at("guard/l1/a/b/c/mountpoint"));
	make_dirs(at("guard/l1/work/dir"));
	CHECK(chmod(at("guard/l1/a/b"), 03750) == 0);
	CHECK(chown(at("guard/l1/a/b"), 1000, 1001) == 0);
	CHECK(chmod(at("guard/l1/a/b"), 03750) == 0);
	overlay_make("guard", 2, "");
	CHECK(stat(at("guard/merged/a/b"), &before) == 0);
	CHECK_INT(guard_at(at("guard/merged"), destinations, 7, "/work/dir/absent"), 0);
	CHECK(stat(at("guard/merged/a/b"), &after) == 0);
	CHECK_INT(after.st_mode, before.st_mode);
	CHECK_INT(after.st_uid, before.st_uid);
	CHECK_INT(after.st_gid, before.st_gid);
	CHECK(memcmp(&after.st_mtim, &before.st_mtim, sizeof(after.st_mtim)) == 0);
	CHECK_STR(names_in(at("guard/rw/diff")), "a,etc,work");
	CHECK_STR(names_in(at("guard/rw/diff/a/b")), "c");
	CHECK_STR(names_in(at("guard/rw/diff/a/b/c")), "");
	CHECK_STR(names_in(at("guard/rw/diff/work")), "dir");
	CHECK_STR(on_disk(at("guard/rw/diff/a/b")), "1000:1001 3750 dir");
	overlay_unmount("guard");
}

TEST(the_guard_stays_in_the_root)
{
	static const char *const destinations[] = {"/up/x", "/abs/x", "/loop/x", "/magic/x",
						   "/../../outside/x"};
	struct stat before, after;

	make_dirs(at("outside"));
	CHECK(chmod(at("outside"), 0700) == 0);
	overlay_dirs("escape", 2);
	make_dirs(at("escape/l1/outside"));
	CHECK(symlink("../../../../../..", at("escape/l1/up")) == 0);
	CHECK(symlink(at("outside"), at("escape/l1/abs")) == 0);
	CHECK(symlink("loop", at("escape/l1/loop")) == 0);
	CHECK(symlink("/proc/self/root", at("escape/l1/magic")) == 0);
	overlay_make("escape", 2, "");
	CHECK(stat(at("outside"), &before) == 0);
	CHECK_INT(guard_at(at("escape/merged"), destinations, 5, "/abs"), 0);
	CHECK(stat(at("outside"), &after) == 0);
	CHECK(memcmp(&after.st_ctim, &before.st_ctim, sizeof(after.st_ctim)) == 0);
	CHECK_STR(names_in(at("escape/rw/diff")), "outside");
	overlay_unmount("escape");
}

TEST(the_guard_has_nothing_to_do_elsewhere)
{
	static const char *const destinations[] = {"/etc/hosts"};
	char options[512];
	struct stat before, after;

	make_dirs(at("plain/etc"));
	CHECK(stat(at("plain/etc"), &before) == 0);
	CHECK_INT(guard_at(at("plain"), destinations, 1, "/etc"), 0);
	CHECK(stat(at("plain/etc"), &after) == 0);
	CHECK(memcmp(&after.st_ctim, &before.st_ctim, sizeof(after.st_ctim)) == 0);

	overlay_dirs("guardro", 2);
	snprintf(options, sizeof(options), "lowerdir=%s:%s", at("guardro/l0"), at("guardro/l1"));
	overlay_mount("guardro", MS_RDONLY, options);
	CHECK_INT(guard_at(at("guardro/merged"), destinations, 1, "/etc"), 0);
	overlay_unmount("guardro");
}

/* ---- refresh trusts nobody ---- */

TEST(refresh_skips_what_is_not_there_or_not_ours)
{
	struct box_config c = box_config(at("skip/merged"));
	struct err e = {0};
	struct box b;

	overlay_make("skip", 2, "");
	start(&b, &c);
	int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int a = open(at("skip/merged"), O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct stat st;
	CHECK(stat("/", &st) == 0);
	CHECK_INT(rootfs_refresh(at("nowhere"), -1, 0, &e), 0);
	CHECK_INT(rootfs_refresh(at("skip"), -1, 0, &e), 0);
	CHECK_INT(rootfs_refresh(at("skip/l0/top"), -1, 0, &e), 0);
	CHECK_INT(rootfs_refresh(at("skip/merged/etc"), -1, 0, &e), 0);
	CHECK_INT(rootfs_refresh(NULL, root, b.root.dev, &e), 0);
	/* Right device, but no overlay: would be reconfigured if the number alone counted. */
	CHECK_INT(rootfs_refresh(NULL, root, st.st_dev, &e), 0);
	CHECK_INT(rootfs_refresh(NULL, a, b.root.dev, &e), 0);
	CHECK_INT(rootfs_refresh(NULL, 9999, b.root.dev, &e), 0);
	CHECK_INT(e.kind, ERR_NONE);
	close(root);
	close(a);
	stop(&b, "skip");
}

/* A container's root could be a FUSE mount whose server never answers. */
TEST(refresh_does_not_ask_a_file_server)
{
	char options[64];
	int status, fuse = open("/dev/fuse", O_RDWR | O_CLOEXEC);

	if (fuse < 0) {
		printf("# not run: no /dev/fuse\n");
		return;
	}
	make_dirs(at("fuse"));
	snprintf(options, sizeof(options), "fd=%d,rootmode=40000,user_id=0,group_id=0", fuse);
	CHECK(mount("fuse", at("fuse"), "fuse", 0, options) == 0);
	pid_t pid = fork();
	if (pid == 0) {
		signal(SIGALRM, SIG_DFL);
		alarm(100);
		int fd = open(at("fuse"), O_PATH | O_CLOEXEC);
		_exit(fd >= 0 && rootfs_refresh(NULL, fd, 12345, NULL) == 0 ? 0 : 1);
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	close(fuse);
	CHECK(umount2(at("fuse"), MNT_DETACH) == 0);
	CHECK_INT(status, 0);
}

/* ---- refresh waits for nobody ---- */

/* An ext4 in a file, mounted; false when the tools are missing. */
static bool mount_ext4(const char *name, const char *file, const char *size)
{
	char cmd[1024];

	make_dirs(at("%s", name));
	snprintf(cmd, sizeof(cmd),
		 "truncate -s %s %s && mkfs.ext4 -q %s && mount -o loop -t ext4 %s %s", size, file,
		 file, file, at("%s", name));
	return system(cmd) == 0;
}

static int freeze(const char *path, unsigned long request)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int r = fd < 0 ? -1 : ioctl(fd, request, 0);

	close(fd);
	return r;
}

/* Whatever becomes of this test, nothing on this machine stays frozen for more than a minute. */
static pid_t thaw_later(const char *path)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	setsid();
	sleep(60);
	freeze(path, FITHAW);
	_exit(0);
}

static void drop_directly(const struct box *b)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/root", b->init);
	int fs = sys_fspick(AT_FDCWD, path, FSPICK_NO_AUTOMOUNT);
	_exit(fs < 0 || sys_fsconfig(fs, FSCONFIG_CMD_RECONFIGURE, NULL, NULL, 0) != 0);
}

static bool ends_within(pid_t pid, int ms)
{
	int pidfd = sys_pidfd_open(pid);
	struct pollfd p = {.fd = pidfd, .events = POLLIN};
	int r = poll(&p, 1, ms);

	close(pidfd);
	return r == 1;
}

static long ms_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Whether the process comes to wait for a disk, and goes on doing so. */
static bool hangs(pid_t pid)
{
	char path[64], text[512];
	int so_far = 0;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	for (int i = 0; i < 3000 && so_far < 20; i++) {
		const char *p = file_read_at(AT_FDCWD, path, text, sizeof(text)) < 0
					? NULL
					: strrchr(text, ')');
		so_far = p && p[2] == 'D' ? so_far + 1 : 0;
		usleep(10000);
	}
	return so_far >= 20;
}

/* What was mounted below it goes in its own time: loop devices let go of their files later. */
static bool umount_soon(const char *path)
{
	for (int i = 0; umount(path) != 0; i++) {
		if (errno != EBUSY || i == 3000)
			return false;
		usleep(10000);
	}
	return true;
}

/*
 * The container's syncfs(2) hangs on a disk that doesn't answer (a loop device whose file is on a
 * frozen file system), and holds the lock that dropping entries needs.
 */
static void check_no_waiting(struct box *b, const char *frozen)
{
	int status;
	struct err e = {0};
	pid_t watchdog = thaw_later(frozen), direct;

	CHECK(freeze(frozen, FIFREEZE) == 0);
	bool told = box_tell(b, "sync", "/", NULL) && hangs(b->init);
	direct = fork();
	if (direct == 0)
		drop_directly(b);
	bool stuck = !ends_within(direct, 300);
	long began = ms_now();
	int r = box_refresh(b, &e);
	long took = ms_now() - began;
	CHECK(freeze(frozen, FITHAW) == 0);
	CHECK(waitpid(direct, &status, 0) == direct);
	kill(watchdog, SIGKILL);
	waitpid(watchdog, NULL, 0);
	CHECK(told);
	CHECK_STR(box_hear(b), "ok");
	CHECK(stuck);
	CHECK_INT(r, 0);
	CHECK_MSG(took < 20000, "%ld ms", took);
}

TEST(refresh_does_not_wait_for_the_containers_disk)
{
	char options[1024];
	struct box b;

	if (!mount_ext4("disk", at("disk.img"), "64M") ||
	    !mount_ext4("slow", at("disk/slow.img"), "32M")) {
		printf("# not run: no mkfs.ext4 or no loop device\n");
		return;
	}
	overlay_dirs("slowlow", 2);
	overlay_dirs("slow/x", 1);
	make_dirs(at("slowmerged"));
	snprintf(options, sizeof(options), "lowerdir=%s:%s,upperdir=%s,workdir=%s",
		 at("slowlow/l0"), at("slowlow/l1"), at("slow/x/rw/diff"), at("slow/x/rw/work"));
	CHECK(mount("overlay", at("slowmerged"), "overlay", 0, options) == 0);
	struct box_config c = box_config(at("slowmerged"));
	start(&b, &c);
	CHECK_STR(box_do(&b, "create", "/dirty", "x"), "ok");
	check_no_waiting(&b, strdup(at("disk")));
	box_stop(&b);
	CHECK(rootfs_release(b.root.workdir, NULL) == 0);
	CHECK(umount(at("slowmerged")) == 0);
	CHECK(umount_soon(at("slow")));
	CHECK(umount_soon(at("disk")));
}
