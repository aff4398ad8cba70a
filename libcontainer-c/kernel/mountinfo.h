/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mountinfo.h: strict parser of /proc/PID/mountinfo (proc(5)). The parser works on text and is
 * pure; only mountinfo_read() touches the system.
 */
#ifndef BULKHEAD_KERNEL_MOUNTINFO_H
#define BULKHEAD_KERNEL_MOUNTINFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct strbuf;

/* One line. Strings point into the parsed text. */
struct mountinfo {
	uint32_t id, parent;
	uint32_t major, minor;
	const char *root;	   /* unescaped */
	const char *mountpoint;	   /* unescaped; relative to the reader's "/" */
	const char *options;	   /* of the mount, e.g. "rw,nosuid"; never escaped */
	const char *fields;	   /* optional fields: "shared:3 master:1", or "" */
	const char *fstype;	   /* unescaped */
	const char *source;	   /* unescaped; may be "" */
	const char *super_options; /* as written: values must be split before unescaping */
};

/**
 * mountinfo_next - parse the next line of *@text in place and step over it.
 * @text: NUL-terminated, writable; advanced past the line, also on error
 * Returns 1, 0 at the end of the text, or -EINVAL for a line that is not mountinfo: too few fields,
 * no separator, a number out of range, a root or mount point that is empty, a broken escape.
 */
int mountinfo_next(char **text, struct mountinfo *ret);

/**
 * mountinfo_unescape - turn the kernel's \ooo escapes into bytes, in place.
 * Returns 0, or -EINVAL for a backslash that three octal digits below \400 don't follow, or \000.
 */
int mountinfo_unescape(char *s);

/** mountinfo_has_option - whether @name is one of the comma-separated mount options. */
bool mountinfo_has_option(const struct mountinfo *m, const char *name);

/** mountinfo_is_shared - whether mounts made on it propagate to a peer group. */
bool mountinfo_is_shared(const struct mountinfo *m);

/**
 * mountinfo_read - this process's mountinfo (its first thread's), whole, appended to @out.
 * Errors: ERR_SYSTEM; -ENOMEM.
 */
int mountinfo_read(struct strbuf *out, struct err *e);

/**
 * mountinfo_find - the entry with mount id @id (statx(2) stx_mnt_id).
 * @text: as for mountinfo_next(); parsed in place, so each text serves one call
 * Returns 1 if found, else 0, or -EINVAL (ERR_SYSTEM) when a line is malformed.
 */
int mountinfo_find(char *text, uint64_t id, struct mountinfo *ret, struct err *e);

#endif
