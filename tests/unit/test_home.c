/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_home.c: HOME from a passwd file that nobody trusts (apply/home.h). */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apply/home.h"
#include "tests/unit/check.h"

static char out[256];

static const char *parse(const char *text, uint32_t uid)
{
	memset(out, '?', sizeof(out));
	home_parse(text, strlen(text), uid, out, sizeof(out));
	return out;
}

TEST(found)
{
	static const char text[] = "root:x:0:0:root:/root:/bin/sh\n"
				   "daemon:*:1:1::/usr/sbin:/usr/sbin/nologin\n"
				   "ann:x:1000:1000:Ann,,,:/home/ann:/bin/sh\n"
				   "again:x:1000:1000::/home/again:/bin/sh\n"
				   "last:x:4294967294:0::/last:/bin/sh";

	CHECK_STR(parse(text, 0), "HOME=/root");
	CHECK_STR(parse(text, 1), "HOME=/usr/sbin");
	CHECK_STR(parse(text, 1000), "HOME=/home/ann"); /* the first one counts */
	CHECK_STR(parse(text, 4294967294u), "HOME=/last");
	CHECK_STR(parse(text, 2), "HOME=/");
	CHECK_STR(parse("a:x:5:5:g:/h", 5), "HOME=/h"); /* a shell is not needed */
}

TEST(broken_lines_are_no_lines)
{
	static const char *const bad[] = {
		"",
		"\n\n",
		"7",
		"a:x:7",
		"a:x:7:7:g",
		"a:x::7:g:/h:/s",
		"a:x:+7:7:g:/h:/s",
		"a:x: 7:7:g:/h:/s",
		"a:x:7 :7:g:/h:/s",
		"a:x:0x7:7:g:/h:/s",
		"a:x:-7:7:g:/h:/s",
		"a:x:4294967303:7:g:/h:/s", /* 7 modulo 2^32 */
		"a:x:00000000007:7:g:/h:/s",
		"7:x:a:7:g:/h:/s", /* CVE-2016-3697: a name that looks like a number */
		"a:7:x:7:g:/h:/s",
		"a;x;7;7;g;/h;/s",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_MSG(strcmp(parse(bad[i], 7), "HOME=/") == 0, "%s gives %s", bad[i], out);
	CHECK_STR(parse("broken\n::::::\na:x:7:7::/h:/s\n", 7), "HOME=/h");
	CHECK_STR(parse("a:x:4294967295:7:g:/h:/s", UINT32_MAX), "HOME=/");
}

TEST(unusable_homes_are_the_root)
{
	char line[600] = "a:x:7:7:g:/", *p = line + strlen(line);

	CHECK_STR(parse("a:x:7:7:g::/s", 7), "HOME=/");
	CHECK_STR(parse("a:x:7:7:g:home:/s", 7), "HOME=/");
	CHECK_STR(parse("a:x:7:7:g:/h\x01:/s", 7), "HOME=/");
	CHECK_STR(parse("a:x:7:7:g:/h\r", 7), "HOME=/");
	memset(p, 'h', 500);
	CHECK_STR(parse(line, 7), "HOME=/");
	/* The longest that fits: "HOME=" + 250 + NUL. */
	line[sizeof(line) - 1] = '\0';
	p[249] = '\0';
	CHECK_INT(strlen(parse(line, 7)), 255);
	p[249] = 'h';
	p[250] = '\0';
	CHECK_STR(parse(line, 7), "HOME=/");
}

TEST(nul_bytes)
{
	static const char text[] = "a:x:7\0:7:g:/h:/s\nb:x:7:7:g:/b\0b:/s\n";

	home_parse(text, sizeof(text) - 1, 7, out, sizeof(out));
	CHECK_STR(out, "HOME=/");
}

static char dir[] = "/tmp/bulkhead-home-XXXXXX";
static int root_fd = -1;

static void clean_up(void)
{
	char cmd[64];

	snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	if (system(cmd) != 0)
		fprintf(stderr, "# %s remains\n", dir);
}

__attribute__((constructor(101))) static void set_up(void)
{
	if (!mkdtemp(dir))
		abort();
	atexit(clean_up);
	root_fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root_fd < 0 || mkdirat(root_fd, "etc", 0755) != 0)
		abort();
}

