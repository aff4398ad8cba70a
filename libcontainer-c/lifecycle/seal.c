/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* seal.c: see seal.h. */
#include "lifecycle/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/xattr.h>

#include "apply/cgroup.h"
#include "base/arena.h"
#include "base/fd.h"
#include "base/str.h"
#include "lifecycle/statedir.h"

#define ATTRIBUTE "trusted.bulkhead.seal"
#define SEAL_MAX  1024
#define NEXT	  "next:"
#define UNSETTLED "unsettled"
#define FILE_MAX  (64u << 20) /* more than any of the files can have */

static const char *const names[SEAL_FILES] = {
	[SEAL_STATE] = STATE_FILE,
	[SEAL_CONFIG] = CONFIG_FILE,
	[SEAL_HARDENING] = HARDENING_FILE,
};

const char *seal_file_name(enum seal_file f)
{
	return names[f];
}

void seal_add(struct seal *s, const char *name, const char *text, size_t len)
{
	for (int i = 0; i < SEAL_FILES; i++)
		if (strcmp(name, names[i]) == 0)
			digest_text(text, len, s->digest[i]);
}

/* Where it hangs: -1 when no cgroup exists. */
static int seal_dir(const struct cgroup *c)
{
	if (c->v2 >= 0 && c->dirs[c->v2].dir_fd >= 0)
		return c->dirs[c->v2].dir_fd;
	for (size_t i = 0; i < c->n; i++)
		if (c->dirs[i].dir_fd >= 0)
			return c->dirs[i].dir_fd;
	return -1;
}

int seal_put(const struct seal *s, const struct cgroup *c)
{
	AUTO_STRBUF text = STRBUF_INIT;
	int dir_fd = seal_dir(c);

	if (dir_fd < 0)
		return -ENOENT;
	for (int i = 0; i < SEAL_FILES; i++)
		if (s->digest[i][0])
			strbuf_addf(&text, "%s %s\n", s->digest[i], names[i]);
	for (int i = 0; i < SEAL_FILES; i++)
		if (s->next[i][0])
			strbuf_addf(&text, "%s " NEXT "%s\n", s->next[i], names[i]);
	if (s->unsettled)
		strbuf_adds(&text, UNSETTLED "\n");
	if (text.failed)
		return -ENOMEM;
	return fsetxattr(dir_fd, ATTRIBUTE, text.buf ? text.buf : "", text.len, 0) < 0 ? -errno : 0;
}

/* "DIGEST NAME", as sha256sum(1) has it but for one space; or the one word. */
static int parse_line(const char *line, struct seal *s)
{
	if (strcmp(line, UNSETTLED) == 0) {
		s->unsettled = true;
		return 0;
	}
	if (strspn(line, "0123456789abcdef") != DIGEST_LEN || line[DIGEST_LEN] != ' ')
		return -EPROTO;
	const char *name = line + DIGEST_LEN + 1;
	bool next = str_starts(name, NEXT);
	name += next ? strlen(NEXT) : 0;
	s->unsettled |= next;
	for (int i = 0; i < SEAL_FILES; i++) {
		if (strcmp(name, names[i]) != 0)
			continue;
		memcpy(next ? s->next[i] : s->digest[i], line, DIGEST_LEN);
		return 0;
	}
	return -EPROTO;
}

int seal_get(const struct cgroup *c, struct seal *ret)
{
	char text[SEAL_MAX], *save;
	struct seal s = {0};
	int dir_fd = seal_dir(c);

	if (dir_fd < 0)
		return -ENOENT;
	ssize_t n = fgetxattr(dir_fd, ATTRIBUTE, text, sizeof(text) - 1);
	if (n < 0)
		return errno == ERANGE ? -EPROTO : -errno;
	text[n] = '\0';
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		int r = parse_line(line, &s);
		if (r < 0)
			return r;
	}
	*ret = s;
	return 0;
}

bool seal_covers(const struct seal *s, const struct seal *now)
{
	for (int i = 0; i < SEAL_FILES; i++) {
		const char *digest = now->digest[i];
		if (strcmp(digest, s->digest[i]) != 0 &&
		    (!*digest || strcmp(digest, s->next[i]) != 0))
			return false;
	}
	return true;
}

static int read_one(const struct statedir *d, enum seal_file f, struct seal *s)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	AUTO_FD fd = openat(d->fd, names[f], O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	char *text;

	if (fd < 0)
		return -errno;
	ssize_t n = fd_read_all(fd, &a, FILE_MAX, &text);
	if (n < 0)
		return (int)n;
	seal_add(s, names[f], text, (size_t)n);
	return 0;
}

void seal_read(const struct statedir *d, struct seal *ret)
{
	*ret = (struct seal){0};
	for (int i = 0; i < SEAL_FILES; i++)
		(void)read_one(d, (enum seal_file)i, ret);
}
