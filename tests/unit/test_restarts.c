/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_restarts.c: lifecycle/restarts.c: the count, its file, and many of them. */
#include "lifecycle/restarts.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>
#include <time.h>

#include "base/err.h"
#include "policy/policy.h"
#include "tests/unit/private_run.h"

static const struct policy_restart three = {
	.level = POLICY_ENFORCE, .count = 3, .seconds = 10, .pause = 20};

static unsigned judge_at(struct restarts *h, uint64_t ms, unsigned want_recent)
{
	unsigned recent = 0, pause = restarts_judge(h, &three, ms, &recent);

	CHECK_INT(recent, want_recent);
	return pause;
}

TEST(the_one_more_within_the_time_begins_a_pause)
{
	struct restarts h = {0};

	CHECK_INT(judge_at(&h, 1000, 1), 0);
	CHECK_INT(judge_at(&h, 1000, 2), 0);
	CHECK_INT(judge_at(&h, 10999, 3), 0);
	CHECK_INT(judge_at(&h, 10999, 4), 20);
	/* what is refused does not make it longer */
	CHECK_INT(judge_at(&h, 11000, 1), 20);
	CHECK_INT(judge_at(&h, 12000, 1), 19);
	CHECK_INT(judge_at(&h, 30998, 1), 1);
	/* and then it begins anew */
	CHECK_INT(judge_at(&h, 30999, 1), 0);
	CHECK_INT(judge_at(&h, 30999, 2), 0);
	CHECK_INT(judge_at(&h, 30999, 3), 0);
	CHECK_INT(judge_at(&h, 30999, 4), 20);
}

TEST(slow_ones_never_wait)
{
	struct restarts h = {0};

	for (uint64_t i = 0; i < 100; i++)
		CHECK_INT(judge_at(&h, i * 3334, i < 2 ? (unsigned)i + 1 : 3), 0);
	CHECK_INT(h.n, 3);
	/* exactly the time ago is out */
	h = (struct restarts){.created = {1000, 1001, 1002}, .n = 3};
	CHECK_INT(judge_at(&h, 11000, 3), 0);
	h = (struct restarts){.created = {1001, 1001, 1002}, .n = 3};
	CHECK_INT(judge_at(&h, 11000, 4), 20);
}

/* After a reboot with a /run that has stayed. */
TEST(times_to_come_are_none)
{
	struct restarts h = {.created = {50000, 50001, 50002}, .n = 3, .paused = 90000};

	CHECK_INT(judge_at(&h, 1000, 1), 0);
	CHECK_INT(h.n, 1);
	CHECK_INT(h.created[0], 1000);
	CHECK_INT(h.paused, 0);
	h = (struct restarts){.paused = 21000};
	CHECK_INT(judge_at(&h, 1000, 1), 20);
	h = (struct restarts){.paused = 21001};
	CHECK_INT(judge_at(&h, 1000, 1), 0);
	h = (struct restarts){.paused = 1000};
	CHECK_INT(judge_at(&h, 1000, 1), 0);
}

TEST(the_count_is_bounded)
{
	static struct restarts h;
	struct policy_restart p = three;
	unsigned recent;

	p.count = 5000;
	for (unsigned i = 0; i < RESTARTS_MAX; i++)
		CHECK_INT(restarts_judge(&h, &p, 7, &recent), 0);
	CHECK_INT(restarts_judge(&h, &p, 7, &recent), 20);
	CHECK_INT(recent, RESTARTS_MAX + 1);
}

static int parse(const char *text, struct restarts *ret)
{
	char copy[200];

	snprintf(copy, sizeof(copy), "%s", text);
	return restarts_parse(copy, ret);
}

TEST(files_are_read_strictly)
{
	static const char *const bad[] = {
		"created 1",
		"created  1\n",
		"created 1 \n",
		"created -1\n",
		"created\n",
		"created x\n",
		"made 1\n",
		" created 1\n",
		"created 2\ncreated 1\n",
		"paused 1\npaused 2\n",
		"\n",
		"created 1\n\n",
		"created 99999999999999999999\n",
		"created 1\r\n",
		"Created 1\n",
		"created 1\nx",
	};
	struct restarts h = {.n = 77};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_MSG(parse(bad[i], &h) == -EINVAL, "%s", bad[i]);
	CHECK_INT(h.n, 77);
	CHECK_INT(parse("", &h), 0);
	CHECK_INT(h.n, 0);
	CHECK_INT(parse("created 5\ncreated 5\npaused 7\ncreated 9\n", &h), 0);
	CHECK_INT(h.n, 3);
	CHECK_INT(h.created[2], 9);
	CHECK_INT(h.paused, 7);
}

TEST(too_many_lines_are_none)
{
	static char text[RESTARTS_MAX * 16];
	static struct restarts h;
	size_t n = 0;

	for (unsigned i = 0; i < RESTARTS_MAX; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "created 1\n");
	char *copy = strdup(text);
	CHECK_INT(restarts_parse(copy, &h), 0);
	free(copy);
	CHECK_INT(h.n, RESTARTS_MAX);
	snprintf(text + n, sizeof(text) - n, "created 1\n");
	CHECK_INT(restarts_parse(text, &h), -EINVAL);
}

static unsigned count(const char *root, const char *id, unsigned want_recent)
{
	unsigned recent = 0, pause = 0;
	struct err e = {0};

	CHECK_MSG(restarts_count(&three, root, id, &recent, &pause, &e) == 0, "%s", e.msg);
	CHECK_INT(recent, want_recent);
	return pause;
}

