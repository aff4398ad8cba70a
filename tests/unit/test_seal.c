/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_seal.c: digests, and which files a seal covers. What hangs on a cgroup: test_verify.py. */
#include "lifecycle/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "apply/cgroup.h"
#include "lifecycle/statedir.h"
#include "tests/unit/check.h"

/* FIPS 180-2, appendix B. */
TEST(the_published_digests)
{
	char text[DIGEST_LEN + 1];

	digest_text("abc", 3, text);
	CHECK_STR(text, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	digest_text("", 0, text);
	CHECK_STR(text, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	digest_text("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56, text);
	CHECK_STR(text, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(files_that_it_covers)
{
	struct seal s = {0};

	for (int i = 0; i < SEAL_FILES; i++)
		seal_add(&s, seal_file_name((enum seal_file)i), "abc", 3);
	for (int i = 0; i < SEAL_FILES; i++)
		CHECK_INT(strlen(s.digest[i]), DIGEST_LEN);
	s = (struct seal){0};
	seal_add(&s, "start.sock", "abc", 3);
	for (int i = 0; i < SEAL_FILES; i++)
		CHECK_STR(s.digest[i], "");
}

/* What statedir_write() notes is what seal_read() finds; and one byte more is something else. */
TEST(written_and_read_again)
{
	struct statedir d = STATEDIR_INIT;
	struct seal written = {0}, found;

	strcpy(d.path, "/tmp/bulkhead-seal-XXXXXX");
	CHECK(mkdtemp(d.path));
	d.fd = open(d.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	d.seal = &written;
	CHECK_INT(statedir_write(&d, CONFIG_FILE, "{}", 2, NULL), 0);
	CHECK_INT(statedir_write(&d, STATE_FILE, "state", 5, NULL), 0);
	seal_read(&d, &found);
	CHECK(memcmp(&written, &found, sizeof(found)) == 0);
	CHECK_STR(found.digest[SEAL_HARDENING], "");
	d.seal = NULL;
	CHECK_INT(statedir_write(&d, CONFIG_FILE, "{} ", 3, NULL), 0);
	seal_read(&d, &found);
	CHECK(strcmp(written.digest[SEAL_CONFIG], found.digest[SEAL_CONFIG]) != 0);
	CHECK_STR(written.digest[SEAL_STATE], found.digest[SEAL_STATE]);
	CHECK_INT(statedir_remove(&d, NULL), 0);
	statedir_close(&d);
}

TEST(nowhere_to_hang_it)
{
	struct cgroup none = {.v2 = -1};
	struct seal s = {0};

	CHECK_INT(seal_put(&s, &none), -ENOENT);
	CHECK_INT(seal_get(&none, &s), -ENOENT);
}
