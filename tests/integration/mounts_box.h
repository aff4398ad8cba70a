/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mounts_box.h: the smallest container around apply/mounts.h, for its tests.
 *
 * The test process is the host, in a mount namespace of its own. box_start() takes the mounts and
 * linux objects of a config, makes the plan from it, and forks a runtime that does what lifecycle/
 * does: private mount namespace, one child with new namespaces, idmapped root, mounts_apply(),
 * pivot. The child unshares its mount namespace once more and becomes an agent that does one
 * operation per message as the container's root. Every process dies with the test, every mount with
 * its namespace.
 */
#ifndef BULKHEAD_TESTS_MOUNTS_BOX_H
#define BULKHEAD_TESTS_MOUNTS_BOX_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "apply/console.h"
#include "apply/mounts.h"
#include "apply/nshelper.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "host/facts.h"
#include "host/probe.h"
#include "kernel/sys.h"
#include "oci-spec/spec.h"
#include "plan/mounts.h"
#include "policy/policy.h"
#include "plan/namespaces.h"
#include "tests/integration/box_files.h"
#include "tests/integration/mounts_agent.h"
#include "tests/unit/check.h"

#define BOX_UID 0x72000000u /* outside every range that a host hands out */

#define BOX_NAMESPACES (CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS)

static pid_t box_main;

static const char *const box_hierarchies[] = {"cpu",	 "cpuacct", "cpuset", "memory", "devices",
					      "freezer", "blkio",   "pids",   "systemd"};
static const char box_unified[] = "/sys/fs/cgroup/unified";
#define BOX_HIERARCHIES (sizeof(box_hierarchies) / sizeof(box_hierarchies[0]))

/* Containers that run: a failed test does not stop its own. */
static struct box_running {
	pid_t runtime;
	int fd; /* its agent */
	char cgroup[64];
} box_running[64];

static struct box_running *box_find(pid_t runtime)
{
	for (size_t i = 0; i < 64; i++)
		if (box_running[i].runtime == runtime)
			return &box_running[i];
	return &box_running[0];
}

static void box_remove_cgroups(const char *name)
{
	char path[256];

	for (size_t i = 0; i <= BOX_HIERARCHIES; i++) {
		snprintf(path, sizeof(path), "/sys/fs/cgroup/%s/%s",
			 i < BOX_HIERARCHIES ? box_hierarchies[i] : "unified", name);
		/* Its last process may still be on its way out. */
		for (int n = 0; rmdir(path) != 0 && errno == EBUSY && n < 6000; n++)
			usleep(5000);
	}
}

static void box_clean_up(void)
{
	char cmd[128];

	if (getpid() != box_main || !*box_dir)
		return;
	for (size_t i = 0; i < 64; i++) {
		if (box_running[i].runtime <= 0)
			continue;
		kill(box_running[i].runtime, SIGKILL);
		waitpid(box_running[i].runtime, NULL, 0);
		box_remove_cgroups(box_running[i].cgroup);
	}
	while (umount2(box_dir, MNT_DETACH) == 0)
		;
	snprintf(cmd, sizeof(cmd), "rm -rf --one-file-system %s", box_dir);
	if (system(cmd) != 0)
		fprintf(stderr, "# %s remains\n", box_dir);
}

__attribute__((constructor(101))) static void box_set_up(void)
{
	if (geteuid() != 0) {
		printf("1..0 # SKIP needs root\n");
		exit(0);
	}
	box_main = getpid();
	alarm(900);
	signal(SIGPIPE, SIG_IGN);
	strcpy(box_dir, "/var/tmp/bulkhead-mounts-XXXXXX");
	if (!mkdtemp(box_dir) || unshare(CLONE_NEWNS) != 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
	    mount(box_dir, box_dir, NULL, MS_BIND, NULL) != 0) {
		printf("Bail out! %s: %s\n", box_dir, strerror(errno));
		exit(1);
	}
	chmod(box_dir, 0755);
	atexit(box_clean_up);
}

/* ---- the container ---- */

struct box {
	const char *rootfs; /* host path */
	const char *mounts; /* JSON array, or NULL: none */
	const char *linux_; /* members of the linux object, without braces; or NULL */
	bool cgroups;	    /* cgroups of its own in every hierarchy */
	bool cgroup2;	    /* as if the host had only the cgroup2 tree */
	bool host_cgroupns; /* no cgroup namespace of its own */
	bool host_owned;    /* pid, net, ipc and uts namespaces belong to the host's user ns */
	bool terminal;
	bool no_mknod;	    /* the runtime may make no device nodes */
	int (*job)(void *); /* more work for the namespace helper */
	/* results */
	int fd; /* the agent */
	pid_t runtime, init;
	struct err err; /* why box_start() failed */
	double us[4];	/* sources, apply, console in microseconds */
	size_t unmapped;
	char cgroup_name[64];
};

