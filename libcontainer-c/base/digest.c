/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* digest.c: see digest.h. */
#include "base/digest.h"

#include <sys/types.h>
#include <sha256.h>

void digest_text(const void *data, size_t n, char ret[DIGEST_LEN + 1])
{
	_Static_assert(SHA256_DIGEST_STRING_LENGTH == DIGEST_LEN + 1, "length of the text");

	SHA256Data(data, n, ret);
}
