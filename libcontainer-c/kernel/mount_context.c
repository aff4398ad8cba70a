/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mount_context.c: fsopen, fsconfig and fsmount for mount_stage.h. A context is a memfd that lists
 * what was asked for: type, entry on the stage, then options, each with a NUL behind it.
 *
 * A context belongs to the namespaces of the process that opens it; mount(2) mounts for those of
 * its caller. So the file systems that belong to a namespace are mounted when the context is
 * opened, and configured afterwards by a remount; all others are mounted by fsmount.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "base/str.h"
#include "kernel/mount_stage.h"
#include "kernel/sys.h"

#define CONTEXT_MAX 65536

static bool belongs_to_namespace(const char *type)
{
	static const char *const types[] = {"proc", "sysfs", "mqueue", NULL};

	return str_in(type, types);
}

/* Appends; reads that ask for the kernel's messages find the end of the file. */
static int put(int fd, const char *text)
{
	int r = fd_write_all(fd, text, strlen(text) + 1);

	if (r < 0)
		errno = -r;
	return r < 0 ? -1 : 0;
}

int stage_fsopen(const char *fstype)
{
	char name[STAGE_NAME_MAX] = "", path[STAGE_PATH_MAX];
	AUTO_FD fd = memfd_create("fs", MFD_CLOEXEC);

	if (fd < 0)
		return -1;
	if (belongs_to_namespace(fstype) &&
	    (stage_entry(true, name, path) < 0 ||
	     mount(fstype, path, fstype, MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0))
		return -1;
	return put(fd, fstype) < 0 || put(fd, name) < 0 ? -1 : TAKE_FD(fd);
}

/* A comma ends an option in mount(2), except where security labels are quoted. */
static int put_option(int fd, const char *key, const char *value)
{
	AUTO_STRBUF text = STRBUF_INIT;
	size_t n = strlen(key);
	bool comma = value && strchr(value, ',');
	bool label = n >= 7 && strcmp(key + n - 7, "context") == 0;

	if (strchr(key, ',') || (comma && !label && strcmp(key, "mpol") != 0) ||
	    (value && strchr(value, '"'))) {
		errno = EINVAL;
		return -1;
	}
	strbuf_addf(&text, label ? "%s%s\"%s\"" : "%s%s%s", key, value ? "=" : "",
		    value ? value : "");
	if (text.failed) {
		errno = ENOMEM;
		return -1;
	}
	return put(fd, text.buf);
}

int stage_fsconfig(int fd, unsigned cmd, const char *key, const char *value)
{
	switch (cmd) {
	case FSCONFIG_SET_FLAG:
		return put_option(fd, key, NULL);
	case FSCONFIG_SET_STRING:
		return put_option(fd, key, value);
	case FSCONFIG_CMD_CREATE:
		return 0;
	default:
		errno = ENOSYS;
		return -1;
	}
}

/* What fsconfig(2) takes as an option is a flag of mount(2). */
static bool is_flag(const char *option, unsigned long *flags)
{
	static const struct {
		const char *name;
		unsigned long set, clear;
	} table[] = {{"ro", MS_RDONLY, 0},	     {"rw", 0, MS_RDONLY},
		     {"sync", MS_SYNCHRONOUS, 0},    {"async", 0, MS_SYNCHRONOUS},
		     {"dirsync", MS_DIRSYNC, 0},     {"lazytime", MS_LAZYTIME, 0},
		     {"nolazytime", 0, MS_LAZYTIME}, {"mand", MS_MANDLOCK, 0},
		     {"nomand", 0, MS_MANDLOCK}};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (strcmp(option, table[i].name) == 0) {
			*flags = (*flags & ~table[i].clear) | table[i].set;
			return true;
		}
	return false;
}

struct context {
	char *text; /* owned */
	const char *type, *entry, *source;
	unsigned long flags;
	struct strbuf data;
};

static int parse(int fd, struct context *c)
{
	static const char source[] = "source=";
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -1;
	size_t size = (size_t)st.st_size;
	c->text = size < CONTEXT_MAX ? malloc(size + 1) : NULL;
	if (!c->text || pread(fd, c->text, size, 0) != st.st_size) {
		errno = size < CONTEXT_MAX ? ENOMEM : E2BIG;
		return -1;
	}
	c->text[size] = '\0';
	c->type = c->text;
	c->entry = c->type + strlen(c->type) + 1;
	for (const char *p = c->entry + strlen(c->entry) + 1; p < c->text + size;
	     p += strlen(p) + 1) {
		if (str_starts(p, source))
			c->source = p + strlen(source);
		else if (!is_flag(p, &c->flags))
			strbuf_addf(&c->data, "%s%s", c->data.len ? "," : "", p);
	}
	errno = ENOMEM;
	return c->data.failed ? -1 : 0;
}

/* Read-only last of all, and on the mount alone, as fsmount(2) does it. */
static int mount_context(const struct context *c, unsigned attrs)
{
	char name[STAGE_NAME_MAX], path[STAGE_PATH_MAX];
	const char *entry = *c->entry ? c->entry : name;
	const struct mount_attr all = {.attr_set = attrs,
				       .attr_clr = ~(uint64_t)attrs & ~(uint64_t)MOUNT_ATTR_IDMAP};
	unsigned long flags = c->flags | stage_flags(attrs & ~(unsigned)MOUNT_ATTR_RDONLY);
	int r = 0;

	if (entry == name) {
		if (stage_entry(true, name, path) < 0 ||
		    mount(c->source, path, c->type, flags, c->data.buf) < 0)
			return -1;
	}
	AUTO_FD fd = stage_open(entry);
	if (fd < 0)
		return -1;
	stage_fd_path(fd, path);
	if (entry != name && (c->data.len || c->flags))
		r = mount(NULL, path, NULL, MS_REMOUNT | flags, c->data.buf);
	if (r == 0 && (entry != name || attrs & MOUNT_ATTR_RDONLY))
		r = stage_mount_setattr(fd, "", AT_EMPTY_PATH, &all);
	return r < 0 ? -1 : TAKE_FD(fd);
}

int stage_fsmount(int fd, unsigned attrs)
{
	struct context c = {.data = STRBUF_INIT};
	int r = parse(fd, &c);

	if (r == 0)
		r = mount_context(&c, attrs);
	int error = errno;
	strbuf_free(&c.data);
	free(c.text);
	errno = error;
	return r;
}
