/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* table.h: columns of text, as Go's tabwriter sets them in `runc list`. */
#ifndef BULKHEAD_RUNTIME_TABLE_H
#define BULKHEAD_RUNTIME_TABLE_H

#include <stddef.h>

struct strbuf;

/* The most columns of one table. */
#define TABLE_COLUMNS_MAX 8

/**
 * table_write - add @rows lines of @columns (at most TABLE_COLUMNS_MAX) cells.
 * A column is 3 wider than its widest cell and at least 12; the last one is not padded. Width is
 * counted in characters of UTF-8. Control characters are shown as '?': a bundle's path may hold
 * line breaks.
 */
void table_write(const char *const *cells, size_t rows, size_t columns, struct strbuf *out);

#endif
