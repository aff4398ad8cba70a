/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_process_apply.c: the last steps before execve(2), in a user namespace (apply/process.h).
 * What counts is what the executed program finds, so most cases execute cat on its own status.
 */
#include <linux/capability.h>
#include <sys/personality.h>

#include "apply/caps.h"
#include "apply/labels.h"
#include "apply/process.h"
#include "plan/process.h"
#include "tests/integration/process_box.h"

#define BIT(cap) (UINT64_C(1) << (cap))
#define SOME	 (BIT(CAP_CHOWN) | BIT(CAP_KILL) | BIT(CAP_SETFCAP))

static struct box box;
static int early_calls;

static int early(void *arg, struct err *e)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {0};

	(void)e;
	syscall(SYS_capget, &head, data);
	/* The reason for being called early: the right to load a filter is still there. */
	if (geteuid() == 0 && data[0].effective & (1u << CAP_SYS_ADMIN))
		++*(int *)arg;
	return 0;
}

static int apply_and_cat(void *arg, struct err *e)
{
	char *argv[] = {(char *)"cat", (char *)"/proc/self/status", NULL}, *envp[] = {NULL};
	int r = process_apply(arg, early, &early_calls, e);

	if (r < 0)
		return r;
	printf("early %d cwd %s\n", early_calls, get_current_dir_name());
	execve("/bin/cat", argv, envp);
	return err_sys(e, errno, "execve");
}

static struct process_plan basic(void)
{
	return (struct process_plan){
		.cwd = "/", .umask_ = 0022, .no_new_privs = true, .io_priority = -1};
}

/* "CapEff:\t..." of the executed program; ~0 when absent. */
static uint64_t status_hex(const char *key)
{
	const char *p = strstr(box.out, key);

	return p ? strtoull(p + strlen(key) + 1, NULL, 16) : ~UINT64_C(0);
}

static void run(const struct process_plan *p)
{
	box_run(&box, BOX_ALL, apply_and_cat, (void *)p);
	CHECK_MSG(box.result == 1000, "%d: %s", box.result, box.err.msg);
	CHECK(WIFEXITED(box.status) && WEXITSTATUS(box.status) == 0);
}

TEST(root_without_capabilities)
{
	struct process_plan p = basic();

	run(&p);
	CHECK_HAS(box.out, "Uid:\t0\t0\t0\t0\n");
	CHECK_HAS(box.out, "Gid:\t0\t0\t0\t0\n");
	CHECK_HAS(box.out, "Groups:\t \n");
	CHECK_HAS(box.out, "NoNewPrivs:\t1\n");
	CHECK_HAS(box.out, "Umask:\t0022\n");
	CHECK_HAS(box.out, "early 0 cwd /\n");
	CHECK_INT(status_hex("CapInh:"), 0);
	CHECK_INT(status_hex("CapPrm:"), 0);
	CHECK_INT(status_hex("CapEff:"), 0);
	CHECK_INT(status_hex("CapBnd:"), 0);
	CHECK_INT(status_hex("CapAmb:"), 0);
}

TEST(root_with_some)
{
	struct process_plan p = basic();

	p.caps = (struct caps_plan){.bounding = SOME, .permitted = SOME, .effective = SOME};
	run(&p);
	CHECK_INT(status_hex("CapPrm:"), SOME);
	CHECK_INT(status_hex("CapEff:"), SOME);
	CHECK_INT(status_hex("CapBnd:"), SOME);
	CHECK_INT(status_hex("CapInh:"), 0);
	CHECK_INT(status_hex("CapAmb:"), 0);
}

/* CVE-2016-8867, CVE-2022-24769: nothing must reach a user through execve. */
TEST(user_gets_no_capabilities_by_execve)
{
	static const uint32_t groups[] = {10, 20, 65535};
	struct process_plan p = basic();

	p.uid = 1000;
	p.gid = 2000;
	p.groups = groups;
	p.n_groups = 3;
	p.umask_ = 0077;
	p.caps = (struct caps_plan){.bounding = SOME, .permitted = SOME, .effective = SOME};
	run(&p);
	CHECK_HAS(box.out, "Uid:\t1000\t1000\t1000\t1000\n");
	CHECK_HAS(box.out, "Gid:\t2000\t2000\t2000\t2000\n");
	CHECK_HAS(box.out, "Groups:\t10 20 65535 \n");
	CHECK_HAS(box.out, "Umask:\t0077\n");
	CHECK_INT(status_hex("CapPrm:"), 0);
	CHECK_INT(status_hex("CapEff:"), 0);
	CHECK_INT(status_hex("CapInh:"), 0);
	CHECK_INT(status_hex("CapAmb:"), 0);
	CHECK_INT(status_hex("CapBnd:"), SOME);
}

