/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_spec_default.c: the document of the `spec` command, against runc's own output. */
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "oci-spec/spec.h"
#include "tests/unit/check.h"
#include "tests/unit/files.h"

/*
 * Pointers that may differ from runc 1.1.5: version, name, and no ambient capabilities; rootless a
 * network namespace of the container's own, and the sysfs that goes with it.
 */
static const char *const different[] = {"/ociVersion", "/hostname", "/process/capabilities/ambient",
					NULL};

static bool may_differ(const char *pointer, bool rootless)
{
	return str_in(pointer, different) ||
	       (rootless &&
		(str_starts(pointer, "/linux/namespaces/") || str_starts(pointer, "/mounts/5/")));
}

static void compare(const char *file, bool rootless)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct err e = {0};
	struct spec *runc, *ours = spec_default(rootless, false, &a);
	struct spec_change *c;
	size_t len;
	char *text = file_text(file, &len);

	CHECK_MSG(spec_parse(text, len, &a, &runc, &e) == 0, "%s", e.msg);
	free(text);
	if (rootless) { /* whoever runs this test */
		CHECK_INT(ours->linux_->uid_mappings->host_id, geteuid());
		CHECK_INT(ours->linux_->gid_mappings->host_id, getegid());
		ours->linux_->uid_mappings->host_id = ours->linux_->gid_mappings->host_id = 0;
	}
	int n = spec_diff(runc, ours, &a, &c);

	for (int i = 0; i < n; i++)
		CHECK_MSG(may_differ(c[i].pointer, rootless), "%s: %s -> %s", c[i].pointer,
			  c[i].before, c[i].after);
	if (!rootless)
		CHECK_INT(n, 3);
}

TEST(is_what_runc_writes)
{
	compare("golden/spec/runc-spec.json", false);
	compare("golden/spec/runc-rootless.json", true);
}

TEST(can_be_created_and_changes_alone)
{
	for (int i = 0; i < 4; i++) {
		AUTO_ARENA struct arena a = ARENA_INIT;
		AUTO_STRBUF out = STRBUF_INIT;
		struct err e = {0};
		struct spec *s = spec_default(i & 1, i & 2, &a), *again;

		CHECK(s);
		CHECK_MSG(spec_check_create(s, &e) == 0, "%s", e.msg);
		CHECK(!s->process->capabilities->inheritable);
		CHECK_INT(s->linux_->n_namespaces, 5 + (i & 1) + !!(i & 2));
		CHECK_STR(s->linux_->namespaces[1].type, "network");
		spec_write(s, "\t", &out);
		CHECK_MSG(spec_parse(out.buf, out.len, &a, &again, &e) == 0, "%s", e.msg);
		/* the copy is the caller's to edit */
		strcpy(s->mounts[0].options ? s->mounts[0].options[0] : s->process->args[0], "X");
		CHECK_STR(spec_default(false, false, &a)->process->args[0], "sh");
	}
}
