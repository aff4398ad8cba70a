/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The log: the very bytes that containerd, podman, conmon and CRI-O decode. */
#include "runtime/log.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "tests/unit/check.h"

#define WHEN 1795367047 /* 2026-11-22T17:04:07Z */

static const char *line(bool json, const char *msg, const char *kind)
{
	static char text[8192];
	AUTO_STRBUF out = STRBUF_INIT;

	log_format_line(json, "error", msg, WHEN, kind, &out);
	snprintf(text, sizeof(text), "%s", out.buf);
	return text;
}

TEST(json_line)
{
	CHECK_STR(line(true, "container does not exist", NULL),
		  "{\"level\":\"error\",\"msg\":\"container does not exist\","
		  "\"time\":\"2026-11-22T17:04:07Z\"}\n");
}

TEST(json_escapes)
{
	CHECK_STR(line(true, "a \"b\"\\ \n\t\x01 \xff \xc3\xa4", NULL),
		  "{\"level\":\"error\",\"msg\":\"a \\\"b\\\"\\\\ \\n\\t\\u0001 \\ufffd \xc3\xa4\","
		  "\"time\":\"2026-11-22T17:04:07Z\"}\n");
}

TEST(json_kind_with_debug)
{
	CHECK_HAS(line(true, "x", "policy"), ",\"kind\":\"policy\"}\n");
}

TEST(text_line)
{
	CHECK_STR(line(false, "container does not exist", NULL),
		  "time=\"2026-11-22T17:04:07Z\" level=error msg=\"container does not exist\"\n");
	CHECK_STR(line(false, "bad", "spec"),
		  "time=\"2026-11-22T17:04:07Z\" level=error msg=bad kind=spec\n");
}

TEST(text_quotes_like_logrus)
{
	CHECK_HAS(line(false, "a-b.c_d/e@f^g+h", NULL), "msg=a-b.c_d/e@f^g+h\n");
	CHECK_HAS(line(false, "a:b", NULL), "msg=\"a:b\"\n");
	CHECK_HAS(line(false, "runc: \"create\" x", NULL), "msg=\"runc: \\\"create\\\" x\"\n");
	CHECK_HAS(line(false, "a\nb\x1b[1m\\", NULL), "msg=\"a\\nb\\x1b[1m\\\\\"\n");
}

TEST(unknown_format)
{
	struct log l = LOG_INIT;
	struct err e = {0};

	CHECK(log_open(&l, NULL, "xml", false, &e) < 0);
	CHECK_STR(e.msg, "invalid log-format: xml");
	CHECK_INT(l.to.fd, 2);
}

TEST(empty_options_are_the_defaults)
{
	struct log l = LOG_INIT;
	struct err e = {0};

	CHECK_INT(log_open(&l, "", "", false, &e), 0);
	CHECK_INT(l.to.fd, 2);
	CHECK(l.to.kind == LOG_TO_STDERR && !l.json);
}

TEST(missing_directory)
{
	struct log l = LOG_INIT;
	struct err e = {0};

	CHECK_INT(log_open(&l, "/nonexistent/dir/log", NULL, false, &e), -ENOENT);
	CHECK_STR(e.msg, "open /nonexistent/dir/log: no such file or directory");
	CHECK_INT(l.to.fd, 2);
}

/* Runs log_error() with stderr going to @err_path; returns the log's and stderr's contents. */
static void report(const char *log_path, char *log_text, char *err_text, size_t size)
{
	char err_path[] = "/tmp/test_cli_log.XXXXXX";
	int saved = dup(2), fd = mkstemp(err_path);
	struct log l = LOG_INIT;
	struct err e = {0}, why = {0};
	bool ok;

	err_set(&why, ERR_POLICY, EPERM, "policy: x: \x1b[2J refused");
	dup2(fd, 2);
	ok = log_open(&l, log_path, "json", false, &e) == 0;
	if (ok) {
		log_error(&l, &why);
		log_debug(&l, "not shown");
		log_close(&l);
	}
	dup2(saved, 2);
	close(saved);
	close(fd);
	ok = ok && file_read_at(AT_FDCWD, err_path, err_text, size) >= 0;
	ok = ok && (!log_path || file_read_at(AT_FDCWD, log_path, log_text, size) >= 0);
	unlink(err_path);
	CHECK(ok);
}

TEST(file_gets_one_line_and_stderr_the_message)
{
	char path[] = "/tmp/test_cli_log.XXXXXX", log_text[512], err_text[512];
	struct stat st;

	close(mkstemp(path));
	unlink(path);
	umask(022);
	report(path, log_text, err_text, sizeof(log_text));
	CHECK_INT(stat(path, &st), 0);
	CHECK_INT(st.st_mode & 07777, 0644);
	CHECK(strchr(log_text, '\n') == log_text + strlen(log_text) - 1);
	CHECK_HAS(log_text, "\"msg\":\"policy: x: \\u001b[2J refused\"");
	CHECK_STR(err_text, "policy: x: ?[2J refused\n");
	/* A second failure is appended. */
	report(path, log_text, err_text, sizeof(log_text));
	unlink(path);
	CHECK(strchr(log_text, '\n') != log_text + strlen(log_text) - 1);
}

TEST(stderr_alone_gets_one_line)
{
	char log_text[512] = "", err_text[512];

	report(NULL, log_text, err_text, sizeof(err_text));
	CHECK(strchr(err_text, '\n') == err_text + strlen(err_text) - 1);
	CHECK_HAS(err_text, "{\"level\":\"error\",\"msg\":\"policy: x: ");
}

TEST(full_disk_does_not_hide_the_error)
{
	char log_text[512] = "", err_text[512];

	report("/dev/full", log_text, err_text, 16);
	CHECK_STR(err_text, "policy: x: ?[2J");
}
