/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Real cgroups: entering, signalling, freezing, emptying and removing them. */
#include "tests/integration/cgroup_box.h"

#include <limits.h>
#include <sched.h>
#include <sys/file.h>

/* Entering. */

static int sleep_forever(void)
{
	wait_forever();
}

/* Whether every line of /proc/PID/cgroup that we manage names the box. */
static bool is_in_all(pid_t pid)
{
	char path[64], text[8192];
	size_t found = 0;

	snprintf(path, sizeof(path), "/proc/%d/cgroup", pid);
	if (file_read_at(AT_FDCWD, path, text, sizeof(text)) <= 0)
		return false;
	for (const char *p = text; (p = strstr(p, box_path)) != NULL; p++)
		found++;
	return found == plan.n_trees;
}

TEST(child_enters_by_itself)
{
	BOX_CREATE("enter");
	pid_t pid = box_spawn(sleep_forever);
	CHECK(is_in_all(pid));
	CHECK_INT(box_pids(), 1);
	CHECK_INT(cgroup_kill(&cgroup, SIGKILL, &error), 0);
	CHECK_INT(exit_status(pid), 128 + SIGKILL);
	BOX_END();
}

static int ready_fd;

static int enter_user_namespace_first(void)
{
	if (unshare(CLONE_NEWUSER) < 0)
		return 1;
	return cgroup_attach_self(&cgroup) == 0 ? 0 : 2;
}

/* The parent opened the files, so the child needs no right of its own, nor an id that is mapped. */
TEST(child_in_a_user_namespace_enters)
{
	BOX_CREATE("userns");
	pid_t pid = fork();
	if (pid == 0)
		_exit(enter_user_namespace_first());
	CHECK_INT(exit_status(pid), 0);
	BOX_END();
}

TEST(other_process_is_moved)
{
	BOX_CREATE("move");
	pid_t pid = fork();
	if (pid == 0)
		wait_forever();
	CHECK_MSG(cgroup_attach_pid(&cgroup, pid, &error) == 0, "%s", error.msg);
	CHECK(is_in_all(pid));
	CHECK_INT(cgroup_kill(&cgroup, SIGKILL, &error), 0);
	CHECK_INT(exit_status(pid), 128 + SIGKILL);
	CHECK(cgroup_attach_pid(&cgroup, pid, &error) < 0);
	BOX_END();
}

/* A cgroup that is there already. */

TEST(used_cgroup_is_refused)
{
	struct cgroup second;

	BOX_CREATE("used");
	pid_t pid = box_spawn(sleep_forever);
	CHECK(pid > 0);
	CHECK_INT(flock(cgroup.dirs[0].dir_fd, LOCK_UN), 0);
	CHECK(cgroup_create(&plan, &second, &error) < 0);
	CHECK_STR(error.msg, "container's cgroup is not empty: 1 process(es) found");
	CHECK_INT(box_dirs(false), plan.n_paths);
	CHECK_INT(cgroup_kill(&cgroup, SIGKILL, &error), 0);
	CHECK_INT(exit_status(pid), 128 + SIGKILL);
	BOX_END();
}

/* Empty, but only because its first process is not there yet. */
TEST(cgroup_that_is_about_to_be_used_is_refused)
{
	struct cgroup second;

	BOX_CREATE("soon");
	CHECK(cgroup_create(&plan, &second, &error) < 0);
	CHECK_HAS(error.msg, "is being used by another container");
	CHECK_INT(box_dirs(false), plan.n_paths);
	BOX_END();
}

TEST(leftover_cgroup_is_used_again)
{
	BOX_CREATE("leftover");
	cgroup_close(&cgroup);
	CHECK_MSG(cgroup_create(&plan, &cgroup, &error) == 0, "%s", error.msg);
	BOX_END();
}

/* By its own setting, and by that of a cgroup above a new one: init would stop at once. */
TEST(frozen_cgroup_is_refused)
{
	struct cgroup second;
	char below[128];

	BOX_CREATE("frozen");
	CHECK_INT(cgroup_freeze(&cgroup, &error), 0);
	CHECK_INT(flock(cgroup.dirs[0].dir_fd, LOCK_UN), 0);
	CHECK(cgroup_create(&plan, &second, &error) < 0);
	CHECK_STR(error.msg, "container's cgroup unexpectedly frozen");
	struct cgroup_plan upper = plan;
	snprintf(below, sizeof(below), "%s/frozen/below", parent);
	CHECK_INT(box_plan(below), 0);
	CHECK(cgroup_create(&plan, &second, &error) < 0);
	CHECK_STR(error.msg, "container's cgroup unexpectedly frozen");
	CHECK_INT(box_dirs(false), 0);
	plan = upper;
	err_clear(&error);
	CHECK_INT(cgroup_thaw(&cgroup, &error), 0);
	BOX_END();
}

