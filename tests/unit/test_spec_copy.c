/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_spec_copy.c: a copy is equal and shares nothing; every failing allocation is survived. */
#include <errno.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "oci-spec/schema.h"
#include "oci-spec/spec.h"
#include "tests/unit/check.h"
#include "tests/unit/files.h"

static long fail_in = -1; /* allocations until one fails; negative: none does */

bool arena_test_fail(void)
{
	return fail_in >= 0 && fail_in-- == 0;
}

static struct spec *everything(struct arena *a)
{
	struct err e = {0};
	struct spec *s;
	size_t len;
	char *text = file_text("golden/spec/everything.json", &len);
	int r = spec_parse(text, len, a, &s, &e);

	free(text);
	CHECK_MSG(r == 0, "%s", e.msg);
	return s;
}

static void text_of(const struct spec *s, struct strbuf *out)
{
	spec_write(s, NULL, out);
	CHECK(!out->failed);
}

TEST(copy_outlives_the_original)
{
	AUTO_ARENA struct arena a = ARENA_INIT, b = ARENA_INIT;
	AUTO_STRBUF before = STRBUF_INIT, after = STRBUF_INIT;
	struct spec *s = everything(&a), *copy = spec_copy(s, &b);

	CHECK(copy);
	text_of(s, &before);
	arena_free(&a); /* ASan sees what the copy still needs of it */
	text_of(copy, &after);
	CHECK_STR(before.buf, after.buf);
	CHECK(copy->process->args[copy->process->n_args] == NULL);
	CHECK(copy->linux_->readonly_paths && copy->linux_->readonly_paths[0] == NULL);
}

TEST(changing_the_copy_changes_nothing_else)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	AUTO_STRBUF before = STRBUF_INIT, after = STRBUF_INIT;
	struct spec *s = everything(&a), *copy = spec_copy(s, &a);

	text_of(s, &before);
	copy->process->args[0][0] = 'X';
	((char *)copy->process->cwd)[0] = 'X';
	((char *)copy->annotations[0].key)[0] = 'X';
	((char *)copy->annotations[0].value)[0] = 'X';
	((char *)copy->linux_->resources->rdma[0].key)[0] = 'X';
	copy->process->user->additional_gids[0] = 99;
	*copy->linux_->resources->memory->limit = 1;
	copy->mounts[0].uid_mappings[0].size = 1;
	text_of(s, &after);
	CHECK_STR(before.buf, after.buf);
}

TEST(parse_survives_every_failing_allocation)
{
	size_t len;
	char *text = file_text("golden/spec/everything.json", &len);
	long n;

	for (n = 0;; n++) {
		struct arena a = ARENA_INIT;
		struct err e = {0};
		struct spec *s = NULL;

		fail_in = n;
		int r = spec_parse(text, len, &a, &s, &e);
		bool failed = fail_in < 0;

		fail_in = -1;
		if (r == 0) {
			CHECK(!failed);
			arena_free(&a);
			break;
		}
		CHECK_MSG(failed && r == -ENOMEM && e.kind == ERR_SYSTEM && !s, "%ld: %d %s", n, r,
			  e.msg);
		CHECK_HAS(e.msg, "cannot allocate memory");
		CHECK(a.limit == 0);
		arena_free(&a);
	}
	CHECK_MSG(n > 100, "only %ld allocations", n);
	free(text);
}

TEST(copy_and_diff_survive_every_failing_allocation)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct spec *s = everything(&a), *other;
	struct spec_change *changes;
	long n = 0;

	do {
		struct arena b = ARENA_INIT;

		fail_in = n++;
		other = spec_copy(s, &b);
		CHECK((fail_in < 0) == !other);
		fail_in = -1;
		arena_free(&b);
	} while (!other);
	CHECK_MSG(n > 200, "only %ld allocations", n);
	other = spec_copy(s, &a);
	other->process = NULL;
	other->n_mounts = 1;
	other->n_annotations--;
	other->linux_->n_sysctl = 0;
	int r;

	n = 0;
	do {
		struct arena b = ARENA_INIT;

		fail_in = n++;
		r = spec_diff(s, other, &b, &changes);
		CHECK_MSG(r == 5 || r == -ENOMEM, "%d", r);
		CHECK((fail_in < 0) == (r < 0));
		fail_in = -1;
		arena_free(&b);
	} while (r < 0);
	CHECK(n > 10);
}

TEST(the_default_survives_every_failing_allocation)
{
	struct spec *s;
	long n = 0;

	do {
		struct arena a = ARENA_INIT;

		fail_in = n++;
		s = spec_default(true, true, &a);
		CHECK((fail_in < 0) == !s);
		fail_in = -1;
		arena_free(&a);
	} while (!s);
	CHECK(n > 50);
}
