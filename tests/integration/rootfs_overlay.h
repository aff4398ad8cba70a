/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rootfs_overlay.h: overlays as engines mount them, for the tests of the root mount. */
#ifndef BULKHEAD_TESTS_ROOTFS_OVERLAY_H
#define BULKHEAD_TESTS_ROOTFS_OVERLAY_H

#include "tests/integration/rootfs_box.h"

/* NAME/{l0,l1,...}, NAME/rw/{diff,work}, NAME/merged, each lower layer with a file of its name. */
static void overlay_dirs(const char *name, int n_lower)
{
	for (int i = 0; i < n_lower; i++) {
		make_dirs(at("%s/l%d/etc", name, i));
		make_file(at("%s/l%d/l%d", name, i, i), "lower");
		make_file(at("%s/l%d/etc/from-l%d", name, i, i), "lower");
		make_file(at("%s/l%d/top", name, i), i ? "hidden" : "visible");
	}
	make_dirs(at("%s/rw/diff", name));
	make_dirs(at("%s/rw/work", name));
	make_dirs(at("%s/merged", name));
}

static void overlay_mount(const char *name, unsigned long flags, const char *options)
{
	CHECK_MSG(mount("overlay", at("%s/merged", name), "overlay", flags, options) == 0,
		  "overlay %s: %s", options, strerror(errno));
}

/* As dockerd does it: absolute names, index=off. */
static void overlay_make(const char *name, int n_lower, const char *extra)
{
	static char options[4096];
	int n = 0;

	overlay_dirs(name, n_lower);
	for (int i = 0; i < n_lower; i++)
		n += snprintf(options + n, sizeof(options) - (size_t)n, "%s%s",
			      i ? ":" : "lowerdir=", at("%s/l%d", name, i));
	snprintf(options + n, sizeof(options) - (size_t)n, ",upperdir=%s,workdir=%s%s",
		 at("%s/rw/diff", name), at("%s/rw/work", name), extra);
	overlay_mount(name, 0, options);
}

static void overlay_unmount(const char *name)
{
	CHECK_MSG(umount(at("%s/merged", name)) == 0, "%s: %s", name, strerror(errno));
}

/* The names in a directory, joined by commas. */
static const char *names_in(const char *path)
{
	static char text[4][BOX_TEXT];
	static unsigned n;
	char *out = text[n++ % 4];

	list_dir(path, out, BOX_TEXT);
	return out;
}

static const char *xattr_of(const char *path, const char *name)
{
	static char value[256];
	ssize_t n = lgetxattr(path, name, value, sizeof(value) - 1);

	if (n < 0)
		return strerrorname_np(errno);
	value[n] = '\0';
	return value;
}

#endif
