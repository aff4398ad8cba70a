/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rootfs_box.h: the smallest container around the root mount, for tests of apply/rootfs.h.
 *
 * The test process is the host: it has a mount namespace of its own, so that what it mounts goes
 * with it. box_start() forks the runtime, which does what lifecycle/ does (private mount namespace,
 * one child in a new user namespace, open, attach, pivot), and the child becomes an agent that
 * executes one file operation per message as the container's root. Everything dies with the test.
 */
#ifndef BULKHEAD_TESTS_ROOTFS_BOX_H
#define BULKHEAD_TESTS_ROOTFS_BOX_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
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
#include <sys/xattr.h>
#include <unistd.h>

#include "apply/rootfs.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "kernel/sys.h"
#include "tests/integration/box_files.h"
#include "tests/unit/check.h"

#define BOX_UID	 0x71000000u /* outside every range that a host hands out */
#define BOX_TEXT 8192

static void box_clean_up(void)
{
	char cmd[128];

	/* The test's own mount namespace still has its mounts: go where there are none. */
	if (getpid() != getpgrp() || !*box_dir)
		return;
	snprintf(cmd, sizeof(cmd), "rm -rf --one-file-system %s", box_dir);
	while (umount2(box_dir, MNT_DETACH) == 0)
		;
	if (system(cmd) != 0)
		fprintf(stderr, "# %s remains\n", box_dir);
}

static void box_timeout(int sig)
{
	printf("Bail out! timeout\n");
	fflush(stdout);
	box_clean_up();
	_exit(128 + sig);
}

__attribute__((constructor(101))) static void box_set_up(void)
{
	if (geteuid() != 0) {
		printf("1..0 # SKIP needs root\n");
		exit(0);
	}
	setpgid(0, 0);
	signal(SIGALRM, box_timeout);
	alarm(900);
	strcpy(box_dir, "/var/tmp/bulkhead-rootfs-XXXXXX");
	/* Bound on itself, so that one detach takes everything below along at the end. */
	if (!mkdtemp(box_dir) || unshare(CLONE_NEWNS) != 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
	    mount(box_dir, box_dir, NULL, MS_BIND, NULL) != 0) {
		printf("Bail out! %s: %s\n", box_dir, strerror(errno));
		exit(1);
	}
	atexit(box_clean_up);
}

/* "uid:gid mode type" on disk, or an errno name. */
static const char *on_disk(const char *path)
{
	static char text[64];
	struct stat st;

	if (lstat(path, &st) != 0)
		return strerrorname_np(errno);
	snprintf(text, sizeof(text), "%u:%u %o %s", st.st_uid, st.st_gid, st.st_mode & 07777,
		 S_ISDIR(st.st_mode)		      ? "dir"
		 : S_ISREG(st.st_mode)		      ? "file"
		 : S_ISCHR(st.st_mode) && !st.st_rdev ? "whiteout"
						      : "other");
	return text;
}

/* ---- the agent: one operation ---- */

static char *reply_ok(char *out, const char *text)
{
	snprintf(out, BOX_TEXT, "%s", text);
	return out;
}

static void op_flags(const char *path, char *out)
{
	struct statvfs v;

	if (statvfs(path, &v) != 0) {
		reply_ok(out, strerrorname_np(errno));
		return;
	}
	snprintf(out, BOX_TEXT, "%s%s%s%s", v.f_flag & ST_RDONLY ? "ro" : "rw",
		 v.f_flag & ST_NOSUID ? ",nosuid" : "", v.f_flag & ST_NODEV ? ",nodev" : "",
		 v.f_flag & ST_NOEXEC ? ",noexec" : "");
}

