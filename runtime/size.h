/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* size.h: amounts of memory as they are written on a command line. */
#ifndef BULKHEAD_RUNTIME_SIZE_H
#define BULKHEAD_RUNTIME_SIZE_H

#include <stdint.h>

/**
 * size_parse - bytes, or -EINVAL.
 * @text: what docker and runc take (RAMInBytes of go-units): a number, with a fraction or not, and
 *        a unit of 1024 in upper or lower case: "1024", "1.5g", "512M", "64 KiB"; or "-1"
 */
int size_parse(const char *text, int64_t *ret);

#endif
