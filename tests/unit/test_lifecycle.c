/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_lifecycle.c: the parts of lifecycle/ that need no container and no root. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "kernel/sys.h"
#include "lifecycle/container.h"
#include "lifecycle/handshake.h"
#include "lifecycle/initproc.h"
#include "lifecycle/oci_state.h"
#include "lifecycle/pidfile.h"
#include "lifecycle/record.h"
#include "lifecycle/statedir.h"

#include "check.h"

TEST(container_ids)
{
	static const char *const good[] = {"a", "A-Z_0.9+", ".hidden", "-x", "..."};
	static const char *const bad[] = {"", ".", "..", "a/b", "a b", "a\nb", "\303\244", "a:b"};
	char longest[257];

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		CHECK_MSG(container_id_check(good[i], NULL) == 0, "%s", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_MSG(container_id_check(bad[i], NULL) < 0, "%s", bad[i]);
	memset(longest, 'a', 256);
	longest[256] = '\0';
	CHECK(container_id_check(longest, NULL) < 0);
	CHECK(container_id_check(longest + 1, NULL) == 0);
}

TEST(handshake_message_error_and_end)
{
	struct err e = {0}, sent = {.kind = ERR_HOST, .code = ENOSPC, .msg = "no room"};
	int fd[2];

	CHECK(hs_pair(fd, &e) == 0);
	CHECK(hs_send(fd[1], HS_READY) == 0 && hs_recv(fd[0], HS_READY, &e) == 0);
	CHECK(hs_send(fd[1], HS_CREATED) == 0 && hs_recv(fd[0], HS_READY, &e) < 0);
	CHECK_INT(e.kind, ERR_BUG);
	err_clear(&e);
	hs_send_error(fd[1], HS_ERROR, &sent);
	CHECK_INT(hs_recv(fd[0], HS_CREATED, &e), -ENOSPC);
	CHECK_INT(e.kind, ERR_HOST);
	CHECK_STR(e.msg, "no room");
	for (int hook = 0; hook < 2; hook++) {
		bool by_hook = !hook;
		err_clear(&e);
		hs_send_error(fd[1], hook ? HS_HOOK_ERROR : HS_ERROR, &sent);
		CHECK_INT(hs_recv_exec(fd[0], &by_hook, &e), -ENOSPC);
		CHECK_STR(e.msg, "no room");
		CHECK_INT(by_hook, hook);
	}
	err_clear(&e);
	close(fd[1]);
	CHECK(hs_recv(fd[0], HS_CREATED, &e) < 0);
	CHECK_HAS(e.msg, "ended during its set-up");
	CHECK_INT(hs_send(fd[0], HS_RUN), -EPIPE);
	CHECK_INT(hs_recv_exec(fd[0], NULL, &e), 0);
	close(fd[0]);
}

TEST(handshake_passes_a_descriptor)
{
	struct err e = {0};
	int fd[2], got = -1, none = 7;
	struct stat a, b;

	CHECK(hs_pair(fd, &e) == 0);
	CHECK(hs_send_fd(fd[0], HS_MOUNTED, 2) == 0);
	CHECK(hs_recv_fd(fd[1], HS_MOUNTED, &got, &e) == 0);
	CHECK(got > 2 && fstat(2, &a) == 0 && fstat(got, &b) == 0 && a.st_ino == b.st_ino);
	CHECK(fcntl(got, F_GETFD) == FD_CLOEXEC);
	close(got);
	CHECK(hs_send(fd[0], HS_MOUNTED) == 0);
	CHECK(hs_recv_fd(fd[1], HS_MOUNTED, &none, &e) == 0);
	CHECK_INT(none, -1);
	/* The wrong message brings one: it must not be left open. */
	CHECK(hs_send_fd(fd[0], HS_RUN, 2) == 0);
	CHECK(hs_recv_fd(fd[1], HS_MOUNTED, &none, &e) < 0);
	int probe = dup(2);
	CHECK_INT(probe, got);
	close(probe);
	close(fd[0]);
	close(fd[1]);
}

TEST(init_process_is_known_by_its_start_time)
{
	struct initproc p = {.pid = fork()};
	char state;

	if (p.pid == 0)
		for (;;)
			pause();
	CHECK(initproc_read(p.pid, &p.start_time, &state) == 0);
	CHECK(initproc_alive(&p));
	struct initproc reused = {p.pid, p.start_time + 1};
	CHECK(!initproc_alive(&reused));
	CHECK_INT(initproc_pidfd(&reused), -ESRCH);
	int fd = initproc_pidfd(&p);
	CHECK(fd >= 0);
	CHECK_INT(initproc_wait_gone(fd, 1), -ETIMEDOUT);
	CHECK(sys_pidfd_send_signal(fd, SIGKILL) == 0);
	CHECK_INT(initproc_wait_gone(fd, 60000), 0);
	CHECK(!initproc_alive(&p)); /* a zombie by now */
	CHECK(waitpid(p.pid, NULL, 0) == p.pid);
	CHECK(!initproc_alive(&p));
	close(fd);
}

static void scratch(char *path)
{
	strcpy(path, "/tmp/bkh-unit-XXXXXX");
	CHECK(mkdtemp(path) != NULL);
}

TEST(state_directory)
{
	char root[32], deep[64];
	struct statedir d, again;
	struct err e = {0};

	scratch(root);
	snprintf(deep, sizeof(deep), "%s/x/y", root);
	CHECK_MSG(statedir_create(deep, "c1", &d, &e) == 0, "%s", e.msg);
	struct stat st;
	CHECK(fstat(d.fd, &st) == 0 && (st.st_mode & 0777) == 0700);
	CHECK_INT(statedir_create(deep, "c1", &again, &e), -EEXIST);
	CHECK_STR(e.msg, "container with given ID already exists");
	err_clear(&e);
	CHECK(statedir_open(deep, "c1", &again, &e) == 0);
	CHECK(statedir_is_locked(&again));
	CHECK_INT(statedir_lock(&again, 0, &e), -EWOULDBLOCK);
	err_clear(&e);
	statedir_close(&d);
	CHECK(!statedir_is_locked(&again));
	CHECK_INT(statedir_lock(&again, 0, &e), 0);
	CHECK(statedir_write(&again, "config.json", "{}", 2, &e) == 0);
	/* What is not ours is not removed. */
	int foreign = openat(again.fd, "foreign", O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	close(foreign);
	CHECK(statedir_remove(&again, &e) < 0);
	err_clear(&e);
	CHECK(unlinkat(again.fd, "foreign", 0) == 0);
	CHECK(statedir_remove(&again, &e) == 0 && statedir_remove(&again, &e) == 0);
	statedir_close(&again);
	CHECK_INT(statedir_open(deep, "c1", &again, &e), -ENOENT);
	CHECK_STR(e.msg, "container does not exist");
	err_clear(&e);
	/* A directory that others may write is not believed. */
	snprintf(deep, sizeof(deep), "%s/c2", root);
	CHECK(mkdir(deep, 0700) == 0 && chmod(deep, 0777) == 0);
	CHECK(statedir_open(root, "c2", &again, &e) < 0);
	CHECK_HAS(e.msg, "not ours alone");
	rmdir(deep);
	snprintf(deep, sizeof(deep), "%s/x/y", root);
	rmdir(deep);
	snprintf(deep, sizeof(deep), "%s/x", root);
	rmdir(deep);
	CHECK(rmdir(root) == 0);
}

TEST(record_round_trip_and_damage)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	char *paths[] = {(char[]){"/sys/fs/cgroup/pids/x"}, NULL};
	struct spec_pair note = {"a\"b", "c\nd"};
	struct record r = {.format = RECORD_FORMAT,
			   .oci_version = "1.0.2",
			   .id = "c",
			   .bundle = "/b",
			   .rootfs = "/b/r",
			   .created = "2026-01-01T00:00:00Z",
			   .pid = 4294967295,
			   .start_time = UINT64_MAX,
			   .cgroup_paths = paths,
			   .n_cgroup_paths = 1,
			   .annotations = &note,
			   .n_annotations = 1};
	struct record back;
	struct statedir d;
	struct err e = {0};
	char root[32];

	scratch(root);
	CHECK(statedir_create(root, "c", &d, &e) == 0);
	CHECK_INT(record_read(&d, &a, &back, &e), -ENOENT);
	CHECK_INT(e.kind, ERR_NONE);
	CHECK(record_write(&d, &r, &e) == 0);
	CHECK_MSG(record_read(&d, &a, &back, &e) == 0, "%s", e.msg);
	CHECK(back.pid == r.pid && back.start_time == r.start_time && !back.complete);
	CHECK_STR(back.cgroup_paths[0], paths[0]);
	CHECK_STR(back.annotations[0].key, "a\"b");
	CHECK_STR(back.annotations[0].value, "c\nd");
	r.format = RECORD_FORMAT + 1;
	CHECK(record_write(&d, &r, &e) == 0);
	CHECK(record_read(&d, &a, &back, &e) < 0);
	CHECK_HAS(e.msg, "format 2");
	err_clear(&e);
	CHECK(statedir_write(&d, STATE_FILE, "{\"format\":1,\"id\"", 15, &e) == 0);
	CHECK(record_read(&d, &a, &back, &e) < 0);
	CHECK_HAS(e.msg, "damaged");
	err_clear(&e);
	CHECK(statedir_remove(&d, &e) == 0);
	statedir_close(&d);
	rmdir(root);
}

TEST(state_for_hooks)
{
	struct spec_pair notes[] = {{"k", "v\"\\\x01"}, {"l", ""}};
	struct record r = {.oci_version = "1.0.2",
			   .id = "c",
			   .bundle = "/b",
			   .annotations = notes,
			   .n_annotations = 2};
	char buf[512];

	CHECK(oci_state_format(&r, "creating", 7, buf, sizeof(buf)) > 0);
	CHECK_STR(buf,
		  "{\"ociVersion\":\"1.0.2\",\"id\":\"c\",\"status\":\"creating\",\"pid\":7,"
		  "\"bundle\":\"/b\",\"annotations\":{\"k\":\"v\\\"\\\\\\u0001\",\"l\":\"\"}}");
	r.n_annotations = 0;
	CHECK(oci_state_format(&r, "stopped", 0, buf, sizeof(buf)) > 0);
	CHECK_STR(buf, "{\"ociVersion\":\"1.0.2\",\"id\":\"c\",\"status\":\"stopped\",\"bundle\":"
		       "\"/b\"}");
	for (size_t size = 1; size < 60; size++)
		CHECK_INT(oci_state_format(&r, "stopped", 0, buf, size), -E2BIG);
}

/* config-linux.md, "The Container Process State" */
TEST(state_for_a_seccomp_agent)
{
	struct record r = {.oci_version = "1.0.2", .id = "c", .bundle = "/b"};
	char buf[OCI_STATE_MAX + 1024];

	CHECK(oci_process_state_format(&r, "running", 7, 9, "a\"b\n", buf, sizeof(buf)) > 0);
	CHECK_STR(buf, "{\"ociVersion\":\"1.3.0\",\"fds\":[\"seccompFd\"],\"pid\":9,\"metadata\":"
		       "\"a\\\"b\\u000a\",\"state\":{\"ociVersion\":\"1.0.2\",\"id\":\"c\","
		       "\"status\":\"running\",\"pid\":7,\"bundle\":\"/b\"}}");
	int n = oci_process_state_format(&r, "creating", 7, 7, NULL, buf, sizeof(buf));
	CHECK_INT(n, strlen(buf));
	CHECK(!strstr(buf, "metadata"));
	for (int size = 1; size <= n; size++)
		CHECK_INT(oci_process_state_format(&r, "creating", 7, 7, NULL, buf, (size_t)size),
			  -E2BIG);
	CHECK(oci_process_state_size("\1\1") >= OCI_STATE_MAX + 12);
	CHECK(oci_process_state_size(NULL) > OCI_STATE_MAX);
}

/* A lock that comes late must not be taken for one on the directory that is there now. */
TEST(lock_of_a_removed_directory)
{
	char root[32];
	struct statedir first, late, next;
	struct err e = {0};

	scratch(root);
	CHECK(statedir_create(root, "c", &first, &e) == 0);
	CHECK(statedir_open(root, "c", &late, &e) == 0);
	CHECK(statedir_remove(&first, &e) == 0);
	statedir_close(&first);
	CHECK_INT(statedir_lock(&late, 0, &e), -ENOENT);
	CHECK_STR(e.msg, "container does not exist");
	err_clear(&e);
	CHECK(statedir_create(root, "c", &next, &e) == 0);
	CHECK_INT(statedir_lock(&late, 0, &e), -ENOENT);
	statedir_close(&late);
	err_clear(&e);
	CHECK(statedir_remove(&next, &e) == 0);
	statedir_close(&next);
	CHECK(rmdir(root) == 0);
}

TEST(pid_file)
{
	char root[32], path[64], tmp[64], text[16];
	struct err e = {0};

	scratch(root);
	snprintf(path, sizeof(path), "%s/pid", root);
	CHECK(pidfile_write(path, 123, &e) == 0);
	CHECK(file_read_at(AT_FDCWD, path, text, sizeof(text)) == 3);
	CHECK_STR(text, "123");
	CHECK(pidfile_write(path, 45, &e) == 0);
	CHECK(file_read_at(AT_FDCWD, path, text, sizeof(text)) == 2);
	/* Somebody's link in the place of the temporary file is not followed. */
	snprintf(tmp, sizeof(tmp), "%s/.pid.%d", root, getpid());
	CHECK(symlink("/tmp/bkh-unit-elsewhere", tmp) == 0);
	CHECK(pidfile_write(path, 6, &e) < 0);
	CHECK(access("/tmp/bkh-unit-elsewhere", F_OK) < 0);
	unlink(tmp);
	err_clear(&e);
	/* What a runtime left that was killed here does not matter. */
	snprintf(tmp, sizeof(tmp), "%s/.pid.%d", root, getpid() + 1);
	CHECK(symlink("/tmp/bkh-unit-elsewhere", tmp) == 0);
	CHECK(pidfile_write(path, 7, &e) == 0);
	unlink(tmp);
	unlink(path);
	CHECK(rmdir(root) == 0);
}