TEST(user_with_ambient_capabilities)
{
	struct process_plan p = basic();
	uint64_t kill = BIT(CAP_KILL);

	p.uid = p.gid = 1000;
	p.caps = (struct caps_plan){.bounding = SOME,
				    .permitted = SOME,
				    .effective = SOME,
				    .inheritable = kill,
				    .ambient = kill};
	run(&p);
	CHECK_INT(status_hex("CapPrm:"), kill);
	CHECK_INT(status_hex("CapEff:"), kill);
	CHECK_INT(status_hex("CapInh:"), kill);
	CHECK_INT(status_hex("CapAmb:"), kill);
	CHECK_INT(status_hex("CapBnd:"), SOME);
}

static int apply_only(void *arg, struct err *e)
{
	return process_apply(arg, early, &early_calls, e);
}

TEST(sets_the_kernel_refuses_are_an_error)
{
	struct process_plan p = basic();

	p.caps = (struct caps_plan){.effective = SOME};
	box_run(&box, BOX_ALL, apply_only, &p);
	CHECK_INT(box.result, -EPERM);
	CHECK_STR(box.err.msg, "unable to apply caps: operation not permitted");
	p.caps = (struct caps_plan){.bounding = SOME, .permitted = SOME, .ambient = SOME};
	box_run(&box, BOX_ALL, apply_only, &p);
	CHECK_INT(box.result, -EPERM);
	CHECK_HAS(box.err.msg, "raise ambient capability CAP_CHOWN");
}

static int drop_twice(void *arg, struct err *e)
{
	(void)arg;
	int r = caps_drop_bounding(SOME, e);

	if (r == 0)
		r = caps_drop_bounding(BIT(CAP_KILL), e);
	/* Once gone it does not come back, and the read-back says so. */
	if (r == 0)
		r = caps_apply(&(struct caps_plan){.bounding = SOME}, e);
	return r;
}

TEST(what_is_missing_from_the_bounding_set_is_noticed)
{
	box_run(&box, BOX_ALL, drop_twice, NULL);
	CHECK_INT(box.result, -EIO);
	CHECK_STR(box.err.msg, "CAP_CHOWN is missing in the bounding capability set");
}

static int drop_without_setpcap(void *arg, struct err *e)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[2] = {0};

	(void)arg;
	if (syscall(SYS_capset, &head, none) != 0)
		return 0;
	return caps_drop_bounding(SOME, e);
}

TEST(dropping_needs_setpcap)
{
	box_run(&box, BOX_ALL, drop_without_setpcap, NULL);
	CHECK_INT(box.result, -EPERM);
	CHECK_HAS(box.err.msg, "from the bounding set: operation not permitted");
}

TEST(early_is_called_only_without_no_new_privs)
{
	struct process_plan p = basic();

	p.no_new_privs = false;
	p.uid = 7;
	run(&p);
	CHECK_HAS(box.out, "NoNewPrivs:\t0\n");
	CHECK_HAS(box.out, "early 1 cwd /\n");
	CHECK_HAS(box.out, "Uid:\t7\t7\t7\t7\n");
}

static int early_fails(void *arg, struct err *e)
{
	(void)arg;
	return err_set(e, ERR_SYSTEM, EINVAL, "no filter");
}

static int apply_failing(void *arg, struct err *e)
{
	return process_apply(arg, early_fails, NULL, e);
}

TEST(an_early_failure_stops)
{
	struct process_plan p = basic();

	p.no_new_privs = false;
	box_run(&box, BOX_ALL, apply_failing, &p);
	CHECK_INT(box.result, -EINVAL);
	CHECK_STR(box.err.msg, "no filter");
}