static void nested(const char *below, bool make)
{
	for (size_t i = 0; i < plan.n_paths; i++) {
		char path[4200];
		snprintf(path, sizeof(path), "%s/%s", plan.paths[i], below);
		if (make)
			mkdir(path, 0755);
		else
			rmdir(path);
	}
}

/* In the nested cgroup of the v2 tree, else of the freezer. */
static bool put_in_nested(const char *below, pid_t pid)
{
	char path[4200], text[16];

	snprintf(text, sizeof(text), "%d", pid);
	for (size_t i = 0; i < plan.n_trees; i++) {
		if (plan.trees[i].fill_cpuset)
			continue; /* a nested cpuset is empty: no process can enter */
		snprintf(path, sizeof(path), "%s/%s/cgroup.procs", plan.paths[i], below);
		if (file_write_at(AT_FDCWD, path, text) < 0)
			return false;
	}
	return true;
}

TEST(process_hidden_below_is_found)
{
	struct cgroup second;

	BOX_CREATE("hidden");
	nested("x", true);
	nested("x/y", true);
	pid_t pid = fork();
	if (pid == 0)
		wait_forever();
	CHECK(put_in_nested("x/y", pid));
	CHECK_INT(box_pids(), 1);
	CHECK_INT(flock(cgroup.dirs[0].dir_fd, LOCK_UN), 0);
	CHECK(cgroup_create(&plan, &second, &error) < 0);
	CHECK_STR(error.msg, "container's cgroup is not empty: 1 process(es) found");
	err_clear(&error);
	CHECK_INT(cgroup_kill(&cgroup, SIGKILL, &error), 0);
	CHECK_INT(exit_status(pid), 128 + SIGKILL);
	BOX_END(); /* removes x/y and x as well */
}

/*
 * Names of 250 bytes, one in the other, until no path reaches the last: what a container with a
 * cgroup mount of its own can do. Returns a descriptor of the last one.
 */
