/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_fds.c: which descriptors go through execve (apply/fds.h). Each case is a process. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "apply/fds.h"
#include "base/err.h"
#include "tests/unit/check.h"

static struct err err;

/* Run @fn in a child whose exit status is its result; 0 is good, else a line number. */
static int in_child(int (*fn)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		alarm(100);
		_exit(fn() & 255);
	}
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}
#define NEED(cond)                                                                                 \
	do {                                                                                       \
		if (!(cond))                                                                       \
			return __LINE__;                                                           \
	} while (0)

static bool is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

static bool is_cloexec(int fd)
{
	return fcntl(fd, F_GETFD) == FD_CLOEXEC;
}

/* 3..9 open, all but 4 without close-on-exec, and nothing else above 2. */
static int open_some(void)
{
	closefrom(3);
	for (int fd = 3; fd < 10; fd++)
		NEED(open("/", O_RDONLY | O_DIRECTORY | (fd == 4 ? O_CLOEXEC : 0)) == fd);
	NEED(fcntl(3, F_DUPFD, 500) == 500);
	return 0;
}

static int seal_all(void)
{
	NEED(open_some() == 0);
	NEED(fds_seal(0, &err) == 0);
	for (int fd = 3; fd < 10; fd++)
		NEED(is_cloexec(fd));
	NEED(is_cloexec(500) && !is_cloexec(0));
	return 0;
}

static int seal_some(void)
{
	NEED(open_some() == 0);
	NEED(fds_seal(2, &err) == 0);
	NEED(is_open(3) && !is_cloexec(3) && is_open(4) && !is_cloexec(4));
	NEED(is_cloexec(5) && is_cloexec(500));
	return 0;
}

static int close_all(void)
{
	NEED(open_some() == 0);
	NEED(fds_close(-1, 0, -1, -1, &err) == 0);
	for (int fd = 3; fd < 10; fd++)
		NEED(!is_open(fd));
	NEED(!is_open(500) && is_open(0) && is_open(1) && is_open(2));
	return 0;
}

static int close_except(void)
{
	static const int except[] = {3, 6, 9, 500};

	for (size_t i = 0; i < 4; i++) {
		NEED(open_some() == 0);
		NEED(fds_close(-1, 0, except[i], -1, &err) == 0);
		for (int fd = 3; fd < 600; fd++)
			NEED(is_open(fd) == (fd == except[i]));
		NEED(is_cloexec(except[i]));
	}
	return 0;
}

static int close_and_keep(void)
{
	NEED(open_some() == 0);
	NEED(fds_close(-1, 2, 7, -1, &err) == 0);
	NEED(is_open(3) && !is_cloexec(3) && is_open(4) && !is_cloexec(4));
	NEED(!is_open(5) && !is_open(6) && is_cloexec(7) && !is_open(8) && !is_open(500));
	/* Two exceptions, in either order; beside each other; the same one twice. */
	NEED(open_some() == 0);
	NEED(fds_close(-1, 0, 7, 4, &err) == 0);
	NEED(!is_open(3) && is_open(4) && !is_open(5) && !is_open(6) && is_open(7) && !is_open(8));
	NEED(is_cloexec(4) && is_cloexec(7) && !is_open(500));
	NEED(open_some() == 0);
	NEED(fds_close(-1, 1, 5, 6, &err) == 0);
	NEED(is_open(3) && !is_open(4) && is_open(5) && is_open(6) && !is_open(7));
	NEED(open_some() == 0);
	NEED(fds_close(-1, 1, 8, 8, &err) == 0);
	NEED(is_open(3) && !is_open(4) && !is_open(7) && is_open(8) && !is_open(9));
	/* The procfs that is read where the call is missing goes as the last one. */
	NEED(open_some() == 0);
	NEED(close(6) == 0 && open("/proc", O_PATH | O_DIRECTORY) == 6);
	NEED(fds_close(6, 1, 8, 5, &err) == 0);
	NEED(is_open(3) && !is_open(4) && is_open(5) && !is_open(6) && !is_open(7) && is_open(8));
	NEED(!is_open(500));
	/* One of the kept ones as the exception stays kept. */
	NEED(open_some() == 0);
	NEED(fds_close(-1, 2, 4, -1, &err) == 0);
	NEED(is_open(4) && !is_cloexec(4) && !is_open(5));
	return 0;
}

static int kept_must_be_open(void)
{
	closefrom(3);
	NEED(open("/dev/null", O_RDONLY) == 3);
	NEED(fds_inherited() == 1);
	NEED(open("/dev/null", O_RDONLY) == 4 && fcntl(4, F_DUPFD, 6) == 6);
	NEED(fds_inherited() == 2);
	close(6);
	close(4);
	unsigned n = 7;
	NEED(fds_preserved(0, 1, 2, &n, &err) == 0 && n == 1);
	NEED(fds_preserved(1, 1, 2, &n, &err) == 0 && n == 2);
	NEED(fds_preserved(1, UINT_MAX, 2, &n, &err) == 0 && n == 2);
	NEED(fds_preserved(5, 0, 0, &n, &err) == 0 && n == 0);
	NEED(fds_preserved(0, 2, 0, &n, &err) == -EBADF);
	NEED(strcmp(err.msg, "unable to stat preserved-fd 0 (of 2): bad file descriptor") == 0);
	err_clear(&err);
	NEED(fds_seal(2, &err) == -EBADF);
	err_clear(&err);
	NEED(fds_close(-1, 2, -1, -1, &err) == -EBADF);
	return 0;
}

