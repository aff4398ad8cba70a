/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The parser of /proc/PID/mountinfo. */
#include <errno.h>

#include "kernel/mountinfo.h"
#include "base/err.h"
#include "base/str.h"
#include "tests/unit/check.h"

/* Parses in place. */
static char *text(const char *s)
{
	static char buf[8192];

	snprintf(buf, sizeof(buf), "%s", s);
	return buf;
}

static int parse(const char *line, struct mountinfo *m)
{
	char *p = text(line);

	return mountinfo_next(&p, m);
}

TEST(a_line)
{
	struct mountinfo m;

	CHECK_INT(parse("36 35 98:17 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root "
			"rw,errors=continue\n",
			&m),
		  1);
	CHECK_INT(m.id, 36);
	CHECK_INT(m.parent, 35);
	CHECK_INT(m.major, 98);
	CHECK_INT(m.minor, 17);
	CHECK_STR(m.root, "/mnt1");
	CHECK_STR(m.mountpoint, "/mnt2");
	CHECK_STR(m.options, "rw,noatime");
	CHECK_STR(m.fields, "master:1");
	CHECK_STR(m.fstype, "ext3");
	CHECK_STR(m.source, "/dev/root");
	CHECK_STR(m.super_options, "rw,errors=continue");
	CHECK(!mountinfo_is_shared(&m));
}

TEST(optional_fields)
{
	struct mountinfo m;

	CHECK_INT(parse("1 2 0:1 / / rw - tmpfs none rw", &m), 1);
	CHECK_STR(m.fields, "");
	CHECK(!mountinfo_is_shared(&m));
	CHECK_INT(parse("1 2 0:1 / / rw shared:7 master:3 propagate_from:2 - tmpfs x rw", &m), 1);
	CHECK_STR(m.fields, "shared:7 master:3 propagate_from:2");
	CHECK(mountinfo_is_shared(&m));
	CHECK_INT(parse("1 2 0:1 / / rw unbindable shared:7 - tmpfs x rw", &m), 1);
	CHECK(mountinfo_is_shared(&m));
	CHECK_INT(parse("1 2 0:1 / / rw notshared:7 - tmpfs x rw", &m), 1);
	CHECK(!mountinfo_is_shared(&m));
}

TEST(escapes)
{
	struct mountinfo m;

	CHECK_INT(parse("1 2 0:1 /a\\040b /c\\134\\011d\\012 rw - fuse.my\\040fs a\\040b "
			"rw,lowerdir=a\\054b",
			&m),
		  1);
	CHECK_STR(m.root, "/a b");
	CHECK_STR(m.mountpoint, "/c\\\td\n");
	CHECK_STR(m.fstype, "fuse.my fs");
	CHECK_STR(m.source, "a b");
	/* Its values are unescaped after they have been split. */
	CHECK_STR(m.super_options, "rw,lowerdir=a\\054b");
}

TEST(an_empty_source_is_two_spaces)
{
	struct mountinfo m;

	CHECK_INT(parse("1 2 0:1 / /x rw - tmpfs  rw,size=1k", &m), 1);
	CHECK_STR(m.fstype, "tmpfs");
	CHECK_STR(m.source, "");
	CHECK_STR(m.super_options, "rw,size=1k");
}

TEST(roots_that_are_no_paths)
{
	struct mountinfo m;

	CHECK_INT(parse("9 8 0:4 net:[4026532277] /run/netns/x rw shared:3 - nsfs nsfs rw", &m), 1);
	CHECK_STR(m.root, "net:[4026532277]");
	CHECK_INT(parse("9 8 0:4 /gone//deleted /x rw - ext4 /dev/a - b rw", &m), 1);
	CHECK_STR(m.root, "/gone//deleted");
}

