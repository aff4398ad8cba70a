/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_landlock.c: Landlock domains as the kernel sees them (apply/landlock.h). */
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "apply/landlock.h"
#include "harden/measures.h"
#include "host/facts.h"
#include "plan/landlock.h"
#include "tests/integration/process_box.h"

static struct box box;
static int abi;

__attribute__((constructor(103))) static void need_landlock(void)
{
	abi = sys_landlock_create_ruleset(NULL, 0, 1);
	if (abi > 0)
		return;
	printf("1..0 # SKIP the kernel has no Landlock\n");
	fflush(stdout);
	_exit(0);
}

/* What a case plans, and what it does inside. */
struct domain {
	const char *readonly[4]; /* NULL-terminated */
	bool sockets, signals;
	void (*act)(void);
	void (*prepare)(void);
};

static bool put(const char *path)
{
	AUTO_FD fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	return fd >= 0 && write(fd, "x", 1) == 1;
}

/* A small root of its own: pivot_root(2) is not needed, a mount namespace and chroot(2) are. */
static int make_root(const struct domain *d, struct err *e)
{
	static const char *const dirs[] = {"/a",	"/b",	"/b/c",	   "/b/d",	   "/proc",
					   "/proc/sys", "/sys", "/proc/1", "/proc/sys/net"};
	static const char *const files[] = {
		"/file", "/a/old", "/sys/old", "/proc/sys/net/old", "/proc/uptime", "/b/c/old"};

	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("tmpfs", "/tmp", "tmpfs", 0, NULL) < 0 || chroot("/tmp") < 0 || chdir("/") < 0)
		return err_sys(e, errno, "a root of its own");
	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		if (mkdir(dirs[i], 0755) < 0)
			return err_sys(e, errno, "%s", dirs[i]);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (!put(files[i]))
			return err_sys(e, errno, "%s", files[i]);
	if (symlink("b/c", "/link") < 0)
		return err_sys(e, errno, "/link");
	/* A file system of its own, as /sys has in a container. */
	if (mount("tmpfs", "/sys", "tmpfs", 0, NULL) < 0 || !put("/sys/old"))
		return err_sys(e, errno, "/sys");
	if (d->prepare)
		d->prepare();
	return 0;
}

static int enter_and_act(void *arg, struct err *e)
{
	const struct domain *d = arg;
	struct measures m = {
		.landlock_readonly = (char **)(uintptr_t)d->readonly,
		.landlock_scope_sockets = d->sockets,
		.landlock_scope_signals = d->signals,
	};
	struct host_facts f = {.landlock_abi = abi};
	struct landlock_plan p;

	while (d->readonly[m.n_landlock_readonly])
		m.n_landlock_readonly++;
	int r = landlock_plan_make(&m, &f, &p, e);
	if (r == 0 && d->readonly[0])
		r = make_root(d, e);
	if (r == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		r = -errno;
	if (r == 0)
		r = landlock_apply(&p, e);
	if (r == 0)
		d->act();
	return r;
}

static void run(const struct domain *d)
{
	box_run(&box, CLONE_NEWUSER | CLONE_NEWNS, enter_and_act, (void *)(uintptr_t)d);
}

static bool get(const char *path)
{
	AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC);
	char c;

	return fd >= 0 && read(fd, &c, 1) == 1;
}