static int no_directories(void)
{
	closefrom(3);
	NEED(open("/dev/null", O_RDONLY) == 3 && open("/", O_RDONLY) == 4);
	NEED(fds_check_preserved(1, &err) == 0);
	NEED(fds_check_preserved(2, &err) == -EPERM && err.kind == ERR_POLICY);
	NEED(strncmp(err.msg, "policy: descriptors: 4 is a directory", 37) == 0);
	err_clear(&err);
	NEED(dup3(open("/", O_PATH | O_DIRECTORY), 0, 0) == 0);
	NEED(fds_check_preserved(0, &err) == -EPERM);
	/* Closed stdio is no concern. */
	err_clear(&err);
	close(0);
	NEED(fds_check_preserved(0, &err) == 0);
	return 0;
}

static int bad_exception(void)
{
	closefrom(3);
	NEED(fds_close(-1, 0, 44, -1, &err) == -EBADF);
	return 0;
}

static int listen_fds(void)
{
	char pid[16];

	snprintf(pid, sizeof(pid), "%d", getpid());
	unsetenv("LISTEN_PID");
	setenv("LISTEN_FDS", "2", 1);
	NEED(fds_listen() == 2);
	setenv("LISTEN_PID", "1", 1);
	NEED(fds_listen() == 0);
	setenv("LISTEN_PID", pid, 1);
	NEED(fds_listen() == 2);
	static const char *const bad[] = {"", "-1", "2x", " 2", "4294967298", "2147483647"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		setenv("LISTEN_FDS", bad[i], 1);
		NEED(fds_listen() == 0);
	}
	unsetenv("LISTEN_FDS");
	NEED(fds_listen() == 0);
	return 0;
}

TEST(sealing)
{
	CHECK_INT(in_child(seal_all), 0);
	CHECK_INT(in_child(seal_some), 0);
}

TEST(closing)
{
	CHECK_INT(in_child(close_all), 0);
	CHECK_INT(in_child(close_except), 0);
	CHECK_INT(in_child(close_and_keep), 0);
	CHECK_INT(in_child(bad_exception), 0);
}

TEST(preserved_descriptors)
{
	CHECK_INT(in_child(kept_must_be_open), 0);
	CHECK_INT(in_child(no_directories), 0);
}

TEST(socket_activation)
{
	CHECK_INT(in_child(listen_fds), 0);
}

/* A program that is reached through a descriptor must not be reachable any more. */
static int exec_through_fd(void)
{
	char *argv[] = {(char *)"true", NULL};

	closefrom(3);
	NEED(open("/bin", O_PATH | O_DIRECTORY) == 3);
	NEED(fds_close(-1, 0, -1, -1, &err) == 0);
	execv("/proc/self/fd/3/../bin/true", argv);
	NEED(errno == ENOENT);
	return 0;
}

TEST(no_way_out_through_a_descriptor)
{
	CHECK_INT(in_child(exec_through_fd), 0);
}

static int stdio_is_given_away(void)
{
	int p[2], s[2];
	struct stat st, before;
	char path[] = "/tmp/bulkhead-fds-XXXXXX";

	NEED(pipe(p) == 0 && socketpair(AF_UNIX, SOCK_STREAM, 0, s) == 0);
	NEED(dup2(p[0], 0) == 0 && dup2(p[1], 1) == 1 && dup2(s[0], 2) == 2);
	NEED(fds_chown_stdio(1234, 5678, &err) == 0);
	for (int fd = 0; fd < 2; fd++)
		NEED(fstat(fd, &st) == 0 && st.st_uid == 1234 && st.st_gid == 5678);
	NEED(fstat(2, &st) == 0 && st.st_uid != 1234);
	/* What has a name on the host stays the host's. */
	int f = mkstemp(path);
	NEED(f >= 0 && unlink(path) == 0 && mkfifo(path, 0600) == 0);
	/* Other runtimes give the host's /dev/null away: it only has to stay as it is. */
	int fifo = open(path, O_RDWR), null = open("/dev/null", O_RDWR);
	NEED(fstat(null, &before) == 0);
	unlink(path);
	NEED(fifo >= 0 && null >= 0);
	NEED(dup2(f, 0) == 0 && dup2(fifo, 1) == 1 && dup2(null, 2) == 2);
	NEED(fds_chown_stdio(1234, 5678, &err) == 0);
	for (int fd = 0; fd < 2; fd++)
		NEED(fstat(fd, &st) == 0 && st.st_uid == 0 && st.st_gid == 0);
	NEED(fstat(2, &st) == 0 && st.st_uid == before.st_uid && st.st_gid == before.st_gid);
	/* Closed ones are no error. */
	close(0);
	close(2);
	NEED(fds_chown_stdio(1234, 5678, &err) == 0);
	return 0;
}

TEST(pipes_are_given_to_the_container)
{
	if (geteuid() != 0) {
		printf("# not root: nothing can be given away\n");
		return;
	}
	CHECK_INT(in_child(stdio_is_given_away), 0);
}
