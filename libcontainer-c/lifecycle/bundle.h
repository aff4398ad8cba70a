/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bundle.h: reading config.json of a bundle (bundle.md). Shared by the commands that start a
 * container and by `explain`. The bundle belongs to the caller and is trusted as the caller is;
 * what it names (rootfs, hooks) is not opened here.
 */
#ifndef BULKHEAD_LIFECYCLE_BUNDLE_H
#define BULKHEAD_LIFECYCLE_BUNDLE_H

#include <stddef.h>

struct arena;
struct err;
struct spec;

/**
 * bundle_read - the text of config.json, NUL-terminated, in bounded memory.
 * @bundle: the bundle directory; relative paths are relative to the working directory
 * @a:      owns the text
 * @ret_json, @ret_len: the text and its length without the final NUL
 *
 * Never blocks: a FIFO or device in place of the file is refused. A symbolic link to a regular file
 * is followed, as by every other runtime. Errors: -ENOENT with runc's words "JSON specification
 * file config.json not found"; -EFBIG and ERR_SPEC beyond SPEC_MAX_BYTES; else the failing call.
 */
int bundle_read(const char *bundle, struct arena *a, char **ret_json, size_t *ret_len,
		struct err *e);

/**
 * bundle_parse - spec_parse(); bind sources that are relative are made absolute.
 * @bundle: what they are relative to, absolute
 */
int bundle_parse(const char *json, size_t len, const char *bundle, struct arena *a,
		 struct spec **ret, struct err *e);

/** bundle_load - bundle_read() and bundle_parse(). @bundle must be absolute. */
int bundle_load(const char *bundle, struct arena *a, struct spec **ret, struct err *e);

#endif
