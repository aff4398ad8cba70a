/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hostile.h: what the parts of the hostile program share. Each part is one table of attempts to get
 * out of a container; hostile.c runs them, each in a process of its own, and prints the verdicts.
 */
#ifndef BULKHEAD_TESTS_HOSTILE_H
#define BULKHEAD_TESTS_HOSTILE_H

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
	/* Its success changes nothing on the host: may be run where it does succeed. */
	HARMLESS = 1,
	/* No way out by itself: kernel code that the system call filter and the capability ceiling
	 * keep away. Says nothing where those two are switched off. */
	SURFACE = 2,
};

struct attempt {
	const char *name;
	const char *what;
	int (*run)(
		void); /* 0: it worked, a way out. -errno: refused; -ENOENT: nothing there to try */
	unsigned flags;
};

/* Tables; each ends with an attempt without a name. */
extern const struct attempt hostile_calls[], hostile_surface[], hostile_files[], hostile_devices[],
	hostile_mounts[], hostile_cgroups[], hostile_ids[], hostile_peers[];

/** detail - say what exactly worked or was refused; the last one is printed. */
void detail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/** verdict - the result of a system call as an attempt returns it: 0 or -errno. */
int verdict(long r);

/** past - a call that was made with arguments that can't work: 0 when it got past its permission
 *  check, that is, worked or failed for @reason, which the kernel looks at later. */
int past(long r, int reason);

/** opens - 0 when the file can be opened with @flags; nothing is read or written. */
int opens(const char *path, int flags);

/** rewrite - write to a file of the kernel what it says already. Nothing changes, but the kernel
 *  has to agree to a write. */
int rewrite(const char *path);

/** any - the first of several tries that works, else the refusal that comes closest: one that is
 *  not "absent" before one that is. Begin with -ENOENT. */
int any(int so_far, int r);

/** is_foreign - a process directory of /proc that is neither the program's nor this attempt's. */
int is_foreign(const char *name);

/** watch_strangers - until SIGTERM, attack each process that shows up and runs a program that isn't
 *  in this root: the runtime on its way in. Returns as an attempt does. */
int watch_strangers(void);

/** put_key, drop_key - a secret in the key ring of the caller's user. 0 or -errno. */
int put_key(void);
int drop_key(void);

#endif
