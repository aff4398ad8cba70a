/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cgroup_box.h: real cgroups for the tests of apply/cgroup.h, on whatever layout the host has. The
 * tests run on the machine itself and inside the virtual machine of tests/vm (cgroup v2 alone).
 * All cgroups are below /bulkhead-test-PID and are gone at the end, or the test fails.
 */
#ifndef BULKHEAD_TESTS_CGROUP_BOX_H
#define BULKHEAD_TESTS_CGROUP_BOX_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "apply/cgroup.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "host/cgroup_probe.h"
#include "harden/measures.h"
#include "host/facts.h"
#include "kernel/sys.h"
#include "oci-spec/spec.h"
#include "tests/unit/check.h"

/* Each test file uses some of these. */
#pragma GCC diagnostic ignored "-Wunused-function"

static struct arena arena;
static struct err error;
static const struct measures measures; /* as without a hardening layer */
static struct host_facts facts;
static struct cgroup_plan plan;
static struct cgroup cgroup;
static char parent[64];	  /* "/bulkhead-test-PID" */
static char box_path[96]; /* below it */
static struct spec_resources resources;
static int fds_before;
static pid_t box_owner;

static int count_fds(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	while (d && readdir(d))
		n++;
	if (d)
		closedir(d);
	return n;
}

static void remove_parents(void)
{
	for (size_t i = 0; i < plan.n_paths; i++) {
		char path[4096];
		*strrchr(strcpy(path, plan.paths[i]), '/') = '\0';
		rmdir(path);
	}
}

/* After a test that failed, so that the next one and the host are not bothered by what it left. */
static void box_clean_up(void)
{
	struct err ignored = {0};

	if (cgroup.n == 0 || getpid() != box_owner)
		return;
	cgroup_kill(&cgroup, SIGKILL, &ignored);
	cgroup_wait_empty(&cgroup, 60000, &ignored);
	cgroup_close(&cgroup);
	cgroup_destroy(plan.paths, plan.n_paths, &ignored);
	remove_parents();
}

__attribute__((constructor(101))) static void box_begin(void)
{
	struct utsname u;

	if (geteuid() != 0) {
		printf("1..0 # SKIP needs root\n");
		exit(0);
	}
	if (host_probe_cgroup(&arena, &facts, &error) < 0 ||
	    facts.n_cgroup_v1 + (facts.cgroup_v2_mountpoint ? 1 : 0) == 0) {
		printf("1..0 # SKIP no cgroup file system is mounted here\n");
		exit(0);
	}
	uname(&u);
	sscanf(u.release, "%u.%u", &facts.kernel_major, &facts.kernel_minor);
	box_owner = getpid();
	atexit(box_clean_up);
	snprintf(parent, sizeof(parent), "/bulkhead-test-%d", getpid());
	setvbuf(stdout, NULL, _IOLBF, 0);
	alarm(900); /* a wait that does not end is a failure of the program */
}

/* Whether @controller is one of a v1 hierarchy's "cpu,cpuacct". */
static bool lists(const char *controllers, const char *controller)
{
	size_t n = strlen(controller);

	for (const char *p = controllers; p; p = strchr(p, ','), p = p ? p + 1 : NULL)
		if (strncmp(p, controller, n) == 0 && (p[n] == ',' || p[n] == '\0'))
			return true;
	return false;
}

static bool on_v1(const char *controller)
{
	for (size_t i = 0; i < facts.n_cgroup_v1; i++)
		if (lists(facts.cgroup_v1[i].controllers, controller))
			return true;
	return false;
}

/* Ends a test that this layout cannot run, and says so. */
#define NOT_HERE(why)                                                                              \
	do {                                                                                       \
		printf("# %s: not on this host: %s\n", __func__, why);                             \
		return;                                                                            \
	} while (0)

static int box_plan(const char *path)
{
	struct spec_linux l = {.resources = &resources, .cgroups_path = path};
	struct spec s = {.linux_ = &l};

	err_clear(&error);
	return cgroup_plan_make(&s, &measures, &facts, "box", &arena, &plan, &error);
}