struct box_report {
	int result;
	pid_t init;
	struct err err;
	double us[4];
	size_t unmapped;
};

static double box_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static size_t box_make_cgroups(const struct box *b, const char **paths)
{
	if (b->cgroup2) {
		char *path = malloc(256);
		snprintf(path, 256, "%s/%s", box_unified, b->cgroup_name);
		mkdir(path, 0755);
		paths[0] = path;
		return 1;
	}
	for (size_t i = 0; i < BOX_HIERARCHIES; i++) {
		char *path = malloc(256);
		snprintf(path, 256, "/sys/fs/cgroup/%s/%s", box_hierarchies[i], b->cgroup_name);
		mkdir(path, 0755);
		paths[i] = path;
	}
	return BOX_HIERARCHIES;
}

static void box_enter_cgroups(const struct box *b)
{
	char path[256], text[64];

	if (b->cgroup2) {
		snprintf(path, sizeof(path), "%s/%s/cgroup.procs", box_unified, b->cgroup_name);
		if (file_write_at(AT_FDCWD, path, "0") < 0)
			_exit(97);
		return;
	}

	for (size_t i = 0; i < BOX_HIERARCHIES; i++) {
		if (!strcmp(box_hierarchies[i], "cpuset")) {
			const char *const files[] = {"cpuset.cpus", "cpuset.mems"};
			for (int k = 0; k < 2; k++) {
				snprintf(path, sizeof(path), "/sys/fs/cgroup/cpuset/%s", files[k]);
				read_text(path, text, sizeof(text));
				snprintf(path, sizeof(path), "/sys/fs/cgroup/cpuset/%s/%s",
					 b->cgroup_name, files[k]);
				file_write_at(AT_FDCWD, path, text);
			}
		}
		snprintf(path, sizeof(path), "/sys/fs/cgroup/%s/%s/tasks", box_hierarchies[i],
			 b->cgroup_name);
		if (file_write_at(AT_FDCWD, path, "0") < 0)
			_exit(97);
	}
}

static void box_child(const struct box *b, int agent_fd, int go_fd, int ready_fd)
{
	char c;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (b->cgroups)
		box_enter_cgroups(b);
	if (!b->host_cgroupns && unshare(CLONE_NEWCGROUP) != 0)
		_exit(98);
	if (write(ready_fd, "r", 1) != 1 || read(go_fd, &c, 1) != 1)
		_exit(96);
	if (setgroups(0, NULL) != 0 || setresgid(0, 0, 0) != 0 || setresuid(0, 0, 0) != 0 ||
	    unshare(CLONE_NEWNS) != 0 || chdir("/") != 0)
		_exit(91);
	umask(022);
	_exit(agent_run(agent_fd));
}

static int box_fail(struct box_report *report, const char *what)
{
	return err_sys(&report->err, errno, "%s", what);
}

static int box_root(const struct box *b, int userns_fd, struct box_report *report)
{
	struct mount_attr attr = {.attr_set =
					  MOUNT_ATTR_IDMAP | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV,
				  .userns_fd = (uint64_t)userns_fd};
	int fd = sys_open_tree(AT_FDCWD, b->rootfs, OPEN_TREE_CLONE);

	if (fd < 0 || sys_mount_setattr(fd, "", AT_EMPTY_PATH, &attr) < 0 ||
	    sys_move_mount(fd, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH) < 0 || fchdir(fd) < 0)
		return box_fail(report, "root");
	return fd;
}

static int box_console(const struct mounts_env *env, const struct mounts *m,
		       struct box_report *report)
{
	struct console con = CONSOLE_INIT;
	double t = box_now();
	int r = console_open(m->pts_fd, BOX_UID, 24, 80, &con, &report->err);

	if (r >= 0)
		r = mounts_console(env, m, con.slave_fd, &report->err);
	report->us[2] = box_now() - t;
	/* The master stays open as long as the runtime lives. */
	if (r < 0)
		console_close(&con);
	else
		close(con.slave_fd);
	return r;
}

static int box_apply(const struct box *b, const struct mounts_plan *plan, struct mounts *m,
		     struct mounts_env *env, struct box_report *report)
{
	double t = box_now();
	int r = mounts_apply(plan, env, m, &report->err);

