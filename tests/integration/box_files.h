/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * box_files.h: the test directory and small file operations, on the host's side and in the agents
 * of rootfs_box.h and mounts_box.h.
 */
#ifndef BULKHEAD_TESTS_BOX_FILES_H
#define BULKHEAD_TESTS_BOX_FILES_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "tests/unit/check.h"

/* Each test uses some of these. */
#pragma GCC diagnostic ignored "-Wunused-function"

#define BOX_SEP '\x1f' /* between the parts of a message to an agent */

/* Where the tests make their files: a directory of the disk that is removed at the end. */
static char box_dir[64];

/* A path below the test directory; several may be in use at a time. */
__attribute__((format(printf, 1, 2))) static const char *at(const char *fmt, ...)
{
	static char buf[16][4096];
	static unsigned n;
	char *p = buf[n++ % 16];
	int len = snprintf(p, sizeof(buf[0]), "%s/", box_dir);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(p + len, sizeof(buf[0]) - (size_t)len, fmt, ap);
	va_end(ap);
	return p;
}

static const char *make_dirs(const char *path)
{
	char buf[4096];

	snprintf(buf, sizeof(buf), "%s", path);
	for (char *p = buf + 1; *p; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		mkdir(buf, 0755);
		*p = '/';
	}
	CHECK_MSG(mkdir(buf, 0755) == 0 || errno == EEXIST, "%s: %s", buf, strerror(errno));
	return path;
}

static const char *make_file(const char *path, const char *text)
{
	int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0644);

	CHECK_MSG(fd >= 0, "%s: %s", path, strerror(errno));
	CHECK(fd_write_all(fd, text, strlen(text)) == 0);
	close(fd);
	return path;
}

/* The text of a file, at most @max bytes; or an errno name. */
static void read_text(const char *path, char *out, size_t max)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	ssize_t n = fd < 0 ? -1 : read(fd, out, max - 1);

	if (n < 0)
		snprintf(out, max, "%s", strerrorname_np(errno));
	else
		out[n] = '\0';
	if (fd >= 0)
		close(fd);
}

static const char *file_text(const char *path)
{
	static char text[4096];

	read_text(path, text, sizeof(text));
	return text;
}

static void list_dir(const char *path, char *out, size_t max)
{
	struct dirent **names;
	int n = scandir(path, &names, NULL, alphasort);
	size_t len = 0;

	if (n < 0) {
		snprintf(out, max, "%s", strerrorname_np(errno));
		return;
	}
	out[0] = '\0';
	for (int i = 0; i < n; i++) {
		if (strcmp(names[i]->d_name, ".") && strcmp(names[i]->d_name, ".."))
			len += (size_t)snprintf(out + len, max - len, "%s%s", len ? "," : "",
						names[i]->d_name);
		free(names[i]);
	}
	free(names);
}

static int op_write(const char *path, const char *text, int flags)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY | flags, 0644);

	if (fd < 0)
		return -1;
	int r = write(fd, text, strlen(text)) == (ssize_t)strlen(text) ? 0 : -1;
	int saved = errno;
	close(fd);
	errno = saved;
	return r;
}

#endif
