/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* digest.h: SHA-256 (FIPS 180-4) as text: how documents are told apart. The only user of libmd. */
#ifndef BULKHEAD_BASE_DIGEST_H
#define BULKHEAD_BASE_DIGEST_H

#include <stddef.h>

#define DIGEST_LEN 64 /* hexadecimal digits */

/** digest_text - the digest of @n bytes at @data as lower-case hexadecimal with a final NUL. */
void digest_text(const void *data, size_t n, char ret[DIGEST_LEN + 1]);

#endif
