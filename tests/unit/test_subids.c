/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_subids.c: host/subid_probe.c on texts of /etc/subuid. */
#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "host/facts.h"
#include "host/subid_probe.h"
#include "tests/unit/check.h"

static struct arena a;
static struct err e;
static struct id_extent *v;
static size_t n;

static int parse(const char *text, const char *name, uid_t uid)
{
	e = (struct err){0};
	return host_subids_parse(arena_strdup(&a, text), "/etc/subuid", name, uid, &a, &v, &n, &e);
}

TEST(by_name_and_by_number_in_the_order_of_the_file)
{
	CHECK_INT(parse("x:5:6\nme:100000:65536\n1000:300000:10\nmeme:7:8\nme:1:0\n", "me", 1000),
		  0);
	CHECK_INT(n, 2);
	CHECK_INT(v[0].inside, 1);
	CHECK_INT(v[0].outside, 100000);
	CHECK_INT(v[0].size, 65536);
	CHECK_INT(v[1].inside, 65537);
	CHECK_INT(v[1].outside, 300000);
	CHECK_INT(v[1].size, 10);
	CHECK_INT(parse("me:100000:65536\n1000:9:1\n", NULL, 1000), 0);
	CHECK_INT(n, 1);
	CHECK_INT(v[0].outside, 9);
}

TEST(lines_of_others_are_not_judged)
{
	CHECK_INT(parse("# me:1:2\n\nx\nx:a:b\n:::\nme2:1:2:3\n", "me", 1000), 0);
	CHECK_INT(n, 0);
}

TEST(a_broken_entry_is_an_error)
{
	static const char *const bad[] = {
		"me\n",
		"me:1\n",
		"me:1:2:3\n",
		"me:-1:2\n",
		"me:1:0x10\n",
		"me: 1:2\n",
		"me:1:2 \n",
		"me:0:10\n",
		"me:4294967295:1\n",
		"me:4294967290:10\n",
		"me:99999999999:1\n",
		"me:100:10\nme:105:10\n",
		"me:100:10\n1000:109:1\n",
		"me:1:4294967294\nme:4294967295:0\nx:1:1\n1000:1:1\n",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK_MSG(parse(bad[i], "me", 1000) == -EINVAL, "%zu: %s", i, bad[i]);
		CHECK(e.kind == ERR_HOST &&
		      strstr(e.msg, "in /etc/subuid is not NAME:FIRST:COUNT"));
	}
}

TEST(at_most_what_a_map_can_hold)
{
	char text[16384];
	int len = 0;

	for (unsigned i = 0; i < 340; i++) {
		if (i == 339)
			CHECK_MSG(parse(text, "m", 1) == 0 && n == 339, "%zu", n);
		len += snprintf(text + len, sizeof(text) - (size_t)len, "m:%u:1\n", 1000 + i);
	}
	CHECK_INT(parse(text, "m", 1), -EINVAL);
}

TEST(names_are_looked_up_in_passwd)
{
	CHECK_STR(host_user_name(0, &a), "root");
	CHECK(!host_user_name(4294967294, &a));
}