/* Run a program of the root file system: "exit N" or an errno name. */
static void op_exec(char *path, char *out)
{
	char *argv[] = {path, NULL};
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		execv(path, argv);
		_exit(errno == ENOENT ? 127 : 126);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		reply_ok(out, strerrorname_np(errno));
	else
		snprintf(out, BOX_TEXT, "exit %d", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}

static void op_stat(const char *path, char *out)
{
	struct stat st;

	if (lstat(path, &st) != 0)
		reply_ok(out, strerrorname_np(errno));
	else
		snprintf(out, BOX_TEXT, "%u:%u %o", st.st_uid, st.st_gid, st.st_mode & 07777);
}

static int op_chown(const char *path, const char *ids)
{
	unsigned u, g;

	if (sscanf(ids, "%u:%u", &u, &g) != 2) {
		errno = EINVAL;
		return -1;
	}
	return lchown(path, u, g);
}

static int op_sync(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -1;
	int r = syncfs(fd);
	close(fd);
	return r;
}

static int op_open(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	return fd < 0 ? -1 : close(fd);
}

static void agent_do(char *message, char *out)
{
	char *op = message, *a = strchr(op, BOX_SEP), *b = a ? strchr(a + 1, BOX_SEP) : NULL;
	int r;

	if (!a || !b) {
		reply_ok(out, "bad message");
		return;
	}
	*a++ = '\0';
	*b++ = '\0';
	if (!strcmp(op, "list"))
		return list_dir(a, out, BOX_TEXT);
	if (!strcmp(op, "flags"))
		return op_flags(a, out);
	if (!strcmp(op, "stat"))
		return op_stat(a, out);
	if (!strcmp(op, "exec"))
		return op_exec(a, out);
	if (!strcmp(op, "read")) {
		reply_ok(out, file_text(a));
		return;
	}
	r = !strcmp(op, "create")     ? op_write(a, b, O_CREAT | O_EXCL)
	    : !strcmp(op, "write")    ? op_write(a, b, O_TRUNC)
	    : !strcmp(op, "append")   ? op_write(a, b, O_APPEND)
	    : !strcmp(op, "open")     ? op_open(a)
	    : !strcmp(op, "sync")     ? op_sync(a)
	    : !strcmp(op, "mkdir")    ? mkdir(a, 0755)
	    : !strcmp(op, "rmdir")    ? rmdir(a)
	    : !strcmp(op, "unlink")   ? unlink(a)
	    : !strcmp(op, "rename")   ? rename(a, b)
	    : !strcmp(op, "symlink")  ? symlink(b, a)
	    : !strcmp(op, "chown")    ? op_chown(a, b)
	    : !strcmp(op, "chmod")    ? chmod(a, (mode_t)strtoul(b, NULL, 8))
	    : !strcmp(op, "chdir")    ? chdir(a)
	    : !strcmp(op, "mknod")    ? mknod(a, S_IFCHR | 0666, makedev(1, 3))
	    : !strcmp(op, "umount")   ? umount2(a, MNT_DETACH)
	    : !strcmp(op, "remount")  ? mount(NULL, a, NULL, MS_REMOUNT | MS_BIND, NULL)
	    : !strcmp(op, "setxattr") ? setxattr(a, b, "y", 1, 0)
				      : (errno = ENOSYS, -1);
	reply_ok(out, r == 0 ? "ok" : strerrorname_np(errno));
}

static int agent_run(int fd)
{
	static char in[BOX_TEXT], out[BOX_TEXT];
	ssize_t n;

	while ((n = recv(fd, in, sizeof(in) - 1, 0)) > 0) {
		in[n] = '\0';
		agent_do(in, out);
		if (send(fd, out, strlen(out) + 1, MSG_NOSIGNAL) < 0)
			return 1;
	}
	return 0;
}

/* ---- the container ---- */

struct box_config {
	struct rootfs_plan plan;
	const char *const *destinations; /* for rootfs_pin_guard() */
	size_t n_destinations;
	const char *cwd;
	bool no_guard;
	uint32_t uid;	/* 0: BOX_UID */
	bool open_only; /* end after rootfs_open() */
	bool as_is;	/* userns_fd -1 */
};

struct box {
	int fd; /* the agent */
	pid_t runtime;
	pid_t init;
	struct rootfs root;			/* fd is the runtime's, not ours */
	struct err err;				/* why box_start() failed */
	char before[BOX_TEXT], after[BOX_TEXT]; /* mountinfo of M1 around rootfs_open() */
};

/* What the runtime tells the test, in one message. */
struct box_report {
	int result;
	pid_t init;
	struct rootfs root;
	struct err err;
	char before[BOX_TEXT], after[BOX_TEXT];
};

static void box_read_mounts(char *out)
{
	int fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t n;

	while (fd >= 0 && len < BOX_TEXT - 1 && (n = read(fd, out + len, BOX_TEXT - 1 - len)) > 0)
		len += (size_t)n;
	out[len] = '\0';
	close(fd);
}

static void box_map(pid_t pid, uint32_t uid)
{
	char path[64], map[64];

	snprintf(map, sizeof(map), "0 %u 65536", uid);
	for (int i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "/proc/%d/%s", pid, i ? "gid_map" : "uid_map");
		if (file_write_at(AT_FDCWD, path, map) < 0)
			_exit(90);
	}
}