TEST(ids_outside_the_map_are_errors)
{
	static const uint32_t group = 70000;
	struct process_plan p = basic();

	p.uid = 65536;
	box_run(&box, BOX_ALL, apply_only, &p);
	CHECK_INT(box.result, -EINVAL);
	CHECK_STR(box.err.msg, "unable to set uid 65536: invalid argument");
	p.uid = 0;
	p.gid = 65536;
	box_run(&box, BOX_ALL, apply_only, &p);
	CHECK_STR(box.err.msg, "unable to set gid 65536: invalid argument");
	p.gid = 0;
	p.groups = &group;
	p.n_groups = 1;
	box_run(&box, BOX_ALL, apply_only, &p);
	CHECK_STR(box.err.msg, "unable to set 1 supplementary groups: invalid argument");
}

static int read_personality(void *arg, struct err *e)
{
	int r = process_apply(arg, NULL, NULL, e);

	printf("%#x", (unsigned)personality(0xffffffff));
	return r;
}

TEST(personality_is_set)
{
	struct process_plan p = basic();

	p.personality_set = true;
	p.personality = PER_LINUX32;
	box_run(&box, BOX_ALL, read_personality, &p);
	CHECK_INT(box.result, 0);
	CHECK_STR(box.out, "0x8");
}

static int apply_labelled(void *arg, int proc_fd, struct err *e)
{
	int r = labels_apply(arg, proc_fd, e);

	return r < 0 ? r : process_apply(arg, NULL, NULL, e);
}

static int apply_without_proc(void *arg, struct err *e)
{
	return apply_labelled(arg, -1, e);
}

TEST(labels_are_never_skipped)
{
	struct process_plan p = basic();

	/* Without a procfs of our own nothing is written, and nothing runs unconfined. */
	p.apparmor_profile = "docker-default";
	box_run(&box, BOX_ALL, apply_without_proc, &p);
	CHECK(box.result < 0);
	CHECK_HAS(box.err.msg, "security labels need a procfs");
	p.apparmor_profile = NULL;
	p.selinux_label = "a:b:c:s0";
	box_run(&box, BOX_ALL, apply_without_proc, &p);
	CHECK(box.result < 0);
}

static int apply_with_proc(void *arg, struct err *e)
{
	AUTO_FD proc = box_proc();

	return apply_labelled(arg, proc, e);
}

TEST(a_profile_that_cannot_be_set_is_an_error)
{
	struct process_plan p = basic();

	p.apparmor_profile = "bulkhead-test-no-such-profile";
	box_run(&box, BOX_ALL, apply_with_proc, &p);
	CHECK_MSG(box.result < 0, "a profile that does not exist was accepted");
	CHECK_HAS(box.err.msg, "apparmor");
}

/* CVE-2019-16884: a volume over /proc with prepared files. */
static int apply_with_fake_proc(void *arg, struct err *e)
{
	AUTO_FD fake = -1;

	if (mount("none", "/tmp", "tmpfs", 0, NULL) || mkdir("/tmp/self", 0755) ||
	    mkdir("/tmp/self/attr", 0755) || mkdir("/tmp/self/attr/apparmor", 0755))
		return 0;
	close(open("/tmp/self/attr/exec", O_CREAT | O_WRONLY, 0666));
	close(open("/tmp/self/attr/apparmor/exec", O_CREAT | O_WRONLY, 0666));
	fake = open("/tmp", O_PATH | O_DIRECTORY);
	return apply_labelled(arg, fake, e);
}

TEST(a_fake_procfs_is_no_procfs)
{
	struct process_plan p = basic();

	p.apparmor_profile = "docker-default";
	box_run(&box, BOX_ALL, apply_with_fake_proc, &p);
	CHECK(box.result < 0);
	p.apparmor_profile = NULL;
	p.selinux_label = "a:b:c:s0";
	box_run(&box, BOX_ALL, apply_with_fake_proc, &p);
	CHECK(box.result < 0);
}

/* A subdirectory of a real procfs is not its root either. */
static int apply_with_proc_subdir(void *arg, struct err *e)
{
	AUTO_FD dir = open("/proc/self", O_PATH | O_DIRECTORY);

	return apply_labelled(arg, dir, e);
}

TEST(a_part_of_a_procfs_is_no_procfs)
{
	struct process_plan p = basic();

	p.selinux_label = "a:b:c:s0";
	box_run(&box, BOX_ALL, apply_with_proc_subdir, &p);
	CHECK_INT(box.result, -EXDEV);
}

