/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* restarts.c: see restarts.h. */
#include "lifecycle/restarts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "lifecycle/own_dir.h"
#include "lifecycle/statedir.h"
#include "policy/policy.h"

/* Half of a digest is a name that nobody finds twice, and that statedir_write() has room for. */
#define NAME_LEN (DIGEST_LEN / 2)

#define LINE_MAX_LEN 32u /* "created " and 20 digits */
#define DAY	     86400

int restarts_parse(char *text, struct restarts *ret)
{
	struct restarts h = {0};
	uint64_t v;

	for (char *line = text, *end; *line; line = end + 1) {
		end = strchr(line, '\n');
		if (!end)
			return -EINVAL;
		*end = '\0';
		char *number = strchr(line, ' ');
		if (!number)
			return -EINVAL;
		*number++ = '\0';
		if (str_u64(number, UINT64_MAX, &v) < 0)
			return -EINVAL;
		if (strcmp(line, "paused") == 0 && !h.paused)
			h.paused = v;
		else if (strcmp(line, "created") == 0 && h.n < RESTARTS_MAX &&
			 (h.n == 0 || h.created[h.n - 1] <= v))
			h.created[h.n++] = v;
		else
			return -EINVAL;
	}
	*ret = h;
	return 0;
}

/* Also those of a later time: the clock has begun again. */
static void forget_old(struct restarts *h, uint64_t now, uint64_t age)
{
	size_t n = 0;

	for (size_t i = 0; i < h->n; i++)
		if (h->created[i] <= now && now - h->created[i] < age)
			h->created[n++] = h->created[i];
	h->n = n;
}

unsigned restarts_judge(struct restarts *h, const struct policy_restart *p, uint64_t now,
			unsigned *ret_recent)
{
	uint64_t pause = p->pause * UINT64_C(1000);

	forget_old(h, now, p->seconds * UINT64_C(1000));
	/* No pause is longer than the policy's, whatever the clock says. */
	if (h->paused <= now || h->paused - now > pause)
		h->paused = 0;
	*ret_recent = (unsigned)h->n + 1;
	if (!h->paused && h->n < p->count && h->n < RESTARTS_MAX) {
		h->created[h->n++] = now;
		return 0;
	}
	if (!h->paused) {
		h->paused = now + pause;
		h->n = 0;
	}
	return (unsigned)((h->paused - now + 999) / 1000);
}

static int read_file(int dir, const char *name, struct arena *a, struct restarts *ret,
		     struct err *e)
{
	AUTO_FD fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	char *text;

	if (fd < 0)
		return -errno;
	ssize_t n = fd_read_all(fd, a, (RESTARTS_MAX + 1) * LINE_MAX_LEN, &text);
	if (n >= 0)
		n = strlen(text) == (size_t)n ? restarts_parse(text, ret) : -EINVAL;
	/* A file that was made by us is whole; guessing would let somebody through. */
	return n < 0 ? err_set(e, ERR_HOST, (int)-n, "%s/%s is not a list of creations; remove it",
			       RESTARTS_DIR, name)
		     : 0;
}

static int write_file(int dir, const char *name, const struct restarts *h, struct err *e)
{
	struct statedir d = {.fd = dir, .path = RESTARTS_DIR};
	AUTO_STRBUF b = STRBUF_INIT;

	for (size_t i = 0; i < h->n; i++)
		strbuf_addf(&b, "created %" PRIu64 "\n", h->created[i]);
	if (h->paused)
		strbuf_addf(&b, "paused %" PRIu64 "\n", h->paused);
	if (b.failed)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	return statedir_write(&d, name, b.buf, b.len, e);
}

/* Engines make new ids for ever: what is a day old goes, and the oldest when there are many. */
static void sweep(int dir)
{
	AUTO_FD fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char oldest[NAME_LEN + 1] = "";
	time_t oldest_time = 0, now = time(NULL);
	unsigned n = 0;
	struct dirent *d;
	struct stat st;

	DIR *list = fd < 0 ? NULL : fdopendir(fd);
	if (!list)
		return;
	fd = -1;
	while ((d = readdir(list))) {
		if (fstatat(dir, d->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(st.st_mode))
			continue;
		if (now - st.st_mtime > DAY) {
			unlinkat(dir, d->d_name, 0);
			continue;
		}
		n++;
		if (strlen(d->d_name) == NAME_LEN && (!oldest[0] || st.st_mtime < oldest_time)) {
			memcpy(oldest, d->d_name, NAME_LEN + 1);
			oldest_time = st.st_mtime;
		}
	}
	closedir(list);
	if (n >= RESTARTS_FILES && oldest[0])
		unlinkat(dir, oldest, 0);
}

/* Both are parts of one name; an id has no slash. */
static int file_name(const char *root, const char *id, char ret[DIGEST_LEN + 1])
{
	AUTO_STRBUF b = STRBUF_INIT;

	strbuf_addf(&b, "%s/%s", root, id);
	if (b.failed)
		return -ENOMEM;
	digest_text(b.buf, b.len, ret);
	ret[NAME_LEN] = '\0';
	return 0;
}

int restarts_count(const struct policy_restart *p, const char *root, const char *id,
		   unsigned *ret_recent, unsigned *ret_pause, struct err *e)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct restarts h = {0};
	char name[DIGEST_LEN + 1];
	struct timespec now;
	unsigned recent;

	AUTO_FD dir = own_dir_lock(RESTARTS_DIR, e);
	if (dir < 0)
		return dir;
	if (clock_gettime(CLOCK_BOOTTIME, &now) < 0)
		return err_sys(e, errno, "read the clock");
	if (file_name(root, id, name) < 0)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	int r = read_file(dir, name, &a, &h, e);
	if (r == -ENOENT)
		sweep(dir);
	else if (r < 0)
		return e && e->kind == ERR_NONE ? err_sys(e, -r, "open %s/%s", RESTARTS_DIR, name)
						: r;
	unsigned pause = restarts_judge(
		&h, p, (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000, &recent);
	r = write_file(dir, name, &h, e);
	if (r < 0)
		return r;
	*ret_recent = recent;
	*ret_pause = pause;
	return 0;
}