static void change_files(void)
{
	printf("allowed:");
	printf(" %d", put("/a/new") && put("/a/old") && put("/file") && put("/b/new"));
	printf(" %d", mkdir("/b/e", 0755) == 0 && rmdir("/b/e") == 0 && unlink("/b/new") == 0);
	printf(" %d", rename("/a/new", "/b/moved") == 0 && link("/b/moved", "/a/linked") == 0);
	printf(" %d", truncate("/a/old", 0) == 0 && symlink("x", "/a/s") == 0);
	printf(" %d", put("/proc/uptime") && put("/proc/1/oom_score_adj"));
	printf(" %d\n", get("/sys/old") && get("/proc/sys/net/old"));
	printf("denied:");
	printf(" %d", !put("/sys/old") && errno == EACCES);
	printf(" %d", !put("/sys/new") && errno == EACCES);
	printf(" %d", !put("/proc/sys/net/old") && errno == EACCES);
	printf(" %d", !put("/proc/sys/new") && errno == EACCES);
	printf(" %d", mkdir("/sys/d", 0755) < 0 && errno == EACCES);
	printf(" %d", unlink("/sys/old") < 0 && errno == EACCES);
	printf(" %d", rename("/a/old", "/proc/sys/moved") < 0 && errno == EACCES);
	printf(" %d", rename("/proc/sys/net/old", "/a/stolen") < 0 && errno == EACCES);
	printf(" %d", rename("/proc/sys", "/a/sys") < 0 && errno == EACCES);
	printf(" %d", link("/proc/sys/net/old", "/a/handle") < 0);
	/* Beside a hierarchy: names that were not there. */
	printf(" %d", !put("/new") && errno == EACCES && mkdir("/newdir", 0755) < 0);
	printf(" %d", !put("/proc/new") && errno == EACCES);
	/* Nor by another way to the same place. */
	printf(" %d", mount("/sys", "/a", NULL, MS_BIND, NULL) < 0 && errno == EPERM);
	printf(" %d", umount2("/sys", MNT_DETACH) < 0 && errno == EPERM);
	printf("\n");
}

TEST(hierarchies_are_not_written_to)
{
	struct domain d = {.readonly = {"/proc/sys", "/sys"}, .act = change_files};

	run(&d);
	CHECK_MSG(box.result == 0, "%s", box.err.msg);
	CHECK_STR(box.out, "allowed: 1 1 1 1 1 1\ndenied: 1 1 1 1 1 1 1 1 1 1 1 1 1 1\n");
}

static void truncate_files(void)
{
	printf("%d %d", truncate("/sys/old", 0) < 0 && errno == EACCES, truncate("/a/old", 0) == 0);
}

TEST(nor_truncated)
{
	struct domain d = {.readonly = {"/sys"}, .act = truncate_files};

	if (abi < 3) {
		printf("# Landlock of this kernel does not know truncate(2)\n");
		return;
	}
	run(&d);
	CHECK_STR(box.out, "1 1");
}

static void through_the_link(void)
{
	printf("%d", !put("/b/c/new") && !put("/link/new") && !put("/b/c/old"));
	printf(" %d %d", put("/b/d/new") && put("/a/new"), !put("/b/new"));
}

TEST(names_of_the_image_may_be_links)
{
	struct domain d = {.readonly = {"/link"}, .act = through_the_link};

	run(&d);
	CHECK_STR(box.out, "1 1 1");
}

static void second_mount(void)
{
	if (mkdir("/a/m", 0755) < 0 || mount("/sys", "/a/m", NULL, MS_BIND, NULL) < 0)
		printf("mount: %m ");
}

static void through_a_second_mount(void)
{
	printf("%d %d", !put("/sys/old"), put("/a/m/old"));
}

/* What lies below another directory belongs to that one: mounts are for the rules about mounts. */
TEST(a_hierarchy_is_where_it_is)
{
	struct domain d = {
		.readonly = {"/sys"}, .prepare = second_mount, .act = through_a_second_mount};

	run(&d);
	CHECK_STR(box.out, "1 1");
}

static void everywhere(void)
{
	printf("%d %d", put("/new") && put("/sys/old"), mkdir("/newdir", 0755) == 0);
}

TEST(what_is_not_there_needs_no_wall)
{
	struct domain d = {.readonly = {"/nowhere", "/file/below"}, .act = everywhere};

	run(&d);
	CHECK_STR(box.out, "1 1");
}