static FILE *passwd(void)
{
	char path[64];

	unlinkat(root_fd, "etc/passwd", 0);
	snprintf(path, sizeof(path), "%s/etc/passwd", dir);
	return fopen(path, "we");
}

static const char *lookup(uint32_t uid)
{
	memset(out, '?', sizeof(out));
	home_lookup(root_fd, uid, out, sizeof(out));
	return out;
}

TEST(lookup_in_a_file)
{
	FILE *f = passwd();

	CHECK(f);
	fprintf(f, "root:x:0:0:root:/root:/bin/sh\nb:x:9:9::/nine:/bin/sh");
	fclose(f);
	CHECK_STR(lookup(0), "HOME=/root");
	CHECK_STR(lookup(9), "HOME=/nine"); /* no newline at the end */
	CHECK_STR(lookup(1), "HOME=/");
}

TEST(lookup_beyond_one_buffer)
{
	FILE *f = passwd();

	CHECK(f);
	for (int i = 1; i <= 3000; i++)
		fprintf(f, "user%d:x:%d:%d::/home/%d:/bin/sh\n", i, i, i, i);
	fclose(f);
	for (unsigned uid = 1; uid <= 3000; uid++) {
		char want[32];

		snprintf(want, sizeof(want), "HOME=/home/%u", uid);
		CHECK_STR(lookup(uid), want);
	}
	CHECK_STR(lookup(3001), "HOME=/");
}

TEST(lookup_past_an_endless_line)
{
	FILE *f = passwd();

	CHECK(f);
	for (int i = 0; i < 20000; i++)
		fputc('x', f);
	/* The end of an over-long line must not be taken for a line. */
	fprintf(f, "a:x:7:7::/wrong:/s\nb:x:8:8::/right:/s\n");
	for (int i = 0; i < 20000; i++)
		fputc('x', f);
	fprintf(f, ":x:5:5::/end:");
	fclose(f);
	CHECK_STR(lookup(7), "HOME=/");
	CHECK_STR(lookup(8), "HOME=/right");
	CHECK_STR(lookup(5), "HOME=/");
}

TEST(lookup_is_bounded)
{
	FILE *f = passwd();

	CHECK(f);
	for (int i = 0; i < (1 << 20) + 9000; i++)
		fputc(i % 64 ? 'y' : '\n', f);
	fprintf(f, "\na:x:7:7::/far:/s\n");
	fclose(f);
	CHECK_STR(lookup(7), "HOME=/");
}

TEST(lookup_reads_regular_files_inside_the_root_only)
{
	FILE *f;

	unlinkat(root_fd, "etc/passwd", 0);
	CHECK_STR(lookup(0), "HOME=/"); /* absent */
	CHECK_INT(symlinkat("/etc/passwd.real", root_fd, "etc/passwd"), 0);
	CHECK_STR(lookup(0), "HOME=/"); /* dangling */
	char path[64];
	snprintf(path, sizeof(path), "%s/etc/passwd.real", dir);
	f = fopen(path, "we");
	CHECK(f);
	fprintf(f, "root:x:0:0::/linked:/s\n");
	fclose(f);
	CHECK_STR(lookup(0), "HOME=/linked"); /* absolute, and yet inside */
	unlinkat(root_fd, "etc/passwd", 0);
	CHECK_INT(symlinkat("../../../../../../../etc/passwd.real", root_fd, "etc/passwd"), 0);
	CHECK_STR(lookup(0), "HOME=/linked");
	unlinkat(root_fd, "etc/passwd", 0);
	CHECK_INT(mkfifoat(root_fd, "etc/passwd", 0644), 0);
	alarm(100);
	CHECK_STR(lookup(0), "HOME=/"); /* and does not wait */
	alarm(0);
	unlinkat(root_fd, "etc/passwd", 0);
	CHECK_INT(mkdirat(root_fd, "etc/passwd", 0755), 0);
	CHECK_STR(lookup(0), "HOME=/");
	unlinkat(root_fd, "etc/passwd", AT_REMOVEDIR);
}
