/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_ids.c: the allocator of id ranges, on a private /run and /etc in a mount namespace. */
#include "lifecycle/ids.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "private_run.h"

/* As whoever runs the test: root of a user namespace with its own /run and /etc. */
static void private_host(const char *subid)
{
	private_run_enter();
	CHECK(mount("none", "/etc", "tmpfs", 0, "mode=755") == 0);
	if (subid) {
		put("/etc/subuid", subid);
		put("/etc/subgid", subid);
	}
	CHECK(mkdir("/run/state", 0700) == 0);
}

/* Each test changes its namespaces: run it in a child. */
static void in_child(void (*body)(void))
{
	fflush(stdout);
	pid_t pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		if (setjmp(check_fail)) {
			fflush(stdout);
			_exit(1);
		}
		body();
		fflush(stdout);
		_exit(0);
	}
	int status;
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
}

static const char *container(unsigned n)
{
	static char path[64];

	snprintf(path, sizeof(path), "/run/state/c%u", n);
	mkdir(path, 0700);
	return path;
}

static struct id_extent reserve(const char *dir)
{
	struct id_extent x = {0};
	struct err e = {0};
	const char *source;

	CHECK_MSG(ids_reserve(dir, "bulkhead", &x, &source, &e) == 0, "%s", e.msg);
	return x;
}

static void default_pool(void)
{
	private_host(NULL);
	struct id_extent a = reserve(container(1)), b = reserve(container(2));
	CHECK_INT(a.inside, 0);
	CHECK_INT(a.outside, 0x70000000);
	CHECK_INT(a.size, 65536);
	CHECK_INT(b.outside, 0x70010000);
	/* Released ids are not the next ones to be used. */
	CHECK_INT(ids_release(container(1), a.outside, NULL), 0);
	CHECK_INT(reserve(container(3)).outside, 0x70020000);
}

TEST(first_ranges_of_the_default_pool)
{
	in_child(default_pool);
}

static void small_pool(void)
{
	struct id_extent x;
	struct err e = {0};
	const char *source;

	private_host("other:1:2\nbulkhead:200000:131073\n");
	CHECK_INT(reserve(container(1)).outside, 200000);
	CHECK_INT(reserve(container(2)).outside, 265536);
	CHECK_INT(ids_reserve(container(3), "bulkhead", &x, &source, &e), -EAGAIN);
	CHECK(e.kind == ERR_POLICY);
	CHECK_HAS(e.msg, "policy: userns: all 2 id ranges are in use (pool from /etc/subuid)");
	CHECK_HAS(e.msg, "entry \"bulkhead\"");
	/* A crashed container's range is free again; a second release is no error. */
	CHECK(rmdir("/run/state/c1") == 0);
	CHECK_INT(reserve(container(3)).outside, 200000);
	CHECK_INT(ids_release(container(2), 0, NULL), 0);
	CHECK_INT(ids_release(container(2), 265536, NULL), 0);
	CHECK_INT(reserve(container(4)).outside, 265536);
}

TEST(exhaustion_and_reclaim)
{
	in_child(small_pool);
}

static void shared(void)
{
	struct id_extent x;
	const char *source;

	private_host("bulkhead:200000:65536\n");
	CHECK_INT(reserve(container(1)).outside, 200000);
	CHECK_INT(ids_share(container(2), 200000, NULL), 0);
	CHECK_INT(ids_share(container(3), 200000, NULL), 0);
	CHECK_INT(ids_share(container(4), 5, NULL), 0); /* not ours: nothing to hold */
	/* The owner goes first: its ids are not given to a stranger while the others run. */
	CHECK_INT(ids_release(container(1), 200000, NULL), 0);
	CHECK_INT(ids_reserve(container(5), "bulkhead", &x, &source, NULL), -EAGAIN);
	CHECK_INT(ids_release(container(2), 200000, NULL), 0);
	CHECK_INT(ids_reserve(container(5), "bulkhead", &x, &source, NULL), -EAGAIN);
	/* The last one crashed. */
	CHECK(rmdir("/run/state/c3") == 0);
	CHECK_INT(reserve(container(5)).outside, 200000);
}

TEST(joined_containers_hold_the_range)
{
	in_child(shared);
}

static void bad_pools(void)
{
	static const char *const bad[] = {"bulkhead:100000\n",		 "bulkhead:100000:65535\n",
					  "bulkhead:0:65536\n",		 "bulkhead:-1:65536\n",
					  "bulkhead:4294901760:65536\n", "bulkhead: 1:65536\n"};
	struct id_extent x;
	const char *source;

	private_host(NULL);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct err e = {0};
		put("/etc/subuid", bad[i]);
		put("/etc/subgid", bad[i]);
		CHECK_MSG(ids_reserve(container(1), "bulkhead", &x, &source, &e) < 0, "%s", bad[i]);
		CHECK_HAS(e.msg, "/etc/subuid");
	}
	static const char *const differing[] = {"bulkhead:200000:65536\n",
						"bulkhead:100000:65537\n"};
	for (size_t i = 0; i < 2; i++) {
		struct err e = {0};
		put("/etc/subuid", "bulkhead:100000:65536\n");
		put("/etc/subgid", differing[i]);
		CHECK(ids_reserve(container(1), "bulkhead", &x, &source, &e) < 0);
		CHECK_HAS(e.msg, "differ");
	}
	struct err e = {0};
	put("/etc/subgid", "other:100000:65536\n");
	CHECK(ids_reserve(container(1), "bulkhead", &x, &source, &e) < 0);
	CHECK_HAS(e.msg, "in /etc/subgid is missing");
}

TEST(broken_entries_are_refused)
{
	in_child(bad_pools);
}

