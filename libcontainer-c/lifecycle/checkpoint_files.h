/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * checkpoint_files.h: open files of the host in a container. Somebody has given them to a process
 * of it, and CRIU would open them anew by their paths on the host, whoever owns these by then.
 */
#ifndef BULKHEAD_LIFECYCLE_CHECKPOINT_FILES_H
#define BULKHEAD_LIFECYCLE_CHECKPOINT_FILES_H

#include <stddef.h>
#include <sys/types.h>

struct err;

struct open_file {
	dev_t dev;
	ino_t ino;
};

/** checkpoint_file_of - which file is open as @fd of the process whose /proc/PID is @pid_fd. 0 or
 * -errno. */
int checkpoint_file_of(int pid_fd, int fd, struct open_file *ret);

/**
 * checkpoint_files - that the processes hold no file on one of the caller's mounts but the @known.
 * @proc_fd: the host's procfs
 * ERR_HOST "process 7 has a file of the host open: ..."
 */
int checkpoint_files(int proc_fd, const pid_t *pids, size_t n_pids, const struct open_file *known,
		     size_t n_known, struct err *e);

#endif
