/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* control.h: control characters, which must not reach a terminal from a config.json. */
#ifndef BULKHEAD_HARDEN_CONTROL_H
#define BULKHEAD_HARDEN_CONTROL_H

#include <stddef.h>

/**
 * control_length - bytes of the control character at @p: C0 and DEL 1, C1 in UTF-8 2 (U+009B begins
 * an escape sequence, too); 0 when there is none.
 */
static inline size_t control_length(const char *p)
{
	unsigned char c = (unsigned char)p[0], next = c ? (unsigned char)p[1] : 0;

	if (c == 0xc2 && next >= 0x80 && next < 0xa0)
		return 2;
	return (c && c < 0x20) || c == 0x7f;
}

#endif