static int nest_beyond_paths(int fd)
{
	char name[251] = {0};

	memset(name, 'n', 250);
	for (int i = 0; i < PATH_MAX / 250 + 3; i++) {
		CHECK(mkdirat(fd, name, 0755) == 0 || errno == EEXIST);
		int next = openat(fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		close(fd);
		fd = next;
	}
	return fd;
}

TEST(process_deeper_than_a_path_is_found)
{
	char text[16];

	BOX_CREATE("deep");
	pid_t pid = fork();
	if (pid == 0)
		wait_forever();
	snprintf(text, sizeof(text), "%d", pid);
	for (size_t i = 0; i < plan.n_trees; i++) {
		AUTO_FD last =
			nest_beyond_paths(open(plan.paths[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC));
		CHECK(last >= 0);
		CHECK(plan.trees[i].fill_cpuset || file_write_at(last, "cgroup.procs", text) == 0);
	}
	CHECK_INT(box_pids(), 1);
	CHECK_MSG(cgroup_kill(&cgroup, SIGKILL, &error) == 0, "%s", error.msg);
	CHECK_INT(exit_status(pid), 128 + SIGKILL);
	BOX_END(); /* removes them all */
}

/* Signals. */

static int fork_without_end(void)
{
	signal(SIGCHLD, SIG_IGN);
	for (time_t end = time(NULL) + 300; time(NULL) < end;)
		if (fork() < 0)
			sched_yield();
	return 0;
}

/* Everybody forks all the time: nobody may slip through. */
TEST(forking_processes_are_killed)
{
	struct spec_pids p = {.limit = &(int64_t){40}};

	resources = (struct spec_resources){.pids = &p};
	BOX_CREATE("forking");
	pid_t pid = box_spawn(fork_without_end);
	for (double end = seconds() + 60; box_pids() < 30 && seconds() < end;)
		nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
	CHECK(box_pids() > 1);
	CHECK_MSG(cgroup_kill(&cgroup, SIGKILL, &error) == 0, "%s", error.msg);
	CHECK_MSG(cgroup_wait_empty(&cgroup, 60000, &error) == 0, "%s", error.msg);
	CHECK_INT(box_pids(), 0);
	CHECK_INT(exit_status(pid), 128 + SIGKILL);
	BOX_END();
}

/* The same without cgroup.kill and without a v2 tree: freezer and pidfds of v1. */
TEST(forking_processes_are_killed_by_v1_alone)
{
	struct spec_pids p = {.limit = &(int64_t){40}};

	if (!on_v1("freezer") || !on_v1("pids"))
		NOT_HERE("no freezer or no pids on v1");
	resources = (struct spec_resources){.pids = &p};
	BOX_CREATE("forking-v1");
	pid_t pid = box_spawn(fork_without_end);
	for (double end = seconds() + 60; box_pids() < 30 && seconds() < end;)
		nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
	struct cgroup v1;
	CHECK_INT(cgroup_open(plan.paths, facts.n_cgroup_v1, &v1, &error), 0);
	CHECK_MSG(cgroup_kill(&v1, SIGKILL, &error) == 0, "%s", error.msg);
	CHECK_MSG(cgroup_wait_empty(&v1, 60000, &error) == 0, "%s", error.msg);
	cgroup_close(&v1);
	CHECK_INT(exit_status(pid), 128 + SIGKILL);
	BOX_END();
}

static void on_usr1(int sig)
{
	(void)sig;
	_exit(7);
}

static int three_that_wait_for_usr1(void)
{
	signal(SIGUSR1, on_usr1);
	if (fork() == 0 || fork() == 0)
		wait_forever();
	if (write(ready_fd, "x", 1) != 1)
		return 1;
	wait_forever();
}

static void check_usr1(const struct cgroup *c)
{
	int fds[2], status;
	char byte;

	CHECK_INT(pipe2(fds, O_CLOEXEC), 0);
	ready_fd = fds[1];
	pid_t pid = box_spawn(three_that_wait_for_usr1);
	CHECK_INT(read(fds[0], &byte, 1), 1);
	close(fds[0]);
	close(fds[1]);
	CHECK(box_wait_pids(3));
	CHECK_MSG(cgroup_kill(c, SIGUSR1, &error) == 0, "%s", error.msg);
	CHECK_MSG(cgroup_wait_empty(c, 60000, &error) == 0, "%s", error.msg);
	CHECK_INT(waitpid(pid, &status, 0), pid);
	CHECK_INT(WEXITSTATUS(status), 7);
	CHECK_INT(cgroup_is_frozen(c, &error), 0);
}

TEST(other_signals_reach_everybody)
{
	BOX_CREATE("usr1");
	check_usr1(&cgroup);
	BOX_END();
}

TEST(empty_cgroup_can_be_killed)
{
	BOX_CREATE("empty");
	CHECK_INT(cgroup_kill(&cgroup, SIGKILL, &error), 0);
	CHECK_INT(cgroup_kill(&cgroup, SIGTERM, &error), 0);
	CHECK_INT(cgroup_wait_empty(&cgroup, 0, &error), 0);
	BOX_END();
}

TEST(waiting_has_an_end)
{
	BOX_CREATE("waiting");
	pid_t pid = box_spawn(sleep_forever);
	CHECK(pid > 0);
	double began = seconds();
	CHECK_INT(cgroup_wait_empty(&cgroup, 200, &error), -ETIMEDOUT);
	CHECK(seconds() - began >= 0.2 && seconds() - began < 60);
	CHECK_STR(error.msg, "1 process(es) are left in the container's cgroup after 200 ms");
	err_clear(&error);
	CHECK_INT(cgroup_kill(&cgroup, SIGKILL, &error), 0);
	CHECK_INT(exit_status(pid), 128 + SIGKILL);
	BOX_END();
}

/* The freezer. */

static uint64_t ticks(pid_t pid)
{
	char path[64], text[1024];
	unsigned long user = 0, system = 0;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if (file_read_at(AT_FDCWD, path, text, sizeof(text)) <= 0)
		return UINT64_MAX;
	sscanf(strrchr(text, ')'), ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
	       &system);
	return user + system;
}

static int spin(void)
{
	for (time_t end = time(NULL) + 300; time(NULL) < end;)
		;
	return 0;
}

static void check_freezer(const struct cgroup *c)
{
	pid_t pid = box_spawn(spin);

	CHECK(pid > 0);
	CHECK_INT(cgroup_is_frozen(c, &error), 0);
	CHECK_MSG(cgroup_freeze(c, &error) == 0, "%s", error.msg);
	CHECK_INT(cgroup_is_frozen(c, &error), 1);
	uint64_t before = ticks(pid);
	nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
	CHECK_INT(ticks(pid), before);
	CHECK_INT(cgroup_kill(c, SIGTERM, &error), 0); /* a paused container stays paused */
	CHECK_INT(cgroup_is_frozen(c, &error), 1);
	CHECK_MSG(cgroup_kill(c, SIGKILL, &error) == 0, "%s", error.msg);
	CHECK_MSG(cgroup_wait_empty(c, 60000, &error) == 0, "%s", error.msg);
	int status = exit_status(pid);
	CHECK(status == 128 + SIGKILL || status == 128 + SIGTERM);
	CHECK_INT(cgroup_thaw(c, &error), 0);
	CHECK_INT(cgroup_is_frozen(c, &error), 0);
}

TEST(frozen_processes_stand_still_and_die)
{
	BOX_CREATE("freezer");
	check_freezer(&cgroup);
	BOX_END();
}

TEST(frozen_processes_of_v1_too)
{
	struct cgroup v1;

	if (!on_v1("freezer"))
		NOT_HERE("no freezer on v1");
	BOX_CREATE("freezer-v1");
	CHECK_INT(cgroup_open(plan.paths, facts.n_cgroup_v1, &v1, &error), 0);
	check_freezer(&v1);
	cgroup_close(&v1);
	BOX_END();
}

/* Removal. */

TEST(nested_cgroups_are_removed)
{
	char deep[1024] = "n";

	BOX_CREATE("nested");
	nested("a", true);
	nested("a/b", true);
	nested("c", true);
	for (int i = 0; i < 100; i++) {
		nested(deep, true);
		strcat(deep, "/d");
	}
	BOX_END();
}

TEST(busy_cgroup_is_an_error_after_ten_seconds)
{
	BOX_CREATE("busy");
	pid_t pid = box_spawn(sleep_forever);
	CHECK(pid > 0);
	double began = seconds();
	CHECK_INT(cgroup_destroy(plan.paths, plan.n_paths, &error), -EBUSY);
	CHECK(seconds() - began >= 9.9 && seconds() - began < 60);
	CHECK_HAS(error.msg, "still has 1 process(es)");
	CHECK_INT(kill(pid, SIGKILL), 0);
	CHECK_INT(exit_status(pid), 128 + SIGKILL);
	BOX_END();
}

/* Removal begins while the process is still exiting: it waits and succeeds. */
TEST(removal_waits_for_the_dying)
{
	BOX_CREATE("dying");
	pid_t pid = box_spawn(sleep_forever);
	CHECK(pid > 0);
	pid_t killer = fork();
	if (killer == 0) {
		nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
		_exit(kill(pid, SIGKILL) == 0 ? 0 : 1);
	}
	CHECK_MSG(cgroup_destroy(plan.paths, plan.n_paths, &error) == 0, "%s", error.msg);
	CHECK_INT(exit_status(killer), 0);
	CHECK_INT(exit_status(pid), 128 + SIGKILL);
	BOX_END();
}

TEST(only_cgroups_are_removed)
{
	char dir[64];
	const char *paths[] = {dir};

	snprintf(dir, sizeof(dir), "/tmp/bulkhead-test-dir-%d", getpid());
	CHECK_INT(mkdir(dir, 0700), 0);
	int r = cgroup_destroy(paths, 1, &error);
	int still_there = rmdir(dir);
	CHECK_INT(r, -EINVAL);
	CHECK_INT(still_there, 0);
	CHECK_INT(error.kind, ERR_STATE);
	CHECK_HAS(error.msg, "is not in a cgroup file system");
	err_clear(&error);
	paths[0] = "relative";
	CHECK_INT(cgroup_destroy(paths, 1, &error), -EINVAL);
	err_clear(&error);
	CHECK_INT(cgroup_destroy(paths, 0, &error), 0);
	struct cgroup c;
	snprintf(dir, sizeof(dir), "/tmp");
	paths[0] = dir;
	CHECK_INT(cgroup_open(paths, 1, &c, &error), -EINVAL);
	err_clear(&error);
}

TEST(missing_cgroups_are_no_error)
{
	struct cgroup c;

	BOX_CREATE("gone");
	BOX_END();
	CHECK_INT(cgroup_open(plan.paths, plan.n_paths, &c, &error), 0);
	CHECK_INT(cgroup_v2_fd(&c), -1);
	CHECK_INT(cgroup_kill(&c, SIGKILL, &error), 0);
	CHECK_INT(cgroup_wait_empty(&c, 100, &error), 0);
	CHECK_INT(cgroup_is_frozen(&c, &error), 0);
	CHECK(cgroup_apply_limits(&plan, &c, &error) <= 0);
	cgroup_close(&c);
}
