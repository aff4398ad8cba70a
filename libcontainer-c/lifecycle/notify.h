/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * notify.h: sd_notify(3) from inside, for a caller that waits for it ($NOTIFY_SOCKET; podman's
 * --sdnotify=container, a unit of Type=notify). As with crun the container finds a directory where
 * the caller's socket is, with a socket of its own in it. Of what it says only "READY=1" is handed
 * on: MAINPID, FDSTORE and the like would act on the host's service manager.
 */
#ifndef BULKHEAD_LIFECYCLE_NOTIFY_H
#define BULKHEAD_LIFECYCLE_NOTIFY_H

#include <sys/types.h>

struct arena;
struct err;
struct spec;
struct statedir;

#define NOTIFY_DIR    "notify"
#define NOTIFY_SOCKET NOTIFY_DIR "/notify"

/**
 * notify_prepare - when $NOTIFY_SOCKET is set: NOTIFY_DIR in the state directory, and in @asked the
 * mount that shows it and the variable that names it. Judged like any other mount.
 */
int notify_prepare(const struct statedir *d, struct spec *asked, struct arena *a, struct err *e);

/**
 * notify_listen - the socket in NOTIFY_DIR, before the program starts.
 * @ret_fd: -1 when nobody waits ($NOTIFY_SOCKET is not set now, or was not at create)
 */
int notify_listen(const struct statedir *d, int *ret_fd, struct err *e);

/**
 * notify_forward - read some of what is there, without waiting; when the container is ready, tell
 * the caller so, and that @pid is its main process, and close *@fd.
 */
void notify_forward(int *fd, pid_t pid);

/** notify_wait - until the container is ready, or the process behind @pidfd has ended; closes *@fd.
 */
void notify_wait(int *fd, int pidfd, pid_t pid);

#endif