/* Plans and creates /bulkhead-test-PID/NAME with `resources`, which is then cleared. */
static int box_create(const char *name)
{
	box_clean_up();
	fds_before = count_fds();
	snprintf(box_path, sizeof(box_path), "%s/%s", parent, name);
	int r = box_plan(box_path);
	if (r == 0)
		r = cgroup_create(&plan, &cgroup, &error);
	resources = (struct spec_resources){0};
	return r;
}

#define BOX_CREATE(name) CHECK_MSG(box_create(name) == 0, "%s", error.msg)

/* How many of the plan's directories exist; with @up, of their parents. */
static size_t box_dirs(bool up)
{
	size_t n = 0;

	for (size_t i = 0; i < plan.n_paths; i++) {
		char path[4096];
		snprintf(path, sizeof(path), "%s%s", plan.paths[i], up ? "/.." : "");
		if (up)
			*strrchr(strcpy(path, plan.paths[i]), '/') = '\0';
		n += access(path, F_OK) == 0;
	}
	return n;
}

/* Everything away again: nothing of it may be left, neither directories nor descriptors. */
#define BOX_END()                                                                                  \
	do {                                                                                       \
		cgroup_close(&cgroup);                                                             \
		err_clear(&error);                                                                 \
		CHECK_MSG(cgroup_destroy(plan.paths, plan.n_paths, &error) == 0, "%s", error.msg); \
		CHECK_INT(box_dirs(false), 0);                                                     \
		CHECK_INT(count_fds(), fds_before);                                                \
		remove_parents();                                                                  \
		CHECK_INT(box_dirs(true), 0);                                                      \
	} while (0)

/* Content of a file in the directory of the hierarchy that has @controller. */
static const char *box_read(const char *controller, const char *v1_file, const char *v2_file)
{
	static char text[8192];

	for (size_t i = 0; i < plan.n_trees; i++) {
		char path[4200];
		bool v1 = plan.trees[i].version == CGROUP_V1;
		if (v1 && !lists(plan.trees[i].controllers, controller))
			continue;
		if (!v1 && on_v1(controller))
			continue;
		snprintf(path, sizeof(path), "%s/%s", plan.trees[i].dir, v1 ? v1_file : v2_file);
		ssize_t n = file_read_at(AT_FDCWD, path, text, sizeof(text));
		if (n < 0)
			return strerrorname_np((int)-n);
		while (n > 0 && text[n - 1] == '\n')
			text[--n] = '\0';
		return text;
	}
	return "no such hierarchy";
}

/* A process in the box's cgroups, all of them, that runs @work and exits with its result; its pid.
 */
static pid_t box_spawn(int (*work)(void))
{
	struct clone_args args = {.exit_signal = SIGCHLD};
	int entered[2];
	char byte;

	fflush(stdout);
	if (pipe2(entered, O_CLOEXEC) < 0)
		return -1;
	if (cgroup_v2_fd(&cgroup) >= 0) {
		args.flags = CLONE_INTO_CGROUP;
		args.cgroup = (uint64_t)cgroup_v2_fd(&cgroup);
	}
	pid_t pid = sys_clone3(&args);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (cgroup_attach_self(&cgroup) < 0 || write(entered[1], "", 1) != 1)
			_exit(99);
		close(entered[0]);
		close(entered[1]);
		_exit(work());
	}
	close(entered[1]);
	if (read(entered[0], &byte, 1) != 1)
		pid = -1;
	close(entered[0]);
	return pid;
}

static int exit_status(pid_t pid)
{
	int status = 0;

	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static int box_run(int (*work)(void))
{
	return exit_status(box_spawn(work));
}

/* For ever is ten minutes: what is not killed, because killing is broken, goes by itself. */
_Noreturn static void wait_forever(void)
{
	alarm(600);
	for (;;)
		pause();
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static size_t box_pids(void)
{
	pid_t *pids;
	size_t n = 0;

	if (cgroup_pids(&cgroup, &arena, &pids, &n, &error) < 0)
		return SIZE_MAX;
	return n;
}

/* Waits, at most a minute, until @n processes are in the box. */
static bool box_wait_pids(size_t n)
{
	for (double end = seconds() + 60; seconds() < end;) {
		if (box_pids() == n)
			return true;
		nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
	}
	return false;
}

#define I64(v) (&(int64_t){v})
#define U64(v) (&(uint64_t){v})

#endif
