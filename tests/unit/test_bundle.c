/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading config.json: what may lie in its place, and the limit on its size. */
#include "lifecycle/bundle.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "oci-spec/spec.h"
#include "tests/unit/check.h"

static char dir[] = "/tmp/test_bundle.XXXXXX";
static char config[64];
static struct err err;

__attribute__((constructor)) static void make_dir(void)
{
	if (!mkdtemp(dir))
		abort();
	snprintf(config, sizeof(config), "%s/config.json", dir);
}

__attribute__((destructor)) static void remove_dir(void)
{
	unlink(config);
	rmdir(config);
	rmdir(dir);
}

static void write_file(const char *path, const char *text)
{
	AUTO_FD fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	CHECK_INT(fd_write_all(fd, text, strlen(text)), 0);
}

/* Result of bundle_read(); the text is dropped, its length kept. */
static int read_it(size_t *ret_len)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	char *json;

	err_clear(&err);
	return bundle_read(dir, &a, &json, ret_len, &err);
}

TEST(missing_file)
{
	size_t n;

	CHECK_INT(read_it(&n), -ENOENT);
	CHECK_STR(err.msg, "JSON specification file config.json not found");
}

TEST(missing_bundle)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct err e = {0};
	char *json;
	size_t n;

	CHECK_INT(bundle_read("/nonexistent/bundle", &a, &json, &n, &e), -ENOENT);
	CHECK_INT(bundle_read("/dev/null", &a, &json, &n, &(struct err){0}), -ENOTDIR);
	CHECK_HAS(e.msg, "/nonexistent/bundle");
}

TEST(whole_text)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	char *json;
	size_t n;

	write_file(config, "{\"a\": 1}\n");
	CHECK_INT(bundle_read(dir, &a, &json, &n, &err), 0);
	CHECK_INT(n, 9);
	CHECK_STR(json, "{\"a\": 1}\n");
	unlink(config);
}

TEST(empty_file)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct err e = {0};
	struct spec *s;
	size_t n;

	write_file(config, "");
	CHECK_INT(read_it(&n), 0);
	CHECK_INT(n, 0);
	CHECK(bundle_load(dir, &a, &s, &e) < 0);
	CHECK_INT(e.kind, ERR_SPEC);
	unlink(config);
}

TEST(fifo_does_not_block)
{
	size_t n;

	CHECK_INT(mkfifo(config, 0600), 0);
	alarm(100);
	CHECK_INT(read_it(&n), -EINVAL);
	alarm(0);
	CHECK_STR(err.msg, "config.json is no regular file");
	unlink(config);
}

TEST(directory_and_device)
{
	size_t n;

	CHECK_INT(mkdir(config, 0700), 0);
	CHECK_INT(read_it(&n), -EINVAL);
	rmdir(config);
	/* An endless file must not be read at all. */
	CHECK_INT(symlink("/dev/zero", config), 0);
	CHECK_INT(read_it(&n), -EINVAL);
	unlink(config);
}

TEST(link_to_a_file)
{
	char target[] = "/tmp/test_bundle_target.XXXXXX";
	size_t n;

	close(mkstemp(target));
	write_file(target, "{}");
	CHECK_INT(symlink(target, config), 0);
	CHECK_INT(read_it(&n), 0);
	CHECK_INT(n, 2);
	unlink(target);
	CHECK_INT(read_it(&n), -ENOENT);
	unlink(config);
}

TEST(size_limit)
{
	size_t n;

	write_file(config, "");
	CHECK_INT(truncate(config, SPEC_MAX_BYTES), 0);
	CHECK_INT(read_it(&n), 0);
	CHECK_INT(n, SPEC_MAX_BYTES);
	CHECK_INT(truncate(config, (off_t)SPEC_MAX_BYTES + 1), 0);
	CHECK_INT(read_it(&n), -EFBIG);
	CHECK_HAS(err.msg, "config.json is larger than ");
	CHECK_INT(err.kind, ERR_SPEC);
	/* 1 TiB, sparse: refused by its size alone. */
	CHECK_INT(truncate(config, 1LL << 40), 0);
	CHECK_INT(read_it(&n), -EFBIG);
	unlink(config);
}
