/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fd.h: ownership of descriptors, and whole reads and writes. */
#ifndef BULKHEAD_BASE_FD_H
#define BULKHEAD_BASE_FD_H

#include <stddef.h>
#include <sys/types.h>

struct arena;

/** fd_closep - close *@fd if it is >= 0 and set it to -1; keeps errno. For AUTO_FD. */
void fd_closep(int *fd);

/* A local descriptor that is closed when the scope ends. */
#define AUTO_FD __attribute__((cleanup(fd_closep))) int

/** fd_take - hand a descriptor on: returns *@fd and leaves -1 behind. */
static inline int fd_take(int *fd)
{
	int v = *fd;
	*fd = -1;
	return v;
}
#define TAKE_FD(fd) fd_take(&(fd))

/**
 * fd_write_all - write all @n bytes, going on after EINTR and short writes.
 * Returns 0 or -errno. Not for kernel files, where each write is one request: see fd_write_once.
 */
int fd_write_all(int fd, const void *buf, size_t n);

/** fd_write_once - exactly one write(2) (retried on EINTR); a short write is -EIO. 0 or -errno. */
int fd_write_once(int fd, const void *buf, size_t n);

/**
 * fd_read_all - read to end of file into the arena, NUL-terminated.
 * @max: refuse (-EFBIG) a longer file before reading more than @max + 1 bytes of it
 * Returns the length or -errno.
 */
ssize_t fd_read_all(int fd, struct arena *a, size_t max, char **ret_buf);

/**
 * fd_open_input - open what a caller names for reading: -errno, or a descriptor. A pipe that nobody
 * writes to reads as empty, it is not waited for.
 */
int fd_open_input(const char *path);

/** fd_read_small - read up to @size - 1 bytes and NUL-terminate; length or -errno. */
ssize_t fd_read_small(int fd, char *buf, size_t size);

/**
 * file_write_at - open @name below @dirfd (O_WRONLY|O_CLOEXEC), one write of @text, close.
 * 0 or -errno. @dirfd may be AT_FDCWD.
 */
int file_write_at(int dirfd, const char *name, const char *text);

/** file_read_at - open @name below @dirfd and fd_read_small() it. Length or -errno. */
ssize_t file_read_at(int dirfd, const char *name, char *buf, size_t size);

#endif