	report->us[1] = box_now() - t;
	report->unmapped = m->n_unmapped;
	return r < 0 || !b->terminal ? r : box_console(env, m, report);
}

static int box_map(pid_t pid)
{
	char path[64], map[64];

	snprintf(map, sizeof(map), "0 %u 65536", BOX_UID);
	for (int i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "/proc/%d/%s", pid, i ? "gid_map" : "uid_map");
		if (file_write_at(AT_FDCWD, path, map) < 0)
			return -1;
	}
	snprintf(path, sizeof(path), "/proc/%d/ns/user", pid);
	return open(path, O_RDONLY | O_CLOEXEC);
}

static int box_drop_mknod(void)
{
	struct __user_cap_header_struct h = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct d[2];

	if (syscall(SYS_capget, &h, d) < 0)
		return -1;
	d[0].effective &= ~(1u << CAP_MKNOD);
	d[0].permitted &= ~(1u << CAP_MKNOD);
	return (int)syscall(SYS_capset, &h, d);
}

static int box_count_fds(void)
{
	int n = 0;

	for (int fd = 0; fd < 1024; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

/* The runtime's part; returns what mounts_*() returned. */
static int box_make(const struct box *b, const struct mounts_plan *plan,
		    const struct namespaces_plan *ns, int agent_fd, int go_fds[2],
		    struct box_report *report)
{
	const char *paths[BOX_HIERARCHIES];
	struct mounts m = MOUNTS_INIT;
	int ready[2], pidfd = -1;
	char c;

	if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) != 0 ||
	    pipe2(ready, O_CLOEXEC) != 0 || (b->host_owned && unshare(BOX_NAMESPACES) != 0))
		return box_fail(report, "namespaces");
	int fds = box_count_fds();
	double t = box_now();
	int r = mounts_open_sources(plan, &m, &report->err);
	report->us[0] = box_now() - t;
	if (r < 0) {
		mounts_close(&m);
		if (box_count_fds() != fds)
			_exit(89);
		return r;
	}
	struct clone_args args = {.flags = CLONE_NEWUSER | CLONE_PIDFD |
					   (b->host_owned ? 0 : BOX_NAMESPACES),
				  .pidfd = (uint64_t)(uintptr_t)&pidfd,
				  .exit_signal = SIGCHLD};
	size_t n_paths = b->cgroups ? box_make_cgroups(b, paths) : 0;
	pid_t pid = sys_clone3(&args);
	if (pid == 0)
		box_child(b, agent_fd, go_fds[0], ready[1]);
	report->init = pid;
	if (pid < 0)
		return box_fail(report, "clone3");
	int userns_fd = box_map(pid);
	int root_fd = userns_fd < 0 ? -1 : box_root(b, userns_fd, report);
	if (root_fd < 0 || read(ready[0], &c, 1) != 1)
		return box_fail(report, "child");
	struct mounts_env env = {.root_fd = root_fd,
				 .userns_fd = userns_fd,
				 .root_uid = BOX_UID,
				 .root_gid = BOX_UID,
				 .pidfd = pidfd,
				 .ns = ns,
				 .cgroup_paths = paths,
				 .n_cgroup_paths = n_paths};
	if (b->no_mknod && box_drop_mknod() < 0)
		return box_fail(report, "capset");
	struct nshelper_job job = {.run = b->job};
	if (b->job) {
		env.jobs = &job;
		env.n_jobs = 1;
		env.job_ns = CLONE_NEWUTS;
	}
	r = box_apply(b, plan, &m, &env, report);
	if (b->job && r >= 0 && job.result != 7)
		return box_fail(report, "job");
	mounts_close(&m);
	/* Not one descriptor is left, whether it worked or not: pidfd, user namespace and root are
	 * ours, and the terminal's master. */
	fds += 3 + (r >= 0 && b->terminal);
	if (box_count_fds() != fds)
		_exit(88);
	if (r >= 0 && (sys_pivot_root(".", ".") < 0 || umount2(".", MNT_DETACH) < 0))
		return box_fail(report, "pivot_root");
	return r;
}

