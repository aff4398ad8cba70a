/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* resolve.h: what openat2(2) does with its RESOLVE_ flags, in user space, for kernels without it.
 */
#ifndef BULKHEAD_KERNEL_RESOLVE_H
#define BULKHEAD_KERNEL_RESOLVE_H

#include <stdint.h>

/**
 * resolve_open - open @path as openat2(2) does.
 * @flags:   O_... of open(2), O_CLOEXEC is added; not O_CREAT, not O_TMPFILE
 * @resolve: RESOLVE_IN_ROOT, _BENEATH, _NO_SYMLINKS, _NO_MAGICLINKS, _NO_XDEV
 *
 * Component by component, each opened with O_PATH | O_NOFOLLOW in the directory reached so far;
 * symlinks are read and walked by us. ".." is never asked of the kernel where the walk is confined:
 * the way down is walked again without its last step, so that a directory that was moved elsewhere
 * meanwhile leads nowhere. In procfs every symlink but those in its root ("self", "mounts") counts
 * as a magic one. Not done: protected_symlinks of sticky directories, which confines nothing.
 *
 * Returns a descriptor or -errno, the kernel's for the same case; -EAGAIN when names kept changing.
 */
int resolve_open(int dirfd, const char *path, uint64_t flags, uint64_t resolve);

#endif
