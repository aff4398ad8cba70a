/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dir.h: the entries of a directory, and whether those were all of them. */
#ifndef BULKHEAD_BASE_DIR_H
#define BULKHEAD_BASE_DIR_H

#include <dirent.h>

/** dir_closep - closedir(3) of *@dir if it is not NULL; keeps errno. For AUTO_DIR. */
void dir_closep(DIR **dir);

/* A local stream that is closed when the scope ends. */
#define AUTO_DIR __attribute__((cleanup(dir_closep))) DIR *

/**
 * dir_open - a stream of the directory @name below @at_fd ("." for @at_fd itself, whose position is
 * not touched). A symbolic link is not followed. NULL with errno.
 */
DIR *dir_open(int at_fd, const char *name);

/**
 * dir_next - the next entry but "." and "..", which is valid until the next call.
 * 1; 0 at the end; -errno: what follows is not known. readdir(3) alone returns NULL for both, so
 * that a look at "all" would end too early and find nothing wrong.
 */
int dir_next(DIR *dir, const struct dirent **ret);

#endif