static pid_t box_spawn_init(const struct box_config *b, int agent_fd, const int go[2])
{
	struct clone_args args = {.flags = CLONE_NEWUSER, .exit_signal = SIGCHLD};
	pid_t pid = sys_clone3(&args);
	char c;

	if (pid != 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	close(go[1]); /* else its end never comes */
	if (read(go[0], &c, 1) != 1 || setgroups(0, NULL) != 0 || setresgid(0, 0, 0) != 0 ||
	    setresuid(0, 0, 0) != 0 || unshare(CLONE_NEWNS) != 0 || chdir("/") != 0 ||
	    rootfs_finish(&b->plan, NULL) < 0)
		_exit(91);
	umask(022);
	_exit(agent_run(agent_fd));
}

/* The runtime's part, in its own process: returns what rootfs_*() returned. */
static int box_set_root(const struct box_config *c, pid_t init, struct box_report *report)
{
	uint32_t uid = c->uid ? c->uid : BOX_UID;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/user", init);
	AUTO_FD userns = open(path, O_RDONLY | O_CLOEXEC);
	struct err *e = &report->err;
	struct rootfs *r = &report->root;

	box_read_mounts(report->before);
	int ret = rootfs_open(&c->plan, c->as_is ? -1 : userns, uid, uid, r, e);
	box_read_mounts(report->after);
	if (ret < 0 || c->open_only)
		return ret;
	if (!c->no_guard)
		ret = rootfs_pin_guard(r->fd, c->destinations, c->n_destinations, c->cwd, e);
	if (ret == 0)
		ret = rootfs_attach(r, e);
	if (ret == 0 && c->plan.readonly)
		ret = rootfs_set_readonly(r, e);
	if (ret == 0)
		ret = rootfs_pivot(r, e);
	return ret;
}

static void box_runtime(const struct box_config *c, int report_fd, int agent_fd)
{
	static struct box_report report;
	int go[2], status;

	report.root = ROOTFS_INIT;
	if (pipe2(go, O_CLOEXEC) != 0)
		_exit(92);
	report.result = rootfs_namespace(&c->plan, &report.err);
	if (report.result == 0) {
		report.init = box_spawn_init(c, agent_fd, go);
		if (report.init < 0)
			_exit(93);
		box_map(report.init, c->uid ? c->uid : BOX_UID);
		report.result = box_set_root(c, report.init, &report);
	}
	if (report.result == 0 && !c->open_only && write(go[1], "g", 1) != 1)
		_exit(94);
	close(agent_fd);
	if (send(report_fd, &report, sizeof(report), 0) < 0)
		_exit(95);
	close(go[1]);
	if (report.init > 0)
		waitpid(report.init, &status, 0);
	_exit(0);
}

/* Start a container; 0, or what failed with b->err set. */
static int box_start(const struct box_config *c, struct box *b)
{
	static struct box_report report;
	int r[2], a[2];

	CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, r) == 0);
	CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, a) == 0);
	fflush(stdout);
	pid_t pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		/* Also the agents of other boxes: they end when their last peer is closed. */
		for (int fd = 3; fd < 64; fd++)
			if (fd != r[1] && fd != a[1])
				close(fd);
		box_runtime(c, r[1], a[1]);
	}
	close(r[1]);
	close(a[1]);
	ssize_t n = recv(r[0], &report, sizeof(report), 0);
	close(r[0]);
	*b = (struct box){.fd = a[0], .runtime = pid, .init = report.init};
	CHECK_MSG(n == sizeof(report), "the runtime process died");
	b->root = report.root;
	b->err = report.err;
	memcpy(b->before, report.before, sizeof(b->before));
	memcpy(b->after, report.after, sizeof(b->after));
	return report.result;
}

/* Tell the agent to do something. */
static bool box_tell(const struct box *b, const char *op, const char *path, const char *arg)
{
	char text[BOX_TEXT];
	int n = snprintf(text, BOX_TEXT, "%s%c%s%c%s", op, BOX_SEP, path, BOX_SEP, arg ? arg : "");

	return send(b->fd, text, (size_t)n + 1, MSG_NOSIGNAL) >= 0;
}

/* The agent's answer. */
static const char *box_hear(const struct box *b)
{
	static char text[8][BOX_TEXT];
	static unsigned next;
	char *out = text[next++ % 8];
	ssize_t len = recv(b->fd, out, BOX_TEXT - 1, 0);
	if (len <= 0)
		return "the agent died";
	out[len] = '\0';
	return out;
}

static const char *box_do(const struct box *b, const char *op, const char *path, const char *arg)
{
	return box_tell(b, op, path, arg) ? box_hear(b) : "the agent is gone";
}

/* End the container and wait until its mounts are gone. */
static void box_stop(struct box *b)
{
	int status;

	close(b->fd);
	CHECK(waitpid(b->runtime, &status, 0) == b->runtime);
	CHECK_INT(WIFEXITED(status) ? WEXITSTATUS(status) : -1, 0);
}

/* rootfs_refresh() as a command does it. */
static int box_refresh(const struct box *b, struct err *e)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/root", b->init);
	AUTO_FD root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return rootfs_refresh(b->root.path, root, b->root.dev, e);
}

static struct box_config box_config(const char *path)
{
	return (struct box_config){
		.plan = {.path = strdup(path),
			 .propagation = MS_SLAVE | MS_REC,
			 .attrs = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV},
	};
}

#endif