TEST(malformed_lines)
{
	static const char *const bad[] = {
		"x 35 98:0 / / rw - ext3 a rw",
		"36 -1 98:0 / / rw - ext3 a rw",
		"36 35 98 / / rw - ext3 a rw",
		"36 35 98:x / / rw - ext3 a rw",
		"36 35 98:0:1 / / rw - ext3 a rw",
		"4294967296 35 98:0 / / rw - ext3 a rw",
		"36 35 98:0  / rw - ext3 a rw",
		"36 35 98:0 /  rw - ext3 a rw",
		"36 35 98:0 / /  - ext3 a rw",
		"36 35 98:0 / / rw ext3 a rw",
		"36 35 98:0 / / rw shared:1 ext3 a",
		"36 35 98:0 / / rw -",
		"36 35 98:0 / / rw - ext3",
		"36 35 98:0 / / rw - ext3 a",
		"36 35 98:0 / / rw - ext3 a ",
		"36 35 98:0 / / rw -  a rw",
		"36 35 98:0 /\\04 / rw - ext3 a rw",
		"36 35 98:0 /\\400 / rw - ext3 a rw",
		"36 35 98:0 /\\000 / rw - x a rw",
		"36 35 98:0 /\\ / rw - ext3 a rw",
		"36 35 98:0 /\\08x / rw - ext3 a b",
		" 36 35 98:0 / / rw - ext3 a rw",
		"36",
		" ",
	};
	struct mountinfo m;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_MSG(parse(bad[i], &m) == -EINVAL, "%s", bad[i]);
	CHECK_INT(parse("\n", &m), -EINVAL);
	CHECK_INT(parse("", &m), 0);
}

TEST(all_lines_of_a_text)
{
	char *p = text("1 2 0:1 / /a rw - tmpfs x rw\nbroken\n3 4 0:1 / /b rw - tmpfs x rw");
	struct mountinfo m;

	CHECK_INT(mountinfo_next(&p, &m), 1);
	CHECK_STR(m.mountpoint, "/a");
	CHECK_INT(mountinfo_next(&p, &m), -EINVAL);
	CHECK_INT(mountinfo_next(&p, &m), 1);
	CHECK_STR(m.mountpoint, "/b");
	CHECK_INT(mountinfo_next(&p, &m), 0);
	CHECK_INT(mountinfo_next(&p, &m), 0);
}

TEST(options)
{
	struct mountinfo m;

	CHECK_INT(parse("1 2 0:1 / / ro,nosuid,relatime - tmpfs x rw", &m), 1);
	CHECK(mountinfo_has_option(&m, "ro"));
	CHECK(mountinfo_has_option(&m, "nosuid"));
	CHECK(mountinfo_has_option(&m, "relatime"));
	CHECK(!mountinfo_has_option(&m, "rw"));
	CHECK(!mountinfo_has_option(&m, "no"));
	CHECK(!mountinfo_has_option(&m, "suid"));
	CHECK(!mountinfo_has_option(&m, "time"));
}

static const char three[] = "1 2 0:1 / /a rw - tmpfs x rw\n12 2 0:1 / /b rw - tmpfs y rw\n"
			    "2 1 0:1 / /c rw - tmpfs z rw\n";

TEST(find_by_id)
{
	struct mountinfo m;
	struct err e = {0};

	CHECK_INT(mountinfo_find(text(three), 2, &m, &e), 1);
	CHECK_STR(m.mountpoint, "/c");
	CHECK_INT(mountinfo_find(text(three), 12, &m, &e), 1);
	CHECK_STR(m.source, "y");
	CHECK_INT(mountinfo_find(text(three), 3, &m, &e), 0);
	/* Mount ids of statx(2) are wider than those of mountinfo. */
	CHECK_INT(mountinfo_find(text(three), (1ull << 32) + 2, &m, &e), 0);
	CHECK_INT(e.kind, ERR_NONE);
	CHECK_INT(mountinfo_find(text("1 2 broken"), 1, &m, &e), -EINVAL);
	CHECK_INT(e.kind, ERR_SYSTEM);
}

TEST(this_processs_own)
{
	AUTO_STRBUF out = STRBUF_INIT;
	struct mountinfo m;
	bool root = false;
	int r;

	CHECK_INT(mountinfo_read(&out, NULL), 0);
	char *p = out.buf;
	while ((r = mountinfo_next(&p, &m)) > 0)
		root |= strcmp(m.mountpoint, "/") == 0;
	CHECK_INT(r, 0);
	CHECK(root);
}