static void overlapping_pools(void)
{
	static const char *const bad[] = {"x:165535:1\nbulkhead:100000:65536\n",
					  "bulkhead:100000:65536\nx:1:99999\nx:100000:1\n",
					  "bulkhead:100000:65536\nx:1:4294967295\n"};
	static const char *const good[] = {"x:165536:1\nbulkhead:100000:65536\n",
					   "bulkhead:100000:65536\nx:1:99999\nnonsense\n",
					   "bulkhead:100000:65536\nbulkhead:100000:65536\n"};
	struct id_extent x;
	const char *source;

	private_host(NULL);
	for (size_t i = 0; i < 3; i++) {
		struct err e = {0};
		put("/etc/subgid", bad[i]);
		put("/etc/subuid", bad[i]);
		CHECK_MSG(ids_reserve(container(1), "bulkhead", &x, &source, &e) < 0, "%s", bad[i]);
		CHECK_HAS(e.msg, "has ids that another entry has, too");
		put("/etc/subgid", good[i]);
		put("/etc/subuid", good[i]);
		CHECK_MSG(ids_reserve(container(i + 1), "bulkhead", &x, &source, &e) == 0 || i > 0,
			  "%s", e.msg);
		CHECK_INT(ids_release(container(i + 1), 0, NULL), 0);
	}
}

TEST(entries_that_overlap_are_refused)
{
	in_child(overlapping_pools);
}

static void pools_by_name(void)
{
	struct id_extent x;
	const char *source;
	struct err e = {0};

	private_host("bulkhead:200000:65536\nblue:300000:65536\n");
	CHECK_INT(reserve(container(1)).outside, 200000);
	CHECK_INT(ids_reserve(container(2), "blue", &x, &source, &e), 0);
	CHECK_INT(x.outside, 300000);
	CHECK_INT(x.size, 65536);
	CHECK_INT(ids_reserve(container(3), "blue", &x, &source, &e), -EAGAIN);
	CHECK_HAS(e.msg, "entry \"blue\"");
	/* Whose range it is does not depend on the pool that a policy names by now. */
	CHECK_INT(ids_find(container(2), &x), 1);
	CHECK_INT(x.outside, 300000);
	CHECK_INT(ids_share(container(3), 300000, NULL), 0);
	CHECK_INT(ids_find(container(3), &x), 1);
	CHECK_INT(x.outside, 300000);
	CHECK(ids_is_shared(300000) && !ids_is_shared(200000));
	CHECK_INT(ids_release(container(2), 300000, NULL), 0);
	CHECK_INT(ids_find(container(2), &x), 0);
	/* A name that stands nowhere is a mistake; only the built-in one has a default. */
	e = (struct err){0};
	CHECK(ids_reserve(container(4), "green", &x, &source, &e) < 0);
	CHECK_HAS(e.msg, "\"green\" in /etc/subuid is missing");
}

TEST(a_pool_has_the_name_that_the_policy_gives)
{
	in_child(pools_by_name);
}

static void holders(void)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct ids_holder *list;
	size_t n;

	private_host("bulkhead:200000:131072\n");
	CHECK_INT(ids_holders(200000, &a, &list, &n, NULL), 0);
	CHECK_INT(n, 0);
	reserve(container(1));
	reserve(container(2));
	CHECK_INT(ids_share(container(3), 200000, NULL), 0);
	CHECK_INT(ids_holders(265535, &a, &list, &n, NULL), 0);
	CHECK_INT(n, 2);
	CHECK_INT(list[0].first, 200000);
	CHECK_INT(ids_holders(265536, &a, &list, &n, NULL), 0);
	CHECK_INT(n, 1);
	CHECK_STR(list[0].state_dir, "/run/state/c2");
	CHECK_INT(ids_holders(199999, &a, &list, &n, NULL), 0);
	CHECK_INT(n, 0);
	CHECK(rmdir("/run/state/c2") == 0);
	CHECK_INT(ids_holders(265536, &a, &list, &n, NULL), 0);
	CHECK_INT(n, 0);
}

TEST(holders_of_an_id_are_found)
{
	in_child(holders);
}

static void crowd(void)
{
	bool seen[400] = {false};
	int p[2];

	private_host(NULL);
	CHECK(pipe(p) == 0);
	for (unsigned i = 0; i < 8; i++) {
		if (fork() == 0) {
			for (unsigned k = 0; k < 50; k++) {
				uint32_t base = reserve(container(i * 50 + k)).outside;
				if (write(p[1], &base, sizeof(base)) != sizeof(base))
					_exit(1);
			}
			_exit(0);
		}
	}
	close(p[1]);
	uint32_t base;
	unsigned n = 0;
	while (read(p[0], &base, sizeof(base)) == sizeof(base)) {
		unsigned slot = (base - 0x70000000u) / 65536;
		CHECK_MSG(slot < 400 && !seen[slot], "slot %u twice or out of range", slot);
		seen[slot] = true;
		n++;
	}
	CHECK_INT(n, 400);
	while (wait(NULL) > 0)
		;
}

TEST(ranges_are_unique_under_concurrency)
{
	in_child(crowd);
}

static void foreign_directory(void)
{
	struct id_extent x;
	const char *source;
	struct err e = {0};

	private_host(NULL);
	CHECK(mkdir("/run/bulkhead-ids", 0700) == 0 && chmod("/run/bulkhead-ids", 0777) == 0);
	CHECK(ids_reserve(container(1), "bulkhead", &x, &source, &e) < 0);
	CHECK_HAS(e.msg, "/run/bulkhead-ids must be a directory that only its owner");
}

TEST(a_writable_directory_is_refused)
{
	in_child(foreign_directory);
}
