/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_notify.c: messages of a container that is ready, or never says so (lifecycle/notify.h). */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lifecycle/notify.h"
#include "tests/unit/check.h"

static int ours = -1, theirs = -1;

static void make_pair(size_t messages)
{
	int v[2];

	CHECK(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, v) == 0);
	ours = v[0];
	theirs = v[1];
	while (messages--)
		CHECK(send(theirs, "STATUS=x", 8, 0) == 8);
}

/* An abstract socket of the caller's. */
static int callers(const char *name)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	snprintf(at.sun_path + 1, sizeof(at.sun_path) - 1, "%s", name);
	socklen_t n = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name));
	CHECK(fd >= 0 && bind(fd, (struct sockaddr *)&at, n) == 0);
	char path[100];
	snprintf(path, sizeof(path), "@%s", name);
	CHECK(setenv("NOTIFY_SOCKET", path, 1) == 0);
	return fd;
}

/* A container that never stops sending must not keep its runtime from anything else. */
TEST(a_few_messages_at_once)
{
	char text[64];
	unsigned left = 0;

	make_pair(40);
	notify_forward(&ours, 7);
	CHECK(ours >= 0);
	while (recv(ours, text, sizeof(text), 0) >= 0)
		left++;
	CHECK_INT(left, 24);
	close(ours);
	close(theirs);
}

TEST(ready_is_told_with_the_process)
{
	char name[64], text[64] = "";

	snprintf(name, sizeof(name), "bulkhead-test-notify-%d", getpid());
	int fd = callers(name);
	make_pair(3);
	CHECK(send(theirs, "READY=1", 7, 0) == 7);
	notify_forward(&ours, 7);
	CHECK_INT(ours, -1);
	CHECK_INT(recv(fd, text, sizeof(text), 0), 7);
	CHECK_INT(recv(fd, text, sizeof(text), 0), 9);
	CHECK(memcmp(text, "MAINPID=7", 9) == 0);
	close(fd);
	close(theirs);
}

/* Nobody reads: without a limit this would never end. */
TEST(a_caller_that_does_not_read)
{
	char name[64];

	snprintf(name, sizeof(name), "bulkhead-test-notify-%d-full", getpid());
	int fd = callers(name), sender = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	snprintf(at.sun_path + 1, sizeof(at.sun_path) - 1, "%s", name);
	socklen_t n = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name));
	while (sendto(sender, "x", 1, 0, (struct sockaddr *)&at, n) == 1)
		;
	make_pair(0);
	CHECK(send(theirs, "READY=1", 7, 0) == 7);
	alarm(100);
	notify_forward(&ours, 7);
	alarm(0);
	CHECK_INT(ours, -1);
	close(fd);
	close(sender);
	close(theirs);
}
