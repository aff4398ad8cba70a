/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The layers of an overlay, read from what kernels print. */
#include <errno.h>

#include "apply/overlay_options.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "tests/unit/check.h"

static struct arena arena;
static struct overlay_options o;
static struct err err;

static int parse(const char *text)
{
	arena_free(&arena);
	err_clear(&err);
	memset(&o, 0, sizeof(o));
	return overlay_options_parse(text, &arena, &o, &err);
}

TEST(as_dockerd_mounts_it)
{
	CHECK_INT(
		parse("rw,lowerdir=/d/l/AB:/d/l/CD,upperdir=/d/c/diff,workdir=/d/c/work,index=off"),
		0);
	CHECK_INT(o.n_lower, 2);
	CHECK_STR(o.lower[0].path, "/d/l/AB");
	CHECK_STR(o.lower[1].path, "/d/l/CD");
	CHECK_STR(o.upper.path, "/d/c/diff");
	CHECK_STR(o.extra, "");
	CHECK(!o.readonly && !o.index && o.index_off);
}

TEST(as_podman_mounts_it)
{
	CHECK_INT(parse("rw,seclabel,lowerdir=/v/l/A,upperdir=/v/c/diff,workdir=/v/c/work,"
			"redirect_dir=on,uuid=on,metacopy=on,volatile,xino=off,nfs_export=off,"
			"context=\"u:object_r:t:s0:c1,c2\",fsync=volatile"),
		  0);
	CHECK_STR(o.extra, ",redirect_dir=on,uuid=on,metacopy=on,volatile,"
			   "context=\"u:object_r:t:s0:c1,c2\",fsync=volatile");
	CHECK(!o.index && !o.index_off);
}

TEST(without_upper_layer)
{
	CHECK_INT(parse("ro,lowerdir=/a:/b"), 0);
	CHECK(!o.upper.path);
	CHECK(o.readonly);
	CHECK_INT(o.n_lower, 2);
}

/* Text of the mounter with his own escapes, of which the kernel escapes comma and backslash. */
TEST(escapes_of_the_mounter)
{
	CHECK_INT(parse("rw,lowerdir=/a\\134:b:/c\\134\\134:/d\\134\\054e:/f\\040g,"
			"upperdir=/u\\134:p\\134\\134,workdir=/w"),
		  0);
	CHECK_INT(o.n_lower, 4);
	CHECK_STR(o.lower[0].path, "/a:b");
	CHECK_STR(o.lower[0].bare, "/a\\:b");
	CHECK_STR(o.lower[1].path, "/c\\");
	CHECK_STR(o.lower[2].path, "/d,e");
	CHECK_STR(o.lower[3].path, "/f g");
	CHECK_STR(o.upper.path, "/u:p\\");
	CHECK_STR(o.upper.bare, "/u\\:p\\\\");
}

/* 6.5 to 6.7: names joined by raw colons, their own as an escape. */
TEST(colons_as_octal)
{
	CHECK_INT(parse("rw,lowerdir=/a\\072b:/c"), 0);
	CHECK_INT(o.n_lower, 2);
	CHECK_STR(o.lower[0].path, "/a:b");
}

/* 6.8: one option per layer, bare names. */
TEST(lowerdir_plus)
{
	CHECK_INT(parse("rw,lowerdir+=/a:b,lowerdir+=/c\\134d,lowerdir+=/e\\054f,upperdir=/u"), 0);
	CHECK_INT(o.n_lower, 3);
	CHECK_STR(o.lower[0].path, "/a:b");
	CHECK_STR(o.lower[1].path, "/c\\d");
	CHECK_STR(o.lower[2].path, "/e,f");
}

TEST(commas_and_equals_in_names)
{
	CHECK_INT(parse("rw,lowerdir=/a=b\\054upperdir=/evil:/c,upperdir=/real=x"), 0);
	CHECK_STR(o.lower[0].path, "/a=b,upperdir=/evil");
	CHECK_STR(o.lower[1].path, "/c");
	CHECK_STR(o.upper.path, "/real=x");
}

TEST(index_option)
{
	CHECK_INT(parse("rw,lowerdir=/a,index=on"), 0);
	CHECK(o.index && !o.index_off);
	CHECK_INT(parse("rw,lowerdir=/a"), 0);
	CHECK(!o.index && !o.index_off);
}

TEST(options_of_kernels_to_come_are_passed_on)
{
	CHECK_INT(parse("rw,lowerdir=/a,override_creds,verity=require,new=x\\040y"), 0);
	CHECK_STR(o.extra, ",override_creds,verity=require,new=x y");
}

TEST(refused)
{
	static const struct {
		const char *text, *what;
	} bad[] = {
		{"rw", "no lower layer"},
		{"rw,upperdir=/u,workdir=/w", "no lower layer"},
		{"rw,lowerdir=", "without a name"},
		{"rw,lowerdir=/a:", "without a name"},
		{"rw,lowerdir=/a,upperdir=", "without a name"},
		{"rw,lowerdir=\\134", "without a name"},
		{"rw,lowerdir+=", "without a name"},
		{"rw,lowerdir=/a::/data", "data-only"},
		{"rw,lowerdir=/a:/b::/data::/e", "data-only"},
		{"rw,lowerdir+=/a,datadir+=/b", "data-only"},
		{"rw,lowerdir=/a\\9", "broken escape"},
		{"rw,lowerdir+=/a\\", "broken escape"},
		{"rw,lowerdir=/a,upperdir=/u\\000", "broken escape"},
		{"rw,lowerdir=/a,x=\\1", "broken escape"},
		{"rw,lowerdir=/a,new=x\\054lowerdir=/evil", "comma or quote"},
		{"rw,lowerdir=/a,new=\"x\"\\054lowerdir=/evil", "comma or quote"},
		{"rw,lowerdir=/a,new=\"x\\042,y\"", "comma or quote"},
		{"rw,lowerdir=/a,x\"=y", "comma or quote"},
		{"rw,lowerdir=/a,upperdir\\075/evil", "escape in its name"},
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK_MSG(parse(bad[i].text) < 0, "%s", bad[i].text);
		CHECK_HAS(err.msg, bad[i].what);
		CHECK_INT(err.kind, ERR_HOST);
	}
}

TEST(as_many_layers_as_overlayfs_takes)
{
	AUTO_STRBUF s = STRBUF_INIT;

	strbuf_adds(&s, "rw,lowerdir=/0");
	for (int i = 1; i < OVERLAY_MAX_LAYERS; i++)
		strbuf_addf(&s, ":/%d", i);
	CHECK_INT(parse(s.buf), 0);
	CHECK_INT(o.n_lower, OVERLAY_MAX_LAYERS);
	CHECK_STR(o.lower[499].path, "/499");
	strbuf_adds(&s, ":/500");
	CHECK(parse(s.buf) < 0);
	CHECK_HAS(err.msg, "more than 500 layers");
	arena_free(&arena);
}

TEST(memory_can_end)
{
	struct arena small = {.limit = 64};

	err_clear(&err);
	CHECK_INT(
		overlay_options_parse("rw,lowerdir=/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
				      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
				      &small, &o, &err),
		-ENOMEM);
	CHECK_INT(err.kind, ERR_SYSTEM);
	arena_free(&small);
}
