/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_exec_path.c: the look-up of the program, and its words (apply/exec_path.h). */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apply/exec_path.h"
#include "base/err.h"
#include "tests/unit/check.h"

static char dir[] = "/tmp/bulkhead-exec-XXXXXX";
static struct err err;
static char found[PATH_MAX];

static void clean_up(void)
{
	char cmd[64];

	snprintf(cmd, sizeof(cmd), "/bin/rm -rf %s", dir);
	if (chdir("/") != 0 || system(cmd) != 0)
		fprintf(stderr, "# %s remains\n", dir);
}

static void file(const char *name, mode_t mode)
{
	int fd = open(name, O_CREAT | O_WRONLY | O_CLOEXEC, mode);

	if (fd < 0 || fchmod(fd, mode) != 0)
		abort();
	close(fd);
}

/* In cwd: a/ with "tool" and "data" (not executable), b/ with "tool" and a directory "sub". */
__attribute__((constructor(101))) static void set_up(void)
{
	if (!mkdtemp(dir) || chdir(dir) != 0)
		abort();
	atexit(clean_up);
	if (mkdir("a", 0755) || mkdir("b", 0755) || mkdir("b/sub", 0755) || mkdir("b/data", 0755))
		abort();
	file("a/tool", 0755);
	file("a/data", 0644);
	file("b/tool", 0755);
	file("b/onlyb", 0755);
	file("here", 0755);
	if (symlink("nowhere", "a/dangling") || symlink("tool", "a/link") ||
	    symlink("loop", "a/loop"))
		abort();
}

static int look(const char *name, const char *path)
{
	static char env_path[8192];
	char *envp[] = {(char *)"X=1", env_path, NULL};

	snprintf(env_path, sizeof(env_path), "PATH=%s", path ? path : "");
	err_clear(&err);
	found[0] = '\0';
	return exec_lookup(name, path ? envp : (char *const *)&envp[2], found, sizeof(found), &err);
}

static const char *in(const char *fmt)
{
	static char buf[4][4096];
	static unsigned n;
	char *b = buf[n++ % 4], *o = b;

	for (; *fmt; fmt++) {
		if (*fmt == '@')
			o = stpcpy(o, dir);
		else
			*o++ = *fmt;
	}
	*o = '\0';
	return b;
}

TEST(found_by_path)
{
	CHECK_INT(look(in("@/a/tool"), NULL), 0);
	CHECK_STR(found, in("@/a/tool"));
	CHECK_INT(look("a/tool", "/nowhere"), 0);
	CHECK_STR(found, "a/tool");
	CHECK_INT(look("./here", NULL), 0);
	CHECK_INT(look(in("@/a/link"), NULL), 0);
	CHECK_STR(found, in("@/a/link"));
}

TEST(found_in_path)
{
	CHECK_INT(look("tool", in("/nowhere:@/b:@/a")), 0);
	CHECK_STR(found, in("@/b/tool"));
	CHECK_INT(look("onlyb", in("@/a:@/b")), 0);
	CHECK_STR(found, in("@/b/onlyb"));
	CHECK_INT(look("tool", in("@/b/../a//")), 0);
	CHECK_STR(found, in("@/a/tool")); /* as filepath.Join() cleans it */
	/* What is not executable, a directory or a dead link is passed over. */
	CHECK_INT(look("data", in("@/a:@/b")), -ENOENT);
	CHECK_INT(look("dangling", in("@/a")), -ENOENT);
}