TEST(cwd_words)
{
	struct process_plan p = basic();

	p.cwd = "/nowhere/at/all";
	box_run(&box, BOX_ALL, apply_only, &p);
	CHECK_INT(box.result, -ENOENT);
	CHECK_STR(box.err.msg, "chdir to cwd (\"/nowhere/at/all\") set in config.json failed: no "
			       "such file or directory");
	p.cwd = "/dev/null";
	box_run(&box, BOX_ALL, apply_only, &p);
	CHECK_INT(box.result, -ENOTDIR);
}

/*
 * A new root as pivot_root() makes it, with a procfs in it and the host's root still open as
 * descriptor 9, which a runtime must not do and once did (CVE-2024-21626).
 */
static int new_root(bool pivot)
{
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("none", "/mnt", "tmpfs", 0, NULL) || mkdir("/mnt/proc", 0755) ||
	    mkdir("/mnt/inside", 0755) || mount("/proc", "/mnt/proc", NULL, MS_BIND | MS_REC, NULL))
		return -errno;
	int fd = open("/usr", O_PATH | O_DIRECTORY);
	if (dup2(fd, 9) != 9 || chdir("/mnt"))
		return -errno;
	if (!pivot)
		return chroot(".") ? -errno : 0;
	if (sys_pivot_root(".", ".") || umount2(".", MNT_DETACH))
		return -errno;
	return 0;
}

static int escape_by_pivot(void *arg, struct err *e)
{
	int r = new_root(true);

	return r < 0 ? r : process_apply(arg, NULL, NULL, e);
}

static int escape_by_chroot(void *arg, struct err *e)
{
	int r = new_root(false);

	return r < 0 ? r : process_apply(arg, NULL, NULL, e);
}

TEST(cwd_through_a_leaked_descriptor)
{
	static const char *const ways[] = {"/proc/self/fd/9", "/proc/self/fd/9/..",
					   "/proc/self/fd/9/../proc/self/fd/9",
					   "/proc/thread-self/fd/9"};
	struct process_plan p = basic();

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		for (uint32_t uid = 0; uid < 2000; uid += 1000) {
			p.cwd = ways[i];
			p.uid = uid;
			box_run(&box, BOX_ALL, escape_by_pivot, &p);
			CHECK_MSG(box.result == -EXDEV, "%s: %d %s", ways[i], box.result,
				  box.err.msg);
			CHECK_HAS(box.err.msg, "possible container breakout detected");
			box_run(&box, BOX_ALL, escape_by_chroot, &p);
			CHECK_MSG(box.result == -EXDEV, "%s: %d %s", ways[i], box.result,
				  box.err.msg);
		}
	}
	p.cwd = "/inside";
	box_run(&box, BOX_ALL, escape_by_pivot, &p);
	CHECK_MSG(box.result == 0, "%s", box.err.msg);
}

static int removed_cwd(void *arg, struct err *e)
{
	(void)arg;
	if (mount("none", "/tmp", "tmpfs", 0, NULL) || mkdir("/tmp/gone", 0755))
		return -errno;
	AUTO_FD fd = open("/tmp/gone", O_PATH | O_DIRECTORY);
	char path[32];
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	rmdir("/tmp/gone");
	return process_enter_cwd(path, e);
}

TEST(cwd_that_has_no_name)
{
	box_run(&box, BOX_ALL, removed_cwd, NULL);
	CHECK_INT(box.result, -EXDEV);
	CHECK_HAS(box.err.msg, "current working directory is outside of container mount namespace");
}

/* Owned by a uid that is not mapped: the box's root has no power over it, its group has. */
TEST(cwd_that_only_the_user_may_enter)
{
	char dir[] = "/tmp/bulkhead-cwd-XXXXXX";
	struct process_plan p = basic();

	CHECK(mkdtemp(dir));
	CHECK(chown(dir, 12345, BOX_UID + 1000) == 0 && chmod(dir, 0710) == 0);
	p.cwd = dir;
	p.uid = p.gid = 1000;
	box_run(&box, BOX_ALL, apply_only, &p);
	int allowed = box.result;
	p.gid = 1001;
	box_run(&box, BOX_ALL, apply_only, &p);
	int denied = box.result;
	rmdir(dir);
	CHECK_INT(allowed, 0);
	CHECK_INT(denied, -EACCES);
	CHECK_HAS(box.err.msg, "set in config.json failed: permission denied");
}
