/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* checkpoint_note.c: see checkpoint_note.h. One field table writes and reads it. */
#include "lifecycle/checkpoint_note.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "oci-spec/schema.h"

#define NOTE_MAX (1u << 20)

static const struct json_field note_fields[] = {
	JSON_U32(checkpoint_note, format, "format", .required = true),
	JSON_STRS(checkpoint_note, stdio, "stdio"),
	JSON_U32S(checkpoint_note, null, "devNull"),
	JSON_U32S(checkpoint_note, stopped, "stopped"),
};
static const struct json_schema note_schema = JSON_SCHEMA(checkpoint_note, note_fields);

int checkpoint_note_write(int image_fd, const struct checkpoint_note *n, struct err *e)
{
	AUTO_STRBUF out = STRBUF_INIT;

	json_write_object(&note_schema, n, NULL, &out);
	strbuf_addc(&out, '\n');
	if (out.failed)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	AUTO_FD fd = openat(image_fd, CHECKPOINT_NOTE,
			    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	int r = fd < 0 ? -errno : fd_write_all(fd, out.buf, out.len);
	return r < 0 ? err_sys(e, -r, "write " CHECKPOINT_NOTE) : 0;
}

int checkpoint_note_read(int image_fd, struct arena *a, struct checkpoint_note *ret, struct err *e)
{
	struct checkpoint_note n;
	char *text;

	AUTO_FD fd =
		openat(image_fd, CHECKPOINT_NOTE, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return err_set(e, ERR_STATE, ENOENT,
			       "--image-path: there is no " CHECKPOINT_NOTE
			       " in it: these are not the images of a checkpoint by bulkhead");
	ssize_t len = fd < 0 ? -errno : fd_read_all(fd, a, NOTE_MAX, &text);
	if (len < 0)
		return err_sys(e, (int)-len, "read " CHECKPOINT_NOTE);
	int r = json_parse_object(&note_schema, CHECKPOINT_NOTE, text, (size_t)len, a, &n,
				  JSON_IGNORE, e);
	if (r < 0)
		return r;
	if (n.format != CHECKPOINT_FORMAT || n.n_stdio != 3)
		return err_set(e, ERR_STATE, EPROTO,
			       CHECKPOINT_NOTE ": of another version of bulkhead (format %u)",
			       n.format);
	*ret = n;
	return 0;
}