TEST(words_for_a_path)
{
	CHECK_INT(look("/foo", NULL), -ENOENT);
	CHECK_STR(err.msg, "exec: \"/foo\": stat /foo: no such file or directory");
	CHECK_INT(look(in("@/a/data"), NULL), -EACCES);
	CHECK_STR(err.msg, in("exec: \"@/a/data\": permission denied"));
	CHECK_INT(look(in("@/b/sub"), NULL), -EISDIR);
	CHECK_STR(err.msg, in("exec: \"@/b/sub\": is a directory"));
	CHECK_INT(look(in("@/a/data/x"), NULL), -ENOTDIR);
	CHECK_STR(err.msg, in("exec: \"@/a/data/x\": stat @/a/data/x: not a directory"));
	CHECK_INT(look(in("@/a/loop"), NULL), -ELOOP);
	CHECK_HAS(err.msg, "too many levels of symbolic links");
	CHECK_INT(look("/", NULL), -EISDIR);
	CHECK_INT(look("/dev/null", NULL), -EACCES);
}

TEST(words_for_a_name)
{
	static const char *const paths[] = {NULL, "", "/nowhere", "/nowhere:/neither"};

	for (size_t i = 0; i < 4; i++) {
		CHECK_INT(look("foo", paths[i]), -ENOENT);
		CHECK_STR(err.msg, "exec: \"foo\": executable file not found in $PATH");
	}
	CHECK_INT(look("", "/bin"), -ENOENT);
	CHECK_STR(err.msg, "exec: \"\": executable file not found in $PATH");
	CHECK_INT(look("..", "/bin"), -ENOENT);
	CHECK_INT(look(".", "/bin"), -ENOENT);
}

TEST(never_from_the_current_directory)
{
	static const char *const paths[] = {":/bin", "/nowhere:", "/nowhere::/bin",
					    ".",     "./",	  "a/.."};

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		CHECK_MSG(look("here", paths[i]) < 0, "PATH=%s", paths[i]);
		CHECK_STR(err.msg, "exec: \"here\": cannot run executable found relative to "
				   "current directory");
	}
	/* The first that is found counts. */
	CHECK_INT(look("tool", in("@/a:b")), 0);
	CHECK_INT(look("tool", in("b:@/a")), -ENOENT);
}

TEST(path_of_the_environment_given_only)
{
	char *envp[] = {(char *)"PATHS=/x", (char *)"XPATH=/x", NULL};

	setenv("PATH", in("@/a"), 1);
	err_clear(&err);
	CHECK_INT(exec_lookup("tool", envp, found, sizeof(found), &err), -ENOENT);
	err_clear(&err);
	CHECK_INT(exec_lookup("tool", NULL, found, sizeof(found), &err), -ENOENT);
}

TEST(hostile_names)
{
	char name[6000];

	CHECK(look("a\"b\\c\n\x1b[2J\x7f", "/bin") < 0);
	CHECK_STR(err.msg, "exec: \"a\\\"b\\\\c\\x0a\\x1b[2J\\x7f\": executable file not found in "
			   "$PATH");
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	CHECK(look(name, "/bin:/usr/bin") == -ENOENT);
	CHECK_HAS(err.msg, "executable file not found in $PATH");
	name[0] = '/';
	CHECK(look(name, NULL) == -ENAMETOOLONG);
	CHECK_HAS(err.msg, "file name too long");
	memset(name, '\n', sizeof(name) - 1);
	CHECK(look(name, "/bin") == -ENOENT);
	CHECK_HAS(err.msg, "executable file not found in $PATH");
}

TEST(very_long_path_variable)
{
	char path[7000];

	memset(path, 'p', sizeof(path));
	path[0] = '/';
	strcpy(path + 6000, in(":@/a"));
	CHECK_INT(look("tool", path), 0);
	CHECK_STR(found, in("@/a/tool"));
	memset(path, ':', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	CHECK_INT(look("nothing", path), -ENOENT);
}

TEST(result_must_fit)
{
	char small[8];
	char path[64];
	char *envp[] = {path, NULL};

	snprintf(path, sizeof(path), "PATH=%s/a", dir);
	err_clear(&err);
	CHECK_INT(exec_lookup("tool", envp, small, sizeof(small), &err), -ENAMETOOLONG);
	err_clear(&err);
	CHECK_INT(exec_lookup(in("@/a/tool"), envp, small, sizeof(small), &err), -ENAMETOOLONG);
}
