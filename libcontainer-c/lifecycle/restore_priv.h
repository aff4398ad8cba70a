/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* restore_priv.h: the parts of restore.c in files of their own. */
#ifndef BULKHEAD_LIFECYCLE_RESTORE_PRIV_H
#define BULKHEAD_LIFECYCLE_RESTORE_PRIV_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct creation;
struct criu;
struct err;
struct id_maps;

/**
 * restore_stage - a tmpfs over /tmp in the runtime's own mount namespace, where everything is that
 * CRIU gets, under names of ours. Root of the container has to get there: CRIU does much as that.
 * Returns a descriptor of it. @ret_path: at least PATH_MAX bytes: as the mount table writes it
 */
int restore_stage(char *ret_path, struct err *e);

/**
 * restore_mounts - lay the mounts of the scaffold out on the stage: the root, whole, and each mount
 * that CRIU is given, alone. No name of the container's is looked up by CRIU on the host.
 * Adds the options to @criu.
 */
int restore_mounts(struct creation *c, int stage_fd, const char *stage, struct criu *criu,
		   struct err *e);

#define RESTORE_DIRS_MAX 64

struct restore_dir {
	int fd;
	char name[NAME_MAX + 1]; /* the last one of its path */
};

/* The directories of images, each before the one that has the pages it has not; that for the log.
 */
struct restore_dirs {
	struct restore_dir images[RESTORE_DIRS_MAX];
	size_t n;
	int work_fd;
};
#define RESTORE_DIRS_INIT ((struct restore_dirs){.work_fd = -1})

/**
 * restore_open_dirs - the directories as the runtime's own mount namespace has them, before the
 * stage covers where they may be. Each is looked at (trust.h); the named ones are the same that
 * @criu has.
 * ERR_STATE for a parent that is not beside its child. Release with restore_close_dirs(), also
 * after a failure.
 */
int restore_open_dirs(const struct criu *criu, struct restore_dirs *ret, struct err *e);
void restore_close_dirs(struct restore_dirs *d);

/**
 * restore_images - the files of the images and of their parents on the stage, read-only.
 * @ret_fd: of the first one there; the caller's to close, after CRIU
 * Errors: as restore_check_ids().
 */
int restore_images(struct creation *c, int stage_fd, const struct restore_dirs *dirs, int *ret_fd,
		   struct err *e);

/** restore_work - the directory for the log, likewise: CRIU mounts in it. */
int restore_work(int stage_fd, const struct restore_dirs *dirs, int *ret_fd, struct err *e);

/** restore_is_ids - whether @name is that of CRIU's image of a user namespace: "userns-14.img". */
bool restore_is_ids(const char *name);

/**
 * restore_ids - such an image in @to_fd, in place of the one in @dir_fd, with the maps of the plan,
 * whatever that one says: ids are relative to the namespace everywhere else in the images.
 */
int restore_ids(struct creation *c, int dir_fd, const char *name, int to_fd, struct err *e);

/**
 * restore_check_ids - whether images and plan agree that there is a user namespace: ERR_POLICY
 * where the images have none, ERR_STATE and ERR_HOST for what else is not alike.
 */
int restore_check_ids(const struct creation *c, int image_fd, struct err *e);

/**
 * restore_ids_image - CRIU's image of a user namespace (images/userns.proto).
 * @head: the magic numbers that it begins with
 * Returns its length, or -E2BIG.
 */
int restore_ids_image(const struct id_maps *m, const char head[8], char *buf, size_t size);

/**
 * restore_verify - whether what CRIU has made is as confined as the plan has it; nothing of it runs
 * yet. c->record and the documents are written.
 * ERR_POLICY "policy: restore: ..." with the first difference.
 */
int restore_verify(struct creation *c, struct err *e);

/**
 * restore_check_process - hard limits, oom_score_adj and label of one restored process: no more
 * than the plan has. ERR_POLICY as above.
 */
int restore_check_process(const struct creation *c, pid_t pid, struct err *e);

/**
 * restore_resume - let all go on but @stopped, which were stopped when they were written down, by
 * their pids in the container. The first process is the last.
 */
int restore_resume(struct creation *c, const uint32_t *stopped, size_t n_stopped, struct err *e);

#endif
