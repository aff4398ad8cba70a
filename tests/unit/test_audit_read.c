/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_audit_read.c: trails read again, whole and damaged ones, and host ids traced. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "lifecycle/audit_read.h"

#include "check.h"

#define LINE(time, event, outcome, id, more)                                                       \
	"{\"time\":\"2026-11-22T" time "Z\",\"event\":\"" event "\",\"outcome\":\"" outcome        \
	"\",\"container\":\"" id "\"" more "}\n"
#define MAPS(host)                                                                                 \
	",\"bundle\":\"/b\",\"uidMappings\":[{\"containerID\":0,\"hostID\":" host                  \
	",\"size\":1000},{\"containerID\":70000,\"hostID\":5,\"size\":1}],\"gidMappings\":["       \
	"{\"containerID\":0,\"hostID\":9" host ",\"size\":1000}]"

struct seen {
	char text[1024];
	int stop_after;
};

static int note(void *arg, const struct audit_line *l, const char *text, struct err *e)
{
	struct seen *s = arg;

	(void)text;
	strncat(s->text, l->container, sizeof(s->text) - strlen(s->text) - 1);
	if (s->stop_after && --s->stop_after == 0)
		return err_set(e, ERR_STATE, EINTR, "enough");
	return 0;
}

static char trail[64], older[80];

static void put(const char *path, const char *text, size_t len)
{
	AUTO_FD fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	CHECK(fd >= 0 && fd_write_all(fd, text, len) == 0);
}

static void make_trail(const char *text, size_t len)
{
	strcpy(trail, "/tmp/bkh-trail-XXXXXX");
	int fd = mkstemp(trail);
	CHECK(fd >= 0);
	close(fd);
	put(trail, text, len);
	snprintf(older, sizeof(older), "%s.1", trail);
}

TEST(torn_and_foreign_lines_are_counted)
{
	static const char text[] =
		LINE("00:00:00", "create", "done", "a",
		     "") "{\"time\":\"2026\n"
			 "\n" /* ends a torn line: no line */
			 "what is this\n"
			 "{\"valid\":\"json, but none of ours\"}\n"
			 "Nov 22 15:43:22 host bulkhead[7]: " LINE(
				 "00:00:01", "kill", "done", "b",
				 ",\"new\":[1,{}]") "\0\0\0\n" LINE("00:00:02", "delete", "done",
								    "c", "") "{\"time\":\"20";
	struct seen s = {0};
	struct err e = {0};
	size_t skipped = 0;

	make_trail(text, sizeof(text) - 1);
	CHECK_MSG(audit_each(trail, note, &s, &skipped, &e) == 0, "%s", e.msg);
	CHECK_STR(s.text, "abc");
	CHECK_INT(skipped, 5);
	unlink(trail);
}

TEST(a_line_without_end)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	static const char tail[] = "\n" LINE("00:00:00", "create", "done", "a", "");
	size_t n = 3 << 20;
	char *text = arena_alloc(&a, n + sizeof(tail));
	struct seen s = {0};
	size_t skipped = 0;

	memset(text, '{', n);
	memcpy(text + n, tail, sizeof(tail));
	make_trail(text, n + sizeof(tail) - 1);
	CHECK(audit_each(trail, note, &s, &skipped, NULL) == 0);
	CHECK_STR(s.text, "a");
	CHECK_INT(skipped, 1);
	unlink(trail);
}

TEST(the_rotated_file_comes_first)
{
	static const char now[] = LINE("00:00:09", "create", "done", "new", "");
	static const char before[] = LINE("00:00:01", "create", "done", "old", "");
	struct seen s = {0};
	struct err e = {0};
	size_t skipped;

	make_trail(now, sizeof(now) - 1);
	put(older, before, sizeof(before) - 1);
	CHECK(audit_each(trail, note, &s, &skipped, &e) == 0);
	CHECK_STR(s.text, "oldnew");
	/* Rotated, and nothing written since. */
	unlink(trail);
	s = (struct seen){0};
	CHECK(audit_each(trail, note, &s, &skipped, &e) == 0);
	CHECK_STR(s.text, "old");
	unlink(older);
	CHECK_INT(audit_each(trail, note, &s, &skipped, &e), -ENOENT);
	CHECK_HAS(e.msg, "there is no audit trail at /tmp/bkh-trail-");
}

TEST(the_reader_can_be_stopped)
{
	static const char text[] = LINE("00:00:01", "create", "done", "a", "")
		LINE("00:00:02", "create", "done", "b", "");
	struct seen s = {.stop_after = 1};
	struct err e = {0};
	size_t skipped;

	make_trail(text, sizeof(text) - 1);
	CHECK_INT(audit_each(trail, note, &s, &skipped, &e), -EINTR);
	CHECK_STR(s.text, "a");
	unlink(trail);
}

