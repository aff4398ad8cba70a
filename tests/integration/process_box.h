/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * process_box.h: one process in namespaces of its own, for tests of what is done to and by the
 * container's process. box_open() clones it and maps its ids; it then waits, while the test, as the
 * host, looks at it; box_go() lets it run one function as root of its user namespace and hands back
 * what that returned and printed. It is killed with the test.
 */
#ifndef BULKHEAD_TESTS_PROCESS_BOX_H
#define BULKHEAD_TESTS_PROCESS_BOX_H

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fd.h"
#include "kernel/sys.h"
#include "tests/unit/check.h"

/* Each test uses some of these. */
#pragma GCC diagnostic ignored "-Wunused-function"

#define BOX_UID	 0x72000000u /* outside every range that a host hands out */
#define BOX_SIZE 65536u
#define BOX_ALL                                                                                    \
	(CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNS)

struct box {
	pid_t pid;
	int pidfd;
	int go_fd, result_fd, out_fd;
	/* What box_go() fills in. */
	int result;	/* of the function; 1000 when it did not return (it executed something) */
	struct err err; /* as the function left it */
	char out[16384];
	int status; /* as waitpid(2) has it */
};

/* What the function says at its end. */
struct box_report {
	int result;
	struct err err;
};

typedef int box_fn(void *arg, struct err *e);

__attribute__((constructor(102))) static void box_need_root(void)
{
	if (geteuid() != 0) {
		printf("1..0 # SKIP needs root\n");
		fflush(stdout);
		_exit(0); /* exit() this early aborts in a static program */
	}
	alarm(900);
}

static void box_child(int go_fd, int result_fd, int out_fd, bool user, box_fn *fn, void *arg)
{
	struct box_report report = {0};
	char go;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (read(go_fd, &go, 1) != 1)
		_exit(98);
	dup2(out_fd, 1);
	setvbuf(stdout, NULL, _IONBF, 0);
	if (user && (setgroups(0, NULL) || setresgid(0, 0, 0) || setresuid(0, 0, 0)))
		_exit(97);
	prctl(PR_SET_DUMPABLE, 1);
	report.result = fn(arg, &report.err);
	if (write(result_fd, &report, sizeof(report)) != (ssize_t)sizeof(report))
		_exit(96);
	_exit(0);
}

static void box_map(pid_t pid, const char *file)
{
	char path[64], text[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, file);
	snprintf(text, sizeof(text), "0 %u %u", BOX_UID, BOX_SIZE);
	CHECK_INT(file_write_at(AT_FDCWD, path, text), 0);
}

/* @flags: CLONE_NEW...; @fn runs in the process after box_go(). */
static void box_open(struct box *b, uint64_t flags, box_fn *fn, void *arg)
{
	int go[2], result[2], out[2];

	*b = (struct box){.pidfd = -1};
	CHECK(pipe2(go, O_CLOEXEC) == 0 && pipe2(result, O_CLOEXEC) == 0 &&
	      pipe2(out, O_CLOEXEC) == 0);
	struct clone_args args = {
		.flags = flags | CLONE_PIDFD,
		.pidfd = (uint64_t)(uintptr_t)&b->pidfd,
		.exit_signal = SIGCHLD,
	};
	fflush(stdout);
	b->pid = sys_clone3(&args);
	CHECK_MSG(b->pid >= 0, "clone3: %s", strerror(errno));
	if (b->pid == 0)
		box_child(go[0], result[1], out[1], flags & CLONE_NEWUSER, fn, arg);
	close(go[0]);
	close(result[1]);
	close(out[1]);
	b->go_fd = go[1];
	b->result_fd = result[0];
	b->out_fd = out[0];
	if (flags & CLONE_NEWUSER) {
		box_map(b->pid, "gid_map");
		box_map(b->pid, "uid_map");
	}
}

static void box_go(struct box *b)
{
	struct box_report report;
	size_t n = 0;
	ssize_t r;

	CHECK(write(b->go_fd, "g", 1) == 1);
	/* Output first: a program that was executed has closed the other pipe already. */
	while (n < sizeof(b->out) - 1 && (r = read(b->out_fd, b->out + n, sizeof(b->out) - 1 - n)))
		n += r > 0 ? (size_t)r : 0;
	b->out[n] = '\0';
	b->result = 1000;
	if (read(b->result_fd, &report, sizeof(report)) == (ssize_t)sizeof(report)) {
		b->result = report.result;
		b->err = report.err;
	}
	CHECK(waitpid(b->pid, &b->status, 0) == b->pid);
	close(b->go_fd);
	close(b->result_fd);
	close(b->out_fd);
	close(b->pidfd);
}

/* All in one, for what needs no look from outside. */
static void box_run(struct box *b, uint64_t flags, box_fn *fn, void *arg)
{
	box_open(b, flags, fn, arg);
	box_go(b);
}

/* A procfs of our own, of the caller's pid namespace. */
static int box_proc(void)
{
	AUTO_FD fs = sys_fsopen("proc");

	CHECK(fs >= 0 && sys_fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0);
	int fd = sys_fsmount(fs, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
	CHECK_MSG(fd >= 0, "fsmount: %s", strerror(errno));
	return fd;
}

#endif
