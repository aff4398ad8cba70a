/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bundle.c: config.json from the bundle directory into memory. */
#include "lifecycle/bundle.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "oci-spec/spec.h"

#define CONFIG_NAME "config.json"

/*
 * O_NONBLOCK: opening a FIFO must not wait for a writer that never comes. The type is checked on
 * the descriptor, after the open, so that nobody can swap the file in between.
 */
static int config_open(int dir_fd, int *ret_fd, struct err *e)
{
	struct stat st;
	AUTO_FD fd = openat(dir_fd, CONFIG_NAME, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0 && errno == ENOENT)
		return err_set(e, ERR_SPEC, ENOENT,
			       "JSON specification file " CONFIG_NAME " not found");
	if (fd < 0)
		return err_sys(e, errno, "open " CONFIG_NAME);
	if (fstat(fd, &st) < 0)
		return err_sys(e, errno, "stat " CONFIG_NAME);
	if (!S_ISREG(st.st_mode))
		return err_set(e, ERR_SPEC, EINVAL, CONFIG_NAME " is no regular file");
	if (st.st_size > (off_t)SPEC_MAX_BYTES)
		return err_set(e, ERR_SPEC, EFBIG, CONFIG_NAME " is larger than %u bytes",
			       SPEC_MAX_BYTES);
	*ret_fd = TAKE_FD(fd);
	return 0;
}

int bundle_read(const char *bundle, struct arena *a, char **ret_json, size_t *ret_len,
		struct err *e)
{
	AUTO_FD dir_fd = open(bundle, O_PATH | O_DIRECTORY | O_CLOEXEC);
	AUTO_FD fd = -1;
	char *json;
	ssize_t n;
	int r;

	if (dir_fd < 0)
		return err_sys(e, errno, "open bundle %s", bundle);
	r = config_open(dir_fd, &fd, e);
	if (r < 0)
		return r;
	/* The file may grow after the check above: the limit is held again while reading. */
	n = fd_read_all(fd, a, SPEC_MAX_BYTES, &json);
	if (n == -EFBIG)
		return err_set(e, ERR_SPEC, EFBIG, CONFIG_NAME " is larger than %u bytes",
			       SPEC_MAX_BYTES);
	if (n < 0)
		return err_sys(e, (int)-n, "read " CONFIG_NAME);
	*ret_json = json;
	*ret_len = (size_t)n;
	return 0;
}

/* config.md, "Mounts": a bind source that is not absolute is relative to the bundle. */
static int make_sources_absolute(struct spec *s, const char *bundle, struct arena *a, struct err *e)
{
	for (size_t i = 0; i < s->n_mounts; i++) {
		struct spec_mount *m = &s->mounts[i];
		if (!spec_mount_is_bind(m) || !m->source || m->source[0] == '/')
			continue;
		m->source = arena_printf(a, "%s/%s", bundle, m->source);
		if (!m->source)
			return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	}
	return 0;
}

int bundle_parse(const char *json, size_t len, const char *bundle, struct arena *a,
		 struct spec **ret, struct err *e)
{
	int r = spec_parse(json, len, a, ret, e);

	return r < 0 ? r : make_sources_absolute(*ret, bundle, a, e);
}

int bundle_load(const char *bundle, struct arena *a, struct spec **ret, struct err *e)
{
	size_t len = 0;
	char *json = NULL;
	int r = bundle_read(bundle, a, &json, &len, e);

	return r < 0 ? r : bundle_parse(json, len, bundle, a, ret, e);
}
