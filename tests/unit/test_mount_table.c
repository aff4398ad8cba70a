/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_mount_table.c: lines of /proc/self/mountinfo. */
#include "host/mount_table.h"

#include <string.h>
#include <sys/sysmacros.h>

#include "base/arena.h"
#include "check.h"

static bool cut(const char *line, struct mount_line *ret)
{
	static char copy[256];

	strcpy(copy, line);
	return mount_line_cut(copy, ret);
}

TEST(a_line_in_its_parts)
{
	struct mount_line l;

	CHECK(cut("36 35 98:7 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue",
		  &l));
	CHECK_INT(l.id, 36);
	CHECK(l.dev == makedev(98, 7));
	CHECK_STR(l.root, "/mnt1");
	CHECK_STR(l.point, "/mnt2");
	CHECK_STR(l.fstype, "ext3");
	CHECK_STR(l.super_options, "rw,errors=continue");
}

TEST(without_and_with_several_optional_fields)
{
	struct mount_line l;

	CHECK(cut("1 2 0:3 / / rw - tmpfs none rw", &l));
	CHECK_STR(l.fstype, "tmpfs");
	CHECK(cut("1 2 0:3 / / rw shared:1 master:2 propagate_from:3 - tmpfs none rw", &l));
	CHECK_STR(l.fstype, "tmpfs");
	CHECK_STR(l.super_options, "rw");
}

TEST(escapes)
{
	struct mount_line l;

	CHECK(cut("1 2 0:3 /a\\040b /c\\011\\012\\134d\\1 rw - tmpfs no\\040ne rw", &l));
	CHECK_STR(l.root, "/a b");
	CHECK_STR(l.point, "/c\t\n\\d\\1");
}

TEST(what_is_no_such_line)
{
	static const char *const bad[] = {"",
					  "1 2 0:3 / / rw tmpfs none rw",
					  "1 2 0:3 / - tmpfs none rw",
					  "x 2 0:3 / / rw - tmpfs none rw",
					  "1 2 03 / / rw - tmpfs none rw",
					  "1 2 0:3 / / rw - tmpfs none",
					  "1 2 0:3 / / rw - "};
	struct mount_line l;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_MSG(!cut(bad[i], &l), "%s", bad[i]);
}

TEST(the_table_of_this_host)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct mount_table t;
	bool proc = false;

	CHECK_INT(mount_table_read(&a, &t), 0);
	for (size_t i = 0; i < t.n; i++)
		proc |= strcmp(t.v[i].point, "/proc") == 0 && strcmp(t.v[i].fstype, "proc") == 0;
	CHECK(proc);
}