static void box_runtime(const struct box *b, const struct mounts_plan *plan,
			const struct namespaces_plan *ns, int report_fd, int agent_fd)
{
	static struct box_report report;
	int go[2];

	if (pipe2(go, O_CLOEXEC) != 0)
		_exit(92);
	report.result = box_make(b, plan, ns, agent_fd, go, &report);
	if (report.result >= 0 && write(go[1], "g", 1) != 1)
		_exit(94);
	close(agent_fd);
	if (send(report_fd, &report, sizeof(report), 0) < 0)
		_exit(95);
	close(go[1]);
	if (report.result < 0 && report.init > 0)
		kill(report.init, SIGKILL);
	if (report.init > 0)
		while (waitpid(report.init, NULL, 0) < 0 && errno == EINTR)
			;
	_exit(0);
}

/* The plan, as plan_make() gets there, but for what this test does not need. */
static int box_plan(const struct box *b, struct arena *a, struct mounts_plan *plan,
		    struct namespaces_plan *ns, struct err *e)
{
	static const struct id_extent map = {0, BOX_UID, 65536};
	struct host_facts facts;
	struct spec *s;
	char *json = arena_printf(a,
				  "{\"ociVersion\":\"1.2.0\",\"root\":{\"path\":\"r\"},"
				  "\"process\":{\"terminal\":%s,\"cwd\":\"/\"},"
				  "\"mounts\":%s,\"linux\":{%s}}",
				  b->terminal ? "true" : "false", b->mounts ? b->mounts : "[]",
				  b->linux_ ? b->linux_ : "");

	*ns = (struct namespaces_plan){.maps = {.uid = &map, .gid = &map, .n_uid = 1, .n_gid = 1},
				       .root_uid = BOX_UID,
				       .root_gid = BOX_UID};
	for (int k = 0; k < NS_KINDS; k++)
		ns->ns[k].mode = NS_NEW;
	if (b->host_cgroupns)
		ns->ns[NS_CGROUP].mode = NS_SHARED;
	if (b->host_owned)
		ns->ns[NS_IPC].mode = NS_JOIN_HOST_OWNED;
	int r = json ? spec_parse(json, strlen(json), a, &s, e) : -ENOMEM;
	if (r >= 0)
		r = host_probe(s, policy_default(), a, &facts, e);
	if (r >= 0 && b->cgroup2) {
		facts.cgroup_layout = CGROUP_LAYOUT_V2;
		facts.n_cgroup_v1 = 0;
		facts.cgroup_v2_mountpoint = box_unified;
	}
	return r < 0 ? r : mounts_plan_make(s, &facts, ns, a, plan, e);
}

/* Start a container; 0, or what failed with b->err set. */
static int box_start(struct box *b)
{
	static struct box_report report;
	static unsigned count;
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct mounts_plan plan;
	struct namespaces_plan ns;
	int rep[2], agent[2];

	b->fd = -1;
	b->runtime = -1;
	err_clear(&b->err);
	snprintf(b->cgroup_name, sizeof(b->cgroup_name), "bulkhead-mounts-%d-%u", box_main,
		 count++);
	int r = box_plan(b, &a, &plan, &ns, &b->err);
	if (r < 0)
		return r;
	CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, rep) == 0);
	CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, agent) == 0);
	fflush(stdout);
	pid_t pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(rep[0]);
		close(agent[0]);
		/* An agent ends when the last copy of the other end is closed. */
		for (size_t i = 0; i < 64; i++)
			if (box_running[i].runtime > 0)
				close(box_running[i].fd);
		box_runtime(b, &plan, &ns, rep[1], agent[1]);
	}
	close(rep[1]);
	close(agent[1]);
	ssize_t n = recv(rep[0], &report, sizeof(report), 0);
	close(rep[0]);
	b->fd = agent[0];
	b->runtime = pid;
	struct box_running *run = box_find(0);
	run->runtime = pid;
	run->fd = agent[0];
	strcpy(run->cgroup, b->cgroup_name);
	CHECK_MSG(n == sizeof(report), "the runtime process died");
	b->init = report.init;
	b->err = report.err;
	b->unmapped = report.unmapped;
	memcpy(b->us, report.us, sizeof(b->us));
	return report.result;
}

/* End the container, however far it got. */
static void box_stop(struct box *b)
{
	if (b->fd >= 0)
		close(b->fd);
	if (b->runtime > 0) {
		CHECK(waitpid(b->runtime, NULL, 0) == b->runtime);
		box_find(b->runtime)->runtime = 0;
	}
	if (b->cgroups)
		box_remove_cgroups(b->cgroup_name);
	b->fd = -1;
	b->runtime = -1;
}

