/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fd.c: see fd.h. */
#include "base/fd.h"
#include "base/arena.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void fd_closep(int *fd)
{
	if (*fd < 0)
		return;
	int saved = errno;
	close(*fd);
	errno = saved;
	*fd = -1;
}

int fd_write_all(int fd, const void *buf, size_t n)
{
	const char *p = buf;

	while (n > 0) {
		ssize_t w = write(fd, p, n);
		if (w < 0) {
			if (errno == EINTR)
				continue;
			return -errno;
		}
		p += w;
		n -= (size_t)w;
	}
	return 0;
}

int fd_write_once(int fd, const void *buf, size_t n)
{
	ssize_t w;

	do
		w = write(fd, buf, n);
	while (w < 0 && errno == EINTR);
	if (w < 0)
		return -errno;
	return (size_t)w == n ? 0 : -EIO;
}

static ssize_t read_up_to(int fd, char *buf, size_t n)
{
	size_t got = 0;

	while (got < n) {
		ssize_t r = read(fd, buf + got, n - got);
		if (r < 0) {
			if (errno == EINTR)
				continue;
			return -errno;
		}
		if (r == 0)
			break;
		got += (size_t)r;
	}
	return (ssize_t)got;
}

int fd_open_input(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd < 0)
		return -errno;
	/* From here on it is waited for: whoever has the other end open will write or close it. */
	fcntl(fd, F_SETFL, O_RDONLY);
	return fd;
}

ssize_t fd_read_all(int fd, struct arena *a, size_t max, char **ret_buf)
{
	size_t cap = 4096, len = 0;
	char *buf = NULL;
	struct stat st;

	/* One read more than the size finds the end; files of /proc say 0. */
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 &&
	    (uint64_t)st.st_size < max)
		cap = (size_t)st.st_size + 1;

	for (;;) {
		if (cap > max + 1)
			cap = max + 1;
		char *bigger = arena_alloc(a, cap + 1);
		if (!bigger)
			return -ENOMEM;
		if (len)
			memcpy(bigger, buf, len);
		buf = bigger;
		ssize_t r = read_up_to(fd, buf + len, cap - len);
		if (r < 0)
			return r;
		len += (size_t)r;
		if (len > max)
			return -EFBIG;
		if (len < cap)
			break;
		cap *= 4;
	}
	buf[len] = '\0';
	*ret_buf = buf;
	return (ssize_t)len;
}

ssize_t fd_read_small(int fd, char *buf, size_t size)
{
	ssize_t r = read_up_to(fd, buf, size - 1);

	if (r >= 0)
		buf[r] = '\0';
	return r;
}

int file_write_at(int dirfd, const char *name, const char *text)
{
	AUTO_FD fd = openat(dirfd, name, O_WRONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return -errno;
	return fd_write_once(fd, text, strlen(text));
}

ssize_t file_read_at(int dirfd, const char *name, char *buf, size_t size)
{
	AUTO_FD fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return -errno;
	return fd_read_small(fd, buf, size);
}
