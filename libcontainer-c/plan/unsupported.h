/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* unsupported.h: properties of config.json that this version reads but does not act on. */
#ifndef BULKHEAD_PLAN_UNSUPPORTED_H
#define BULKHEAD_PLAN_UNSUPPORTED_H

struct err;
struct spec;

/**
 * unsupported_check - refuse @s when it sets a property that would be ignored: asking for a limit
 * and silently not getting it is worse than an error. Returns 0 or -ENOTSUP with ERR_SPEC
 * "POINTER: set, but not supported by this version".
 */
int unsupported_check(const struct spec *s, struct err *e);

#endif