/* Let the agent do something; its answer. */
static const char *box_do(const struct box *b, const char *op, const char *path, const char *arg)
{
	static char text[8][BOX_TEXT];
	static unsigned next;
	char *out = text[next++ % 8];
	int n = snprintf(out, BOX_TEXT, "%s%c%s%c%s", op, BOX_SEP, path, BOX_SEP, arg ? arg : "");

	if (send(b->fd, out, (size_t)n + 1, MSG_NOSIGNAL) < 0)
		return "the agent is gone";
	ssize_t len = recv(b->fd, out, BOX_TEXT - 1, 0);
	if (len <= 0)
		return "the agent died";
	out[len] = '\0';
	return out;
}

#define IN(b, op, path, arg, want) CHECK_STR(box_do(b, op, path, arg), want)

/* Start it and expect success. */
#define BOX_START(b)                                                                               \
	do {                                                                                       \
		int box_r = box_start(b);                                                          \
		CHECK_MSG(box_r >= 0, "%s", (b)->err.msg);                                         \
	} while (0)

/* Start it and expect an error whose text has @part. */
#define BOX_REFUSED(b, part)                                                                       \
	do {                                                                                       \
		int box_r = box_start(b);                                                          \
		char box_msg[ERR_MSG_MAX];                                                         \
		memcpy(box_msg, (b)->err.msg, sizeof(box_msg));                                    \
		box_stop(b);                                                                       \
		CHECK_MSG(box_r < 0, "it started");                                                \
		CHECK_HAS(box_msg, part);                                                          \
	} while (0)

/* A root file system with the directories that images have. */
static const char *box_image(const char *name)
{
	static const char *const dirs[] = {"proc", "sys", "dev", "etc", "tmp", "usr", NULL};
	static char roots[8][128];
	static unsigned next;
	char *root = roots[next++ % 8];

	snprintf(root, sizeof(roots[0]), "%s", at("%s", name));

	make_dirs(root);
	for (const char *const *d = dirs; *d; d++)
		make_dirs(at("%s/%s", name, *d));
	CHECK(chmod(at("%s/tmp", name), 01777) == 0);
	make_file(at("%s/etc/hosts", name), "image");
	return root;
}

/* What dockerd 20.10 puts into every config, hardened; %s: more mounts, each with a comma before.
 */
#define DOCKER_MOUNTS(more)                                                                        \
	"[{\"destination\":\"/proc\",\"type\":\"proc\",\"source\":\"proc\","                       \
	"\"options\":[\"nosuid\",\"noexec\",\"nodev\"]},"                                          \
	"{\"destination\":\"/dev\",\"type\":\"tmpfs\",\"source\":\"tmpfs\","                       \
	"\"options\":[\"nosuid\",\"strictatime\",\"mode=755\",\"size=65536k\"]},"                  \
	"{\"destination\":\"/dev/pts\",\"type\":\"devpts\",\"source\":\"devpts\","                 \
	"\"options\":[\"nosuid\",\"noexec\",\"newinstance\",\"ptmxmode=0666\",\"mode=0620\","      \
	"\"gid=5\"]},"                                                                             \
	"{\"destination\":\"/sys\",\"type\":\"sysfs\",\"source\":\"sysfs\","                       \
	"\"options\":[\"nosuid\",\"noexec\",\"nodev\",\"ro\"]},"                                   \
	"{\"destination\":\"/sys/fs/cgroup\",\"type\":\"cgroup\",\"source\":\"cgroup\","           \
	"\"options\":[\"ro\",\"nosuid\",\"noexec\",\"nodev\"]},"                                   \
	"{\"destination\":\"/dev/mqueue\",\"type\":\"mqueue\",\"source\":\"mqueue\","              \
	"\"options\":[\"nosuid\",\"noexec\",\"nodev\"]},"                                          \
	"{\"destination\":\"/dev/shm\",\"type\":\"tmpfs\",\"source\":\"shm\","                     \
	"\"options\":[\"nosuid\",\"noexec\",\"nodev\",\"mode=1777\",\"size=67108864\"]}" more "]"

#define DOCKER_LINUX                                                                               \
	"\"maskedPaths\":[\"/proc/asound\",\"/proc/acpi\",\"/proc/kcore\",\"/proc/keys\","         \
	"\"/proc/latency_stats\",\"/proc/timer_list\",\"/proc/timer_stats\","                      \
	"\"/proc/sched_debug\",\"/proc/scsi\",\"/sys/firmware\"],"                                 \
	"\"readonlyPaths\":[\"/proc/bus\",\"/proc/fs\",\"/proc/irq\",\"/proc/sys\","               \
	"\"/proc/sysrq-trigger\"]"

#endif
