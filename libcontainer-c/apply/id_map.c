/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* id_map.c: see id_map.h and user_namespaces(7). */
#include "apply/id_map.h"

#include <errno.h>
#include <stdio.h>

#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "host/facts.h"

#define MAP_MAX 16384 /* the kernel takes 340 extents and at most a page; read back it is wider */

/* The kernel sorts extents; compare as sets. */
static bool map_is(int proc_fd, const char *file, const struct id_extent *v, size_t n)
{
	char text[MAP_MAX];
	unsigned in, out, size;
	size_t seen = 0;
	int used;

	if (file_read_at(proc_fd, file, text, sizeof(text)) <= 0)
		return false;
	for (const char *p = text; sscanf(p, "%u %u %u%n", &in, &out, &size, &used) == 3;
	     p += used, seen++) {
		size_t i = 0;
		while (i < n && (v[i].inside != in || v[i].outside != out || v[i].size != size))
			i++;
		if (i == n)
			return false;
	}
	return seen == n;
}

int id_map_check(int proc_fd, const char *file, const struct id_extent *v, size_t n, struct err *e)
{
	if (map_is(proc_fd, file, v, n))
		return 0;
	return err_set(e, ERR_SYSTEM, EIO, "%s reads back different from what was planned", file);
}

int id_map_write(int proc_fd, const char *file, const struct id_extent *v, size_t n, struct err *e)
{
	AUTO_STRBUF text = STRBUF_INIT;

	for (size_t i = 0; i < n; i++)
		strbuf_addf(&text, "%u %u %u\n", v[i].inside, v[i].outside, v[i].size);
	if (text.failed || !text.buf)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	/* One write: the kernel takes no second one. */
	int r = file_write_at(proc_fd, file, text.buf);
	return r < 0 ? err_sys(e, -r, "write %s", file) : id_map_check(proc_fd, file, v, n, e);
}
