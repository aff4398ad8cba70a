/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * criu.h: CRIU as a program. It is run by its command line, with nothing of the caller's but what
 * is handed over: no environment, no configuration files, no descriptors. Version 3.17 (2022) or
 * newer.
 */
#ifndef BULKHEAD_LIFECYCLE_CRIU_H
#define BULKHEAD_LIFECYCLE_CRIU_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct cgroup;
struct criu_options;
struct err;

/* Where it may be: never the caller's PATH, since it runs as host root. */
#define CRIU_PLACES "/usr/sbin, /usr/bin, /sbin, /bin, /usr/local/sbin, /usr/local/bin"

#define CRIU_OLDEST	  31700u
#define CRIU_NO_NEW_PRIVS 31900u /* from here on it restores no_new_privs */

#define CRIU_FDS_MAX 8 /* descriptors that are handed over */

struct criu {
	struct arena *a;
	const char *program;
	unsigned version; /* 31701 is 3.17.1 */
	const char *verb; /* "dump", "pre-dump", "restore" */
	const char *log;  /* its file in the work directory */
	char **argv;
	size_t n, cap;
	bool out_of_memory;
	int fds[CRIU_FDS_MAX]; /* its descriptors from 3 on; the caller's */
	size_t n_fds;
	int image_fd, work_fd; /* directories that root alone can write to */
	const char *image_path, *work_path;
};
#define CRIU_INIT ((struct criu){.image_fd = -1, .work_fd = -1})

/**
 * criu_find - the program. It, and the way to it, must be root's (trust.h).
 * ERR_HOST when there is none.
 */
int criu_find(struct arena *a, const char **ret, struct err *e);

/**
 * criu_make_dir - make a directory (0700), and those on the way to it, where they are missing, as
 * runc does it. Who could change them is for criu_open() to see. Returns 1 when it was made, 0 when
 * something of that name was there, or -errno.
 */
int criu_make_dir(const char *path);

/** criu_parse_version - of what it answers to --version: "Version: 3.17.1". 0: not that. */
unsigned criu_parse_version(const char *text);

/**
 * criu_open - begin a command line: program, directories (checked, opened; the one for the log made
 * when it is missing), what @o asks for.
 * ERR_HOST for a CRIU that is too old.
 * Release with criu_close().
 */
int criu_open(const char *verb, const struct criu_options *o, struct arena *a, struct criu *ret,
	      struct err *e);

/** criu_add - one more argument. A lack of memory is told by criu_run(). */
void criu_add(struct criu *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** criu_hand - hand a descriptor over; returns the number it has in CRIU. At most CRIU_FDS_MAX. */
int criu_hand(struct criu *c, int fd);

/**
 * criu_directories - where the images are, and where the log goes: the caller's until CRIU has
 * ended. It mounts below the second one, so that this has to be of its mount namespace.
 */
void criu_directories(struct criu *c, int image_fd, int work_fd);

/**
 * criu_run - run it to its end.
 * @in: the cgroups that it is in from its first instruction on, with everything it makes; NULL: the
 *      caller's. It is killed then when this process dies. A dump is not to be cut off in the
 *      middle: the container's processes would stay as CRIU has bent them.
 * Returns 0, or ERR_SYSTEM with the line of its log that tells why not.
 */
int criu_run(const struct criu *c, const struct cgroup *in, struct err *e);

void criu_close(struct criu *c);

/**
 * criu_log_error - in a log of CRIU: what was the reason that it failed.
 * @text: the log; is changed
 * Returns a part of @text; NULL when nothing in it looks like one.
 */
const char *criu_log_error(char *text);

#endif