static int files(char name[300])
{
	DIR *d = opendir(RESTARTS_DIR);
	struct dirent *x;
	int n = 0;

	CHECK(d);
	while ((x = readdir(d)))
		if (x->d_name[0] != '.') {
			snprintf(name, 300, RESTARTS_DIR "/%s", x->d_name);
			n++;
		}
	closedir(d);
	return n;
}

PRIVATE_TEST(each_root_and_id_has_its_own_count)
{
	char name[300];
	struct stat st;

	for (unsigned i = 1; i <= 3; i++) {
		CHECK_INT(count("/run/a", "x", i), 0);
		CHECK_INT(count("/run/b", "x", i), 0);
		CHECK_INT(count("/run/a", "y", i), 0);
	}
	CHECK_INT(files(name), 3);
	CHECK_INT(count("/run/a", "x", 4), 20);
	unsigned left = count("/run/a", "x", 1); /* in whole seconds */
	CHECK_MSG(left > 0 && left <= 20, "%u", left);
	CHECK_INT(count("/run/b", "x", 4), 20);
	CHECK(stat(name, &st) == 0 && (st.st_mode & 07777) == 0600);
	CHECK(stat(RESTARTS_DIR, &st) == 0 && (st.st_mode & 07777) == 0700);
}

PRIVATE_TEST(a_file_that_is_none_refuses)
{
	static const char *const contents[] = {"created x\n", "created 1"};
	unsigned recent = 8, pause = 9;
	char name[300];

	CHECK_INT(count("/run/a", "x", 1), 0);
	CHECK_INT(files(name), 1);
	for (size_t i = 0; i < 3; i++) {
		struct err e = {0};
		if (i < 2) {
			put(name, contents[i]);
		} else {
			int fd = open(name, O_WRONLY | O_TRUNC | O_CLOEXEC);
			CHECK(write(fd, "created 1\n\0created 2\n", 21) == 21);
			close(fd);
		}
		CHECK(restarts_count(&three, "/run/a", "x", &recent, &pause, &e) < 0);
		CHECK_HAS(e.msg, name);
		CHECK_HAS(e.msg, "is not a list of creations; remove it");
		CHECK_INT(recent, 8);
		CHECK_INT(pause, 9);
	}
	/* one that is too large to be ours */
	struct err e = {0};
	CHECK(truncate(name, 100000) == 0);
	CHECK_INT(restarts_count(&three, "/run/a", "x", &recent, &pause, &e), -EFBIG);
	CHECK_HAS(e.msg, "remove it");
	/* a link is not followed */
	CHECK(unlink(name) == 0 && symlink("/dev/null", name) == 0);
	err_clear(&e);
	CHECK_INT(restarts_count(&three, "/run/a", "x", &recent, &pause, &e), -ELOOP);
	CHECK_HAS(e.msg, name);
}

PRIVATE_TEST(a_directory_of_others_refuses)
{
	unsigned recent, pause;
	struct err e = {0};

	CHECK(mkdir(RESTARTS_DIR, 0777) == 0 && chmod(RESTARTS_DIR, 0777) == 0);
	CHECK_INT(restarts_count(&three, "/run/a", "x", &recent, &pause, &e), -EPERM);
	CHECK_HAS(e.msg, RESTARTS_DIR);
}

/* Old ones go when a new one comes; and one when there are too many. */
PRIVATE_TEST(files_do_not_pile_up)
{
	struct timespec old[2] = {{.tv_sec = time(NULL) - 100000}, {.tv_sec = time(NULL) - 100000}};
	char name[300];

	CHECK_INT(count("/run/a", "old", 1), 0);
	CHECK_INT(files(name), 1);
	CHECK(utimensat(AT_FDCWD, name, old, 0) == 0);
	/* its own does not count for nothing: it is read before */
	CHECK_INT(count("/run/a", "old", 2), 0);
	CHECK(utimensat(AT_FDCWD, name, old, 0) == 0);
	CHECK_INT(count("/run/a", "new", 1), 0);
	CHECK_INT(files(name), 1);
	CHECK_INT(count("/run/a", "old", 1), 0);

	for (unsigned i = 0; i < RESTARTS_FILES + 5; i++) {
		char id[20];
		snprintf(id, sizeof(id), "n%u", i);
		CHECK_INT(count("/run/a", id, 1), 0);
	}
	CHECK_INT(files(name), RESTARTS_FILES);
}

PRIVATE_TEST(the_oldest_makes_room)
{
	struct timespec old[2] = {{.tv_sec = time(NULL) - 50}, {.tv_sec = time(NULL) - 50}};
	char name[300], other[300];
	struct stat st;

	CHECK_INT(count("/run/a", "oldest", 1), 0);
	CHECK_INT(files(name), 1);
	for (unsigned i = 1; i < RESTARTS_FILES; i++) {
		char id[20];
		snprintf(id, sizeof(id), "n%u", i);
		CHECK_INT(count("/run/a", id, 1), 0);
	}
	CHECK(utimensat(AT_FDCWD, name, old, 0) == 0);
	CHECK_INT(files(other), RESTARTS_FILES);
	CHECK_INT(count("/run/a", "one more", 1), 0);
	CHECK(stat(name, &st) < 0 && errno == ENOENT);
	CHECK_INT(files(other), RESTARTS_FILES);
}
