/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* private_run.h: a test body in a process of its own, as root of a /run that nobody else sees. */
#ifndef BULKHEAD_TESTS_PRIVATE_RUN_H
#define BULKHEAD_TESTS_PRIVATE_RUN_H

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

static inline void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	CHECK_MSG(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text), "%s", path);
	close(fd);
}

static inline void private_run_enter(void)
{
	uid_t uid = getuid();
	gid_t gid = getgid();
	char map[64];

	if (uid != 0) {
		CHECK(unshare(CLONE_NEWUSER) == 0);
		put("/proc/self/setgroups", "deny");
		snprintf(map, sizeof(map), "0 %u 1", uid);
		put("/proc/self/uid_map", map);
		snprintf(map, sizeof(map), "0 %u 1", gid);
		put("/proc/self/gid_map", map);
	}
	CHECK(unshare(CLONE_NEWNS) == 0);
	CHECK(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
	CHECK(mount("none", "/run", "tmpfs", 0, "mode=755") == 0);
}

static inline void private_run(void (*body)(void))
{
	int status;

	fflush(stdout);
	pid_t pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		if (setjmp(check_fail)) {
			fflush(stdout);
			_exit(1);
		}
		private_run_enter();
		body();
		fflush(stdout);
		_exit(0);
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK_MSG(status == 0, "status %#x", (unsigned)status);
}

#define PRIVATE_TEST(id)                                                                           \
	static void id##_body(void);                                                               \
	TEST(id)                                                                                   \
	{                                                                                          \
		private_run(id##_body);                                                            \
	}                                                                                          \
	static void id##_body(void)

#endif