TEST(times)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	static const char *const bad[] = {"",	 "x",	"5",	       "5w",
					  "-5m", "5mm", "2026-11-2",   "2026-11-22T15:43:22",
					  "m",	 " 5m", "9999999999d", "2026-11-22T15:43:22+01:00"};
	const char *s;
	struct err e = {0};

	CHECK(audit_since("2026-11-22", &a, &s, &e) == 0);
	CHECK_STR(s, "2026-11-22");
	CHECK(audit_since("2026-11-22T15:43:22Z", &a, &s, &e) == 0);
	CHECK_STR(s, "2026-11-22T15:43:22");
	CHECK(audit_since("15m", &a, &s, &e) == 0);
	CHECK(strlen(s) == 19 && s[10] == 'T');
	const char *earlier;
	CHECK(audit_since("2d", &a, &earlier, &e) == 0);
	CHECK(strcmp(earlier, s) < 0);
	CHECK(audit_since("999999999d", &a, &s, &e) == 0);
	CHECK_STR(s, "1970-01-01T00:00:00");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		err_clear(&e);
		CHECK_MSG(audit_since(bad[i], &a, &s, &e) == -EINVAL, "%s", bad[i]);
	}
}

TEST(filters)
{
	struct audit_line l = {.time = "2026-11-22T15:43:22.500000000Z",
			       .event = "create",
			       .outcome = "refused",
			       .container = "abcdef"};

	CHECK(audit_matches(&(struct audit_filter){0}, &l));
	CHECK(audit_matches(&(struct audit_filter){.id = "abc"}, &l));
	CHECK(!audit_matches(&(struct audit_filter){.id = "bc"}, &l));
	CHECK(audit_matches(&(struct audit_filter){.event = "create"}, &l));
	CHECK(audit_matches(&(struct audit_filter){.event = "refused"}, &l));
	CHECK(!audit_matches(&(struct audit_filter){.event = "kill"}, &l));
	CHECK(audit_matches(&(struct audit_filter){.since = "2026-11-22T15:43:22"}, &l));
	CHECK(audit_matches(&(struct audit_filter){.since = "2026-11-22"}, &l));
	CHECK(!audit_matches(&(struct audit_filter){.since = "2026-11-22T15:43:23"}, &l));
	CHECK(!audit_matches(&(struct audit_filter){.id = "abc", .since = "2027-01-01"}, &l));
}

static int take(void *arg, const struct audit_line *l, const char *text, struct err *e)
{
	(void)text, (void)e;
	return audit_trace_line(arg, l);
}

TEST(a_host_id_leads_to_its_containers)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	static const char text[] = LINE("00:00:01", "create", "done", "a", MAPS("5000"))
		LINE("00:00:02", "run", "done", "b",
		     MAPS("7000")) LINE("00:00:03", "create", "refused", "no",
					MAPS("5000")) LINE("00:00:03", "exec", "done", "a", "")
			LINE("00:00:04", "delete", "failed", "a", ",\"bundle\":\"/b\"") LINE(
				"00:00:05", "delete", "done", "a", ",\"bundle\":\"/other\"")
				LINE("00:00:06", "delete", "done", "a", ",\"bundle\":\"/b\"")
					LINE("00:00:07", "run", "done", "a", MAPS("5000"));
	struct audit_trace t = {.id = 5999, .a = &a};
	size_t skipped;

	make_trail(text, sizeof(text) - 1);
	CHECK(audit_each(trail, take, &t, &skipped, NULL) == 0);
	CHECK_INT(t.n, 2);
	CHECK_STR(t.holders[0].container, "a");
	CHECK_STR(t.holders[0].from, "2026-11-22T00:00:01Z");
	CHECK_STR(t.holders[0].to, "2026-11-22T00:00:06Z");
	CHECK_INT(t.holders[0].inside, 999);
	CHECK(!t.holders[1].to && !t.holders[1].held);
	/* One beyond the range; a further extent; a gid. */
	t = (struct audit_trace){.id = 6000, .a = &a};
	CHECK(audit_each(trail, take, &t, &skipped, NULL) == 0);
	CHECK_INT(t.n, 0);
	t = (struct audit_trace){.id = 5, .a = &a};
	CHECK(audit_each(trail, take, &t, &skipped, NULL) == 0);
	CHECK(t.n == 3 && t.holders[0].inside == 70000);
	t = (struct audit_trace){.id = 97001, .group = true, .a = &a};
	CHECK(audit_each(trail, take, &t, &skipped, NULL) == 0);
	CHECK_INT(t.n, 1);
	CHECK_STR(t.holders[0].container, "b");
	CHECK_INT(t.holders[0].inside, 1);
	unlink(trail);
}