static void nowhere(void)
{
	printf("%d %d", !put("/new") && !put("/a/old") && !put("/sys/old"), get("/a/old"));
}

TEST(the_root_itself)
{
	struct domain d = {.readonly = {"/", "/sys"}, .act = nowhere};

	run(&d);
	CHECK_STR(box.out, "1 1");
}

TEST(a_single_file_is_an_error)
{
	struct domain d = {.readonly = {"/sys", "/proc/uptime"}, .act = everywhere};

	run(&d);
	CHECK_INT(box.result, -EINVAL);
	CHECK_STR(box.err.msg, "policy: landlock: /proc/uptime is a single file: name a hierarchy");
	CHECK_STR(box.out, "");
}

static void many_names(void)
{
	char name[32];

	for (int i = 0; i < 9000; i++) {
		snprintf(name, sizeof(name), "/n%d", i);
		if (mknod(name, S_IFREG, 0) < 0)
			printf("%m");
	}
}

TEST(an_image_with_too_many_names)
{
	struct domain d = {.readonly = {"/sys"}, .prepare = many_names, .act = everywhere};

	run(&d);
	CHECK_INT(box.result, -E2BIG);
	CHECK_HAS(box.err.msg, "Landlock");
	CHECK_STR(box.out, "");
}

static struct sockaddr_un address(const char *name, socklen_t *ret_len)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};

	snprintf(a.sun_path + 1, sizeof(a.sun_path) - 1, "%s", name);
	*ret_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name));
	return a;
}

static int listen_at(const char *name)
{
	socklen_t len;
	struct sockaddr_un a = address(name, &len);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return bind(fd, (struct sockaddr *)&a, len) < 0 || listen(fd, 1) < 0 ? -errno : fd;
}

static int connect_to(const char *name)
{
	socklen_t len;
	struct sockaddr_un a = address(name, &len);
	AUTO_FD fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return connect(fd, (struct sockaddr *)&a, len) < 0 ? -errno : 0;
}

#define OF_THE_HOST "bulkhead-test-landlock"

static void connect_and_kill(void)
{
	AUTO_FD own = listen_at(OF_THE_HOST "-own");

	printf("host %s, own %s, signal %s, own %s", connect_to(OF_THE_HOST) == 0 ? "yes" : "no",
	       own >= 0 && connect_to(OF_THE_HOST "-own") == 0 ? "yes" : "no",
	       kill(getppid(), 0) == 0 ? "yes" : strerrorname_np(errno),
	       kill(getpid(), 0) == 0 ? "yes" : "no");
}

TEST(what_the_host_shares)
{
	struct domain d = {.act = connect_and_kill};
	AUTO_FD fd = listen_at(OF_THE_HOST);

	CHECK(fd >= 0);
	/* The contrast: without a domain, and as the same user, everything can be reached. */
	box_run(&box, 0, enter_and_act, &d);
	CHECK_STR(box.out, "host yes, own yes, signal yes, own yes");
	if (abi < LANDLOCK_ABI_SCOPES) {
		printf("# Landlock of this kernel has no scopes\n");
		return;
	}
	d.sockets = true;
	box_run(&box, 0, enter_and_act, &d);
	CHECK_STR(box.out, "host no, own yes, signal yes, own yes");
	d.signals = true;
	box_run(&box, 0, enter_and_act, &d);
	CHECK_STR(box.out, "host no, own yes, signal EPERM, own yes");
}

static void mount_something(void)
{
	printf("%d", mount("tmpfs", "/tmp", "tmpfs", 0, NULL) == 0);
}

/* A domain with scopes alone does not look at files: nothing else changes. */
TEST(scopes_leave_files_alone)
{
	struct domain d = {.sockets = true, .act = mount_something};

	if (abi < LANDLOCK_ABI_SCOPES) {
		printf("# Landlock of this kernel has no scopes\n");
		return;
	}
	run(&d);
	CHECK_STR(box.out, "1");
}
